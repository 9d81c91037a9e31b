"""The sweep itself: it sees what is broken on purpose, and a death is where it was told to be."""

from pathlib import Path
from typing import Any

import pytest

from journal.engine import recover
from journal.workspace import calls, outcome, publish
from tests.crash import forked
from tests.crash.learning import known, perform
from tests.crash.place import fresh
from tests.crash.scenarios import SCENARIOS
from tests.crash.steps import KILLED, Steps
from tests.crash.sweep import Point, play_all
from tests.crash.test_races import Point as Race
from tests.crash.test_races import play as play_race

NAME = "write a committed file"


def test_a_process_dies_at_the_step_it_was_told(tmp_path: Path) -> None:
    labels = known(NAME).labels
    step = labels.index("before exchange") + 1
    with fresh(tmp_path / "place") as place:
        assert forked.run(lambda: perform(place, SCENARIOS[NAME], Steps(step))).code == KILLED
        assert (place.root / "base.txt").read_bytes() == b"base\n"
    with fresh(tmp_path / "place") as place:
        assert forked.run(lambda: perform(place, SCENARIOS[NAME], Steps(step + 1))).code == KILLED
        assert (place.root / "base.txt").read_bytes() == b"changed\n"


def test_steps_of_both_kinds_are_counted(tmp_path: Path) -> None:
    labels = known(NAME).labels
    assert {"xWrite journal.db-wal", "before exchange", "after exchange", "inside write"} <= set(labels)
    assert len(labels) == len(known.__wrapped__(NAME).labels)


def test_a_recovery_that_does_nothing_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    points = [Point(NAME, step) for step in range(1, len(known(NAME).labels) + 1)]
    monkeypatch.setattr(recover, "_finish_act", lambda *_: None)
    bad = [verdict for verdict in play_all(points, tmp_path) if verdict.problems]
    assert any("neither before nor after" in problem for verdict in bad for problem in verdict.problems)


def test_a_publish_that_does_not_look_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def blind(*_: Any) -> bool:
        return True

    monkeypatch.setattr(outcome, "is_expected", blind)
    monkeypatch.setattr(publish, "is_expected", blind)
    known(NAME)
    problems = [play_race(Race(NAME, call, "base.txt", "by rename"), tmp_path / str(call)) for call in range(1, 24)]
    assert any(each.startswith("lost: ") for found in problems for each in found)


def test_every_call_that_changes_is_watched() -> None:
    assert all(callable(getattr(calls, name)) for name in calls.CHANGING)
