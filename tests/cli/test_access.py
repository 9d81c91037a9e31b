"""Who looks disturbs nobody; who changes waits or is told; what opening mended is never silent."""

from argparse import Namespace
from pathlib import Path

import pytest

from journal import Spool
from journal.cli import access
from journal.records import RecoveryReport
from tests.cli.running import Runner

READING = [
    ["where"], ["status"], ["diff"], ["read", "a.txt"], ["read", "a.txt", "--at", "main"], ["log"], ["show"],
    ["changes"], ["follow", "--once"], ["follow", "--once", "--name", "memory"], ["sql", "SELECT 1"], ["verify"],
    ["branches"], ["audit"], ["diff", "--from", "main"],
    ["diff", "--from", "main", "--to", "main"], ["log", "--since", "1d"], ["checkout", "main", "../out"],
    ["backup", "../copy.db"],
]  # fmt: skip
CHANGING = [
    ["write", "x", "--text", "x"], ["replace", "a.txt", "one", "1"], ["delete", "a.txt"], ["move", "a.txt", "b"],
    ["chmod", "755", "a.txt"], ["symlink", "l", "a.txt"], ["batch"], ["commit"], ["reset"], ["recover"],
]  # fmt: skip
LEFT = RecoveryReport(
    finished=("a",), undone=("b",), conflicts=("c",), interrupted=(1, 2), swept=3, rescued=("d\n",), journal="moved"
)


@pytest.mark.parametrize("argv", READING, ids=" ".join)
def test_reading_goes_on_beside_a_session(argv: list[str], committed: Runner, root: Path) -> None:
    with Spool.open(root) as living:
        living.write("mine.txt", "x")
        committed(*argv)


@pytest.mark.parametrize("argv", CHANGING, ids=" ".join)
def test_changing_is_refused_beside_a_session(argv: list[str], committed: Runner, root: Path) -> None:
    with Spool.open(root):
        told = committed(*argv, code=75).err
    assert "held" in told and "--wait" in told


@pytest.mark.parametrize("argv", [each for each in READING + CHANGING if each != ["read", "a.txt"]], ids=" ".join)
def test_without_a_journal_each_says_how_to_make_one(argv: list[str], bare: Runner, root: Path) -> None:
    told = bare(*argv, code=2).err
    assert "`spool init`" in told
    assert sorted(root.iterdir()) == []


def test_a_file_on_disk_is_read_without_a_journal(bare: Runner, root: Path) -> None:
    (root / "a.txt").write_text("x")
    assert bare("read", "a.txt").out == "x"


def test_waiting_ends(committed: Runner, root: Path) -> None:
    with Spool.open(root):
        committed("write", "x", "--text", "x", "--wait", "0.05", code=75)


def test_what_was_mended_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    access.note(Namespace(json=False), LEFT)
    assert capsys.readouterr().err == (
        "spool: the root was moved, and its journal followed; finished what was begun on a; took back what was "
        "begun on b; in conflict, left alone: c; kept unknown bytes in the journal before writing over d\\x0a; "
        "2 acts marked as interrupted; swept 3 temporary files\n"
    )
    access.note(Namespace(json=True), LEFT)
    assert '"journal": "moved"' in capsys.readouterr().err


def test_a_root_that_was_moved_is_said(committed: Runner, root: Path) -> None:
    moved = root.with_name("moved")
    root.rename(moved)
    told = committed.at(moved)("write", "a.txt", "--text", "x")
    assert told.err == "spool: the root was moved, and its journal followed\n"
    assert told.out.startswith("M  a.txt")
    assert committed.at(moved)("write", "a.txt", "--text", "y").err == ""
