"""Folders for what is not whole yet, locked by whoever fills them, so that the leftovers of the dead can be told.

    .spool-<12 hex digits>.part/   beside the place of what is made, or on top of the folder that is filled
        lock                       locked while its owner lives; names a folder below, once files are made there too
        file, file-wal, ...        what is being written
    .spool-<the same digits>-<n>   in the folder that `lock` names: a file that is written beside its place

A lock holds across containers, where a process's number says nothing. Where a file system has none, what a dead process
left stays, for it may belong to a living one.
"""

import fcntl
import os
import re
from contextlib import suppress

from journal.errors import PathRefused
from journal.limits import PATH_BYTES_MAX
from journal.workspace import calls
from journal.workspace.walk import Root

FILE, LOCK = "file", "lock"
SIDES = ("-wal", "-shm", "-journal")
"""what SQLite keeps beside a file while it is open."""

_NAME = re.compile(r"\.spool-[0-9a-f]{12}\.part")
_KNOWN = {LOCK, FILE, *(FILE + side for side in SIDES)}


class Part:
    """A folder of this process, which stays told from leftovers until `remove`."""

    __slots__ = ("_dir_fd", "_lock_fd", "_noted", "fd", "name")

    def __init__(self, dir_fd: int, name: str, fd: int, lock_fd: int) -> None:
        self._dir_fd = dir_fd
        self._lock_fd = lock_fd
        self._noted: str | None = None
        self.name = name
        self.fd = fd

    @classmethod
    def make(cls, dir_fd: int) -> "Part":
        """Makes one in an open folder, which has to stay open."""
        while True:
            name = f".spool-{os.urandom(6).hex()}.part"
            calls.mkdir(name, dir_fd, 0o700)
            try:
                fd = calls.open_dir(name, dir_fd)
            except FileNotFoundError:
                continue  # a sweep took it for a leftover, as it had no lock yet
            lock_fd = _locked(fd)
            if lock_fd is not None:
                return cls(dir_fd, name, fd, lock_fd)
            calls.close(fd)

    @property
    def prefix(self) -> str:
        """Begins the names of files that are written beside their places."""
        return _prefix(self.name)

    def note(self, folder: str) -> None:
        """Says in which folder below such files will lie from now on."""
        if folder != self._noted:
            calls.rewrite(self._lock_fd, os.fsencode(folder) + b"\0")
            self._noted = folder

    def remove(self) -> None:
        """Removes the folder with what is in it; twice is fine."""
        fd, self.fd = self.fd, -1
        if fd >= 0:
            with suppress(OSError):
                _remove(self._dir_fd, self.name, fd)
            for each in (self._lock_fd, fd):
                calls.close(each)


def sweep(root: Root) -> int:
    """Removes what dead processes left on top of a folder, and what they noted below it; tells how many it removed."""
    swept = 0
    for name in _parts(root.fd):
        with suppress(OSError):  # what cannot be removed is in nobody's way
            found = _taken(root.fd, name)
            if found is None:
                continue
            fd, lock_fd = found
            try:
                if lock_fd is None:
                    calls.rmdir(name, root.fd)  # empty, or its owner is about to lock it
                else:
                    _sweep_noted(root, calls.read_at(lock_fd, PATH_BYTES_MAX + 1, 0), _prefix(name))
                    _remove(root.fd, name, fd)
                swept += 1
            finally:
                _close(fd, lock_fd)
    return swept


def is_left(dir_fd: int, name: str) -> bool:
    """Tells whether something in a folder is what a dead process left; it is not touched."""
    if not _NAME.fullmatch(name):
        return False
    try:
        found = _taken(dir_fd, name)
    except OSError:
        return False
    if found is not None:
        _close(*found)
    return found is not None


def _locked(fd: int) -> int | None:
    """Locks a new folder of ours; None: a sweep was faster."""
    try:
        lock_fd = calls.open_lock(LOCK, fd)
    except FileNotFoundError:
        return None
    try:
        calls.flock(lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        calls.close(lock_fd)
        return None
    except OSError:  # no locks here: a folder without one is never swept
        calls.unlink(LOCK, fd)
        return lock_fd
    if calls.fstat(lock_fd).st_nlink == 0:
        calls.close(lock_fd)
        return None
    return lock_fd


def _taken(dir_fd: int, name: str) -> tuple[int, int | None] | None:
    """Opens what a dead process left and takes its lock; None: it is somebody's, or holds what is not ours."""
    fd, lock_fd = calls.open_dir(name, dir_fd), None
    try:
        inside = _names(fd)
        if LOCK in inside and inside <= _KNOWN:
            lock_fd = calls.open_read(LOCK, fd)
            calls.flock(lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        elif inside:
            calls.close(fd)
            return None
    except BaseException:
        _close(fd, lock_fd)
        raise
    return fd, lock_fd


def _sweep_noted(root: Root, noted: bytes, prefix: str) -> None:
    folder, ended, _ = noted.partition(b"\0")
    if not ended or b".." in folder.split(b"/"):
        return  # it wrote none; or somebody else did
    with suppress(OSError, PathRefused):
        below = f"{os.fsdecode(folder)}/x" if folder else "x"
        dir_fd = root.parent(below)[0]
        for name in _names(dir_fd):
            if name.startswith(prefix):
                calls.unlink(name, dir_fd)
        root.forget()


def _remove(dir_fd: int, name: str, fd: int) -> None:
    """The lock goes last, so that a death in between leaves what the next sweep knows."""
    for each in sorted(_names(fd) - {LOCK}):
        calls.unlink(each, fd)
    with suppress(FileNotFoundError):
        calls.unlink(LOCK, fd)
    calls.rmdir(name, dir_fd)


def _parts(dir_fd: int) -> list[str]:
    return sorted(name for name in _names(dir_fd) if _NAME.fullmatch(name))


def _names(dir_fd: int) -> set[str]:
    fd = calls.open_read(".", dir_fd)
    try:
        return set(calls.listdir(fd))
    finally:
        calls.close(fd)


def _prefix(name: str) -> str:
    return name.removesuffix(".part") + "-"


def _close(*fds: int | None) -> None:
    for fd in fds:
        if fd is not None:
            calls.close(fd)
