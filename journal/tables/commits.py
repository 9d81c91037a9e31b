"""Commits and the feed of their changes."""

import json
from collections.abc import Iterable
from typing import NamedTuple

from journal.content.paths import loaded
from journal.database import Read, Write
from journal.ids import BranchId, CommitRow, InvocationId, PathId, SessionRow, Sha256
from journal.tables import bases
from journal.tables.states import Columns, State, state_of

INSERT_COMMIT = """
INSERT INTO commits (sha256, parent_id, branch_id, n, session_id, created_at, message, metadata, files, additions,
                     deletions, audit_head)
VALUES (:sha256, :parent_id, :branch_id, :n, :session_id, :created_at, :message, :metadata, :files, :additions,
        :deletions, :audit_head)
RETURNING id
"""
INSERT_CHANGE = """
INSERT INTO change (commit_id, path_id, change_type, before_blob, before_mode, before_kind,
                    after_blob, after_mode, after_kind, renamed_from, invocation_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
SELECT_COMMITS = """
SELECT c.id, c.sha256, p.sha256, m.sha256, b.name, s.name, c.created_at, c.message, c.metadata, c.files, c.additions,
       c.deletions, (SELECT max(x.seq) FROM change AS x WHERE x.commit_id = c.id), c.branch_id, c.n
FROM commits AS c JOIN branch AS b ON b.id = c.branch_id JOIN session AS s ON s.id = c.session_id
LEFT JOIN commits AS p ON p.id = c.parent_id LEFT JOIN commits AS m ON m.id = c.merged_id
"""
SELECT_TIP = "SELECT sha256, n FROM commits WHERE id = :id"
WHERE_ID = SELECT_COMMITS + " WHERE c.id = :id"
WHERE_SHA = SELECT_COMMITS + " WHERE c.sha256 = :sha256"
PAGE = """
 WHERE (:branch IS NULL OR b.name = :branch)
   AND (:since IS NULL OR c.created_at >= :since) AND (:until IS NULL OR c.created_at <= :until)
"""
OF_PATH = " AND c.id IN (SELECT y.commit_id FROM change AS y WHERE y.path_id = :path_id)"
"""costs the history of that path, and not all commits."""
DOWN = " AND (:after IS NULL OR c.id < :after) ORDER BY c.id DESC LIMIT :limit"
UP = " AND (:after IS NULL OR c.id > :after) ORDER BY c.id LIMIT :limit"
PAGES = {
    (of_path, newest_first): SELECT_COMMITS + PAGE + (OF_PATH if of_path else "") + (DOWN if newest_first else UP)
    for of_path in (True, False)
    for newest_first in (True, False)
}
SELECT_PREFIXED = """
SELECT lower(hex(sha256)) FROM commits WHERE sha256 >= :low AND sha256 <= :high AND lower(hex(sha256)) LIKE :pattern
ORDER BY sha256 LIMIT 5
"""
SELECT_CHANGES = """
SELECT c.seq, k.sha256, p.name, p.raw, c.change_type, x.sha256, x.size, x.is_text, c.before_mode, c.before_kind,
       y.sha256, y.size, y.is_text, c.after_mode, c.after_kind,
       o.name, o.raw, c.invocation_id, b.name, s.name, k.created_at, c.commit_id, c.path_id
