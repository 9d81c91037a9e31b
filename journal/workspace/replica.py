"""A folder in which the commits of a journal are carried out one after the other, and which an interruption may leave.

While that goes on, `.spool/` in it, where no journaled path can lie, holds two files:

    replay   one line of JSON: the journal's id, the branch, and n, the number of its commit that stands there whole;
             it is locked by whoever is at it
    part     the file that is written at the moment, before it has its name

Both go, and `.spool/` with them, when the last commit stands.
"""

import contextlib
import fcntl
import json
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, Protocol

from journal.content.paths import parents
from journal.errors import BusyError, UsageError, WorkspaceChanged
from journal.limits import REPLAY_MARK_BYTES_MAX
from journal.workspace import calls, publish, renames
from journal.workspace.look import Look, look, look_at_fd
from journal.workspace.target import Target
from journal.workspace.temp import HOME

MARK, PART = "replay", "part"


class Mark(NamedTuple):
    """How far a folder is: the journal, the branch, and the number of the commit that it holds whole."""

    journal: str
    branch: str
    n: int


class State(Protocol):
    """What stands at a path, or is to stand there: digest of the content, bytes, permission bits, file or symlink."""

    @property
    def sha256(self) -> bytes:
        """Names the content."""

    @property
    def size(self) -> int:
        """Tells its bytes."""

    @property
    def mode(self) -> int:
        """Tells the permission bits."""

    @property
    def kind(self) -> str:
        """Tells whether it is a file or a symlink."""


class Laid(NamedTuple):
    """A path of ours that stands in the folder, and by what its file is known."""

    state: State
    inode: int
    mtime_ns: int


