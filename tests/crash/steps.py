"""Numbers everything that changes a disk, in SQLite and in the root, and ends the process at one of them.

SQLite is watched by a VFS of its own, the root by the functions of `journal.workspace.calls`: the package has no seams.
Install `Steps` in a child process only, before anything is opened.
"""

import os
from collections.abc import Callable
from typing import Any, Protocol

import apsw

from journal.workspace import calls

KILLED = 86
"""exit code of a process that ended where it was told to."""


class Steps:
    """The steps of one run, from `arm` to `disarm`; with `kill_at` the process dies at that step, counted from 1."""

    def __init__(self, kill_at: int = 0) -> None:
        self.kill_at = kill_at
        self.labels: list[str] = []
        self.armed = False

    def arm(self) -> None:
        """Begins to count."""
        self.armed = True

    def disarm(self) -> None:
        """Counts no more."""
        self.armed = False

    def step(self, label: str) -> None:
        """Counts one step, or ends the process there."""
        if not self.armed:
            return
        self.labels.append(label)
        if len(self.labels) == self.kill_at:
            os._exit(KILLED)

    def install(self) -> "Steps":
        """Watches SQLite and the root of this process from now on."""
        self._vfs = WatchedVFS(self)
        for name in calls.CHANGING:
            setattr(calls, name, self._watched(name, getattr(calls, name)))
        return self

    def _watched(self, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def around(*arguments: Any, **named: Any) -> Any:
            self.step(f"before {name}")
            found = original(*arguments, **named)
            self.step(f"after {name}")
            return found

        def halved(fd: int, data: "bytes | memoryview") -> None:
            self.step("before write")
            middle = len(data) // 2
            original(fd, data[:middle])
            self.step("inside write")
            original(fd, data[middle:])
            self.step("after write")

        return halved if name == "write" else around


class Hears(Protocol):
    """Whoever is told of each change to a file of SQLite's, before it is made."""

    def step(self, label: str) -> None:
        """Hears of one."""


class WatchedFile(apsw.VFSFile):
    """A file of SQLite's whose changes are steps."""

    def __init__(self, steps: Hears, name: "str | apsw.URIFilename | None", flags: list[int]) -> None:
        super().__init__("unix", name, flags)
        self._steps = steps
        self._name = os.path.basename(name.filename() if isinstance(name, apsw.URIFilename) else name or "temp")

    def xLock(self, level: int) -> None:
        """Locks; what SQLite takes for a lock that it did not get must not become an exception on the way."""
        try:
            super().xLock(level)
        except apsw.IOError as error:  # of a connection that may only read, when it is the last to close
            raise apsw.BusyError from error

    def xWrite(self, data: Any, offset: int) -> None:
        """Writes."""
        self._steps.step(f"xWrite {self._name}")
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:
        """Syncs."""
        self._steps.step(f"xSync {self._name}")
        super().xSync(flags)

    def xTruncate(self, newsize: int) -> None:
        """Truncates."""
        self._steps.step(f"xTruncate {self._name}")
        super().xTruncate(newsize)


class WatchedVFS(apsw.VFS):
    """The file layer of SQLite as it is, but for the counting."""

    def __init__(self, steps: Hears) -> None:
        super().__init__("watched", "unix", makedefault=True)
        self._steps = steps

    def xOpen(self, name: "str | apsw.URIFilename | None", flags: list[int]) -> apsw.VFSFile:
        """Opens a file."""
        return WatchedFile(self._steps, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        """Removes a file."""
        self._steps.step(f"xDelete {os.path.basename(filename)}")
        super().xDelete(filename, syncdir)
