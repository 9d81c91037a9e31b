"""Rows go in with their numbers, and none that breaks a rule of its table."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from journal.database import Database, Write
from journal.tables import salvaged


@pytest.fixture
def tx(database: Database) -> Iterator[Write]:
    """A transaction in a journal without data."""
    with database.begin() as found:
        yield found


def test_a_row_goes_in_once(tx: Write) -> None:
    assert salvaged.put(tx, "path", (70, "a", None)) and salvaged.path(tx, 70) == "a"
    assert not salvaged.put(tx, "path", (70, "b", None)) and not salvaged.put(tx, "path", (71, "a", None))
    assert not salvaged.put(tx, "path", (72, "", None)) and not salvaged.put(tx, "path", (73, b"x", None))
    assert salvaged.count(tx, "path") == 1 and salvaged.path(tx, 71) is None
    salvaged.rename(tx, 70, "c")
    assert salvaged.path(tx, 70) == "c"


def test_numbers_go_on_behind_the_last_that_was_given_out(tx: Write) -> None:
    assert salvaged.issue(tx, "audit_link", "seq", 0) == ("audit_link", 0)
    salvaged.put(tx, "audit_link", (3, 1, "opened", bytes(32), bytes(32)))
    assert salvaged.issue(tx, "audit_link", "seq", 0) == ("audit_link", 2)
    assert salvaged.issue(tx, "audit_link", "seq", 9) == ("audit_link", 8)
    assert tx.value("SELECT seq FROM sqlite_sequence WHERE name = 'audit_link'") == 9


def test_a_content_without_bytes_is_told(tx: Write) -> None:
    assert salvaged.content(tx, 1) is None and salvaged.lost_contents(tx) == []
    salvaged.put(tx, "blob", (1, b"s" * 32, 3, 1, 1, 0, "whole", bytes(4)))
    assert salvaged.content(tx, 1) == (b"s" * 32, False) and salvaged.lost_contents(tx) == [(None, "", b"s" * 32)]
