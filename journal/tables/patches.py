"""Diffs, computed once: which lines changed between two contents."""

from typing import NamedTuple

from journal.content.diffing import DIFF_VERSION, pack_blocks, unpack_blocks
from journal.database import Read, Write
from journal.ids import BlobId

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

Blocks = tuple[tuple[int, int, int, int], ...]


class PatchRow(NamedTuple):
    """One memoized diff; blocks are (old start, old lines, new start, new lines), counted from 0."""

    additions: int
    deletions: int
    is_binary: bool
    blocks: Blocks


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
