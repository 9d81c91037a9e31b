"""Rows are read from the bytes of a page as SQLite wrote them, and no bytes make the reading fail otherwise."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from journal.rescue.cells import (
    TABLE_LEAF,
    Unreadable,
    cells,
    columns,
    decoded,
    hidden,
    kind_of,
    record,
    signed,
    varint,
)
from journal.rescue.pages import Pages

ROWS = [(1, "a", b"", None, -1), (2, "é" * 5000, bytes(range(256)) * 200, 7, 1 << 62), (-5, "", b"x", 0, 1)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of SQLite's with one table, whose large rows go on at other pages."""
    found = tmp_path / "some.file"
    with sqlite3.connect(found) as connection:
        connection.execute("PRAGMA page_size=2048")
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a, b, c, d)")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", ROWS)
    connection.close()
    return found


def test_rows_are_read_as_they_were_written(path: Path) -> None:
    with Pages(str(path)) as pages:
        data = pages.page(2)
        assert kind_of(2, data) == TABLE_LEAF
        listed = list(cells(2, data, TABLE_LEAF))
        assert [columns(data, cell) for cell in listed] == [5, 5, 5]
        assert [(cell.rowid, *record(pages, data, cell)[1:]) for cell in listed] == sorted(ROWS)


@given(some.binary(max_size=300))
def test_any_bytes_are_a_record_or_none(data: bytes) -> None:
    with suppress(Unreadable):
        assert isinstance(decoded(data), tuple)
    for kind in (2, 5, 10, 13):
        for cell in cells(2, data.ljust(512, b"\0"), kind):
            assert columns(data, cell) >= 0


def test_numbers() -> None:
    assert varint(b"\x7f", 0) == (127, 1) and varint(b"\x81\x00", 0) == (128, 2)
    assert varint(b"\xff" * 9, 0) == ((1 << 64) - 1, 9) and signed((1 << 64) - 1) == -1
    with pytest.raises(Unreadable):
        varint(b"\xff", 0)


def test_rows_that_the_list_of_their_page_does_not_lead_to_are_found_where_they_lie(path: Path) -> None:
    with Pages(str(path)) as pages:
        data = pages.page(2)
        listed = list(cells(2, data, TABLE_LEAF))
        assert list(hidden(2, data, listed, pages.usable)) == []
        for left_out in range(3):
            known = [cell for at, cell in enumerate(listed) if at != left_out]
            assert list(hidden(2, data, known, pages.usable)) == [listed[left_out]]
        assert sorted(hidden(2, data, [], pages.usable)) == sorted(listed)
