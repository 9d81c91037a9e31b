"""The root, and the way from it to any path below, one component at a time and never through a symlink."""

import contextlib
import errno
import os
import stat
import threading

from journal.errors import PathRefused
from journal.limits import FOLDERS_OPEN_MAX
from journal.workspace import calls

_NO_FOLDER = (errno.ENOTDIR, errno.ELOOP, errno.EMLINK)
_NOT_REMOVABLE = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT, errno.ENOTDIR, errno.EBUSY)


class _Folders(threading.local):
    """Each verb runs in one thread, so that the end of one verb closes nothing that another one uses."""

    def __init__(self) -> None:
        self.fds: dict[str, int] = {}


class Root:
    """A root folder that is kept open, so that it stays the same one and reports errors of its disk."""

    __slots__ = ("_folders", "dev", "fd", "inode", "path")

    def __init__(self, path: str, fd: int) -> None:
        found = calls.fstat(fd)
        self.path = path
        self.fd = fd
        self.dev = found.st_dev
        self.inode = found.st_ino
        self._folders = _Folders()

    @classmethod
    def open(cls, path: str) -> "Root":
        """Opens the root at a real path."""
        fd = calls.open_read(path)
        try:
            root = cls(path, fd)
            if not stat.S_ISDIR(calls.fstat(fd).st_mode):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)
        except BaseException:
            calls.close(fd)
            raise
        return root

    def again(self) -> "Root":
        """Opens the same folder once more, for whoever outlasts this one."""
        fd = calls.duplicate(self.fd)
        try:
            return Root(self.path, fd)
        except BaseException:
            calls.close(fd)
            raise

    def close(self) -> None:
        """Closes the root; doing it twice is fine."""
        self.forget()
        fd, self.fd = self.fd, -1
        if fd >= 0:
            calls.close(fd)

    def forget(self) -> None:
        """Closes the folders that this thread's verb opened; to be called at the end of each verb."""
        fds = self._folders.fds
        while fds:
            calls.close(fds.popitem()[1])

    def alive(self) -> bool:
        """Tells whether the folder at the root's path is still this one."""
        try:
            found = calls.lstat(self.path)
        except OSError:
            return False
        return (found.st_dev, found.st_ino) == (self.dev, self.inode)

    def parent(self, path: str) -> tuple[int, str]:
        """Gives the descriptor of a path's folder, and its name in it.

        The descriptor is the root's to close: it holds until `forget`, or until FOLDERS_OPEN_MAX other folders were
        asked for in this thread; ask again instead of keeping it, which costs one look in a dictionary.

        Raises:
            PathRefused: a component is a symlink or a file, or lies on another device than the root.
            FileNotFoundError: a component is not there.
        """
        folder, slash, name = path.rpartition("/")
        return (self._enter(folder, path) if slash else self.fd), name

    def nearest(self, path: str) -> int:
        """Gives the descriptor of the innermost folder above a path that exists; refuses as `parent` does."""
        missing = self.missing_parents(path)
        return self.parent(missing[0] if missing else path)[0]

    def missing_parents(self, path: str) -> list[str]:
        """Gives the folders of a path that are not there yet, outermost first; refuses as `parent` does."""
        ends = [place for place, letter in enumerate(path) if letter == "/"]
        for index in range(len(ends), 0, -1):
            try:
                self._enter(path[: ends[index - 1]], path)
            except FileNotFoundError:
                continue
            return [path[:end] for end in ends[index:]]
        return [path[:end] for end in ends]

    def make_parents(self, folders: list[str], made: list[str] | None = None) -> list[str]:
        """Makes folders, all or none, outermost first, and gives those that it made; one that stands already is fine.

        They are added to `made` one by one, so that a caller who is interrupted knows of them.

        Raises:
            PathRefused: something else than a real folder stands there.
            FileNotFoundError: somebody removed a folder above: `forget`, then begin again with `missing_parents`.
        """
        made = [] if made is None else made
        try:
            for folder in folders:
                dir_fd, name = self.parent(folder)
                made.append(folder)  # first: an interrupt may come between any two steps
                try:
                    calls.mkdir(name, dir_fd)
                except FileExistsError:
                    made.pop()
                self._enter(folder, folder)
        except BaseException:
            for folder in reversed(made):
                with contextlib.suppress(OSError, PathRefused):
                    self.remove_folder(folder)
            raise
        return made

    def remove_folder(self, path: str) -> bool:
        """Removes a folder when it is empty; tells whether it did."""
        try:
            dir_fd, name = self.parent(path)
            fd = self._folders.fds.pop(path, None)  # first: a folder that is made again here is another one
            if fd is not None:
                calls.close(fd)
            calls.rmdir(name, dir_fd)
        except OSError as error:
            if error.errno in _NOT_REMOVABLE:
                return False
            raise
        return True

    def holds_only(self, path: str, known: set[str]) -> bool:
        """Tells whether all that lies below a folder is among some paths, each folder below it too."""
        try:
            fd = calls.open_read(".", self._enter(path, path))
        except FileNotFoundError:
            return True  # somebody removed it by now
        try:
            below = [f"{path}/{name}" for name in calls.listdir(fd)]
        finally:
            calls.close(fd)
        return all(each in known and (not self._is_folder(each) or self.holds_only(each, known)) for each in below)

    def folders_below(self, path: str) -> list[str]:
        """Lists the folders below a folder, each after the one it lies in; none of another device."""
        found, waiting = list[str](), [path]
        while waiting:
            folder = waiting.pop()
            try:
                fd = calls.open_read(".", self._enter(folder, folder))
            except (FileNotFoundError, PathRefused):
                continue  # removed by now, or something else
            if folder != path:
                found.append(folder)
            try:
                below = [f"{folder}/{name}" for name in calls.listdir(fd)]
            finally:
                calls.close(fd)
            waiting += [each for each in below if self._is_folder(each)]
        return found

    def _is_folder(self, path: str) -> bool:
        try:
            dir_fd, name = self.parent(path)
            return stat.S_ISDIR(calls.lstat(name, dir_fd).st_mode)
        except FileNotFoundError:
            return False

    def _enter(self, folder: str, path: str) -> int:
        fds = self._folders.fds
        fd = fds.pop(folder, -1)
        if fd >= 0:
            fds[folder] = fd  # to the end: the first is the one not used for longest
            return fd
        end, fd = self._deepest_open(folder)
        while end < len(folder):
            start = end + 1 if end else 0
            end = folder.find("/", start)
            end = len(folder) if end < 0 else end
            fd = self._step(fd, folder[:end], folder[start:end], path)
        return fd

    def _deepest_open(self, folder: str) -> tuple[int, int]:
        """How many characters of `folder` lead to a folder that is open, and its descriptor."""
        fds = self._folders.fds
        end = folder.rfind("/")
        while fds and end > 0:
            fd = fds.pop(folder[:end], -1)
            if fd >= 0:
                fds[folder[:end]] = fd
                return end, fd
            end = folder.rfind("/", 0, end)
        return 0, self.fd

    def _step(self, dir_fd: int, folder: str, name: str, path: str) -> int:
        try:
            fd = calls.open_dir(name, dir_fd)
        except OSError as error:
            if error.errno in _NO_FOLDER:
                raise self._no_folder(dir_fd, folder, name, path) from error
            raise
        try:
            if calls.fstat(fd).st_dev != self.dev:
                reason = f"a mount below the root stands at {folder!r}"
                hint = "What is mounted there is not journaled: open it as a root of its own."
                raise _refused(path, reason, hint)
        except BaseException:
            calls.close(fd)
            raise
        fds = self._folders.fds
        if len(fds) >= FOLDERS_OPEN_MAX:
            calls.close(fds.pop(next(iter(fds))))
        fds[folder] = fd
        return fd

    def _no_folder(self, dir_fd: int, folder: str, name: str, path: str) -> PathRefused:
        try:
            target = os.fsdecode(calls.readlink(name, dir_fd))
        except OSError:
            return _refused(path, f"{folder!r} is a file, not a folder", "Name a path through folders only.")
        # Followed by path, which is good enough for a sentence and for nothing else.
        real = os.path.realpath(os.path.join(self.path, folder))
        reason = f"{folder!r} is a symlink to {target!r}"
        if real != self.path and not real.startswith(self.path.rstrip("/") + "/"):
            return _refused(path, f"{reason}, outside the root", "Name a path inside the root.")
        inside = os.path.normpath(os.path.join(os.path.relpath(real, self.path), path[len(folder) + 1 :]))
        return _refused(path, reason, f"Name the real path: {inside!r}.")


def _refused(path: str, reason: str, hint: str) -> PathRefused:
    return PathRefused(f"{path!r} cannot be reached: {reason}", hint=hint, path=path, reason=reason)
