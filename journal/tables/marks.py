"""What is known about the disk: marks of paths not known to be synced, and what stood where it was last looked at."""

from collections.abc import Iterable
from typing import NamedTuple

from journal.content.paths import loaded
from journal.database import Read, Write
from journal.ids import BlobId, PathId, RootId, Sha256
from journal.tables import paths

UPSERT_MARK = """
INSERT OR REPLACE INTO unsynced (root_id, path_id, seq, inode, size, mtime_ns, boot_id) VALUES (?, ?, ?, ?, ?, ?, ?)
"""
SELECT_MARK = "SELECT 1 FROM unsynced WHERE root_id = :root_id AND path_id = :path_id"
SELECT_MARKED = f"SELECT path_id FROM unsynced WHERE root_id = :root_id AND path_id {paths.IN_IDS}"
SELECT_NEWEST = "SELECT coalesce(max(seq), 0) FROM unsynced WHERE root_id = :root_id"
SELECT_WRITTEN = """
SELECT p.name, p.raw FROM unsynced AS u JOIN path AS p ON p.id = u.path_id WHERE u.root_id = :root_id LIMIT :most
"""
DELETE_MARKS = "DELETE FROM unsynced WHERE root_id = :root_id AND seq <= :newest"
SELECT_MARKS = """
SELECT p.name, p.raw, u.path_id, u.inode
FROM unsynced AS u JOIN path AS p ON p.id = u.path_id WHERE u.root_id = :root_id
"""
DISTRUST = """
DELETE FROM seen WHERE root_id = :root_id AND path_id IN (SELECT path_id FROM unsynced WHERE root_id = :root_id)
"""
SELECT_OTHER_BOOT = "SELECT 1 FROM unsynced WHERE root_id = :root_id AND boot_id <> :boot_id LIMIT 1"
DOUBT_OTHERS = "UPDATE unsynced SET boot_id = 'lost' WHERE root_id <> :root_id"
RESTAMP = "UPDATE unsynced SET boot_id = :boot_id WHERE root_id = :root_id AND boot_id <> :boot_id"
UPSERT_SEEN = """
INSERT OR REPLACE INTO seen (root_id, path_id, blob_id, kind, mode, dev, inode, size, mtime_ns, ctime_ns, taken_ns)
SELECT ?, ?, id, ?, ?, ?, ?, ?, ?, ?, ? FROM blob WHERE sha256 = ?
"""
SELECT_SEEN = """
SELECT b.sha256, b.is_text, s.kind, s.dev, s.inode, s.size, s.mtime_ns, s.ctime_ns, s.mode, s.taken_ns
FROM seen AS s JOIN blob AS b ON b.id = s.blob_id WHERE s.root_id = :root_id AND s.path_id = :path_id
"""
SELECT_SEEN_MANY = f"""
SELECT s.path_id, b.sha256, b.is_text, s.kind, s.dev, s.inode, s.size, s.mtime_ns, s.ctime_ns, s.mode, s.taken_ns
FROM seen AS s JOIN blob AS b ON b.id = s.blob_id WHERE s.root_id = :root_id AND s.path_id {paths.IN_IDS}
"""
INSERT_RESCUED = """
INSERT INTO rescued (path_id, blob_id, reason, found_at) VALUES (:path_id, :blob_id, :reason, :found_at)
"""


class Mark(NamedTuple):
    """A path written since the root was last known to be on disk, with our own file's stamp there."""

    root_id: RootId
    path_id: PathId
    seq: int
    inode: int | None
    size: int | None
    mtime_ns: int | None
    boot_id: str


class Marked(NamedTuple):
    """A mark as recovery finds it; the inode is that of the file which was put there, None where none was."""

    path: str
    path_id: PathId
    inode: int | None


class Seen(NamedTuple):
    """A content and the stat of the file that held it; taken_ns is when the stat was taken."""

    sha256: Sha256
    is_text: bool
    kind: str
    dev: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int
    mode: int
    taken_ns: int


