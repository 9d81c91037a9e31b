"""Memoized diffs: kept once, found again by both contents."""

from hypothesis import given
from hypothesis import strategies as st

from journal.content import diffing
from journal.database import Database
from journal.ids import BlobId
from journal.tables import patches
from journal.tables.patches import PatchRow
from tests.tables import rows

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
