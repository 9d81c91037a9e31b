"""`spool restore` stages what takes files to a commit, all of it or nothing."""

from pathlib import Path

import pytest

from tests.cli.running import Runner


@pytest.fixture
def first(committed: Runner) -> str:
    """The id of the first commit, on which a second one lies."""
    found: str = committed("log", "--json").lines[0]["id"]
    committed("write", "a.txt", "--text", "second\n")
    committed("delete", "src/b.txt")
    committed("write", "new.txt", "--text", "new\n")
    committed("commit", "-m", "second")
    return found


def test_all_of_it_and_back(committed: Runner, first: str, root: Path) -> None:
    told = committed("restore", first[:10]).out.splitlines()
    assert told[:3] == ["M  a.txt  +3 -1", "D  new.txt  -1", "A  src/b.txt  +1"]
    assert (root / "a.txt").read_text() == "one\ntwo\nthree\n"
    assert committed("restore", first).out == "Nothing to restore: all is as it was then.\n"
    committed("reset")
    assert (root / "a.txt").read_text() == "second\n"


def test_some_of_it(committed: Runner, first: str, root: Path) -> None:
    patches = committed.at(root / "src")("restore", first, ".", "--json").json["patches"]
    assert [patch["path"] for patch in patches] == ["src/b.txt"]
    assert "no commit" in committed("restore", "0000000", code=2).err


def test_a_dry_run_prints_the_plan(committed: Runner, first: str, root: Path) -> None:
    assert committed("restore", first, "-n").out.splitlines() == [
        "write   a.txt           14 B  it was otherwise then",
        "delete  new.txt               it was not there then",
        "write   src/b.txt        2 B  it is absent",
        "Nothing was touched.",
    ]
    plan = committed("restore", first, "--dry-run", "--json").json
    assert [(step["path"], step["action"], step["bytes"]) for step in plan["plan"]] == [
        ("a.txt", "write", 14),
        ("new.txt", "delete", 0),
        ("src/b.txt", "write", 2),
    ]
    assert (plan["conflicts"], plan["dry_run"]) == ([], True)
    assert (root / "a.txt").read_text() == "second\n"


def test_what_someone_else_edited(committed: Runner, first: str, root: Path) -> None:
    (root / "a.txt").write_text("theirs\n")
    error = committed("restore", first, code=3).err
    assert "a.txt" in error and "--force" in error and "`spool adopt`" in error
    told = committed("restore", first, "-n", code=3).out.splitlines()
    assert told[0] == "leave   a.txt                 someone else changed it"
    assert [line.split("  ")[-1].strip() for line in told[1:3]] == ["it was not there then", "it is absent"]
    assert told[-2] == "All of it would be refused, for these stand in the way: a.txt"
    assert committed("restore", first, "-n", "--json", code=3).json["conflicts"] == ["a.txt"]
    told = committed("restore", first, "-n", "--force").out.splitlines()
    assert told[0].endswith("their content is kept in the journal")
    assert (root / "a.txt").read_text() == "theirs\n"
    committed("restore", first, "--force")
    assert (root / "a.txt").read_text() == "one\ntwo\nthree\n"
