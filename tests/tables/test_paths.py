"""Numbers of paths: one each, for ever, whatever bytes are in the name."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.content.paths import loaded
from journal.database import Database
from journal.ids import PathId
from journal.tables import paths
from tests.tables import rows

names = st.binary(min_size=1, max_size=6).map(os.fsdecode).filter(lambda name: "\0" not in name and name[0] != "/")


def test_a_path_keeps_its_number(database: Database) -> None:
    with database.begin() as tx:
        first, second = paths.number(tx, "a/b"), paths.number(tx, "a")
        assert first != second
        assert (paths.number(tx, "a/b"), paths.number(tx, "a")) == (first, second)
    assert (paths.find(database.look(), "a/b"), paths.find(database.look(), "a")) == (first, second)
    assert (paths.name(database.look(), first), paths.name(database.look(), second)) == ("a/b", "a")


def test_a_folder_is_known_by_what_was_seen_below_it(database: Database) -> None:
    with database.begin() as tx:
        for path in ("a/b/c", "a.x", "d", "\udcff/e", "f/\udcff"):
            paths.number(tx, path)
        seen = ("a", "a/b", "a/b/c", "d", "\udcff", "f")
        assert [each for each in seen if not paths.any_in(tx, each)] == []
        assert not any(paths.any_in(tx, each) for each in ("a/b/c/d", "b", "a.", "e", "d/e"))


def test_a_path_that_was_never_seen_has_none(database: Database) -> None:
    assert paths.find(database.look(), "a") is None
    with pytest.raises(LookupError, match="path 7"):
        paths.name(database.look(), PathId(7))


def test_names_differ_by_case_and_by_form(database: Database) -> None:
    alike = ["a", "A", "é", "e\u0301", " a", "a "]
    with database.begin() as tx:
        assert len({paths.number(tx, path) for path in alike}) == len(alike)


def test_a_name_that_is_not_utf_8_is_kept_as_its_bytes(database: Database) -> None:
    odd = os.fsdecode(b"a/\xff\n\\x")
    with database.begin() as tx:
        number = paths.number(tx, odd)
        assert paths.number(tx, odd) == number
    assert paths.find(database.look(), odd) == number
    assert paths.name(database.look(), number) == odd
    assert database.look().rows("SELECT name, raw FROM path") == [("//a/\\xff\\x0a\\\\x", b"a/\xff\n\\x")]


def test_the_escaped_form_is_the_name_of_another_file(database: Database) -> None:
    with database.begin() as tx:
        numbers = {paths.number(tx, path) for path in ("\udcff", "\\xff", "\\\\xff", "x")}
    assert len(numbers) == 4


@given(st.lists(names, unique=True, max_size=8))
def test_every_name_comes_back(listed: list[str]) -> None:
    database = rows.migrated()
    with database.begin() as tx:
        numbers = [paths.number(tx, name) for name in listed]
        assert len(set(numbers)) == len(listed)
        assert [paths.number(tx, name) for name in listed] == numbers
    assert [paths.find(database.look(), name) for name in listed] == numbers
    assert [paths.name(database.look(), number) for number in numbers] == listed
    database.close()


PARTS = st.sampled_from(["a", "b", "a\x01", "a0", "a-", "\udcff", "\\xff", "é", "\U0010ffff"])
NAMES = st.lists(PARTS, min_size=1, max_size=3).map("/".join)
SELECT_IN = f"SELECT p.name, p.raw FROM {paths.IN_SPANS}"


@given(st.lists(NAMES, max_size=8), st.lists(NAMES, max_size=3))
def test_spans_hold_what_lies_at_and_below_some_paths_once(listed: list[str], starts: list[str]) -> None:
    database = rows.migrated()
    with database.begin() as tx:
        for name in listed:
            paths.number(tx, name)
    found = [loaded(*row) for row in database.look().rows(SELECT_IN, spans=paths.spans(starts))]
    assert sorted(found) == sorted(
        name for name in set(listed) if any(name == start or name.startswith(start + "/") for start in starts)
    )
    database.close()


def test_spans_are_sought_in_the_index_of_names(database: Database) -> None:
    plan = database.look().rows("EXPLAIN QUERY PLAN " + SELECT_IN, spans=paths.spans(["a"]))
    assert any("SEARCH p USING INDEX" in row[3] for row in plan)


def test_numbers_pick_rows(database: Database) -> None:
    with database.begin() as tx:
        one, _, three = (paths.number(tx, name) for name in "abc")
    sql = f"SELECT name FROM path WHERE id {paths.IN_IDS} ORDER BY id"
    assert database.look().rows(sql, ids=paths.ids([three, one, PathId(99)])) == [("a",), ("c",)]
    assert database.look().rows(sql, ids=paths.ids([])) == []