FROM change AS c JOIN commits AS k ON k.id = c.commit_id JOIN branch AS b ON b.id = k.branch_id
JOIN session AS s ON s.id = k.session_id JOIN path AS p ON p.id = c.path_id
LEFT JOIN path AS o ON o.id = c.renamed_from
LEFT JOIN blob AS x ON x.id = c.before_blob LEFT JOIN blob AS y ON y.id = c.after_blob
WHERE c.seq > :after AND (:branch IS NULL OR b.name = :branch) AND (:commit_id IS NULL OR c.commit_id = :commit_id)
ORDER BY c.seq LIMIT :limit
"""
SELECT_BECAME = """
SELECT c.commit_id, c.renamed_from, p.name, p.raw, y.sha256, y.size, y.is_text, c.after_mode, c.after_kind
FROM json_each(:deleted) AS j
CROSS JOIN change AS c ON c.commit_id = j.value ->> 0 AND c.renamed_from = j.value ->> 1
JOIN path AS p ON p.id = c.path_id LEFT JOIN blob AS y ON y.id = c.after_blob
"""
SELECT_TURNS = """
SELECT k.n, p.name, p.raw, o.name, o.raw
FROM commits AS k CROSS JOIN change AS c ON c.commit_id = k.id JOIN path AS p ON p.id = c.path_id
LEFT JOIN path AS o ON o.id = c.renamed_from
WHERE k.branch_id = :branch_id AND k.n > :low AND k.n <= :high AND c.change_type IN ('renamed', 'deleted')
ORDER BY k.n
"""
SELECT_LAST = "SELECT max(seq) FROM change WHERE commit_id = :commit_id"
SELECT_COUNT = "SELECT coalesce(max(n), 0) FROM commits WHERE branch_id = :branch_id"
SELECT_FIRST = "SELECT min(n) FROM commits WHERE branch_id = :branch_id"
SELECT_NUMBERED = "SELECT id FROM commits WHERE branch_id = :branch_id AND n = :n"
SELECT_FILES = "SELECT coalesce(sum(files), 0) FROM commits WHERE branch_id = :branch_id AND n > :low AND n <= :high"
SELECT_PAST = "SELECT commit_id FROM change WHERE seq > :after ORDER BY seq LIMIT 1"
SELECT_HOLDS = "SELECT 1 FROM change WHERE seq = :cursor AND commit_id = :commit_id"
SELECT_NEWEST = "SELECT sha256 FROM commits ORDER BY id DESC LIMIT 1"
SELECT_CURSOR = "SELECT coalesce(max(seq), 0) FROM change"
SELECT_ISSUED = "SELECT seq FROM sqlite_sequence WHERE name = 'change'"
SELECT_KEPT = "SELECT count(*) FROM change WHERE seq > :after AND seq <= :upto"
SELECT_UNBROKEN = """
SELECT max(c.seq) FROM change AS c WHERE NOT EXISTS (SELECT 1 FROM change AS p WHERE p.seq = c.seq - 1)
"""
SELECT_BEHIND = """
SELECT coalesce(max((SELECT max(seq) FROM change) - max(:after, (SELECT min(seq) FROM change) - 1), 0), 0)
"""


class Draft(NamedTuple):
    """A commit as it is about to be written; metadata is compact JSON."""

    sha256: Sha256
    parent_id: CommitRow | None
    branch_id: BranchId
    n: int
    session_id: SessionRow
    created_at: int
    message: str
    metadata: str
    files: int
    additions: int
    deletions: int
    audit_head: bytes


class DraftChange(NamedTuple):
    """One path of a commit as it is about to be written."""

    path_id: PathId
    change_type: str
    before: Columns
    after: Columns
    renamed_from: PathId | None
    invocation_id: InvocationId | None


class CommitFacts(NamedTuple):
    """A commit as it is read."""

    id: CommitRow
    sha256: bytes
    parent: bytes | None
    merged: bytes | None
    branch: str
    session: str
    created_at: int
    message: str
    metadata: str
    files: int
    additions: int
    deletions: int
    cursor: int
    branch_id: BranchId
    n: int


class Became(NamedTuple):
    """What a deleted path was renamed to by the same commit."""

    path: str
    after: State | None


class ChangeFacts(NamedTuple):
    """A committed change as it is read; `became` where a path was deleted because it was renamed."""

    cursor: int
    commit: bytes
    path: str
    change_type: str
    before: State | None
    after: State | None
    renamed_from: str | None
    invocation_id: int | None
    branch: str
    session: str
    committed_at: int
    last_of_commit: int
    became: Became | None = None


class Turn(NamedTuple):
    """A path that the n-th commit of a branch deleted, or made of another one."""

    n: int
    path: str
    renamed_from: str | None


class Wanted(NamedTuple):
    """Which commits a reader asks for; None leaves a condition out. Times are microseconds since the epoch."""

    branch: str | None = None
    since: int | None = None
    until: int | None = None
    path_id: PathId | None = None


def add(tx: Write, draft: Draft, changes: Iterable[DraftChange]) -> CommitRow:
    """Publishes a commit with its changes, in the order given."""
    commit = CommitRow(tx.value(INSERT_COMMIT, **draft._asdict()))
    tx.run_many(
        INSERT_CHANGE,
        ((commit, c.path_id, c.change_type, *c.before, *c.after, c.renamed_from, c.invocation_id) for c in changes),
    )
    return commit


def by_row(tx: Read, commit: CommitRow) -> CommitFacts:
    """Gives a commit by its number."""
    row = tx.row(WHERE_ID, id=commit)
    assert row is not None  # numbers come from foreign keys
    return _facts(tx, row)


def tip(tx: Read, commit: CommitRow) -> tuple[Sha256, int]:
    """Gives a commit's name and its number in its branch."""
    row = tx.row(SELECT_TIP, id=commit)
    assert row is not None  # numbers come from foreign keys
    return Sha256(row[0]), int(row[1])


