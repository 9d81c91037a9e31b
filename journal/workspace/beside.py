"""A database, or a file, that is made under another name beside its place, and appears there whole or not at all."""

import contextlib
import os
import stat
from collections.abc import Iterable

from journal.errors import UsageError
from journal.workspace import calls, faults, parts, renames
from journal.workspace.parts import FILE, SIDES, Part
from journal.workspace.walk import Root


class Beside:
    """A file on its way to a path; only its owner can read it. End it by `publish` or by `discard`.

    What a process left that died before its end is removed by the next call of `resolved` or `make` there.
    """

    __slots__ = ("_folder", "_name", "_part", "path", "temp")

    def __init__(self, path: str, folder: Root) -> None:
        self._name = os.path.basename(path)
        self._folder = folder
        self._part = Part.make(folder.fd)
        self.path = path
        self.temp = os.path.join(folder.path, self._part.name, FILE)
        try:
            calls.close(calls.create(FILE, self._part.fd))
        except BaseException:
            self._part.remove()
            raise

    @classmethod
    def make(cls, path: str) -> "Beside":
        """Makes an empty file beside a real path."""
        folder = Root.open(os.path.dirname(path))
        try:
            parts.sweep(folder)
            return cls(path, folder)
        except BaseException:
            folder.close()
            raise

    def fill(self, pieces: Iterable[bytes]) -> None:
        """Writes a content into the file, in the order given.

        Raises:
            DiskFull: it tells how much there was to write until then. StorageError
        """
        fd, size = calls.open_lock(FILE, self._part.fd), 0
        try:
            with faults.system_errors("write", self.path, place=self._part.fd, needed=lambda: size):
                for piece in pieces:
                    size += len(piece)
                    calls.write(fd, piece)
        finally:
            calls.close(fd)

    def sync(self) -> None:
        """Brings the file to disk; nothing may have it open for writing."""
        fd = calls.open_read(FILE, self._part.fd)
        try:
            calls.fsync(fd)
        finally:
            calls.close(fd)

    def publish(self, *, over: bool) -> None:
        """Gives the file its name, once it is on disk; `over` lets it take the place of another.

        Nobody may have either of them open. Raises FileExistsError without `over` when the name is taken.
        """
        self.sync()
        self.rename(over=over)

    def rename(self, *, over: bool) -> None:
        """Gives a synced file its name, and ends it; else as `publish`."""
        folder, part = self._folder.fd, self._part.fd
        for side in SIDES:  # a log that belongs to another file would be played into this one
            with contextlib.suppress(FileNotFoundError):
                calls.unlink(FILE + side, part)
            if over:
                with contextlib.suppress(FileNotFoundError):
                    calls.unlink(self._name + side, folder)
        if over:
            calls.rename(part, FILE, folder, self._name)
        else:
            renames.rename_new(part, FILE, folder, self._name)
        calls.fsync(folder)
        self._end()

    def discard(self) -> None:
        """Removes the file; twice is fine."""
        self._end()

    def _end(self) -> None:
        self._part.remove()
        self._folder.close()


def resolved(into: str) -> str:
    """Gives the real path of a file that is to be made in a folder that is there; what the dead left there goes.

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
    folder = Root.open(os.path.dirname(path))
    try:
        parts.sweep(folder)
    finally:
        folder.close()
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
