"""What stands around the rows of a journal: followers, sessions of processes that are gone, and the files of a root."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from journal.content.paths import loaded
from journal.database import Database, Read
from journal.database.readers import is_open
from journal.database.transaction import FRAME_BYTES
from journal.errors import ConflictError, JournalError, PathRefused, UnknownName
from journal.ids import RootId
from journal.limits import PAGE_BYTES, VERIFY_PAGE_ROWS
from journal.records import Finding
from journal.rescue.codes import finding
from journal.rescue.gauge import Gauge, onward
from journal.tables import followers as following
from journal.tables import sessions as rooms
from journal.workspace import boot, identity, own
from journal.workspace import look as looking
from journal.workspace.faults import system_errors
from journal.workspace.walk import Root

WAL_HEAD_BYTES = 32
SELECT_NEWEST = """
SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'change'), 0), coalesce(max(seq), 0)) FROM change
"""
SELECT_ROOTS = "SELECT path, raw FROM root ORDER BY path"
SELECT_OPEN = "SELECT name, pid, host FROM session WHERE state = 'open' ORDER BY id"
SELECT_INTENTS = """
SELECT p.name, p.raw, s.pid, s.host, s.state FROM intent AS i LEFT JOIN path AS p ON p.id = i.path_id
LEFT JOIN invocation AS a ON a.id = i.act_id LEFT JOIN session AS s ON s.id = a.session_id
ORDER BY i.branch_id, i.path_id
"""
SELECT_MARKS = """
SELECT p.name, p.raw FROM unsynced AS u JOIN path AS p ON p.id = u.path_id
WHERE u.root_id = :root_id AND u.boot_id <> :boot_id ORDER BY p.name
"""
SELECT_BRANCHES = "SELECT id FROM branch WHERE root_id = :root_id ORDER BY id"
SELECT_STAGED = """
SELECT p.id, p.name, p.raw, b.sha256, s.after_mode, s.after_kind, 1
FROM staged AS s JOIN path AS p ON p.id = s.path_id LEFT JOIN blob AS b ON b.id = s.after_blob
WHERE s.branch_id = :branch_id AND s.path_id > :after ORDER BY s.path_id LIMIT :most
"""
SELECT_COMMITTED = """
SELECT p.id, p.name, p.raw, b.sha256, h.mode, h.kind, 0
FROM head_entry AS h JOIN path AS p ON p.id = h.path_id JOIN blob AS b ON b.id = h.blob_id
WHERE h.branch_id = :branch_id AND h.path_id > :after
  AND NOT EXISTS (SELECT 1 FROM staged AS s WHERE s.branch_id = h.branch_id AND s.path_id = h.path_id)
