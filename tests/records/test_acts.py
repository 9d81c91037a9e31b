"""An act tells its duration in seconds, where it has ended."""

from dataclasses import replace

from journal.records import Invocation
from tests.records.examples import RECORDS


def test_a_duration_in_seconds() -> None:
    act = next(record for record in RECORDS if isinstance(record, Invocation))
    assert act.duration_s == 0.0015
    assert replace(act, duration_us=None, finished_at=None).duration_s is None
