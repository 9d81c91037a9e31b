"""Nothing leaves without its record: the triggers hold against any client, and the record is a link of the chain."""

from pathlib import Path

import pytest

from journal import Journal, Spool
from journal.database import Database
from journal.errors import JournalError
from journal.tables import leaving, retention
from journal.tables.leaving import Links


@pytest.mark.parametrize("table", ["commits", "change", "edit", "invocation", "audit_link", "pruned"])
@pytest.mark.parametrize("after", [False, True])
def test_a_row_that_is_kept_cannot_be_deleted(root: Path, table: str, after: bool) -> None:
    with Spool.open(root) as spool:
        for number in range(4):
            spool.write("a.txt", f"{number}")
            spool.commit(f"{number}")
        path = str(spool.journal.path)
    if after:
        with Journal.open(path, readonly=False) as journal:
            journal.prune(keep_commits=2, dry_run=False)
    elif table == "pruned":
        return
    database = Database.open(path, readonly=False)
    database.trust_references()
    with pytest.raises(JournalError, match="never deleted"), database.begin() as tx:
        tx.run(f"DELETE FROM {table}")
    database.close()


def test_links_that_leave_are_digested_together() -> None:
    links, other = Links(), Links()
    links.take(1, 5, b"a" * 32, b"x" * 32)
    links.take(2, 4, b"b" * 32, b"y" * 32)
    other.take(2, 5, b"b" * 32, b"y" * 32)
    assert (links.seq, links.act_id, links.count, links.link) == (2, 5, 2, b"y" * 32)
    assert links.digest != other.digest


def test_contents_leave_with_what_was_last_seen_and_what_was_remembered_of_them(root: Path) -> None:
    with Spool.open(root) as spool:
        spool.write("a.txt", "content")
        path = str(spool.journal.path)
    database = Database.open(path, readonly=False)
    database.trust_references()
    try:
        with pytest.raises(ZeroDivisionError), database.begin() as tx:
            numbers = [number for number, _, _ in retention.blobs(tx)]
            leaving.blobs(tx, numbers)
            leaving.chunks(tx, [number for number, _, _ in retention.chunks(tx)])
            leaving.patches(tx)
            assert numbers and not list(retention.blobs(tx)) and not list(retention.chunks(tx))
            raise ZeroDivisionError  # nothing of it stays
        assert list(retention.blobs(database.look()))
    finally:
        database.close()
