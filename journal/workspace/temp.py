"""The folder `.spool/tmp/` of a root, where files wait on their way in or out."""

import contextlib
import itertools
import stat
import threading
from collections.abc import Callable, Iterable
from typing import TypeVar

from journal.errors import PathRefused
from journal.workspace import calls
from journal.workspace.look import Look, look, look_at_fd
from journal.workspace.walk import Root

HOME = ".spool"
FOLDER = "tmp"

Result = TypeVar("Result")

_NOTHING = calls.Inheritance()


class TempGone(FileNotFoundError):
    """A prepared file was removed before it could be published, as when `.spool` is deleted: fill it again."""


class Temp:
    """The temp folder of a root; it works on when somebody deletes it.

    `w-<n>` is being written and never holds a foreign file; `x-<n>` is published from and may come to hold one.
    `on_remade` is called after the folder had to be made again, so that its owner writes again what else belongs there.
    `can_exchange` is None until a file system has shown that it cannot swap names.
    """

    __slots__ = ("_lock", "_numbers", "_old", "_root", "can_exchange", "fd", "on_remade", "spool_fd")

    def __init__(self, root: Root) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._old: list[int] = []
        self.on_remade: Callable[[], None] | None = None
        self.can_exchange: bool | None = None
        self.spool_fd, self.fd = _make(root)
        # Past what a dead process left, which recovery may still need.
        self._numbers = itertools.count(1 + max(map(_number, self.leftovers()), default=0))

    @classmethod
    def open(cls, root: Root) -> "Temp":
        """Opens the temp folder, and makes it when it is not there.

        Raises:
            PathRefused: something else than a folder on the root's device stands at its name.
        """
        return cls(root)

    def close(self) -> None:
        """Closes the folder; doing it twice is fine."""
        self.drop_old()
        fds = [self.fd, self.spool_fd]
        self.fd = self.spool_fd = -1
        for fd in fds:
            if fd >= 0:
                calls.close(fd)

    def unmake(self) -> None:
        """Removes the folders again when nothing but what `open` made is in them, as after an opening that failed."""
        with contextlib.suppress(OSError):
            calls.unlink("lock", self.spool_fd)
        with contextlib.suppress(OSError):
            calls.rmdir(FOLDER, self.spool_fd)
            calls.unlink(".gitignore", self.spool_fd)
            calls.rmdir(HOME, self._root.fd)

    def number(self) -> int:
        """Gives a number that no file of the folder has."""
        return next(self._numbers)

    def remake(self, seen_fd: int) -> None:
        """Makes the folder again after it was not found by `seen_fd`; whoever comes first does it for all."""
        with self._lock:
            if self.fd != seen_fd:
                return
            # Another thread may be in the middle of a call on the old ones, so they stay open until `drop_old`.
            old = [self.spool_fd, self.fd]
            self.spool_fd, self.fd = _make(self._root)  # first: somebody may remove it again meanwhile
            self._old += old
        if self.on_remade is not None:
            self.on_remade()

    def drop_old(self) -> None:
        """Closes the folders that were made again since; to be called when no thread is in the middle of a verb."""
        while self._old:
            calls.close(self._old.pop())

    def fill(
        self,
        n: int,
        pieces: "Iterable[bytes | memoryview]",
        mode: int,
        like: tuple[int, str] | None,
        given: calls.Inheritance | None = None,
    ) -> Look:
        """Writes `w-<n>` and gives what it looks like, as it will when published.

        Owner, attributes and ACL are those of the file at `like` (folder, name), else what is `given` to new files by
        the folder that it will stand in. The permission bits come last, so that the content never stands under wider
        ones.
        """
        name = f"w-{n}"
        fd = self._retried(lambda dir_fd: calls.create(name, dir_fd))
        try:
            for piece in pieces:
                calls.write(fd, piece)
            if not (like is not None and _copy_attributes(like, fd)) and given not in (None, _NOTHING):
                calls.inherit(given, fd)
            calls.fchmod(fd, mode)
            return look_at_fd(fd)
        except BaseException:
            self.discard(n)
            raise
        finally:
            calls.close(fd)

    def link_to(self, n: int, target: bytes) -> Look:
        """Makes `w-<n>` a symlink, and gives what it looks like."""
        name = f"w-{n}"
        self._retried(lambda dir_fd: calls.symlink(target, name, dir_fd))
        found = look(self.fd, name)
        if found is None:
            raise TempGone(f"{HOME}/{FOLDER}/{name} was removed")
        return found

    def discard(self, n: int) -> None:
        """Removes `w-<n>` or `x-<n>`, whichever is there; not for an `x` that came to hold bytes nobody knows."""
        for name in (f"x-{n}", f"w-{n}"):
            try:
                calls.unlink(name, self.fd)
                return  # publishing renames one into the other, so there are never both
            except OSError:
                continue  # not there; or the disk refuses, and the sweep of the next opening removes it

    def unlink(self, name: str) -> None:
        """Removes one of `leftovers`; whoever calls it knows that nothing in it is lost."""
        with contextlib.suppress(FileNotFoundError):
            calls.unlink(name, self.fd)

    def leftovers(self) -> list[str]:
        """Lists whatever is in the folder, sorted."""
        try:
            fd = calls.open_read(".", self.fd)
        except FileNotFoundError:
            return []
        try:
            return sorted(calls.listdir(fd))
        finally:
            calls.close(fd)

    def _retried(self, step: "Callable[[int], Result]") -> "Result":
        fd = self.fd
        try:
            return step(fd)
        except FileNotFoundError:
            self.remake(fd)
            return step(self.fd)


def _copy_attributes(like: tuple[int, str], fd: int) -> bool:
    dir_fd, name = like
    try:
        source = calls.open_read(name, dir_fd)
    except OSError:
        return False  # gone, a symlink, or not ours to read: the publish will look at it again
    try:
        if not stat.S_ISREG(calls.fstat(source).st_mode):
            return False
        calls.copy_attributes(source, fd)
        return True
    finally:
        calls.close(source)


def _make(root: Root) -> tuple[int, int]:
    spool_fd = _folder(root, HOME, root.fd)
    try:
        try:
            fd = calls.create(".gitignore", spool_fd)
        except FileExistsError:
            pass
        else:
            try:
                calls.write(fd, b"*\n")
            finally:
                calls.close(fd)
        return spool_fd, _folder(root, FOLDER, spool_fd)
    except BaseException:
        calls.close(spool_fd)
        raise


def _folder(root: Root, name: str, dir_fd: int) -> int:
    with contextlib.suppress(FileExistsError):
        calls.mkdir(name, dir_fd, 0o700)
    hint = "Move it away: the journal makes the folder again."
    try:
        fd = calls.open_dir(name, dir_fd)
    except NotADirectoryError as error:
        message = f"{name!r} in the root is not a folder"
        raise PathRefused(message, hint=hint, path=HOME, reason="not a folder") from error
    if calls.fstat(fd).st_dev != root.dev:
        calls.close(fd)
        raise PathRefused(f"{name!r} in the root is a mount", hint=hint, path=HOME, reason="on another device")
    return fd


def _number(name: str) -> int:
    letter, dash, digits = name.partition("-")
    return int(digits) if letter in ("w", "x") and dash and digits.isascii() and digits.isdigit() else 0
