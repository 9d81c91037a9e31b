"""Followers by name: an acknowledgement only moves forward, going back only back, and each is a row of its own."""

import apsw
import pytest

from journal.database import Database
from journal.errors import CorruptionError
from journal.tables import followers


def test_a_follower_begins_before_the_first_change_and_is_taken_in_once(database: Database) -> None:
    assert followers.place(database.look(), "memory") is None
    with database.begin() as tx:
        followers.enter(tx, "memory", 1)
        followers.advance(tx, "memory", 5, 2)
        followers.enter(tx, "memory", 3)
    assert followers.place(database.look(), "memory") == 5
    assert database.look().rows("SELECT * FROM follower") == [("memory", 5, 2)]


def test_acknowledging_moves_forward_only(database: Database) -> None:
    with database.begin() as tx:
        followers.enter(tx, "memory", 1)
        for cursor, now in [(3, 2), (2, 3), (3, 4), (7, 5), (0, 6)]:
            followers.advance(tx, "memory", cursor, now)
    assert database.look().rows("SELECT change_seq, updated_at FROM follower") == [(7, 5)]


def test_acknowledging_keeps_a_follower_that_was_removed_meanwhile(database: Database) -> None:
    with database.begin() as tx:
        followers.advance(tx, "memory", 3, 2)
    assert followers.places(database.look()) == {"memory": 3}


def test_going_back_moves_back_only_and_touches_nobody_else(database: Database) -> None:
    with database.begin() as tx:
        for name in ("b", "a"):
            followers.advance(tx, name, 7, 1)
        followers.go_back(tx, "a", 9, 2)
        followers.go_back(tx, "a", 4, 3)
        followers.go_back(tx, "none", 4, 3)
    assert list(followers.places(database.look()).items()) == [("a", 4), ("b", 7)]
    assert database.look().value("SELECT updated_at FROM follower WHERE name = 'a'") == 3


@pytest.mark.parametrize("row", [("", 0, 0), ("a", -1, 0), ("a", "x", 0), (None, 0, 0)])
def test_what_is_no_place_is_refused(database: Database, row: tuple[object, ...]) -> None:
    with pytest.raises(CorruptionError), database.begin() as tx:
        tx.run_many("INSERT INTO follower VALUES (?, ?, ?)", [row])  # type: ignore[list-item]
    assert followers.places(database.look()) == {}


def test_a_journal_of_an_older_release_has_no_followers() -> None:
    connection = apsw.Connection(":memory:")
    older = Database(connection, ":memory:", readonly=True)
    assert followers.places(older.look()) == {}
    older.close()
