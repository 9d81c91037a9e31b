"""Does something at the n-th system call on the root's files: raises an error, or lets an editor act."""

import errno
import inspect
import os
from collections.abc import Callable
from typing import Any

from journal.workspace import calls

LEFT_OUT = {"close", "may_write", "flock"}
"""calls that no disk fails, or whose failure is an answer"""

TAKES_ROOM = {"create", "write", "mkdir", "symlink", "link", "open_lock"}
ERRORS = {
    "no space": errno.ENOSPC,
    "input or output": errno.EIO,
    "no access": errno.EACCES,
    "no descriptors": errno.EMFILE,
    "read only": errno.EROFS,
    "interrupted": errno.EINTR,
}
FULL = "full from here on"
NO_MEMORY = "no memory"


class Trouble:
    """Counts the calls from `arm` to `disarm`, and does `happen` before the n-th, which may raise."""

    def __init__(self, call: int = 0, happen: Callable[[str], object] = str) -> None:
        self.call = call
        self.happen = happen
        self.names: list[str] = []
        self.armed = False

    def install(self) -> "Trouble":
        """Watches the calls of this process from now on."""
        for name, function in list(vars(calls).items()):
            if inspect.isfunction(function) and not name.startswith("_") and name not in LEFT_OUT:
                setattr(calls, name, self._watched(name, function))
        return self

    def _watched(self, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any, **named: Any) -> Any:
            if self.armed:
                self.names.append(name)
                if len(self.names) == self.call:
                    self.happen(name)
                elif self.happen is fill_up and 0 < self.call < len(self.names):
                    fill_up(name)
            return original(*arguments, **named)

        return called


def fail(number: int) -> Callable[[str], None]:
    """Makes the call fail with an errno."""

    def happen(name: str) -> None:
        raise OSError(number, os.strerror(number), name)

    return happen


def fill_up(name: str) -> None:
    """Fails as a full disk does: whatever takes room."""
    if name in TAKES_ROOM:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)


def run_out(name: str) -> None:
    """Fails as Python does when there is no memory for what a call gives."""
    raise MemoryError(name)


def happening(kind: str) -> Callable[[str], None]:
    """What happens under the name of an error."""
    if kind == NO_MEMORY:
        return run_out
    return fill_up if kind == FULL else fail(ERRORS[kind])
