"""The base of a branch: what stands in the place of the commits that left."""

from journal.content.packing import pack
from journal.database import Database
from journal.ids import BranchId, PathId
from journal.tables import bases, blobs, paths
from journal.tables.bases import Base
from journal.tables.states import ABSENT
from tests.tables import rows


def test_a_base_moves_on_with_its_tree() -> None:
    database = rows.migrated()
    with database.begin() as tx:
        branch = rows.home(tx).branch
        one, two = paths.number(tx, "one"), paths.number(tx, "two")
        blob = blobs.put(tx, pack(b"content"))
        bases.advance(tx, Base(branch, 3, bytes(32), 7), [(one, (blob, 0o644, "file")), (two, (blob, 0o600, "file"))])
        assert bases.all_of(tx) == {branch: Base(branch, 3, bytes(32), 7)}
        assert bases.blobs(tx) == [(branch, one, blob), (branch, two, blob)]
        bases.advance(tx, Base(branch, 5, b"n" * 32, 9), [(one, ABSENT), (two, ABSENT), (two, (blob, 0o644, "file"))])
        assert bases.blobs(tx) == [(branch, PathId(two), blob)]  # the newest state of a path counts
        assert bases.name_at(tx, branch, 5) == b"n" * 32
        assert bases.name_at(tx, branch, 3) is bases.name_at(tx, BranchId(9), 5) is None
    database.close()


def test_a_journal_of_an_older_format_has_none() -> None:
    database = Database.open(":memory:", readonly=False, create=True)
    look = database.look()
    assert not bases.there(look) and bases.all_of(look) == {} and bases.name_at(look, BranchId(1), 1) is None
    database.close()
