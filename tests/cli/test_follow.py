"""`spool follow` writes changes as they come, keeps its place under a name, and ends when nobody reads it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from journal import Spool
from journal.cli import follow, output
from tests.cli.running import Runner

COMMAND = [sys.executable, "-m", "journal.cli.main", "-C"]


@contextmanager
def following(root: Path, *arguments: str, code: int, stop: int = signal.SIGINT) -> Iterator[Any]:
    """Follows in another process, whose lines are read; it is stopped at the end, and must end with `code`."""
    command = [*COMMAND, str(root), "follow", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout
            if stop:
                os.kill(process.pid, stop)
            assert process.wait(60) == code
            assert process.stderr is not None
            assert process.stderr.read() == ""
        finally:
            process.kill()


def test_what_is_there_is_written_once(committed: Runner) -> None:
    assert committed("follow", "--once").out == committed("changes").out
    later = ["--json", "--after", "1"]
    assert committed("follow", "--once", *later).out == committed("changes", *later).out
    assert committed("follow", "--once", "--patch", "src").out == committed("changes", "--patch", "src").out
    assert committed("follow", "--once", "--branch", "none").out == ""


def test_a_name_goes_on_where_it_has_come_to(committed: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "PAGE", 1)
    first = committed("follow", "--once", "--name", "memory", "--json").lines
    assert [line["cursor"] for line in first] == [1, 2]
    assert committed("follow", "--once", "--name", "memory").out == ""
    committed("delete", "a.txt")
    committed("commit")
    assert committed("follow", "--once", "--name", "memory", "src").out == "", "and what PATH drops is acknowledged"
    assert committed("follow", "--once", "--name", "memory").out == ""
    assert len(committed("follow", "--once", "--name", "other").out.splitlines()) == 3


def test_waiting_ends_when_nothing_comes(committed: Runner) -> None:
    assert committed("follow", "--wait", "0.01").out == committed("changes").out
    assert committed("follow", "--wait", "0.01", "--name", "memory", "--json").out == committed("changes", "--json").out


@pytest.mark.parametrize(
    "wrong",
    [["--after", "1", "--name", "x"], ["--once", "--wait", "1"], ["--wait", "-1"], ["--name", ""], ["../x"]],
    ids=" ".join,
)
def test_a_wrong_call_is_refused(committed: Runner, wrong: list[str]) -> None:
    assert committed("follow", *wrong, code=2).out == ""


@pytest.mark.parametrize("how", [[], ["--name", "memory"]], ids=["by cursor", "by name"])
def test_commits_come_while_it_waits_and_an_interrupt_ends_it(root: Path, how: list[str]) -> None:
    with Spool.open(root) as spool:
        spool.write("a", "1")
        spool.commit()
        with following(root, "--json", *how, code=130) as lines:
            assert json.loads(lines.readline())["path"] == "a"
            for name in ("b", "c"):
                spool.write(name, "1")
                spool.commit()
                assert json.loads(lines.readline())["path"] == name


@pytest.mark.parametrize("how", [[], ["--name", "memory"]], ids=["by cursor", "by name"])
def test_it_ends_when_its_reader_goes_though_nothing_is_committed(root: Path, how: list[str]) -> None:
    with Spool.open(root) as spool:
        spool.write("a", "1")
        spool.commit()
        with following(root, *how, code=141, stop=0) as lines:
            assert lines.readline().endswith("A  a\n")
            lines.close()


def test_whether_a_pipe_is_still_read_is_seen_without_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    with open(writing, "w") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        assert not output.reader_is_gone()
        os.close(reading)
        assert output.reader_is_gone()
    monkeypatch.setattr(sys, "stdout", None)
    assert not output.reader_is_gone()
