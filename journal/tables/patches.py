"""Diffs, computed once: which lines changed between two contents."""

from collections.abc import Iterable
from typing import NamedTuple

from journal.content.diffing import DIFF_VERSION, pack_blocks, unpack_blocks
from journal.database import Read, Write
from journal.ids import BlobId, BranchId, PathId
from journal.tables import paths

NOBODY = 0
"""Stands for the content of a path that did not exist; blob numbers begin with 1."""

SELECT_PATCH = """
SELECT additions, deletions, is_binary, blocks FROM patch
WHERE before_id = :before AND after_id = :after AND version = :version
"""
INSERT_PATCH = """
INSERT INTO patch (before_id, after_id, version, additions, deletions, is_binary, blocks)
VALUES (:before, :after, :version, :additions, :deletions, :is_binary, :blocks)
ON CONFLICT DO NOTHING
"""

SELECT_STAGED_LINES = """
SELECT s.path_id, s.before_blob, s.after_blob, x.line_count, y.line_count, p.additions, p.deletions
FROM staged AS s
LEFT JOIN blob AS x ON x.id = s.before_blob
LEFT JOIN blob AS y ON y.id = s.after_blob
LEFT JOIN patch AS p ON p.before_id = s.before_blob AND p.after_id = s.after_blob AND p.version = :version
WHERE s.branch_id = :branch_id
"""
SELECT_LINES_OF = SELECT_STAGED_LINES + f" AND s.path_id {paths.IN_IDS}"

Blocks = tuple[tuple[int, int, int, int], ...]


class PatchRow(NamedTuple):
    """One memoized diff; blocks are (old start, old lines, new start, new lines), counted from 0."""

    additions: int
    deletions: int
    is_binary: bool
    blocks: Blocks


class Lines(NamedTuple):
    """What is known of a staged path's sides: their numbers, their lines, and how they differ if that was computed."""

    before_id: BlobId | None
    after_id: BlobId | None
    before: int | None
    after: int | None
    additions: int | None
    deletions: int | None


def staged_lines(tx: Read, branch_id: BranchId, many: Iterable[PathId]) -> dict[PathId, Lines]:
    """Gives what is known of the lines of staged paths, in one reading."""
    rows = tx.rows(SELECT_LINES_OF, branch_id=branch_id, version=DIFF_VERSION, ids=paths.ids(many))
    return {PathId(row[0]): Lines(*row[1:]) for row in rows}


def find(tx: Read, before: BlobId | None, after: BlobId | None) -> PatchRow | None:
    """Gives the memoized diff of two contents, None standing for a path that did not exist."""
    row = tx.row(SELECT_PATCH, before=before or NOBODY, after=after or NOBODY, version=DIFF_VERSION)
    return None if row is None else PatchRow(row[0], row[1], bool(row[2]), unpack_blocks(row[3]))


def put(tx: Write, before: BlobId | None, after: BlobId | None, patch: PatchRow) -> None:
    """Memoizes a diff."""
    tx.run(
        INSERT_PATCH,
        before=before or NOBODY,
        after=after or NOBODY,
        version=DIFF_VERSION,
        additions=patch.additions,
        deletions=patch.deletions,
        is_binary=int(patch.is_binary),
        blocks=pack_blocks(patch.blocks),
    )
