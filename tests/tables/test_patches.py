"""Memoized diffs: kept once, found again by both contents."""

from hypothesis import given
from hypothesis import strategies as st

from journal.content import diffing
from journal.database import Database
from journal.ids import BlobId
from journal.tables import patches, staged
from journal.tables.patches import Lines, PatchRow
from journal.tables.staged import StagedRow
from tests.tables import rows
from tests.tables.rows import Home, Side

ONE, OTHER = BlobId(1), BlobId(2)
PATCH = PatchRow(3, 2, False, ((0, 1, 0, 2), (200, 1, 201, 1)))


def test_a_diff_is_found_by_both_contents(database: Database) -> None:
    with database.begin() as tx:
        patches.put(tx, ONE, OTHER, PATCH)
    assert patches.find(database.look(), ONE, OTHER) == PATCH
    assert patches.find(database.look(), OTHER, ONE) is None
    assert patches.find(database.look(), ONE, ONE) is None


def test_nothing_is_a_side_of_its_own(database: Database) -> None:
    created, deleted = PatchRow(1, 0, False, ((0, 0, 0, 1),)), PatchRow(0, 1, True, ())
    with database.begin() as tx:
        patches.put(tx, None, ONE, created)
        patches.put(tx, ONE, None, deleted)
    assert patches.find(database.look(), None, ONE) == created
    assert patches.find(database.look(), ONE, None) == deleted
    assert patches.find(database.look(), None, None) is None


def test_a_diff_that_is_there_stays(database: Database) -> None:
    with database.begin() as tx:
        patches.put(tx, ONE, OTHER, PATCH)
        patches.put(tx, ONE, OTHER, PATCH._replace(additions=9))
    assert patches.find(database.look(), ONE, OTHER) == PATCH


def test_a_diff_of_another_version_is_not_found(database: Database) -> None:
    with database.begin() as tx:
        patches.put(tx, ONE, OTHER, PATCH)
        tx.run("UPDATE patch SET version = version + 1")
    assert patches.find(database.look(), ONE, OTHER) is None


@given(st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n"])).map(b"".join), st.lists(st.sampled_from([b"a\n", b"b\n"])))
def test_any_diff_comes_back(before: bytes, lines: list[bytes]) -> None:
    found = diffing.compare(before, b"".join(lines))
    patch = PatchRow(found.additions, found.deletions, False, found.blocks)
    database = rows.migrated()
    with database.begin() as tx:
        patches.put(tx, ONE, OTHER, patch)
    assert patches.find(database.look(), ONE, OTHER) == patch
    database.close()


def test_lines_are_told_of_the_paths_that_are_asked_for(database: Database, home: Home) -> None:
    before, after = Side(b"one\ntwo\n"), Side(b"one\n2\n3\n")
    with database.begin() as tx:
        act = rows.act(tx, home)
        sides = {"a": (before, after), "b": (None, after)}
        edits = [rows.edit(tx, home, path, *each, act) for path, each in sides.items()]
        staged.put(tx, [StagedRow(home.branch, each.path_id, each.before, each.after, each.id) for each in edits])
        one, two = (each.path_id for each in edits)
        old, new = edits[0].before[0], edits[0].after[0]
        patches.put(tx, old, new, PATCH)
    look = database.look()
    told = {one: Lines(old, new, 2, 3, PATCH.additions, PATCH.deletions), two: Lines(None, new, None, 3, None, None)}
    assert patches.staged_lines(look, home.branch, [one, two]) == told
    assert patches.staged_lines(look, home.branch, [two]) == {two: told[two]}
