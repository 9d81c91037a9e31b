"""The lock of a connection's owner, and the way to step aside from it."""

import threading
from types import TracebackType
from typing import TypeAlias

Lock: TypeAlias = "threading.RLock"
"""a lock that its thread may take again."""


def owned(lock: Lock) -> bool:
    """Tells whether this thread holds a lock."""
    return lock._is_owned()  # type: ignore[attr-defined,no-any-return]  # as threading.Condition asks it


class Aside:
    """A block that runs without a lock that its thread holds once, and holds again afterwards."""

    __slots__ = ("_lock",)

    def __init__(self, lock: Lock) -> None:
        self._lock = lock

    def __enter__(self) -> None:
        self._lock.release()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while not owned(self._lock):  # an interrupt while it waits would leave its thread without
            try:
                self._lock.acquire()
            except BaseException as interrupt:
                error = interrupt
        if error is not None and kind is None:
            raise error
