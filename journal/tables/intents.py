"""Changes of the disk that a transaction promised and that are not known to be done."""

from collections.abc import Iterable
from typing import NamedTuple

from journal.content.paths import loaded
from journal.database import Read, Write
from journal.ids import BranchId, EditId, InvocationId, PathId
from journal.tables.states import Columns, State, state_of

UPSERT_INTENT = """
INSERT OR REPLACE INTO intent (
    branch_id, path_id, act_id, seq, act_size, how, temp, moved_from,
    before_blob, before_mode, before_kind, before_inode, before_mtime_ns,
    after_blob, after_mode, after_kind, after_inode, after_mtime_ns,
    prior_edit, prior_before_blob, prior_before_mode, prior_before_kind,
    prior_after_blob, prior_after_mode, prior_after_kind
) VALUES (
    ?, ?, ?, ?, ?, ?, ?, ?,  ?, ?, ?, ?, ?,  ?, ?, ?, ?, ?,  ?, ?, ?, ?,  ?, ?, ?
)
"""
DELETE_ACT = "DELETE FROM intent WHERE branch_id = :branch_id AND act_id = :act_id"
SELECT_ANY = "SELECT 1 FROM intent WHERE branch_id = :branch_id LIMIT 1"
DELETE_ALL = "DELETE FROM intent WHERE branch_id = :branch_id"
SELECT_ALL = """
SELECT i.path_id, p.name, p.raw, i.act_id, i.act_size, i.how, i.temp, i.moved_from,
       x.sha256, x.size, x.is_text, i.before_mode, i.before_kind, i.before_inode, i.before_mtime_ns,
       y.sha256, y.size, y.is_text, i.after_mode, i.after_kind, i.after_inode, i.after_mtime_ns,
       i.prior_edit, i.prior_before_blob, i.prior_before_mode, i.prior_before_kind,
       i.prior_after_blob, i.prior_after_mode, i.prior_after_kind
FROM intent AS i JOIN path AS p ON p.id = i.path_id
LEFT JOIN blob AS x ON x.id = i.before_blob
LEFT JOIN blob AS y ON y.id = i.after_blob
WHERE i.branch_id = :branch_id
ORDER BY i.act_id, i.seq
"""

Prior = tuple[EditId, Columns, Columns]
Stamp = tuple[int | None, int | None]
"""inode and mtime_ns of a file; compared for equality only, never with a clock."""


class IntentRow(NamedTuple):
    """A promise as it is written; `how` is put, remove, move, away or mode (see the table)."""

    branch_id: BranchId
    path_id: PathId
    act_id: InvocationId
    seq: int
    act_size: int
    how: str
    temp: int
    moved_from: PathId | None
    before: Columns
    before_stamp: Stamp
    after: Columns
    after_stamp: Stamp
    prior: Prior | None


class Intent(NamedTuple):
    """A promise as recovery finds it."""

    path_id: PathId
    path: str
    act_id: InvocationId
    act_size: int
    how: str
    temp: int
    moved_from: PathId | None
    before: State | None
    before_stamp: Stamp
    after: State | None
    after_stamp: Stamp
    prior: Prior | None


def put(tx: Write, rows: Iterable[IntentRow]) -> None:
    """Promises changes; an older promise for the same path was kept already and goes."""
    tx.run_many(UPSERT_INTENT, map(_flat, rows))


def done(tx: Write, branch_id: BranchId, acts: Iterable[InvocationId]) -> None:
    """Says that all an act promised is done."""
    tx.run_many(DELETE_ACT, [{"branch_id": branch_id, "act_id": act} for act in acts])


def all_done(tx: Write, branch_id: BranchId) -> None:
    """Says that every promise is kept."""
    tx.run(DELETE_ALL, branch_id=branch_id)


def any_open(tx: Read, branch_id: BranchId) -> bool:
    """Tells whether a promise is not known to be kept."""
    return tx.value(SELECT_ANY, branch_id=branch_id) is not None


def open_ones(tx: Read, branch_id: BranchId) -> list[Intent]:
    """Lists the promises that are not known to be kept, by act and place in it."""
    return [_intent(row) for row in tx.rows(SELECT_ALL, branch_id=branch_id)]


def _flat(row: IntentRow) -> tuple[int | str | None, ...]:
    edit, before, after = row.prior or (None, (None, None, None), (None, None, None))
    return (*row[:8], *row.before, *row.before_stamp, *row.after, *row.after_stamp, edit, *before, *after)


def _intent(row: tuple) -> Intent:  # type: ignore[type-arg]  # the columns of SELECT_ALL
    prior = None if row[22] is None else (EditId(row[22]), row[23:26], row[26:29])
    return Intent(
        PathId(row[0]),
        loaded(row[1], row[2]),
        InvocationId(row[3]),
        row[4],
        row[5],
        row[6],
        None if row[7] is None else PathId(row[7]),
        state_of(*row[8:13]),
        (row[13], row[14]),
        state_of(*row[15:20]),
        (row[20], row[21]),
        prior,
    )
