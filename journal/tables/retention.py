"""What a journal holds, and what of it holds what else: read in few passes, for a plan of what may leave."""

from collections.abc import Iterator
from typing import NamedTuple

from journal.database import Read
from journal.ids import BranchId, CommitRow
from journal.tables import shell_runs

SELECT_LINE = """
WITH made AS MATERIALIZED (
    SELECT k.id AS commit_id, l.invocation_id FROM commits AS k JOIN audit_link AS l ON l.link = k.audit_head
)
SELECT c.id, c.branch_id, c.n, c.sha256, c.created_at, coalesce(m.invocation_id, 0),
       (SELECT max(x.seq) FROM change AS x WHERE x.commit_id = c.id), c.files,
       length(CAST(c.message AS BLOB)) + length(CAST(c.metadata AS BLOB))
FROM commits AS c LEFT JOIN made AS m ON m.commit_id = c.id ORDER BY c.id
"""
SELECT_STOOD_ON = """
SELECT p.id FROM commits AS c JOIN commits AS p ON p.id = c.parent_id WHERE p.branch_id <> c.branch_id
UNION SELECT merged_id FROM commits WHERE merged_id IS NOT NULL
"""
SELECT_CHANGES = "SELECT commit_id, path_id, before_blob, after_blob, invocation_id FROM change ORDER BY seq"
SELECT_EDITS = "SELECT id, branch_id, invocation_id, before_blob, after_blob, undone_by FROM edit ORDER BY id"
# What the last act on a marked path left there is asked after a power cut, where neither head nor stage knows it.
SELECT_EDITS_IN_USE = """
SELECT edit_id FROM staged
UNION SELECT prior_edit FROM intent WHERE prior_edit IS NOT NULL
UNION SELECT edit_id FROM made_dir
UNION SELECT e.id FROM (
    SELECT e.branch_id, e.path_id, e.invocation_id, max(e.id)
    FROM unsynced AS u JOIN branch AS b ON b.root_id = u.root_id
    JOIN edit AS e ON e.branch_id = b.id AND e.path_id = u.path_id
    WHERE NOT EXISTS (SELECT 1 FROM head_entry AS h WHERE h.branch_id = b.id AND h.path_id = u.path_id)
    GROUP BY e.branch_id, e.path_id
) AS last JOIN edit AS e
  ON e.branch_id = last.branch_id AND e.path_id = last.path_id AND e.invocation_id = last.invocation_id
"""
# Any table that names a content or an act keeps it, also one that a later release adds.
SELECT_HOLDERS = r"""
SELECT m.name, c.name FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS c
WHERE m.type = 'table' AND m.name NOT IN ('change', 'edit', 'seen', 'base_entry', 'blob', 'patch', 'shell_run')
  AND (c.name = 'blob_id' OR c.name LIKE '%\_blob' ESCAPE '\')
"""
SELECT_NAMERS = """
SELECT m.name, f."from" FROM sqlite_schema AS m JOIN pragma_foreign_key_list(m.name) AS f
WHERE m.type = 'table' AND m.name NOT IN ('change', 'edit', 'invocation', 'shell_run') AND f."table" = 'invocation'
"""
SELECT_HELD = 'SELECT DISTINCT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL'
SELECT_OUTPUTS = """
SELECT stdout_blob FROM shell_run WHERE invocation_id > :after AND stdout_blob IS NOT NULL
UNION SELECT stderr_blob FROM shell_run WHERE invocation_id > :after AND stderr_blob IS NOT NULL
"""
SELECT_OLDEST_NAMED = 'SELECT min("{column}") FROM "{table}"'
SELECT_LINKS = "SELECT seq, invocation_id, phase, digest, link FROM audit_link ORDER BY seq"
SELECT_CHILDREN = "SELECT parent_id, max(id) FROM invocation WHERE parent_id IS NOT NULL GROUP BY parent_id"
SELECT_ACTS_BYTES = """
SELECT coalesce(sum(length(CAST(request AS BLOB)) + length(CAST(coalesce(error, '') AS BLOB))), 0) FROM invocation
WHERE id <= :upto
"""
SELECT_BLOBS = "SELECT id, sha256 IS NULL, chunks FROM blob ORDER BY id"
SELECT_CHUNKS = "SELECT id, base_id, length(body) FROM chunk ORDER BY id DESC"
SELECT_LAST_BLOB = "SELECT coalesce(max(id), 0) FROM blob"
SELECT_LAST_CHUNK = "SELECT coalesce(max(id), 0) FROM chunk"
SELECT_ROOM = """
SELECT page_count, freelist_count, page_size
FROM pragma_page_count, pragma_freelist_count, pragma_page_size
"""


