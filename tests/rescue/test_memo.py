"""Remembered diffs are computed again: all of a few, of many a sample that is the same each time."""

from pathlib import Path

import pytest

from journal import Spool
from journal.database import Database
from journal.rescue import memo
from journal.rescue.gauge import Gauge
from tests.rescue.damages import damage, verified

PAIRS = 30


@pytest.fixture
def compared(root: Path, tmp_path: Path) -> Path:
    """A journal that remembers the diffs of thirty commits."""
    path = tmp_path / "compared.db"
    with Spool.open(root, journal=path) as spool:
        for number in range(PAIRS + 1):
            spool.write("a", "".join(f"{line} {number if line == number else ''}\n" for line in range(PAIRS + 1)))
            spool.commit(f"{number}")
    return path


def sampled(path: Path) -> list[tuple[int, int]]:
    database = Database.open(str(path), readonly=True)
    found = [row[:2] for row in memo._sample(database.look())]
    database.close()
    return found


def test_few_are_all_computed_again(compared: Path) -> None:
    assert verified(compared, full=True).checked["patches"] == PAIRS
    assert len(sampled(compared)) == PAIRS


def test_of_many_it_is_the_same_sample_each_time(compared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo, "VERIFY_PATCHES", 10)
    first = sampled(compared)
    assert sampled(compared) == first
    assert 2 <= len(set(first)) == len(first) <= 10


def test_large_pairs_are_left_out(compared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo, "VERIFY_PATCH_BYTES_MAX", 10)
    assert verified(compared, full=True).checked["patches"] == 0


@pytest.mark.damaged
def test_a_wrong_one_is_named_and_one_of_a_lost_content_is_not(compared: Path) -> None:
    damage(compared, ["UPDATE patch SET blocks = x'000101' WHERE before_id = 3"])
    found = verified(compared, full=True).findings
    assert [(each.code, each.subject) for each in found] == [("patch", "contents 3 and 4")]
    damage(compared, ["UPDATE chunk SET body = zeroblob(length(body)) WHERE id <= 4"])
    database = Database.open(str(compared), readonly=True)
    assert [each.subject for each in memo.patches(database, {}, Gauge(None))] == []
    database.close()
