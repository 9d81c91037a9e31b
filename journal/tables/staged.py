"""What is staged, the log of edits that it folds, and the folders that were made for it."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from journal.content.paths import key, loaded
from journal.database import Read, Write
from journal.ids import BranchId, EditId, InvocationId, PathId, RootId
from journal.tables import paths
from journal.tables.states import Columns, State, state_of

LAST_EDIT = "SELECT seq FROM sqlite_sequence WHERE name = 'edit'"
INSERT_EDIT = """
INSERT INTO edit (id, invocation_id, branch_id, path_id, seq, before_blob, before_mode, before_kind,
                  after_blob, after_mode, after_kind, moved_from)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
UPSERT_STAGED = """
INSERT INTO staged (branch_id, path_id, before_blob, before_mode, before_kind,
                    after_blob, after_mode, after_kind, edit_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (branch_id, path_id) DO UPDATE SET
    before_blob = excluded.before_blob, before_mode = excluded.before_mode, before_kind = excluded.before_kind,
    after_blob = excluded.after_blob, after_mode = excluded.after_mode, after_kind = excluded.after_kind,
    edit_id = excluded.edit_id
"""
DELETE_STAGED = "DELETE FROM staged WHERE branch_id = :branch_id AND path_id = :path_id"
DELETE_ALL = "DELETE FROM staged WHERE branch_id = :branch_id"
COLUMNS = """
SELECT p.id, p.name, p.raw, x.sha256, x.size, x.is_text, s.before_mode, s.before_kind,
       y.sha256, y.size, y.is_text, s.after_mode, s.after_kind, s.edit_id, e.invocation_id
"""
JOINS = """
JOIN edit AS e ON e.id = s.edit_id
LEFT JOIN blob AS x ON x.id = s.before_blob
LEFT JOIN blob AS y ON y.id = s.after_blob
"""
SELECT_STATES = f"{COLUMNS} FROM staged AS s JOIN path AS p ON p.id = s.path_id {JOINS} WHERE s.branch_id = :branch_id"
SELECT_ONE = SELECT_STATES + " AND s.path_id = :path_id"
SELECT_IN = f"""
{COLUMNS} FROM {paths.IN_SPANS} CROSS JOIN staged AS s ON s.branch_id = :branch_id AND s.path_id = p.id {JOINS}
"""
SELECT_MANY = SELECT_STATES + f" AND s.path_id {paths.IN_IDS}"
SELECT_ROW = """
SELECT edit_id, before_blob, before_mode, before_kind, after_blob, after_mode, after_kind
FROM staged WHERE branch_id = :branch_id AND path_id = :path_id
"""
SELECT_ROWS = f"""
SELECT path_id, edit_id, before_blob, before_mode, before_kind, after_blob, after_mode, after_kind
FROM staged WHERE branch_id = :branch_id AND path_id {paths.IN_IDS}
"""
SELECT_ADOPTED = """
SELECT 1 FROM edit AS e JOIN invocation AS i ON i.id = e.invocation_id
WHERE e.id = :edit_id AND e.before_kind IS NULL AND i.kind = 'spool' AND i.name = 'adopt'
"""
SELECT_LEFT = """
WITH act AS (
    SELECT path_id, invocation_id, min(id) AS first, max(id) AS last FROM edit
    WHERE branch_id = :branch_id AND path_id IN (SELECT path_id FROM unsynced WHERE root_id = :root_id)
    GROUP BY path_id, invocation_id
), newest AS (SELECT path_id, invocation_id, first, max(last) AS last FROM act GROUP BY path_id)
SELECT n.path_id,
       x.sha256, x.size, x.is_text, a.before_mode, a.before_kind,
       y.sha256, y.size, y.is_text, b.after_mode, b.after_kind, i.state
FROM newest AS n
JOIN edit AS a ON a.id = n.first
JOIN edit AS b ON b.id = n.last
JOIN invocation AS i ON i.id = n.invocation_id
LEFT JOIN blob AS x ON x.id = a.before_blob
LEFT JOIN blob AS y ON y.id = b.after_blob
"""
SELECT_TURNS = """
SELECT id, path_id, moved_from, after_kind IS NULL FROM edit
WHERE id >= :low AND branch_id = :branch_id AND (before_kind IS NULL OR after_kind IS NULL OR moved_from IS NOT NULL)
ORDER BY id
"""
INSERT_FOLDER = """
INSERT INTO made_dir (branch_id, path_id, edit_id) VALUES (:branch_id, :path_id, :edit_id) ON CONFLICT DO NOTHING
"""
DELETE_FOLDER = "DELETE FROM made_dir WHERE branch_id = :branch_id AND path_id = :path_id"
DELETE_FOLDERS = "DELETE FROM made_dir WHERE branch_id = :branch_id"
SELECT_FOLDERS = """
SELECT p.name, p.raw, m.path_id, e.invocation_id
FROM made_dir AS m JOIN path AS p ON p.id = m.path_id JOIN edit AS e ON e.id = m.edit_id
WHERE m.branch_id = :branch_id
"""

Row = tuple[EditId, Columns, Columns]
"""A staged path as it is written: edit, before, after."""


class Staged(NamedTuple):
    """One path that no commit has published yet, from its state at head to its state now."""

    path_id: PathId
    path: str
    before: State | None
    after: State | None
    edit_id: EditId
    invocation_id: InvocationId


class Turn(NamedTuple):
    """An edit by which a path came or `went`, or a file was moved to it: `moved_from` is where it was."""

    id: EditId
    path_id: PathId
    moved_from: PathId | None
    went: bool


