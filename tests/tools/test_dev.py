"""The set-up of a checkout decides rightly what must be made, without making it."""
from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import dev

PYPROJECT = "[project]\nname = 'a'\n"


class Recorded(dev.Checkout):
    """A checkout that writes down what it would do."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.done: list[str] = []

    def rebuild(self) -> None:
        self.done.append("rebuild")
        dev.remove_venv(self.venv)
        self.python.parent.mkdir(parents=True)
        (self.venv / "pyvenv.cfg").touch()
        self.python.symlink_to(sys.executable)

    def install(self, extras: Sequence[str]) -> None:
        self.done.append(f"install {' '.join(extras)}".strip())


@pytest.fixture
def checkout(tmp_path: Path) -> Recorded:
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    return Recorded(tmp_path)


def test_the_first_run_makes_and_installs(checkout: Recorded) -> None:
    checkout.ready()
    assert checkout.done == ["rebuild", "install"]


def test_the_second_run_does_nothing(checkout: Recorded) -> None:
    checkout.ready(["dev"])
    checkout.done.clear()
    checkout.ready(["dev"])
    checkout.ready()
    assert checkout.done == []


def test_an_extra_is_added_to_those_that_are_there(checkout: Recorded) -> None:
    checkout.ready(["dev"])
    checkout.done.clear()
    checkout.ready(["bench"])
    assert checkout.done == ["install bench dev"]


def test_a_changed_pyproject_installs_again_what_was_there(checkout: Recorded) -> None:
    checkout.ready(["dev"])
    checkout.done.clear()
    (checkout.folder / "pyproject.toml").write_text(PYPROJECT + "version = '1'\n")
    checkout.ready()
    assert checkout.done == ["install dev"]


def test_an_environment_that_does_not_start_is_made_anew(checkout: Recorded) -> None:
    checkout.ready(["dev"])
    checkout.done.clear()
    checkout.python.unlink()
    checkout.ready()
    assert checkout.done == ["rebuild", "install"]


def test_an_environment_of_another_version_is_made_anew(checkout: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout.ready()
    checkout.done.clear()
    monkeypatch.setattr(dev, "venv_version", lambda python: (3, 1))
    checkout.ready()
    assert checkout.done == ["rebuild", "install"]


def test_a_failed_installation_is_tried_again(checkout: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(extras: Sequence[str]) -> None:
        raise dev.Trouble("no network")

    monkeypatch.setattr(checkout, "install", fail)
    with pytest.raises(dev.Trouble, match="no network"):
        checkout.ready()
    monkeypatch.undo()
    checkout.done.clear()
    checkout.ready()
    assert checkout.done == ["install"]


def test_a_folder_that_is_no_environment_is_left_alone(tmp_path: Path) -> None:
    precious = tmp_path / ".venv" / "precious"
    precious.parent.mkdir()
    precious.touch()
    with pytest.raises(dev.Trouble, match="is not a virtual environment"):
        dev.remove_venv(precious.parent)
    assert precious.exists()


def test_without_ensurepip_and_pip_one_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    monkeypatch.setattr(dev, "CHECKOUT", tmp_path)
    monkeypatch.setattr(dev, "has_ensurepip", lambda: False)
    monkeypatch.setattr(dev, "has_usable_pip", lambda python, oldest=dev.PIP_MIN: False)
    assert dev.main(["demo"]) == 2
    said = capfd.readouterr()
    assert "apt install python3-venv" in said.err
    assert said.out == "" and said.err.count("\n") == 1
    assert not (tmp_path / ".venv").exists()


def test_the_environments_own_pip_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "has_usable_pip", lambda python, oldest=dev.PIP_MIN: True)
    assert dev.pip_command(Path("/v/python")) == ["/v/python", "-m", "pip"]


def test_else_the_pip_of_the_host_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "has_usable_pip", lambda python, oldest=dev.PIP_MIN: python == [sys.executable])
    assert dev.pip_command(Path("/v/python")) == [sys.executable, "-m", "pip", "--python", "/v/python"]


@pytest.mark.parametrize(
    ("line", "version"),
    [("pip 23.0.1 from /usr/lib (python 3.11)\n", (23, 0)), ("pip 9.0 from x", (9, 0)), ("no such module", None)],
)
def test_the_version_of_pip_is_read(line: str, version: tuple[int, int] | None) -> None:
    assert dev.pip_version(line) == version


def test_the_version_of_an_environment_is_asked_for(tmp_path: Path) -> None:
    assert dev.venv_version(Path(sys.executable)) == sys.version_info[:2]
    assert dev.venv_version(tmp_path / "python") is None
    assert dev.venv_version(Path("/bin/false")) is None


def test_a_failing_command_shows_what_it_said(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(dev.Trouble) as caught:
        dev.quietly([sys.executable, "-c", "print('why'); raise SystemExit(3)"], "It failed.")
    assert caught.value.code == 3
    assert capfd.readouterr().out == "why\n"


def test_steps_stop_at_the_first_failure_and_give_its_code() -> None:
    ran: list[str] = []

    def step(name: str, code: int) -> int:
        ran.append(name)
        return code

    steps = [(name, lambda name=name, code=code: step(name, code)) for name, code in (("a", 0), ("b", 5), ("c", 6))]
    assert dev.first_failure(steps) == 5
    assert ran == ["a", "b"]


def test_a_killed_command_gives_the_code_of_the_shell(checkout: Recorded) -> None:
    assert checkout.run("/bin/sh", "-c", "kill -9 $$") == 137


def test_benchmarks_are_chosen_by_name(tmp_path: Path) -> None:
    for name in ("b.py", "a.py", "_shared.py"):
        (tmp_path / name).touch()
    assert [path.name for path in dev.chosen_benchmarks(tmp_path, [])] == ["a.py", "b.py"]
    assert [path.name for path in dev.chosen_benchmarks(tmp_path, ["b"])] == ["b.py"]
    with pytest.raises(dev.Trouble, match="no benchmark named c; there are: a, b"):
        dev.chosen_benchmarks(tmp_path, ["c"])


def test_an_unknown_command_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    assert dev.main(["dance"]) == 2
    assert "there are: demo, test, check, sweep, soak, bench" in capfd.readouterr().err


def test_the_script_starts_without_anything_installed() -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-I", dev.__file__, "--help"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0
    assert "python3 tools/dev.py demo" in done.stdout
