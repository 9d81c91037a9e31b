"""`spool log` lists commits in both orders and several forms."""

from pathlib import Path

import pytest

from tests.cli.running import Runner


@pytest.fixture
def three(committed: Runner) -> Runner:
    for number in (2, 3):
        committed("write", f"{number}.txt", "--text", "x\n")
        committed("commit", "-m", f"number {number}\n\nwith\ttwo paragraphs")
    return committed


def subjects(spool: Runner, *argv: str) -> list[str]:
    return [line.split("  ", 1)[1] for line in spool("log", "--oneline", *argv).out.splitlines()]


def test_orders_and_limits(three: Runner) -> None:
    assert subjects(three) == ["number 3", "number 2", "first"]
    assert subjects(three, "-n", "2") == ["number 3", "number 2"]
    assert subjects(three, "--reverse") == ["first", "number 2", "number 3"]
    assert subjects(three, "--reverse", "-n", "2") == ["number 2", "number 3"]
    assert subjects(three, "--branch", "main", "--path", "2.txt") == ["number 2"]


def test_a_page(three: Runner) -> None:
    newest = three("log", "--json").lines[0]
    out = three("log", "-n", "1").out.splitlines()
    assert out[0] == f"commit {newest['id']}"
    assert out[1] == "Branch   main"
    assert out[2] == f"Session  {newest['session_id']}"
    assert out[4] == "Changed  1 file, 1 insertion(+)"
    assert out[5:] == ["", "    number 3", "", "    with\ttwo paragraphs"]
    assert "Metadata task = 17" in three("log", "--reverse", "-n", "3").out


def test_as_json(three: Runner) -> None:
    lines = three("log", "--json").lines
    assert [line["message"].partition("\n")[0] for line in lines] == ["number 3", "number 2", "first"]
    assert lines[2]["metadata"] == {"task": 17} and lines[0]["parent_id"] == lines[1]["id"]


def test_nothing_to_list(spool: Runner, root: Path) -> None:
    (root / "x").write_text("not tracked")
    (root / "folder").mkdir()
    assert spool("log").out == "No commits yet.\n"
    assert spool("log", "--plain").out == spool("log", "--json").out == ""
    assert spool("log", "--path", "x").out == "No commit changed this path.\n"
    assert spool("log", "--path", "folder").out == "folder is a folder: `spool changes folder` tells of it.\n"
    assert "there never was" in spool("log", "--path", "y", code=2).err


def test_a_branch_that_is_not_there(three: Runner) -> None:
    assert "no branch is called 'x'" in three("log", "--branch", "x", code=2).err


def test_paths_are_taken_from_where_the_user_stands(three: Runner, root: Path) -> None:
    assert subjects(three.at(root / "src"), "--path", "b.txt") == ["first"]


def test_hostile_messages(spool: Runner) -> None:
    spool("write", "a", "--text", "x")
    spool("commit", "-m", "bell\x07 and \x1b[2J")
    assert "bell\\x07 and \\x1b[2J" in spool("log").out


def test_times(three: Runner) -> None:
    newest = three("log", "--json").lines[0]["created_at"]
    assert subjects(three, "--since", newest) == ["number 3"]
    assert subjects(three, "--until", newest) == ["number 3", "number 2", "first"]
    assert subjects(three, "--since", "1h") == ["number 3", "number 2", "first"]
    assert three("log", "--until", "2020-01-31").out == "No such commit at that time.\n"
    assert "is no time" in three("log", "--since", "soon", code=2).err
