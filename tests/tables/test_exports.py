"""What is exported: every view that means something outside, and the commits."""

import os

from journal.database import Database
from journal.tables import exports
from tests.tables import rows
from tests.tables.rows import Side

ODD = os.fsdecode(b"c/\xff")


def filled() -> Database:
    """A journal with two commits."""
    database = rows.migrated()
    with database.begin() as tx:
        home = rows.home(tx)
        rows.commit(tx, home, {"a": Side(b"one"), ODD: Side(b"two")})
        rows.commit(tx, home, {"a": None})
    return database


def test_all_views_are_listed_but_those_that_show_keys() -> None:
    listed = {each.name: each for each in exports.listings(filled().look())}
    assert {"audit", "commits", "file_history", "history", "storage"} <= set(listed)
    assert "blob_chunk" not in listed
    assert [name for name, each in listed.items() if each.resumes] == ["commits", "history"]
    assert ("cursor", "INTEGER") in listed["history"].columns


def test_rows_come_in_the_order_of_their_columns_past_a_cursor() -> None:
    look = filled().look()
    for listing in exports.listings(look):
        for since in (0, 2, 3):
            found = list(exports.rows(look, listing, since))
            assert len(found) == exports.count(look, listing, since)
            assert all(len(row) == len(listing.columns) for row in found)
    listed = {each.name: each for each in exports.listings(look)}
    assert [exports.count(look, listed["history"], since) for since in (0, 2, 3)] == [3, 1, 0]
    assert [exports.count(look, listed["commits"], since) for since in (0, 2, 3)] == [2, 1, 0]


def test_kinds_are_told_of_columns_that_declare_none() -> None:
    look = filled().look()
    history = next(each for each in exports.listings(look) if each.name == "history")
    found = exports.kinds(look, history, 0)
    assert found["commit_id"] == {"text"}
    assert found["sha_before"] == {"text"}
    assert "cursor" not in found
    storage = next(each for each in exports.listings(look) if each.name == "storage")
    assert exports.kinds(look, storage, 0)["row_count"] == {"integer"}


def test_names_that_are_not_utf8_are_given_back() -> None:
    assert exports.undecodable(filled().look()) == {"//c/\\xff": ODD}
