"""Rows that leave a journal, each step with the record of it that has to come first."""

import hashlib
from collections.abc import Iterable, Sequence

from journal.database import Write
from journal.ids import BranchId, InvocationId, PathId
from journal.tables import bases, paths
from journal.tables.bases import Base
from journal.tables.invocations import Chain
from journal.tables.retention import CommitLine
from journal.tables.states import Columns

INSERT_RECORD = """
INSERT INTO pruned (seq, invocation_id, what, branch_id, upto, row_count, digest, link_seq, link, pruned_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
SELECT_STATES = """
SELECT x.path_id, x.after_blob, x.after_mode, x.after_kind
FROM commits AS k CROSS JOIN change AS x ON x.commit_id = k.id
WHERE k.branch_id = :branch_id AND k.n <= :n ORDER BY k.n
"""
RELEASE_PARENT = "UPDATE commits SET parent_id = NULL WHERE branch_id = :branch_id AND n = :n + 1"
DELETE_CHANGES = """
DELETE FROM change WHERE commit_id IN (SELECT id FROM commits WHERE branch_id = :branch_id AND n <= :n)
"""
DELETE_COMMITS = "DELETE FROM commits WHERE branch_id = :branch_id AND n <= :n"
DELETE_EDITS = f"DELETE FROM edit WHERE id {paths.IN_IDS}"
DELETE_RUNS = "DELETE FROM shell_run WHERE invocation_id <= :upto"
DELETE_ACTS = "DELETE FROM invocation WHERE id <= :upto"
DELETE_LINKS = "DELETE FROM audit_link WHERE seq <= :seq"
DELETE_SEEN = f"DELETE FROM seen WHERE blob_id {paths.IN_IDS}"
DELETE_BLOBS = f"DELETE FROM blob WHERE id {paths.IN_IDS}"
DELETE_CHUNKS = f"DELETE FROM chunk WHERE id {paths.IN_IDS}"
DELETE_PATCHES = """
DELETE FROM patch WHERE (before_id <> 0 AND before_id NOT IN (SELECT id FROM blob))
                     OR (after_id <> 0 AND after_id NOT IN (SELECT id FROM blob))
"""


class Links:
    """A part of the audit chain that is to leave as one: up to which link and act, how many links, their digest."""

    __slots__ = ("_hash", "act_id", "count", "link", "seq")

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.act_id, self.count, self.link, self.seq = 0, 0, b"", 0

    def take(self, seq: int, act: int, digest: bytes, link: bytes) -> None:
        """Takes the next link."""
        self._hash.update(digest)
        self.act_id, self.count, self.link, self.seq = max(self.act_id, act), self.count + 1, link, seq

    @property
    def digest(self) -> bytes:
        """Digests the digests of all that were taken."""
        return self._hash.digest()


def commits(tx: Write, chain: Chain, act: InvocationId, gone: Sequence[CommitLine], now: int) -> None:
    """Removes the oldest commits of one branch; its base, which they were on, moves to the last of them."""
    last, names = gone[-1], hashlib.sha256()
    for commit in gone:
        names.update(commit.sha256)
    branch = last.branch_id
    _record(tx, chain, (act, "commits", branch, last.n, len(gone), names.digest(), None, None, now))
    states: list[tuple[PathId, Columns]] = [
        (PathId(row[0]), (row[1], row[2], row[3])) for row in tx.rows(SELECT_STATES, branch_id=branch, n=last.n)
    ]
    bases.advance(tx, Base(BranchId(branch), last.n, last.sha256, last.act_id), states)
    tx.run(RELEASE_PARENT, branch_id=branch, n=last.n)
    tx.run(DELETE_CHANGES, branch_id=branch, n=last.n)
    tx.run(DELETE_COMMITS, branch_id=branch, n=last.n)


def acts(tx: Write, chain: Chain, act: InvocationId, gone: Links, now: int) -> None:
    """Removes the beginning of the audit, and keeps the link from which the chain goes on."""
    _record(tx, chain, (act, "acts", None, gone.act_id, gone.count, gone.digest, gone.seq, gone.link, now))
    tx.run(DELETE_RUNS, upto=gone.act_id)
    tx.run(DELETE_ACTS, upto=gone.act_id)
    tx.run(DELETE_LINKS, seq=gone.seq)


def edits(tx: Write, ids: Iterable[int]) -> None:
    """Removes edits; their branch's base must be newer."""
    tx.run(DELETE_EDITS, ids=paths.ids(ids))


def blobs(tx: Write, ids: Iterable[int]) -> None:
    """Removes contents that nothing names but what was last seen on disk, which is a cache."""
    listed = paths.ids(ids)
    tx.run(DELETE_SEEN, ids=listed)
    tx.run(DELETE_BLOBS, ids=listed)


def chunks(tx: Write, ids: Iterable[int]) -> None:
    """Removes chunks that no content holds, those before their bases."""
    tx.run(DELETE_CHUNKS, ids=paths.ids(ids))


def patches(tx: Write) -> None:
    """Removes the diffs of contents that are gone."""
    tx.run(DELETE_PATCHES)


def _record(tx: Write, chain: Chain, columns: tuple[int | str | bytes | None, ...]) -> None:
    seq = chain.pruned(InvocationId(columns[0]), columns)  # type: ignore[arg-type]  # the act stands first
    tx.run_many(INSERT_RECORD, [(seq, *columns)])