ORDER BY h.path_id LIMIT :most
"""


def log(path: str, checked: dict[str, int]) -> Iterator[Finding]:
    """Counts the frames of the log beside the file; one that nobody has open was left there by a process that died."""
    checked["wal_frames"] = 0
    try:
        size = os.stat(path + "-wal").st_size
    except OSError:
        return
    checked["wal_frames"] = frames = max(size - WAL_HEAD_BYTES, 0) // (FRAME_BYTES + PAGE_BYTES)
    if frames and not is_open(path):
        yield finding("wal-left", path + "-wal", f"it has room for {frames} pages")


def followers(look: Read, checked: dict[str, int]) -> Iterator[Finding]:
    """Holds what followers have acknowledged against what there is."""
    newest = int(look.value(SELECT_NEWEST))
    places = following.places(look)
    checked["followers"] = len(places)
    for name, cursor in places.items():
        if cursor > newest:
            yield finding("follower", name, f"it has acknowledged change {cursor}, and the newest is {newest}")


def sessions(look: Read, checked: dict[str, int]) -> Iterator[Finding]:
    """Finds sessions that nobody ended and whose process does not run any more."""
    rows = look.rows(SELECT_OPEN)
    checked["open_sessions"] = len(rows)
    for name, pid, host in rows:
        if not _lives(pid, host):
            yield finding("session-left", name, f"its process {pid} is gone, and it was never ended")


def intents(look: Read, checked: dict[str, int]) -> Iterator[Finding]:
    """Finds promised changes of the disk that no living process is about to close."""
    rows = look.rows(SELECT_INTENTS)
    checked["intents"] = len(rows)
    for name, raw, pid, host, state in rows:
        if state != "open" or not _lives(pid, host):
            where = "a path" if name is None else loaded(name, raw)
            yield finding("intent-left", where, "a change of it was promised, and is not known to be done")


def _lives(pid: int, host: str) -> bool:
    """Tells whether a process runs, as far as can be seen from this machine."""
    if host != os.uname().nodename:
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True  # another user's
    return True


class Wanted(NamedTuple):
    """What should stand at a path; kind None: nothing."""

    path: str
    sha256: bytes | None
    mode: int | None
    kind: str | None
    staged: bool


def disk(database: Database, root: str, checked: dict[str, int], gauge: Gauge) -> Iterator[Finding]:
    """Compares what is staged, and else what is committed, with the files of a root, byte by byte."""
    found = root_id(database.look(), root)
    real, files = os.path.realpath(root), 0
    if found is None or not Path(real).is_dir():
        return
    with database.lock:
        boot_rows = database.look().rows(SELECT_MARKS, root_id=found, boot_id=boot.boot_id())
    for name, raw in boot_rows:
        yield finding("mark-left", loaded(name, raw), "it was written shortly before the machine stopped")
    with system_errors("look at the root", real, place=real):
        place = Root.open(real)
        try:
            for wanted in _wanted(database, found):
                gauge.tell()
                files += 1
                said = _differs(place, wanted)
                if said:
                    yield finding("disk-staged" if wanted.staged else "disk-committed", wanted.path, said)
        finally:
            place.close()
    checked["files"] = files


def refuse_unknown(database: Database, root: str) -> None:
    """Lets a root pass that the journal knows, or may know: where it cannot be read, the checks say so.

    Raises:
        UnknownName
    """
    try:
        with database.lock:
            look = database.look()
            known = root_id(look, root) is not None
            there = tuple(loaded(*row) for row in look.rows(SELECT_ROOTS))
    except JournalError:
        return
    if not known or not os.path.isdir(root):
        hint = "name the folder that is journaled, or none"
        message = f"{root!r} is no root of the journal {database.path}"
        raise UnknownName(message, hint=hint, name=root, candidates=there)


def root_id(look: Read, root: str) -> RootId | None:
    """Finds a root in the journal by its path, or by what stands in its `.spool`."""
    real = os.path.realpath(root)
    row = rooms.root_by_path(look, real)
    said = identity.read_at(real) if row is None else None
    row = rooms.root_by_uuid(look, said.root) if said is not None else row
    return None if row is None else row.id


def _wanted(database: Database, root: RootId) -> Iterator[Wanted]:
    with database.lock:
        branches = [row[0] for row in database.look().rows(SELECT_BRANCHES, root_id=root)]
    for branch in branches:
        for sql in (SELECT_STAGED, SELECT_COMMITTED):
            after = -(1 << 63)
            while page := _page(database, sql, branch, after):
                after = onward(after, page[-1][0])
                for _, name, raw, sha, mode, kind, is_staged in page:
                    yield Wanted(loaded(name, raw), sha, mode, kind, bool(is_staged))


def _page(database: Database, sql: str, branch: int, after: int) -> list[tuple]:  # type: ignore[type-arg]
    with database.lock:
        database.alive()
        return database.look().rows(sql, branch_id=branch, after=after, most=VERIFY_PAGE_ROWS)


def _differs(root: Root, wanted: Wanted) -> str:
    """Says how a path differs from what should stand there; nothing when it does not."""
    try:
        at = root.parent(wanted.path)
        found = looking.look(*at)
    except (FileNotFoundError, PathRefused):
        found = None
    if found is None:
        return "" if wanted.kind is None else "nothing stands there"
    if found.kind != wanted.kind:
        return f"a {found.kind} stands there" if found.kind != "other" else f"{found.special} stands there"
    if own.is_linked(found):
        return "it is a second name of the journal"
    try:
        same = looking.digest(*at, found, path=wanted.path) == wanted.sha256
    except ConflictError as error:
        return str(error)
    except (OSError, JournalError) as error:
        return f"it cannot be read: {error}"
    if not same:
        return "its content is another"
    if found.kind == "file" and found.mode != wanted.mode:
        return f"its mode is {found.mode:o}, not {wanted.mode or 0:o}"
    return ""