def count(tx: Read, branch_id: BranchId) -> int:
    """Tells how many commits a branch has, which is the number of its newest."""
    return int(tx.value(SELECT_COUNT, branch_id=branch_id))


def first(tx: Read, branch_id: BranchId) -> int:
    """Gives the number of the eldest commit of a branch that is kept; 0 when there is none."""
    return int(tx.value(SELECT_FIRST, branch_id=branch_id) or 0)


def numbered(tx: Read, branch_id: BranchId, n: int) -> CommitRow | None:
    """Gives the n-th commit of a branch, when it is kept."""
    found = tx.value(SELECT_NUMBERED, branch_id=branch_id, n=n)
    return None if found is None else CommitRow(found)


def files(tx: Read, branch_id: BranchId, low: int, high: int) -> int:
    """Counts what a branch's commits after the number `low` and up to `high` say that they changed."""
    return int(tx.value(SELECT_FILES, branch_id=branch_id, low=low, high=high))


def past(tx: Read, after: int) -> CommitRow | None:
    """Gives the commit that holds the first change past a cursor."""
    found = tx.value(SELECT_PAST, after=after)
    return None if found is None else CommitRow(found)


def holds(tx: Read, commit: CommitRow, cursor: int) -> bool:
    """Tells whether the change with a cursor is of a commit."""
    return tx.value(SELECT_HOLDS, commit_id=commit, cursor=cursor) is not None


def newest(tx: Read) -> Sha256 | None:
    """Names the commit that was made last, on whichever branch."""
    found = tx.value(SELECT_NEWEST)
    return None if found is None else Sha256(found)


def by_sha(tx: Read, sha256: bytes) -> CommitFacts | None:
    """Gives a commit by its name."""
    row = tx.row(WHERE_SHA, sha256=sha256)
    return None if row is None else _facts(tx, row)


def prefixed(tx: Read, prefix: str) -> list[str]:
    """Lists up to five names that begin with some hex digits."""
    low, high = bytes.fromhex(prefix.ljust(64, "0")), bytes.fromhex(prefix.ljust(64, "f"))
    return [row[0] for row in tx.rows(SELECT_PREFIXED, low=low, high=high, pattern=prefix + "%")]


def page(tx: Read, wanted: Wanted, after: CommitRow | None, limit: int, *, newest_first: bool) -> list[CommitFacts]:
    """Lists the next commits past one, in the order asked for."""
    values = wanted._asdict()
    if wanted.path_id is None:
        del values["path_id"]
    rows = tx.rows(PAGES[wanted.path_id is not None, newest_first], **values, after=after, limit=limit)
    return [_facts(tx, row) for row in rows]