class EditRow(NamedTuple):
    """One act on one path; states are given as blob number, mode, kind."""

    id: EditId
    invocation_id: InvocationId
    branch_id: BranchId
    path_id: PathId
    seq: int
    before: Columns
    after: Columns
    moved_from: PathId | None


class StagedRow(NamedTuple):
    """A staged path as it is written."""

    branch_id: BranchId
    path_id: PathId
    before: Columns
    after: Columns
    edit_id: EditId


def last_edit(tx: Read) -> int:
    """Gives the highest number an edit ever had."""
    return int(tx.value(LAST_EDIT) or 0)


def log(tx: Write, edits: Iterable[EditRow]) -> None:
    """Appends edits."""
    tx.run_many(INSERT_EDIT, ((*e[:5], *e.before, *e.after, e.moved_from) for e in edits))


def put(tx: Write, rows: Iterable[StagedRow]) -> None:
    """Stages paths, over what was staged for them before."""
    tx.run_many(UPSERT_STAGED, ((*r[:2], *r.before, *r.after, r.edit_id) for r in rows))


def drop(tx: Write, branch_id: BranchId, paths: Iterable[PathId]) -> None:
    """Takes paths out of what is staged."""
    tx.run_many(DELETE_STAGED, ({"branch_id": branch_id, "path_id": path} for path in paths))


def clear(tx: Write, branch_id: BranchId) -> None:
    """Takes everything out of what is staged, and forgets which folders were made for it."""
    tx.run(DELETE_ALL, branch_id=branch_id)
    tx.run(DELETE_FOLDERS, branch_id=branch_id)


def get(tx: Read, branch_id: BranchId, path_id: PathId) -> Staged | None:
    """Gives what is staged for a path."""
    row = tx.row(SELECT_ONE, branch_id=branch_id, path_id=path_id)
    return None if row is None else _staged(row)


def row_of(tx: Read, branch_id: BranchId, path_id: PathId) -> Row | None:
    """Gives what is staged for a path as it is written: edit, before, after."""
    row = tx.row(SELECT_ROW, branch_id=branch_id, path_id=path_id)
    return None if row is None else (EditId(row[0]), row[1:4], row[4:7])


def is_adopted(tx: Read, edit_id: EditId) -> bool:
    """Tells whether an edit took an untracked file over as it stood."""
    return tx.value(SELECT_ADOPTED, edit_id=edit_id) is not None


def left(tx: Read, branch_id: BranchId, root_id: RootId) -> dict[PathId, State | None]:
    """Tells what the last act on each marked path left there, tracked or not; one that failed left what it found."""
    rows = tx.rows(SELECT_LEFT, branch_id=branch_id, root_id=root_id)
    return {PathId(row[0]): state_of(*row[6:11] if row[11] == "ok" else row[1:6]) for row in rows}


def many(tx: Read, branch_id: BranchId, ids: Iterable[PathId]) -> dict[PathId, tuple[Staged, Row]]:
    """Gives what is staged for some paths, as it is read and as it is written."""
    listed = paths.ids(ids)
    found = {row[0]: _staged(row) for row in tx.rows(SELECT_MANY, branch_id=branch_id, ids=listed)}
    rows = tx.rows(SELECT_ROWS, branch_id=branch_id, ids=listed)
    return {PathId(row[0]): (found[row[0]], (EditId(row[1]), row[2:5], row[5:8])) for row in rows}


def everything(tx: Read, branch_id: BranchId, starts: Collection[str] | None = None) -> list[Staged]:
    """Lists all that is staged, by path bytes; with `starts`, not "", what lies at or below them."""
    if starts is None or "" in starts:
        rows = tx.rows(SELECT_STATES, branch_id=branch_id)
    else:
        rows = tx.rows(SELECT_IN, branch_id=branch_id, spans=paths.spans(starts))
    found = [_staged(row) for row in rows]
    found.sort(key=lambda each: key(each.path))
    return found


def turns(tx: Read, branch_id: BranchId, low: EditId) -> list[Turn]:
    """Lists the edits from one on by which paths of a branch came, went or were moved, in order."""
    rows = tx.rows(SELECT_TURNS, branch_id=branch_id, low=low)
    return [Turn(EditId(row[0]), PathId(row[1]), row[2], bool(row[3])) for row in rows]


def made(tx: Write, branch_id: BranchId, folders: Iterable[tuple[PathId, EditId]]) -> None:
    """Remembers folders that a verb has to make, each with the edit that needs it."""
    tx.run_many(INSERT_FOLDER, [{"branch_id": branch_id, "path_id": p, "edit_id": e} for p, e in folders])


def unmade(tx: Write, branch_id: BranchId, folders: Iterable[PathId]) -> None:
    """Forgets folders that are gone again."""
    tx.run_many(DELETE_FOLDER, [{"branch_id": branch_id, "path_id": path} for path in folders])


def folders(tx: Read, branch_id: BranchId) -> list[tuple[str, PathId, InvocationId]]:
    """Lists the folders that were made for what is staged: path, number, the act that needed it; deepest first."""
    rows = tx.rows(SELECT_FOLDERS, branch_id=branch_id)
    found = [(loaded(row[0], row[1]), PathId(row[2]), InvocationId(row[3])) for row in rows]
    return sorted(found, key=lambda each: -each[0].count("/"))


def _staged(row: tuple) -> Staged:  # type: ignore[type-arg]  # the columns of SELECT_STATES
    return Staged(
        PathId(row[0]),
        loaded(row[1], row[2]),
        state_of(*row[3:8]),
        state_of(*row[8:13]),
        EditId(row[13]),
        InvocationId(row[14]),
    )