class Replica:
    """A folder to carry commits out in; what it did not put there itself it neither writes over nor removes.

    `ending` tells that it was cut off when all stood and only `.spool/` was still to go: then all must be of the end.
    `whole` tells that nothing is left to do.
    """

    __slots__ = ("_home_fd", "_made_home", "_mark_fd", "ending", "mark", "target", "whole")

    def __init__(self, target: Target) -> None:
        self.target = target
        self.mark: Mark | None = None
        self.ending = self.whole = False
        self._home_fd = self._mark_fd = -1
        self._made_home = False

    @classmethod
    def find(cls, path: str, is_whole: "Callable[[Replica], bool]" = lambda _: False) -> "Replica":
        """Resolves a path, and takes up what an earlier replay left there.

        Where that left no count, `is_whole` tells whether all of it stands there.

        Raises:
            UsageError: it is no folder, or holds something else. BusyError: a replay into it is at work.
        """
        replica = cls(Target.find(path))
        try:
            names = replica.target.names()
            if HOME in names:
                replica._take_up()
            others = [name for name in names if name != HOME]
            replica.ending = replica.mark is None and HOME in names and bool(others)
            replica.whole = bool(others) and HOME not in names and is_whole(replica)
            if others and HOME not in names and not replica.whole:
                hint = "name an empty folder or a new one; what an interrupted replay left goes on by the same call"
                raise UsageError(f"{replica.target.path!r} is not empty: it holds {others[0]!r}", hint=hint)
        except BaseException:
            replica.close()
            raise
        return replica

    def close(self) -> None:
        """Closes the folder, and lets go of it; twice is fine."""
        for fd in (self._mark_fd, self._home_fd):
            if fd >= 0:
                calls.close(fd)
        self._home_fd = self._mark_fd = -1
        self.target.close()

    def begin(self) -> None:
        """Makes the folder, and what keeps count in it."""
        self.target.make()
        if self._home_fd < 0:
            calls.mkdir(HOME, self.target.folder.fd)
            self._made_home = True
            self._lock()

    def folds_case(self) -> bool:
        """Tells whether two spellings are one file there, by what it has made already."""
        try:
            calls.lstat(HOME.upper(), self.target.folder.fd)
        except FileNotFoundError:
            return False
        return True

    def keep(self, mark: Mark) -> None:
        """Writes down how far the folder is; one write, which an end of the process does not part."""
        line = json.dumps({"journal": mark.journal, "branch": mark.branch}, ensure_ascii=False)[:-1]
        calls.rewrite(self._mark_fd, f'{line}, "n": {mark.n:20}}}\n'.encode())
        self.mark = mark

    def finish(self) -> None:
        """Removes what kept count."""
        for name in (PART, MARK):
            with contextlib.suppress(FileNotFoundError):
                calls.unlink(name, self._home_fd)
        calls.rmdir(HOME, self.target.folder.fd)

    def withdraw(self) -> None:
        """Removes what `begin` made, when nothing else was done."""
        with contextlib.suppress(OSError):
            if self._made_home:
                self.finish()
        self.target.unmake()

    def put(self, path: str, state: State, pieces: Iterable[bytes], standing: Laid | None) -> Laid:
        """Puts a file or a symlink at a path, whole or not at all, over what we put there before.

        Raises:
            WorkspaceChanged: something else stands there.
        """
        root = self.target.folder
        inode, mtime_ns = self._write(state, pieces)
        if standing is None:
            root.make_parents(root.missing_parents(path))
        dir_fd, name = root.parent(path)
        if standing is None:
            try:
                renames.rename_new(self._home_fd, PART, dir_fd, name)
            except FileExistsError as error:
                raise self.foreign(path) from error
        else:
            self._ours(path, dir_fd, name, standing)
            calls.rename(self._home_fd, PART, dir_fd, name)
        return Laid(state, inode, mtime_ns)

    def set_mode(self, path: str, state: State, standing: Laid) -> Laid:
        """Gives a file of ours other permission bits.

        Raises:
            WorkspaceChanged: something else stands there.
        """
        dir_fd, name = self.target.folder.parent(path)
        found = self._ours(path, dir_fd, name, standing)
        if not publish.set_mode(dir_fd, name, found, state.mode).ok:
            raise self.foreign(path)
        return standing._replace(state=state)

    def remove(self, path: str, standing: Laid) -> None:
        """Removes a file of ours, and the folders that it leaves empty.

        Raises:
            WorkspaceChanged: something else stands there.
        """
        root = self.target.folder
        dir_fd, name = root.parent(path)
        self._ours(path, dir_fd, name, standing)
        calls.unlink(name, dir_fd)
        for folder in reversed(parents(path)):
            if not root.remove_folder(folder):
                break

    def stands(self, path: str, laid: Laid) -> bool:
        """Tells whether a path is as we left it, as far as a stat can tell."""
        found = self.target.look(path)
        return found is not None and _is(found, laid)

    def walk(self) -> Iterator[tuple[str, Look]]:
        """Gives all that lies in the folder, a folder after what lies in it, but what is the replay's own."""
        waiting = [("", False)]
        while waiting:
            path, entered = waiting.pop()
            if entered:
                found = self.target.look(path)
                if found is not None:
                    yield path, found
                continue
            if path:
                waiting.append((path, True))
            for name, found in self._entries(path):
                inside = f"{path}/{name}" if path else name
                if found.kind == "folder" and inside != HOME:
                    waiting.append((inside, False))
                elif inside != HOME:
                    yield inside, found

    def recognise(self, path: str, found: Look, states: Iterable[State | None]) -> Laid | None:
        """Tells which of some states a path that was found is in, its content read; None: in none of them."""
        for state in states:
            alike = state is not None and (found.kind, found.size, found.mode) == (state.kind, state.size, state.mode)
            if alike and state is not None and self.target.holds(path, found, state.sha256):
                return Laid(state, found.inode, found.mtime_ns)
        return None

    def foreign(self, path: str) -> WorkspaceChanged:
        """Gives the error that says that something else stands at a path."""
        hint = "move what is yours away and repeat the call, or replay into a new folder"
        said = f"{path!r} in {self.target.path!r} is not as this replay left it; it was not touched"
        return WorkspaceChanged(said, hint=hint, path=path, paths=(path,))

    def _entries(self, folder: str) -> list[tuple[str, Look]]:
        root = self.target.folder
        fd = calls.open_read(".", root.parent(f"{folder}/x")[0] if folder else root.fd)
        try:
            return [(name, found) for name in calls.listdir(fd) if (found := look(fd, name)) is not None]
        finally:
            calls.close(fd)

    def _take_up(self) -> None:
        self._home_fd = calls.open_dir(HOME, self.target.folder.fd)
        fd = calls.open_read(".", self._home_fd)
        try:
            inside = set(calls.listdir(fd))
        finally:
            calls.close(fd)
        if not inside <= {MARK, PART}:
            hint = "name an empty folder or a new one, or use `spool checkout` or `spool restore` for a root"
            raise UsageError(f"{self.target.path!r} is the root of a journal", hint=hint)
        self._lock()
        with contextlib.suppress(FileNotFoundError):
            calls.unlink(PART, self._home_fd)
        line = calls.read(self._mark_fd, REPLAY_MARK_BYTES_MAX)
        if not line:
            return  # it ended before it began
        try:
            said = json.loads(line)
            self.mark = Mark(str(said["journal"]), str(said["branch"]), int(said["n"]))
        except (ValueError, KeyError, TypeError) as error:
            hint = "remove the folder, and begin anew"
            raise UsageError(f"{self.target.path!r} does not say how far it is", hint=hint) from error

    def _lock(self) -> None:
        if self._home_fd < 0:
            self._home_fd = calls.open_dir(HOME, self.target.folder.fd)
        self._mark_fd = calls.open_lock(MARK, self._home_fd)
        try:
            calls.flock(self._mark_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            free = look_at_fd(self._mark_fd).nlink > 0  # else it was finished, and removed, a moment ago
        except BlockingIOError:
            free = False
        if not free:
            said = f"another replay into {self.target.path!r} is at work"
            raise BusyError(said, hint="wait until it is done, or name another folder", waited_s=0.0)

    def _write(self, state: State, pieces: Iterable[bytes]) -> tuple[int, int]:
        with contextlib.suppress(FileNotFoundError):
            calls.unlink(PART, self._home_fd)
        if state.kind == "symlink":
            calls.symlink(b"".join(pieces), PART, self._home_fd)
            made = look(self._home_fd, PART)
            assert made is not None  # it was made a moment ago, in a folder that is locked
        else:
            fd = calls.create(PART, self._home_fd)
            try:
                for piece in pieces:
                    calls.write(fd, piece)
                calls.fchmod(fd, state.mode)
                made = look_at_fd(fd)
            finally:
                calls.close(fd)
        return made.inode, made.mtime_ns

    def _ours(self, path: str, dir_fd: int, name: str, standing: Laid) -> Look:
        found = look(dir_fd, name)
        if found is None or not _is(found, standing):
            raise self.foreign(path)
        return found


def _is(found: Look, laid: Laid) -> bool:
    state = laid.state
    same = (found.inode, found.mtime_ns, found.kind) == (laid.inode, laid.mtime_ns, state.kind)
    return same and found.size == state.size and (found.mode == state.mode or state.kind == "symlink")