def changes(tx: Read, after: int, limit: int, branch: str | None, commit: CommitRow | None) -> list[ChangeFacts]:
    """Lists the next changes past a cursor, in the order of the feed."""
    rows = tx.rows(SELECT_CHANGES, after=after, limit=limit, branch=branch, commit_id=commit)
    if not rows:
        return []
    # The changes of a commit stand side by side, so that it ends where the next one begins; only of the page's last
    # commit that is not seen here.
    last, became = int(tx.value(SELECT_LAST, commit_id=rows[-1][21])), _became(tx, rows)
    found = [_change(rows[-1], last, became)]
    for row, following in zip(rows[-2::-1], rows[:0:-1], strict=True):
        last = last if row[21] == following[21] else row[0]
        found.append(_change(row, last, became))
    return found[::-1]


def turns(tx: Read, branch_id: BranchId, low: int, high: int) -> list[Turn]:
    """Lists the paths that a branch's commits after the number `low` and up to `high` deleted or renamed, in order."""
    rows = tx.rows(SELECT_TURNS, branch_id=branch_id, low=low, high=high)
    return [Turn(row[0], loaded(*row[1:3]), None if row[3] is None else loaded(*row[3:5])) for row in rows]


def cursor(tx: Read) -> int:
    """Gives the cursor of the newest change; 0 when there is none."""
    return int(tx.value(SELECT_CURSOR))


def issued(tx: Read) -> int:
    """Gives the highest cursor ever given out."""
    return int(tx.value(SELECT_ISSUED) or 0)


def kept(tx: Read, after: int, upto: int) -> int:
    """Counts the changes past a cursor up to another one: as many as lie between them, unless some were removed."""
    return int(tx.value(SELECT_KEPT, after=after, upto=upto))


def unbroken(tx: Read) -> int:
    """Gives the cursor from which on no change up to the newest is missing; the next one to come when none is left."""
    newest = issued(tx)
    return int(tx.value(SELECT_UNBROKEN)) if newest and cursor(tx) == newest else newest + 1


def behind(tx: Read, after: int) -> int:
    """Counts the changes that a reader at a cursor has still before him, by the ends of the feed."""
    return int(tx.value(SELECT_BEHIND, after=after))


def _facts(tx: Read, row: tuple) -> CommitFacts:  # type: ignore[type-arg]  # the columns of SELECT_COMMITS
    """Makes the facts of a row; a parent that prune removed is named by the base that stands in its place."""
    facts = CommitFacts(*row)
    return facts if facts.parent is not None else facts._replace(parent=bases.name_at(tx, facts.branch_id, facts.n - 1))


def _became(tx: Read, rows: list[tuple]) -> dict[tuple[int, int], Became]:  # type: ignore[type-arg]  # as below
    """Tells what deleted paths were renamed to; asks only where there is one."""
    deleted = [[row[21], row[22]] for row in rows if row[4] == "deleted"]
    if not deleted:
        return {}
    found = tx.rows(SELECT_BECAME, deleted=json.dumps(deleted))
    return {(row[0], row[1]): Became(loaded(row[2], row[3]), state_of(*row[4:9])) for row in found}


def _change(
    row: tuple,  # type: ignore[type-arg]  # the columns of SELECT_CHANGES
    last_of_commit: int,
    became: dict[tuple[int, int], Became],
) -> ChangeFacts:
    return ChangeFacts(
        row[0],
        row[1],
        loaded(row[2], row[3]),
        row[4],
        state_of(*row[5:10]),
        state_of(*row[10:15]),
        None if row[15] is None else loaded(row[15], row[16]),
        row[17],
        row[18],
        row[19],
        row[20],
        last_of_commit,
        became.get((row[21], row[22])),
    )
