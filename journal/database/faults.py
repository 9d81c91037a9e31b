"""The one door by which SQLite's errors become ours."""

import errno
import os

import apsw

from journal.database import space
from journal.errors import (
    BusyError,
    Closed,
    CorruptionError,
    DiskFull,
    JournalError,
    LimitExceeded,
    NotAJournal,
    ReadOnly,
    StorageError,
    UsageError,
)

VERIFY = "run `spool verify`; if it finds damage, bring back a copy of the journal"
RETRY = "try again; another process is writing to this journal"
DAMAGED_HEAD = "unsupported file format"
"""what SQLite says of a file whose head tells of a format that there is not, by the code of an error in the SQL."""

FIX_CALL = "check the SQL and its parameters against the documented views"

HOMES: tuple[tuple[tuple[type[apsw.Error], ...], type[JournalError], str], ...] = (
    ((apsw.BusyError, apsw.LockedError, apsw.SchemaChangeError, apsw.ProtocolError), BusyError, RETRY),
    ((apsw.FullError,), DiskFull, ""),
    ((apsw.ReadOnlyError, apsw.PermissionsError), ReadOnly, "make the journal's folder writable, or use journal="),
    ((apsw.NotADBError,), NotAJournal, "name a file that `spool init` made"),
    ((apsw.CorruptError, apsw.InternalError, apsw.ConstraintError), CorruptionError, VERIFY),
    ((apsw.CantOpenError,), StorageError, "check that the folder exists and can be read and written"),
    (
        (
            *(apsw.IOError, apsw.AbortError, apsw.NoLFSError),
            *(apsw.VFSNotImplementedError, apsw.VFSFileClosedError),
        ),
        StorageError,
        "look at the disk and the system's log, then repeat the call",
    ),
    ((apsw.NoMemError,), StorageError, "memory ran out: free some, or ask for less at a time, then repeat the call"),
    ((apsw.TooBigError, apsw.InterruptError), LimitExceeded, "ask for less at a time, or allow more time"),
    (
        (apsw.ConnectionClosedError, apsw.CursorClosedError, apsw.ConnectionNotClosedError),
        Closed,
        "open the journal again",
    ),
    ((apsw.AuthError,), UsageError, "queries can only read; use the verbs to change anything"),
    ((apsw.ForkingViolationError,), UsageError, "open the journal in the process that uses it"),
    ((apsw.Error,), UsageError, FIX_CALL),
)


FULL = frozenset(getattr(errno, name) for name in ("ENOSPC", "EDQUOT") if hasattr(errno, name))
INDEX_BYTES = 32 << 10
"""bytes by which SQLite lets the index of a WAL grow; that it finds no room for them it calls an I/O error."""


def translate(error: apsw.Error, path: str, needed_bytes: int = 0, number: int = 0) -> JournalError:
    """Makes our error of SQLite's, with the journal's path and a cure.

    `needed_bytes` is what SQLite had to write when it failed, as far as that is known; `number` is the errno that it
    was told last.
    """
    if isinstance(error, apsw.SQLError) and DAMAGED_HEAD in str(error):
        return CorruptionError(f"{path}: {error}", hint=VERIFY)
    for kinds, ours, hint in HOMES:
        if isinstance(error, kinds):
            if ours is StorageError and _is_full(error, path, number):
                ours = DiskFull
            return _made(ours, f"{path}: {error}", hint, path, needed_bytes)
    raise AssertionError("apsw.Error is the last home")


def _is_full(error: apsw.Error, path: str, number: int) -> bool:
    """Tells whether a full disk is behind what SQLite calls an I/O error, or a file that it cannot open."""
    if not isinstance(error, apsw.IOError | apsw.CantOpenError):
        return False
    if number:
        return number in FULL
    free = space.free_bytes(space.nearest(os.path.dirname(path) or "."))
    return free is not None and free < INDEX_BYTES


def garbled(error: UnicodeDecodeError, path: str) -> CorruptionError:
    """Makes our error of a text in the file that is none: SQLite takes any bytes, and wrote only UTF-8."""
    return CorruptionError(f"{path}: a text in it is not UTF-8: {error}", hint=VERIFY)


def _made(kind: type[JournalError], message: str, hint: str, path: str, needed_bytes: int) -> JournalError:
    if kind is DiskFull:
        return space.disk_full(message, needed_bytes, space.nearest(os.path.dirname(path) or "."))
    if kind is BusyError:
        return BusyError(message, hint=hint, holder=None, waited_s=0.0)
    if kind is LimitExceeded:
        return LimitExceeded(message, hint=hint, limit="sqlite", allowed=0)
    return kind(message, hint=hint)
