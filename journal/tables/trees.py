"""Trees: every path that exists at the head of a branch, or at one of its commits."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from journal.content.paths import loaded, parents
from journal.database import Read, Write
from journal.errors import CorruptionError
from journal.ids import BranchId, PathId
from journal.tables import bases, paths
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
SELECT_HEAD_IN = f"""
SELECT p.id, p.name, p.raw, b.sha256, b.size, b.is_text, h.mode, h.kind
FROM {paths.IN_SPANS}
CROSS JOIN head_entry AS h ON h.branch_id = :branch_id AND h.path_id = p.id JOIN blob AS b ON b.id = h.blob_id
"""
SELECT_ENTRIES = f"""
SELECT h.path_id, b.sha256, b.size, b.is_text, h.mode, h.kind FROM head_entry AS h JOIN blob AS b ON b.id = h.blob_id
WHERE h.branch_id = :branch_id AND h.path_id {paths.IN_IDS}
"""
# The newest change of a path up to a commit is one seek in the index (path_id, commit_id): a tree costs its paths, not
# the history below it. Numbers of commits grow within a branch, so that what came later is never looked at.
STATE_AT = """
JOIN change AS c ON c.seq = (
    SELECT x.seq FROM change AS x JOIN commits AS k ON k.id = x.commit_id
    WHERE x.path_id = p.id AND k.branch_id = :branch_id
      AND x.commit_id <= (SELECT id FROM commits WHERE branch_id = :branch_id AND n <= :n ORDER BY n DESC LIMIT 1)
    ORDER BY x.commit_id DESC LIMIT 1)
JOIN blob AS b ON b.id = c.after_blob
"""
ENTRY_AT = "SELECT p.id, p.name, p.raw, b.sha256, b.size, b.is_text, c.after_mode, c.after_kind FROM "
SELECT_AT = ENTRY_AT + "path AS p" + STATE_AT
SELECT_ONE_AT = SELECT_AT + "WHERE p.id = :path_id"
SELECT_CHANGED_AT = (
    ENTRY_AT
    + """(
    SELECT DISTINCT y.path_id FROM commits AS m CROSS JOIN change AS y ON y.commit_id = m.id
    WHERE m.branch_id = :branch_id AND m.n > :low AND m.n <= :high
) AS changed JOIN path AS p ON p.id = changed.path_id"""
    + STATE_AT
)
SELECT_CHANGED = """
SELECT DISTINCT p.name, p.raw FROM commits AS m CROSS JOIN change AS y ON y.commit_id = m.id
JOIN path AS p ON p.id = y.path_id
WHERE m.branch_id = :branch_id AND m.n > :low AND m.n <= :high
"""
# What stood at the base of a branch is there until a commit that is kept changes the path.
UNCHANGED_SINCE = """
WHERE h.branch_id = :branch_id AND NOT EXISTS (
    SELECT 1 FROM change AS x JOIN commits AS k ON k.id = x.commit_id
    WHERE x.path_id = h.path_id AND k.branch_id = :branch_id
      AND x.commit_id <= (SELECT id FROM commits WHERE branch_id = :branch_id AND n <= :n ORDER BY n DESC LIMIT 1))
"""
SELECT_BASE_AT = (
    """
UNION ALL
SELECT p.id, p.name, p.raw, b.sha256, b.size, b.is_text, h.mode, h.kind
FROM base_entry AS h JOIN path AS p ON p.id = h.path_id JOIN blob AS b ON b.id = h.blob_id
"""
    + UNCHANGED_SINCE
)
ONE_BASE_AT = SELECT_BASE_AT + " AND h.path_id = :path_id"
CHANGED_BASE_AT = (
    SELECT_BASE_AT
    + """
  AND h.path_id IN (SELECT y.path_id FROM commits AS m CROSS JOIN change AS y ON y.commit_id = m.id
                    WHERE m.branch_id = :branch_id AND m.n > :low AND m.n <= :high)
