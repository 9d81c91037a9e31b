"""Bases: what stands in the place of the commits of a branch that prune removed."""

from collections.abc import Iterable
from typing import NamedTuple

from journal.database import Read, Write
from journal.ids import BranchId, PathId
from journal.tables.states import Columns

SELECT_TABLE = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'base'"
SELECT_BASES = "SELECT branch_id, n, sha256, act_id FROM base"
SELECT_NAME = "SELECT sha256 FROM base WHERE branch_id = :branch_id AND n = :n"
UPSERT_BASE = """
INSERT INTO base (branch_id, n, sha256, act_id) VALUES (:branch_id, :n, :sha256, :act_id)
ON CONFLICT (branch_id) DO UPDATE SET n = excluded.n, sha256 = excluded.sha256, act_id = excluded.act_id
"""
SELECT_BLOBS = "SELECT branch_id, path_id, blob_id FROM base_entry"
UPSERT_ENTRY = """
INSERT OR REPLACE INTO base_entry (branch_id, path_id, blob_id, mode, kind) VALUES (?, ?, ?, ?, ?)
"""
DELETE_ENTRY = "DELETE FROM base_entry WHERE branch_id = ? AND path_id = ?"


class Base(NamedTuple):
    """The newest commit of a branch that left: its number there, its name, and the act that made it."""

    branch_id: BranchId
    n: int
    sha256: bytes
    act_id: int


def there(tx: Read) -> bool:
    """Tells whether the journal can have bases: one that an older release made, and nobody has written to, has none."""
    return tx.row(SELECT_TABLE) is not None


def all_of(tx: Read) -> dict[BranchId, Base]:
    """Gives the base of each branch that has one."""
    return {BranchId(row[0]): Base(*row) for row in tx.rows(SELECT_BASES)} if there(tx) else {}


def name_at(tx: Read, branch_id: BranchId, n: int) -> bytes | None:
    """Names the base of a branch when it was the n-th commit."""
    return tx.value(SELECT_NAME, branch_id=branch_id, n=n) if there(tx) else None


def blobs(tx: Read) -> list[tuple[BranchId, PathId, int]]:
    """Lists the contents of all bases: branch, path, blob."""
    return [(BranchId(row[0]), PathId(row[1]), int(row[2])) for row in tx.rows(SELECT_BLOBS)]


def advance(tx: Write, base: Base, changes: Iterable[tuple[PathId, Columns]]) -> None:
    """Moves the base of a branch to a newer commit, and its tree by what lies between, oldest first."""
    tx.run(UPSERT_BASE, **base._asdict())
    newest = dict(changes)
    gone = [(base.branch_id, path) for path, after in newest.items() if after[2] is None]
    tx.run_many(DELETE_ENTRY, gone)
    tx.run_many(UPSERT_ENTRY, [(base.branch_id, p, *after) for p, after in newest.items() if after[2] is not None])
