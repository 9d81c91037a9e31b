"""Progress is told seldom, and at the end."""

import pytest

from journal.engine.pace import Pace
from journal.limits import PROGRESS_INTERVAL_S


def test_at_most_ten_times_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    told: list[tuple[int, int]] = []
    pace = Pace(lambda done, total: told.append((done, total)), 1000)
    for done in range(1, 1001):
        now[0] += 0.001
        pace.at(done)
    assert len(told) <= 10
    assert told[-1] == (1000, 1000)
    assert PROGRESS_INTERVAL_S > 0.1


def test_without_a_function_nothing_is_told() -> None:
    Pace(None, 1).at(1)
