"""What the tests of the command line share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import Runner

COLOURS = ("NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "SPOOL_DEBUG", "PAGER", "LESS")


@pytest.fixture(autouse=True)
def no_colours_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of the test run has no say."""
    for name in COLOURS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SPOOL_PAGER", "")  # nor has a pager


@pytest.fixture
def bare(root: Path, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Runner:
    """Runs `spool` in a root that has no journal."""
    return Runner(root, capsysbinary, monkeypatch)


@pytest.fixture
def spool(bare: Runner) -> Runner:
    """Runs `spool` in a root with a fresh journal."""
    bare("init")
    return bare


@pytest.fixture
def committed(spool: Runner) -> Runner:
    """The same with one commit: a.txt of three lines, and src/b.txt."""
    spool("write", "a.txt", "--text", "one\ntwo\nthree\n")
    spool("write", "src/b.txt", "--text", "b\n", "--mode", "755")
    spool("commit", "-m", "first", "--metadata", "task=17")
    return spool


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes standard output look like a terminal of 60 columns."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr("journal.cli.output.is_terminal", lambda stream: True)
