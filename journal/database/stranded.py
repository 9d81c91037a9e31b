"""A journal and its WAL on a medium that takes no writes, read from a copy.

SQLite reads a WAL only beside an index that it makes in the same folder. Where it cannot, the last transactions would
be unseen or the journal unreadable; so both files are copied into a folder of our own and opened there. Nobody can be
writing to them meanwhile who does not also keep that index, and then SQLite would have read them where they lie; that
they did not change is looked at all the same.
"""

import os
import shutil
import tempfile

import apsw

from journal.database import faults, space
from journal.database.readers import is_open
from journal.errors import StorageError

PARTS = ("", "-wal")


def open_untouched(path: str) -> apsw.Connection:
    """Opens any database for reading, and makes no file beside it: as it is, or a copy when a log was left there.

    One that somebody has open has its files already, and is read beside him.
    """
    if is_open(path):
        return apsw.Connection(path, flags=apsw.SQLITE_OPEN_READONLY)
    return open_copy(path) if has_log(path) else open_immutable(path)


def has_log(path: str) -> bool:
    """Tells whether a WAL with something in it stands beside a database."""
    return os.path.exists(path + "-wal") and os.path.getsize(path + "-wal") > 0


def open_immutable(path: str) -> apsw.Connection:
    """Opens a database that nobody writes to, without a lock."""
    name = f"file:{path.replace('%', '%25').replace('?', '%3f').replace('#', '%23')}?immutable=1"
    return apsw.Connection(name, flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)


def open_copy(path: str) -> apsw.Connection:
    """Opens a copy of a journal and its WAL for reading; its files have no name any more once this returns.

    Raises:
        DiskFull: there is no room for the copy. StorageError: the files changed while they were copied.
    """
    folder, needed = None, 0
    try:
        folder = tempfile.mkdtemp(prefix="spool-")  # 0700: as private as the journal itself
        copy = os.path.join(folder, "journal.db")
        before = _looks(path)
        needed = sum(size for _, size, _ in before)
        space.require(f"copy {path} to read it", (folder, needed))
        for part in PARTS:
            shutil.copyfile(path + part, copy + part)
        if _looks(path) != before:
            raise StorageError(f"{path} changed while it was copied to be read", hint="open it again")
        connection = apsw.Connection(copy, flags=apsw.SQLITE_OPEN_READONLY)
        connection.execute("PRAGMA schema_version").fetchall()  # every file is open from here on
        return connection
    except OSError as error:
        hint = "make room for a copy of the journal, or name another folder by TMPDIR"
        said = f"{path} has a WAL that cannot be read where it is, and not be copied either: {error}"
        if error.errno in faults.FULL:
            raise space.disk_full(said, needed, folder or tempfile.gettempdir()) from error
        raise StorageError(said, hint=hint) from error
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _looks(path: str) -> list[tuple[int, int, int]]:
    looks = [os.stat(path + part) for part in PARTS]
    return [(look.st_ino, look.st_size, look.st_mtime_ns) for look in looks]
