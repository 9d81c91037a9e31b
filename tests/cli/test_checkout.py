"""`spool checkout` writes a commit's files beside the root, and says what it would do."""

import os
from pathlib import Path

import pytest

from tests.cli.running import Runner


def test_a_commit_comes_out(committed: Runner, tmp_path: Path) -> None:
    head = committed("status", "--json").json["head"]
    committed("write", "a.txt", "--text", "later\n")
    assert committed("checkout", head[:9], "../out").out == f"2 files of {head[:12]} written to ../out\n"
    assert (tmp_path / "out/a.txt").read_text() == "one\ntwo\nthree\n"
    assert os.access(tmp_path / "out/src/b.txt", os.X_OK)
    told = committed("checkout", "main", str(tmp_path / "json"), "--json").json
    assert told == {"version": 1, "commit": head, "into": str(tmp_path / "json"), "dry_run": False, "files": 2}


def test_only_what_is_named_from_where_the_user_stands(committed: Runner, root: Path, tmp_path: Path) -> None:
    committed.at(root / "src")("checkout", "main", "../../out", "b.txt")
    assert sorted(path.name for path in (tmp_path / "out").rglob("*.txt")) == ["b.txt"]
    committed("checkout", "main", "../out", ".")
    assert (tmp_path / "out/a.txt").exists()
    assert "holds no 'none'" in committed("checkout", "main", "../new", "none", code=2).err
    assert not (tmp_path / "new").exists()


def test_a_dry_run_shows_the_plan(committed: Runner, tmp_path: Path) -> None:
    out = committed("checkout", "main", "../out", "--dry-run").out.splitlines()
    assert out[0].split() == ["write", "a.txt", "14", "B", "it", "is", "absent"]
    assert out[-1] == "Nothing was touched."
    told = committed("checkout", "main", "../out", "-n", "--json").json
    assert (told["files"], told["dry_run"], [step["action"] for step in told["plan"]]) == (2, True, ["write", "write"])
    assert not (tmp_path / "out").exists()


def test_what_is_in_the_way_is_told(committed: Runner, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/a.txt").write_text("mine")
    assert "is not empty" in committed("checkout", "main", "../out", code=2).err
    assert "'a.txt'" in committed("checkout", "main", "../out", ".", code=3).err
    for argv in (["none", "../new"], ["main"], ["main", ""], ["main", ".spool/x"]):
        assert committed("checkout", *argv, code=2).out == ""


@pytest.mark.usefixtures("terminal")
def test_a_terminal_shows_how_far_it_is(committed: Runner) -> None:
    done = committed("checkout", "main", "../out", coloured=True)
    assert "Writing files [" in done.err and "2 of 2" in done.err
    assert done.err.endswith("\r\x1b[K")
    assert committed("checkout", "main", "../plain", "--plain", coloured=True).err == ""
