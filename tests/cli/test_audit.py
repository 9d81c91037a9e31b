"""`spool audit` lists acts, and tells all of one."""

from pathlib import Path

import pytest

from tests.cli.running import Runner


@pytest.fixture
def acted(committed: Runner) -> Runner:
    committed("write", "../out", "--text", "x", code=2)
    committed("reset")
    return committed


def test_newest_first_with_what_was_refused(acted: Runner) -> None:
    lines = [line.split() for line in acted("audit").out.splitlines()]
    assert [(line[0], line[3], line[4]) for line in lines] == [
        ("@5", "ok", "reset"),
        ("@4", "denied", "write"),
        ("@3", "ok", "commit"),
        ("@2", "ok", "write"),
        ("@1", "ok", "write"),
    ]
    assert "path: holds `..`" in " ".join(lines[1])
    assert lines[2][5] == "first"
    assert lines[4][5] == "a.txt"


def test_a_page_and_a_choice(acted: Runner) -> None:
    def ids(*argv: str) -> list[int]:
        return [line["id"] for line in acted("audit", "--json", *argv).lines]

    assert ids() == [5, 4, 3, 2, 1]
    assert ids("--reverse", "-n", "2") == [1, 2]
    assert ids("--reverse", "--after", "@2", "-n", "2") == [3, 4]
    assert ids("--after", "3") == [2, 1]
    assert ids("--state", "denied") == [4]
    assert ids("--kind", "shell") == []
    session = acted("audit", "@4", "--json").json["session_id"]
    assert ids("--session", session) == [4]
    assert acted("audit", "--kind", "shell").out == "No such act.\n"


def test_all_of_one(acted: Runner) -> None:
    out = dict(line.split(None, 1) for line in acted("audit", "@4").out.splitlines())
    assert (out["state"], out["decision"], out["name"]) == ("denied", "deny", "write")
    assert '"path": "../out"' in out["request"]
    assert acted("audit", "4", "--json").json["decision"] == "deny"


@pytest.mark.parametrize("argv", [["@99"], ["x"], ["--kind", "shel"], ["--session", "x"], ["--after", "@x"]])
def test_what_is_not_there(argv: list[str], acted: Runner) -> None:
    told = acted("audit", *argv, code=2)
    assert told.out == "" and told.err.startswith("spool: ")


def test_hostile_names(spool: Runner, root: Path) -> None:
    spool("write", "bell\x07", "--text", "x")
    assert "bell\\x07" in spool("audit").out