def mark(tx: Write, marks: Iterable[Mark]) -> None:
    """Marks paths as not known to be on disk."""
    tx.run_many(UPSERT_MARK, marks)


def marked(tx: Read, root_id: RootId, path_id: PathId) -> bool:
    """Tells whether a path is marked."""
    return tx.value(SELECT_MARK, root_id=root_id, path_id=path_id) is not None


def marked_many(tx: Read, root_id: RootId, many: Iterable[PathId]) -> set[PathId]:
    """Tells which of some paths are marked."""
    return {PathId(row[0]) for row in tx.rows(SELECT_MARKED, root_id=root_id, ids=paths.ids(many))}


def newest(tx: Read, root_id: RootId) -> int:
    """Gives the highest act that marked a path of a root, 0 when there is no mark."""
    return int(tx.value(SELECT_NEWEST, root_id=root_id))


def written(tx: Read, root_id: RootId, most: int) -> list[str]:
    """Lists marked paths, so many at most, in no order."""
    return [loaded(row[0], row[1]) for row in tx.rows(SELECT_WRITTEN, root_id=root_id, most=most)]


def clear(tx: Write, root_id: RootId, seq: int) -> None:
    """Takes the marks off that acts up to a number made: what they wrote is on disk."""
    tx.run(DELETE_MARKS, root_id=root_id, newest=seq)


def everything(tx: Read, root_id: RootId) -> list[Marked]:
    """Lists the marked paths of a root, in no order."""
    return [Marked(loaded(*row[:2]), PathId(row[2]), row[3]) for row in tx.rows(SELECT_MARKS, root_id=root_id)]


def distrust(tx: Write, root_id: RootId) -> None:
    """Forgets what was seen at marked paths: their stats may have reached the disk without their bytes."""
    tx.run(DISTRUST, root_id=root_id)


def of_another_boot(tx: Read, root_id: RootId, boot_id: str) -> bool:
    """Tells whether a mark of a root is not of this boot: whoever noticed the loss of memory was at another root."""
    return tx.value(SELECT_OTHER_BOOT, root_id=root_id, boot_id=boot_id) is not None


def doubt_others(tx: Write, root_id: RootId) -> None:
    """Says of the marks of all other roots that they are of no boot, for the loss of memory is noticed only once."""
    tx.run(DOUBT_OTHERS, root_id=root_id)


def restamp(tx: Write, root_id: RootId, boot_id: str) -> None:
    """Gives every mark this boot's id; the last thing recovery does."""
    tx.run(RESTAMP, root_id=root_id, boot_id=boot_id)


def saw(tx: Write, root_id: RootId, looks: Iterable[tuple[PathId, Seen]]) -> None:
    """Keeps what was seen, for contents that the journal holds."""
    rows = (
        (root_id, path, s.kind, s.mode, s.dev, s.inode, s.size, s.mtime_ns, s.ctime_ns, s.taken_ns, s.sha256)
        for path, s in looks
    )
    tx.run_many(UPSERT_SEEN, rows)


def last_seen(tx: Read, root_id: RootId, path_id: PathId) -> Seen | None:
    """Gives what was last seen at a path."""
    row = tx.row(SELECT_SEEN, root_id=root_id, path_id=path_id)
    return None if row is None else Seen(Sha256(row[0]), bool(row[1]), *row[2:])


def last_seen_many(tx: Read, root_id: RootId, many: Iterable[PathId]) -> dict[PathId, Seen]:
    """Gives what was last seen at some paths, as far as anything was."""
    rows = tx.rows(SELECT_SEEN_MANY, root_id=root_id, ids=paths.ids(many))
    return {PathId(row[0]): Seen(Sha256(row[1]), bool(row[2]), *row[3:]) for row in rows}


def rescue(tx: Write, path_id: PathId, blob_id: BlobId, reason: str, found_at: int) -> None:
    """Records bytes of unknown origin that were set aside."""
    tx.run(INSERT_RESCUED, path_id=path_id, blob_id=blob_id, reason=reason, found_at=found_at)
