"""How far a verification is: what is told, what ends it, and that no walk through rows goes round."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from journal.database import Database
from journal.errors import CorruptionError
from journal.rescue import gauge
from journal.rescue.gauge import Gauge, onward, paged

SEQUENCES = "SELECT seq FROM audit_link WHERE seq > :after ORDER BY seq LIMIT :most"


def test_what_is_gone_through_is_told_and_never_more_than_all() -> None:
    told: list[tuple[int, int | None]] = []
    counter = Gauge(lambda done, total: told.append((done, total)))
    counter.total = 10
    for amount in (4, 4, 4):
        counter.add(amount)
    counter.end()
    assert told == [(4, 10), (8, 10), (10, 10), (10, 10)]


def test_nobody_need_be_told() -> None:
    counter = Gauge(None)
    counter.total = 1
    counter.add(1)
    counter.end()
    counter.reraise()


def test_what_the_listener_raised_is_raised_again() -> None:
    def tired(done: int, total: int | None) -> None:
        raise KeyboardInterrupt(f"after {done} of {total}")

    counter = Gauge(tired)
    counter.total = 2
    with pytest.raises(KeyboardInterrupt, match="after 1 of 2"):
        counter.add(1)
    with pytest.raises(KeyboardInterrupt, match="after 1 of 2"):
        counter.reraise()


@pytest.mark.parametrize("size", [1, 2, 3, 1_000])
def test_pages_of_any_size_give_each_row_once(sound: Path, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gauge, "VERIFY_PAGE_ROWS", size)
    with closing(Database.open(str(sound), readonly=True)) as database, database.read() as look:
        found = [int(row[0]) for row in paged(look, SEQUENCES)]
        assert found == list(range(1, int(look.value("SELECT count(*) FROM audit_link")) + 1))


@pytest.mark.parametrize(("before", "after"), [(1, 1), (2, 1), ((1, 5), (1, 5)), ((2, 0), (1, 9))])
def test_a_walk_that_leads_back_ends(before: Any, after: Any) -> None:
    with pytest.raises(CorruptionError, match="lead back"):
        onward(before, after)


def test_a_walk_goes_on() -> None:
    assert onward(1, 2) == 2
    assert onward((1, 9), (2, 0)) == (2, 0)