class CommitLine(NamedTuple):
    """A commit as a plan looks at it: its place, its time, the act that made it, its last change, its weight."""

    id: CommitRow
    branch_id: BranchId
    n: int
    sha256: bytes
    created_at: int
    act_id: int
    cursor: int
    files: int
    text_bytes: int


class Room(NamedTuple):
    """What a journal takes: pages in the file, those that are free, and bytes of each."""

    pages: int
    free: int
    page_bytes: int

    @property
    def file_bytes(self) -> int:
        """Gives the size of the file once its WAL is copied into it."""
        return self.pages * self.page_bytes


def commits(tx: Read) -> list[CommitLine]:
    """Lists all commits in the order in which they were made."""
    return [CommitLine(*row) for row in tx.rows(SELECT_LINE)]


def stood_on(tx: Read) -> set[int]:
    """Gives the commits that a commit of another branch stands on, or that were merged."""
    return {int(row[0]) for row in tx.rows(SELECT_STOOD_ON)}


def changes(tx: Read) -> Iterator[tuple[int, int, int | None, int | None, int | None]]:
    """Yields every change in the order of the feed: commit, path, content before and after, act."""
    for _, row in tx.stream(SELECT_CHANGES, ()):
        yield row


def edits(tx: Read) -> Iterator[tuple[int, int, int, int | None, int | None, int | None]]:
    """Yields every edit: number, branch, act, content before and after, the act that undid it."""
    for _, row in tx.stream(SELECT_EDITS, ()):
        yield row


def edits_in_use(tx: Read) -> set[int]:
    """Gives the edits that what is staged, promised, made or marked refers to."""
    return {int(row[0]) for row in tx.rows(SELECT_EDITS_IN_USE)}


def held(tx: Read) -> Iterator[int]:
    """Yields the contents that any table names, but for edits, changes, bases and commands; some several times."""
    for table, column in tx.rows(SELECT_HOLDERS):
        for _, row in tx.stream(SELECT_HELD.format(table=table, column=column), ()):
            yield int(row[0])


def outputs(tx: Read, after: int) -> Iterator[int]:
    """Yields the contents that commands after an act printed."""
    if shell_runs.there(tx):
        for _, row in tx.stream(SELECT_OUTPUTS, {"after": after}):
            yield int(row[0])


def oldest_named(tx: Read) -> int | None:
    """Gives the oldest act that any table names, but for edits and changes."""
    found = [tx.value(SELECT_OLDEST_NAMED.format(table=t, column=c)) for t, c in tx.rows(SELECT_NAMERS)]
    return min((int(each) for each in found if each is not None), default=None)


def links(tx: Read) -> Iterator[tuple[int, int, str, bytes, bytes]]:
    """Yields the audit chain: place, act, phase, digest, link."""
    for _, row in tx.stream(SELECT_LINKS, ()):
        yield row


def children(tx: Read) -> dict[int, int]:
    """Gives the newest act below each act that has one."""
    return {int(row[0]): int(row[1]) for row in tx.rows(SELECT_CHILDREN)}


def acts_bytes(tx: Read, upto: int) -> int:
    """Counts the bytes of what acts up to a number say of themselves."""
    return int(tx.value(SELECT_ACTS_BYTES, upto=upto))


def blobs(tx: Read) -> Iterator[tuple[int, bool, bytes]]:
    """Yields every content: its number, whether it is still on its way in, and its packed chunk list."""
    for _, row in tx.stream(SELECT_BLOBS, ()):
        yield row[0], bool(row[1]), row[2]


def chunks(tx: Read) -> Iterator[tuple[int, int | None, int]]:
    """Yields every chunk, newest first, so that it comes before its base: number, base, bytes of its body."""
    for _, row in tx.stream(SELECT_CHUNKS, ()):
        yield row


def last_blob(tx: Read) -> int:
    """Gives the highest number of a content."""
    return int(tx.value(SELECT_LAST_BLOB))


def last_chunk(tx: Read) -> int:
    """Gives the highest number of a chunk."""
    return int(tx.value(SELECT_LAST_CHUNK))


def room(tx: Read) -> Room:
    """Tells what the journal takes on disk."""
    row = tx.row(SELECT_ROOM)
    assert row is not None  # three pragmas of one row each
    return Room(*row)
