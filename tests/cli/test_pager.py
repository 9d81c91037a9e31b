"""Long output goes through a pager where a person reads it, and what becomes of the pager is no error."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from journal.cli import pager
from journal.limits import PIECE_BYTES
from tests.cli.running import Runner

MARKED = "sed s/^/:/"


def at_terminal(root: Path, *argv: str, code: int = 0, **environment: str) -> str:
    """Runs `spool` with a terminal for its standard output; gives what that shows, and standard error behind it."""
    ours, theirs = pty.openpty()
    known = {name: value for name, value in os.environ.items() if name not in ("PAGER", "LESS", "SPOOL_PAGER")}
    process = subprocess.Popen(
        [sys.executable, "-m", "journal.cli.main", *argv],
        cwd=root,
        env={**known, "TERM": "xterm", "NO_COLOR": "1", **environment},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.PIPE,
    )
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, PIECE_BYTES):
            shown += piece
    except OSError:
        pass  # how a terminal ends whose last writer is gone
    os.close(ours)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == code, shown + errors
    return (shown + errors).decode().replace("\r\n", "\n")


@pytest.mark.parametrize("argv", [["log"], ["show"], ["audit"], ["changes"], ["diff", "--stat"]])
def test_what_may_be_long_goes_through_the_pager(argv: list[str], committed: Runner, root: Path) -> None:
    committed("write", "a.txt", "--text", "x")
    shown = at_terminal(root, *argv, SPOOL_PAGER=MARKED, PAGER="false").splitlines()
    assert shown and all(line.startswith(":") for line in shown)


def test_who_is_asked_for_a_pager(committed: Runner, root: Path) -> None:
    assert at_terminal(root, "log", PAGER=MARKED).startswith(":commit ")
    assert at_terminal(root, "log", PAGER=f"{MARKED} | sed s/^/-/").startswith("-:commit ")  # by a shell
    for argv in (["log", "--no-pager"], ["--no-pager", "log"]):
        assert at_terminal(root, *argv, PAGER=MARKED).startswith("commit ")
    assert at_terminal(root, "log", "--json", PAGER=MARKED).startswith("{")
    assert at_terminal(root, "status", PAGER=MARKED).startswith("On branch")
    for none in ("", "cat"):
        assert at_terminal(root, "log", SPOOL_PAGER=none, PAGER=MARKED).startswith("commit ")


def test_a_pipe_gets_no_pager(committed: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOOL_PAGER", MARKED)
    assert committed("log").out.startswith("commit ")


def test_a_pager_that_is_quit_early_is_no_error(committed: Runner, root: Path) -> None:
    committed("write", "long.txt", "--text", "line\n" * 50_000)
    assert len(at_terminal(root, "diff", SPOOL_PAGER="head -n 2").splitlines()) == 2
    assert at_terminal(root, "diff", SPOOL_PAGER="true") == ""


def test_a_pager_that_cannot_be_started_is_told_and_left_out(committed: Runner, root: Path) -> None:
    for wish in ("no-such-pager", "no-such-pager --with 'quotes'"):
        shown = at_terminal(root, "log", SPOOL_PAGER=wish)
        assert shown.startswith("commit ") and "    first\n" in shown
        assert f"spool: the pager {wish!r} does not run: " in shown


def test_an_error_is_told_behind_the_pager_with_its_exit_code(committed: Runner, root: Path) -> None:
    shown = at_terminal(root, "show", "nope", code=2, SPOOL_PAGER=MARKED)
    assert shown.startswith("spool: no commit")
    committed("write", "a.txt", "--text", "x")
    assert at_terminal(root, "diff", "--exit-code", code=1, SPOOL_PAGER=MARKED).startswith(":diff")


def test_less_is_taken_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPOOL_PAGER")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("shutil.which", lambda name: f"/bin/{name}")
    assert pager.command() == "less -FRX"
    monkeypatch.setenv("TERM", "dumb")
    assert pager.command() is None
    monkeypatch.setenv("PAGER", "more")
    assert pager.command() == "more"
