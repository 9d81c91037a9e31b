"""What was lost is told once each, up to a bound, and the rest is counted."""

from __future__ import annotations

from journal.limits import SALVAGE_LOST_MAX
from journal.records import Lost, VerifyReport
from journal.rescue.losses import Losses, tell_broken

CLEAN = VerifyReport(True, {"blob": 1}, ())


def test_nothing_lost_is_ok() -> None:
    report = Losses().report("id", {"blob": 1}, CLEAN)
    assert report and report.lost == () and (report.journal_id, report.recovered) == ("id", {"blob": 1})


def test_each_loss_is_told_once() -> None:
    losses = Losses()
    for _ in range(2):
        losses.lose(b"c" * 32, "a", None, "gone")
    assert losses.report("id", {}, CLEAN).lost == (Lost("63" * 32, "a", None, "gone"),)


def test_more_than_the_bound_is_counted() -> None:
    losses = Losses()
    for number in range(SALVAGE_LOST_MAX + 5):
        losses.lose(None, str(number), None, "gone")
    report = losses.report("id", {}, CLEAN)
    assert len(report.lost) == SALVAGE_LOST_MAX and report.findings[0].message == "5 more are not listed"


def test_a_damaged_place_counts_where_nothing_else_tells_what_it_held() -> None:
    losses = Losses()
    tell_broken(losses, [("chunk", 3), ("chunk", 3)], 0, 0)
    assert losses.report("id", {}, CLEAN)
    tell_broken(losses, [("staged", 4)], 0, 0)
    assert not losses.report("id", {}, CLEAN)
