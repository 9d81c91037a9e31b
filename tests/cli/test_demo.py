"""The demonstration: it runs whole, every claim holds, and a claim that does not hold is said."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from journal import ResetReport, Spool, WorkspaceChanged
from journal.cli import demo_victim
from journal.workspace import calls
from tests.cli.running import Runner

STEPS = 9


@pytest.fixture
def aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the demonstration makes its folder."""
    folder = tmp_path / "aside"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def wrong(document: Any) -> list[str]:
    """The claims that do not hold."""
    return [claim["claim"] for claim in document["claims"] if not claim["holds"]]


def test_every_claim_holds_and_nothing_is_left(bare: Runner, aside: Path, spool_home: Path, root: Path) -> None:
    found = bare("demo", "--json").json
    assert wrong(found) == []
    assert found["ok"] is True
    assert found["folder"] is None
    assert {claim["step"] for claim in found["claims"]} == set(range(1, STEPS + 1))
    assert len(found["claims"]) >= 35
    assert [list(aside.iterdir()), list(spool_home.iterdir()), list(root.iterdir())] == [[], [], []]


def test_the_questions_are_answered(bare: Runner, aside: Path) -> None:
    answers = bare("demo", "--json").json["answers"]
    assert len(answers) == 3
    assert all(rows for rows in answers.values())
    killed = next(rows for sentence, rows in answers.items() if "killed" in sentence)
    assert [(row["session_id"], row["state"]) for row in killed] == [("worker-1", "ok"), ("worker-2", "failed")]
    assert [row["error"] for row in killed] == [None, "the process ended in the middle; it was taken back"]


def test_the_page_is_for_people(bare: Runner, aside: Path) -> None:
    page = bare("demo").out
    for number in range(1, STEPS + 1):
        assert f"\n {number}  " in page
    assert "\n    NO" not in page
    assert page.splitlines()[-1].startswith("    All ")
    assert "SELECT" in page


def test_colours_come_on_a_terminal_only(bare: Runner, aside: Path, terminal: None) -> None:
    page = bare("demo", coloured=True).out
    assert "\x1b[32mok\x1b[0m" in page


def test_keep_leaves_the_folder(bare: Runner, aside: Path) -> None:
    page = bare("demo", "--keep").out
    (folder,) = aside.iterdir()
    assert f"spool -C {folder / 'work'} log" in page
    log = bare.at(folder / "work")("log", "--oneline").out
    assert len(log.splitlines()) == 3
    assert bare.at(folder / "work")("verify").out.endswith("The journal is sound.\n")


def test_as_a_process_of_its_own(aside: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(aside)}
    command = [sys.executable, "-m", "journal.cli.main", "demo", "--plain"]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert list(aside.iterdir()) == []


@pytest.fixture
def reset_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reset that returns early."""
    monkeypatch.setattr(Spool, "reset", lambda *_, **__: ResetReport((), 0, (), ()))


def test_a_broken_claim_is_said(bare: Runner, aside: Path, reset_does_nothing: None) -> None:
    page = bare("demo", code=1).out
    assert "    NO  reset with force goes back to the commit" in page
    assert "claims do not hold:" in page
    assert "    step 4: reset with force goes back to the commit" in page
    assert list(aside.iterdir()) == []


def test_a_broken_claim_in_json(bare: Runner, aside: Path, reset_does_nothing: None) -> None:
    found = bare("demo", "--json", code=1).json
    assert found["ok"] is False
    assert "reset with force goes back to the commit" in wrong(found)


def test_a_step_that_fails_is_a_broken_claim(bare: Runner, aside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def commit(*_: object, **__: object) -> None:
        raise WorkspaceChanged("not today")

    monkeypatch.setattr(Spool, "commit", commit)
    found = bare("demo", "--json", code=1).json
    assert found["claims"][-1]["proof"] == "WorkspaceChanged: not today"
    assert found["claims"][-1]["step"] == 1


def test_a_recovery_that_mends_nothing_is_seen(bare: Runner, aside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from journal.engine import recover

    monkeypatch.setattr(recover, "carry", lambda *_, **__: None)
    found = bare("demo", "--json", code=1).json
    assert "the batch is whole: every file is as it was meant to be" in wrong(found)


def test_a_victim_that_lives_on_is_seen(bare: Runner, aside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess.Popen, "kill", lambda process: process.stdin.close())
    assert "SIGKILL ends the process there and then" in wrong(bare("demo", "--json", code=1).json)


def test_the_victim_stops_after_so_many_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("exchange", "rename_new", "rename", "link"):
        monkeypatch.setattr(calls, name, lambda *_: None)
    ended = list[int]()
    monkeypatch.setattr(os, "_exit", ended.append)
    monkeypatch.setattr(os, "read", lambda *_: b"")
    monkeypatch.setattr(sys, "stdin", (tmp_path / "empty").open("w+"))
    demo_victim.stop_after(2)
    calls.rename_new(0, "w-1", 0, "a")
    calls.rename(0, "w-2", 0, "x-2")
    assert ended == []
    calls.exchange(0, "x-2", 0, "b")
    assert ended == [1]
    assert capsys.readouterr().out == "stopped\n"
    sys.stdin.close()
