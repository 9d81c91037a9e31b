"""The file `.spool/id`, by which a root names its journal and itself."""

import contextlib
import os
from typing import NamedTuple

from journal.errors import StorageError
from journal.workspace import calls
from journal.workspace.temp import HOME

NAME = "id"
FRESH = "id.new"
BYTES_MAX = 16 << 10


class Identity(NamedTuple):
    """The ids of the journal and of the root in it, and the journal's path."""

    journal_id: str
    root: str
    journal: str


def read(spool_fd: int) -> Identity | None:
    """Reads the file in an open `.spool`; None when it is not there or not of this form."""
    try:
        fd = calls.open_read(NAME, spool_fd)
    except OSError:
        return None
    try:
        return _parsed(calls.read(fd, BYTES_MAX))
    except OSError:
        return None
    finally:
        calls.close(fd)


def read_at(root: str) -> Identity | None:
    """Reads the file of a root by its path."""
    try:
        fd = calls.open_dir(os.path.join(root, HOME))
    except OSError:
        return None
    try:
        return read(fd)
    finally:
        calls.close(fd)


def write(spool_fd: int, identity: Identity) -> None:
    """Writes the file anew, whole or not at all.

    Raises:
        StorageError: a folder stands in its place.
    """
    try:
        _write(spool_fd, identity)
    except IsADirectoryError as error:
        hint = "Move it away: the journal makes the file again."
        raise StorageError(f"a folder stands where {HOME}/{NAME} belongs", hint=hint) from error


def _write(spool_fd: int, identity: Identity) -> None:
    lines = [identity.journal_id.encode(), identity.root.encode(), os.fsencode(identity.journal)]
    with contextlib.suppress(FileNotFoundError):
        calls.unlink(FRESH, spool_fd)
    fd = calls.create(FRESH, spool_fd)
    try:
        calls.write(fd, b"journal %s\nroot %s\nat %s\n" % tuple(lines))
    finally:
        calls.close(fd)
    calls.rename(spool_fd, FRESH, spool_fd, NAME)


def _parsed(data: bytes) -> Identity | None:
    lines = data.split(b"\n", 2)
    if len(lines) != 3 or not lines[2].endswith(b"\n"):
        return None
    keys = (b"journal ", b"root ", b"at ")
    if not all(line.startswith(key) for line, key in zip(lines, keys, strict=True)):
        return None
    journal_id, root, journal = (line[len(key) :] for line, key in zip(lines, keys, strict=True))
    return Identity(journal_id.decode("ascii", "replace"), root.decode("ascii", "replace"), os.fsdecode(journal[:-1]))