"""
)
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


def at_head_many(tx: Read, branch_id: BranchId, many: Iterable[PathId]) -> dict[PathId, State]:
    """Gives the states at the head of a branch of those paths that are there."""
    rows = tx.rows(SELECT_ENTRIES, branch_id=branch_id, ids=paths.ids(many))
    return {PathId(row[0]): state for row in rows if (state := state_of(*row[1:])) is not None}


def head(tx: Read, branch_id: BranchId, starts: Collection[str] | None = None) -> list[TreeEntry]:
    """Lists the tree at the head of a branch, in no order; with `starts`, not "", what lies at or below them.

    A part of the tree costs that part, however large the tree is.
    """
    if starts is None or "" in starts:
        return _entries(tx.rows(SELECT_HEAD, branch_id=branch_id))
    return _entries(tx.rows(SELECT_HEAD_IN, branch_id=branch_id, spans=paths.spans(starts)))


def in_the_way(tx: Read, branch_id: BranchId, files: Collection[str]) -> list[TreeEntry]:
    """Lists the paths at head that no tree holds beside some files: those below one of them, and those above one.

    In no order. A few statements, however many files; files that are at head themselves need not be asked about.
    """
    named = set(files)
    found = {entry.path: entry for entry in head(tx, branch_id, named) if entry.path not in named}
    above = {folder for path in named for folder in parents(path)} - named
    numbers = paths.find_many(tx, list(above)) if above else {}
    heads = at_head_many(tx, branch_id, numbers.values()) if numbers else {}
    found |= {path: TreeEntry(each, path, heads[each]) for path, each in numbers.items() if each in heads}
    return list(found.values())


def at(tx: Read, branch_id: BranchId, n: int) -> list[TreeEntry]:
    """Lists the tree at the n-th commit of a branch, in no order."""
    return _entries(tx.rows(_based(tx, SELECT_AT, SELECT_BASE_AT), branch_id=branch_id, n=n))


def one_at(tx: Read, branch_id: BranchId, n: int, path_id: PathId) -> State | None:
    """Gives a path's state at the n-th commit of a branch."""
    sql = _based(tx, SELECT_ONE_AT, ONE_BASE_AT)
    found = _entries(tx.rows(sql, branch_id=branch_id, n=n, path_id=path_id))
    return found[0].state if found else None


def changed(tx: Read, branch_id: BranchId, low: int, high: int) -> list[str]:
    """Lists the paths that a branch's commits after the number `low` and up to `high` changed, in no order."""
    rows = tx.rows(SELECT_CHANGED, branch_id=branch_id, low=low, high=high)
    return [loaded(row[0], row[1]) for row in rows]


def changed_at(tx: Read, branch_id: BranchId, n: int, low: int, high: int) -> list[TreeEntry]:
    """Lists the part of the tree at the n-th commit that `changed` names; it costs that part only."""
    sql = _based(tx, SELECT_CHANGED_AT, CHANGED_BASE_AT)
    return _entries(tx.rows(sql, branch_id=branch_id, n=n, low=low, high=high))


def advance(tx: Write, branch_id: BranchId, changes: Iterable[tuple[PathId, Columns]]) -> None:
    """Moves the tree at head to what changes made of it."""
    listed = list(changes)
    tx.run_many(DELETE_ENTRY, [(branch_id, path) for path, after in listed if after[2] is None])
    tx.run_many(UPSERT_ENTRY, [(branch_id, path, *after) for path, after in listed if after[2] is not None])


def _based(tx: Read, sql: str, base: str) -> str:
    """Adds what the base of a branch says, where the journal has one."""
    return sql + base if bases.there(tx) else sql


def _entries(rows: list[tuple]) -> list[TreeEntry]:  # type: ignore[type-arg]  # the columns of the two SELECTs
    found = []
    for row in rows:
        state = state_of(*row[3:8])
        if state is None:  # the join with blob leaves no NULL in a sound journal
            raise CorruptionError(f"path {row[0]} has a row that is none", hint="run `spool verify`")
        found.append(TreeEntry(PathId(row[0]), loaded(row[1], row[2]), state))
    return found
