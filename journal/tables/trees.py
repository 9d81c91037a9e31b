"""Trees: every path that exists at the head of a branch, or at one of its commits."""

from collections.abc import Iterable
from typing import NamedTuple

from journal.content.paths import loaded
from journal.database import Read, Write
from journal.ids import BranchId, PathId
from journal.tables.states import Columns, State, state_of

SELECT_ENTRY = """
SELECT b.sha256, b.size, b.is_text, h.mode, h.kind FROM head_entry AS h JOIN blob AS b ON b.id = h.blob_id
WHERE h.branch_id = :branch_id AND h.path_id = :path_id
"""
SELECT_HEAD = """
SELECT p.id, p.name, p.raw, b.sha256, b.size, b.is_text, h.mode, h.kind
FROM head_entry AS h JOIN path AS p ON p.id = h.path_id JOIN blob AS b ON b.id = h.blob_id
WHERE h.branch_id = :branch_id
"""
SELECT_AT = """
SELECT p.id, p.name, p.raw, b.sha256, b.size, b.is_text, c.after_mode, c.after_kind
FROM (SELECT max(x.seq) AS seq FROM change AS x JOIN commits AS k ON k.id = x.commit_id
      WHERE k.branch_id = :branch_id AND k.n <= :n GROUP BY x.path_id) AS newest
JOIN change AS c ON c.seq = newest.seq
JOIN path AS p ON p.id = c.path_id
JOIN blob AS b ON b.id = c.after_blob
"""
UPSERT_ENTRY = """
INSERT OR REPLACE INTO head_entry (branch_id, path_id, blob_id, mode, kind) VALUES (?, ?, ?, ?, ?)
"""
DELETE_ENTRY = "DELETE FROM head_entry WHERE branch_id = ? AND path_id = ?"


class TreeEntry(NamedTuple):
    """One path of a tree."""

    path_id: PathId
    path: str
    state: State


def at_head(tx: Read, branch_id: BranchId, path_id: PathId) -> State | None:
    """Gives a path's state at the head of a branch."""
    row = tx.row(SELECT_ENTRY, branch_id=branch_id, path_id=path_id)
    return None if row is None else state_of(*row)


def head(tx: Read, branch_id: BranchId) -> list[TreeEntry]:
    """Lists the tree at the head of a branch, in no order."""
    return _entries(tx.rows(SELECT_HEAD, branch_id=branch_id))


def at(tx: Read, branch_id: BranchId, n: int) -> list[TreeEntry]:
    """Lists the tree at the n-th commit of a branch, in no order."""
    return _entries(tx.rows(SELECT_AT, branch_id=branch_id, n=n))


def advance(tx: Write, branch_id: BranchId, changes: Iterable[tuple[PathId, Columns]]) -> None:
    """Moves the tree at head to what changes made of it."""
    listed = list(changes)
    tx.run_many(DELETE_ENTRY, [(branch_id, path) for path, after in listed if after[2] is None])
    tx.run_many(UPSERT_ENTRY, [(branch_id, path, *after) for path, after in listed if after[2] is not None])


def _entries(rows: list[tuple]) -> list[TreeEntry]:  # type: ignore[type-arg]  # the columns of the two SELECTs
    found = []
    for row in rows:
        state = state_of(*row[3:8])
        assert state is not None  # the join with blob leaves no NULL
        found.append(TreeEntry(PathId(row[0]), loaded(row[1], row[2]), state))
    return found
