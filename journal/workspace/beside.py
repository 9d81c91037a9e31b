"""A database, or a file, that is made under another name beside its place, and appears there whole or not at all."""

import contextlib
import os
import stat
from collections.abc import Iterable

from journal.errors import UsageError
from journal.workspace import calls, faults, renames

SIDES = ("-wal", "-shm", "-journal")
"""what SQLite keeps beside a file while it is open."""


class Beside:
    """A file on its way to a path; only its owner can read it. End it by `publish` or by `discard`."""

    __slots__ = ("_fd", "_name", "_part", "path", "temp")

    def __init__(self, path: str, fd: int) -> None:
        folder, self._name = os.path.split(path)
        self._fd = fd
        self._part = f".spool-{os.urandom(6).hex()}.part"
        self.path = path
        self.temp = os.path.join(folder, self._part)
        calls.close(calls.create(self._part, fd))

    @classmethod
    def make(cls, path: str) -> "Beside":
        """Makes an empty file beside a real path."""
        fd = calls.open_read(os.path.dirname(path))
        try:
            return cls(path, fd)
        except BaseException:
            calls.close(fd)
            raise

    def fill(self, pieces: Iterable[bytes]) -> None:
        """Writes a content into the file, in the order given.

        Raises:
            DiskFull: it tells how much there was to write until then. StorageError
        """
        fd, size = calls.open_lock(self._part, self._fd), 0
        try:
            with faults.system_errors("write", self.path, place=self._fd, needed=lambda: size):
                for piece in pieces:
                    size += len(piece)
                    calls.write(fd, piece)
        finally:
            calls.close(fd)

    def publish(self, *, over: bool) -> None:
        """Gives the file its name, once it is on disk; `over` lets it take the place of another.

        Nothing may have either of them open. Raises FileExistsError without `over` when the name is taken.
        """
        for name in (self._part, *((self._name,) if over else ())):
            self._drop_sides(name)  # a log that belongs to another file would be played into this one
        fd = calls.open_read(self._part, self._fd)
        try:
            calls.fsync(fd)
        finally:
            calls.close(fd)
        if over:
            calls.rename(self._fd, self._part, self._fd, self._name)
        else:
            renames.rename_new(self._fd, self._part, self._fd, self._name)
        calls.fsync(self._fd)
        calls.close(self._fd)

    def discard(self) -> None:
        """Removes the file."""
        self._drop_sides(self._part)
        with contextlib.suppress(OSError):
            calls.unlink(self._part, self._fd)
        calls.close(self._fd)

    def _drop_sides(self, name: str) -> None:
        for side in SIDES:
            with contextlib.suppress(FileNotFoundError):
                calls.unlink(name + side, self._fd)


def in_use(path: str) -> bool:
    """Tells whether a database seems to be open, here or elsewhere: what is open in this mode has files beside it."""
    return any(os.path.lexists(path + side) for side in SIDES)


def resolved(into: str) -> str:
    """Gives the real path of a file that is to be made in a folder that is there.

    Raises:
        UsageError: it is no name of a file.
    """
    try:
        path = os.path.realpath(into)
    except ValueError as error:
        raise UsageError(f"{into!r} is no path: {error}", hint="name a file") from error
    if not into or os.path.isdir(path):
        raise UsageError(f"{into!r} is a folder" if into else "the file's name is empty", hint="name a file")
    if not os.path.isdir(os.path.dirname(path)):
        raise UsageError(f"there is no folder {os.path.dirname(path)!r}", hint="make it first, or name another")
    return path


def is_empty(path: str) -> bool:
    """Tells whether an ordinary file without content stands at a real path."""
    try:
        found = calls.lstat(path)
    except FileNotFoundError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size == 0


def drop_empty(path: str) -> None:
    """Removes an ordinary file without content, so that another can have its name."""
    if is_empty(path):
        fd = calls.open_dir(os.path.dirname(path))
        try:
            calls.unlink(os.path.basename(path), fd)
        finally:
            calls.close(fd)
