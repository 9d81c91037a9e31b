"""The house itself: its rules, its mirror of tests, its README, its public names, its package list."""
from __future__ import annotations

import importlib
import importlib.resources
import os
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

import tidy
from tests.support import contract

CHECKOUT = Path(__file__).resolve().parent.parent
MIRRORED_LINES_MIN = 60
WITHOUT_MIRROR = {"crash", "model", "support", "tools"}
FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```\s*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block of the README."""

    language: str
    line: int
    text: str


def readme_blocks(language: str) -> list[Block]:
    """The blocks of one language, in order."""
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    found = (Block(match[1], text.count("\n", 0, match.start(2)) + 1, match[2]) for match in FENCE.finditer(text))
    return [block for block in found if block.language == language]


def test_the_house_rules_hold() -> None:
    assert [str(breach) for breach in tidy.breaches(CHECKOUT)] == []


def test_every_module_of_some_length_has_its_test() -> None:
    lacking = []
    for module in sorted((CHECKOUT / "journal").glob("**/*.py")):
        place = module.relative_to(CHECKOUT / "journal")
        lines = len(module.read_text(encoding="utf-8").splitlines())
        if module.stem.startswith("__") or lines < MIRRORED_LINES_MIN:
            continue
        mirror = CHECKOUT / "tests" / place.with_name(f"test_{place.name}")
        if not mirror.exists():
            lacking.append(mirror.relative_to(CHECKOUT).as_posix())
    assert lacking == []


def test_every_test_of_a_room_names_a_module() -> None:
    astray = []
    for test in sorted((CHECKOUT / "tests").glob("*/**/test_*.py")):
        place = test.relative_to(CHECKOUT / "tests")
        module = CHECKOUT / "journal" / place.with_name(place.name.removeprefix("test_"))
        if place.parts[0] not in WITHOUT_MIRROR and not module.exists():
            astray.append(test.relative_to(CHECKOUT).as_posix())
    assert astray == []


def test_every_package_is_listed() -> None:
    settings = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    holding_python = {path.parent.relative_to(CHECKOUT) for path in (CHECKOUT / "journal").glob("**/*.py")}
    expected = {".".join(folder.parts) for folder in holding_python} | {"journal.migrations"}
    assert set(settings["tool"]["setuptools"]["packages"]) == expected


def test_every_package_can_be_found_with_its_migrations() -> None:
    found = importlib.resources.files("journal.migrations")
    names = sorted(path.name for path in found.iterdir() if path.name.endswith(".sql"))
    assert names == sorted(path.name for path in (CHECKOUT / "migrations").glob("*.sql"))
    assert names


def test_the_python_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    module = ModuleType("readme")
    monkeypatch.setitem(sys.modules, "readme", module)
    for block in readme_blocks("python"):
        code = compile("\n" * (block.line - 1) + block.text, "README.md", "exec")
        exec(code, module.__dict__)


def test_the_shell_of_the_readme_runs(tmp_path: Path) -> None:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for block in readme_blocks("sh"):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block.text],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"README.md:{block.line} ends with {done.returncode}:\n{done.stdout}"


def test_the_sql_of_the_readme_runs_on_an_empty_journal(tmp_path: Path) -> None:
    from journal import Journal

    with Journal.open(tmp_path / "journal.db", readonly=False, create=True) as journal:
        for block in readme_blocks("sql"):
            journal.query(block.text)


def test_the_public_names_keep_the_contract() -> None:
    result = contract.compare(importlib.import_module("journal"), contract.STUB.read_text(encoding="utf-8"))
    assert result.wrong == []


def test_what_is_still_to_come_is_known_and_only_shrinks() -> None:
    result = contract.compare(importlib.import_module("journal"), contract.STUB.read_text(encoding="utf-8"))
    listed = contract.still_to_come()
    assert sorted(set(result.missing) - set(listed)) == [], "these names were lost"
    assert sorted(set(listed) - set(result.missing)) == [], "these names are there: take them off the list"
    assert listed == sorted(listed)
