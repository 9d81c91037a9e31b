"""The writer's lease: a lock on an empty file that the system gives back when its holder dies."""

import errno
import fcntl
import os
import time

from journal import limits
from journal.errors import BusyError, StorageError
from journal.workspace import calls


class Held(BusyError):
    """Somebody else holds the lease; `waited_s` is how long it was tried."""


class Lease:
    """A lease that is held until `release`, or until the process ends however it ends."""

    __slots__ = ("_fd", "_pid")

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._pid = os.getpid()

    @classmethod
    def take(cls, folder: int | str, name: str, wait_s: float) -> "Lease":
        """Takes the lease at `name` in a folder, given by descriptor or by path; waits up to `wait_s` seconds.

        With the name `.` it is the folder itself, given by path, that is locked.

        Raises:
            Held: somebody else holds it, also after the wait.
        """
        start = time.monotonic()
        while True:
            fd = _lock(folder, name)
            if fd is not None:
                return cls(fd)
            waited_s = time.monotonic() - start
            if waited_s >= wait_s:
                hint = "Wait for the other writer to end, or ask for more time."
                raise Held(f"the lease {name!r} is held by another writer", hint=hint, waited_s=waited_s)
            time.sleep(min(limits.LEASE_POLL_S, wait_s - waited_s))

    def release(self) -> None:
        """Gives the lease back; doing it twice is fine."""
        fd, self._fd = self._fd, -1
        if fd < 0:
            return
        try:
            # A fork shares the lock: the child lets go of its descriptor only, or it would unlock its parent.
            if os.getpid() == self._pid:
                calls.flock(fd, fcntl.LOCK_UN)
        finally:
            calls.close(fd)


def _lock(folder: int | str, name: str) -> int | None:
    while True:
        fd = _open(folder, name)
        kept = False
        try:
            calls.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            kept = _stands(folder, name, fd)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise
            return None
        finally:
            if not kept:
                calls.close(fd)
        if kept:
            return fd
        # The file was removed or replaced while we took it: a lock on it would keep nobody out.


def _open(folder: int | str, name: str) -> int:
    try:
        if name == "." and isinstance(folder, str):
            return calls.open_folder(folder)
        if isinstance(folder, int):
            return calls.open_lock(name, folder)
        return calls.open_lock(os.path.join(folder, name), None)
    except OSError as error:
        if error.errno not in (errno.EISDIR, errno.ELOOP):
            raise
        where = name if isinstance(folder, int) else os.path.join(folder, name)
        hint = "Move it away: the journal makes it again."
        raise StorageError(f"the lock {where!r} is no file", hint=hint) from error


def _stands(folder: int | str, name: str, fd: int) -> bool:
    ours = calls.fstat(fd)
    try:
        if isinstance(folder, int):
            found = calls.lstat(name, folder)
        else:
            found = calls.lstat(os.path.join(folder, name))
    except FileNotFoundError:
        return False
    return (found.st_dev, found.st_ino) == (ours.st_dev, ours.st_ino)
