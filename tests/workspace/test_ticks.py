"""Whether stamps tell every write is found out by trying, and believed for that device only."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from journal.workspace import calls, look, ticks
from journal.workspace.temp import Temp
from journal.workspace.walk import Root


@pytest.fixture
def temp(tmp_path: Path) -> Iterator[Temp]:
    root = Root.open(str(tmp_path))
    made = Temp.open(root)
    yield made
    made.close()
    root.close()


def test_the_probe_leaves_nothing_behind(temp: Temp) -> None:
    assert ticks.probe(temp) == bool(look.EXACT_DEVICES)
    assert temp.leftovers() == []


def test_a_clock_with_coarse_ticks_is_not_believed(temp: Temp, monkeypatch: pytest.MonkeyPatch) -> None:
    real = calls.fstat

    def coarse(fd: int) -> os.stat_result:
        found = list(real(fd))
        return os.stat_result((*found[:7], 1, 1, 1, 1.0, 1.0, 1.0, 1, 1, 1))

    look.EXACT_DEVICES.add(look.signed(real(temp.fd).st_dev))
    monkeypatch.setattr(calls, "fstat", coarse)
    assert not ticks.probe(temp)
    assert set() == look.EXACT_DEVICES


def test_a_stat_is_believed_at_once_where_every_write_shows(tmp_path: Path, temp: Temp) -> None:
    (tmp_path / "a").write_bytes(b"1")
    found = look.look(temp.spool_fd, "../a")
    assert found is not None
    look.EXACT_DEVICES.discard(found.dev)
    assert not look.settled(found)
    look.EXACT_DEVICES.add(found.dev)
    assert look.settled(found)


def test_numbers_of_the_system_fit_a_row() -> None:
    assert look.signed(5) == 5
    assert look.signed((1 << 64) - 1) == -1
    assert look.signed(1 << 63) == -(1 << 63)
