"""Readers that wait in threads, and a place without the system's word for writes."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from journal import Change, Journal, Spool
from journal.workspace import watch

SOON_S = 60.0


class Reader(threading.Thread):
    """Runs a call that waits in a thread of its own; keeps what it gave, or how it failed."""

    def __init__(self, call: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self.call = call
        self.result: Any = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.result = self.call()
        except BaseException as error:
            self.error = error

    def ended(self) -> "Reader":
        """Waits until it is over."""
        self.join(SOON_S)
        assert not self.is_alive()
        return self


class Sleeping:
    """Tells when somebody sleeps on a watch: then, and not a time later, a test goes on."""

    def __init__(self) -> None:
        self.begun = threading.Event()

    def until(self) -> None:
        assert self.begun.wait(SOON_S)
        self.begun.clear()


@contextmanager
def sleeping(patch: Any) -> Iterator[Sleeping]:
    """Lets a test know of every sleep on a watch."""
    told, real = Sleeping(), watch.Watch.wait

    def wait(self: watch.Watch, timeout_s: float) -> bool:
        told.begun.set()
        return real(self, timeout_s)

    with patch.context() as patched:
        patched.setattr(watch.Watch, "wait", wait)
        yield told


def committed(spool: Spool, *paths: str, text: str = "") -> int:
    """Commits a new content at some paths; gives the cursor."""
    for path in paths:
        spool.write(path, text or f"{spool.journal.cursor}")
    made = spool.commit()
    assert made is not None
    return made.cursor


def taken(changes: Iterator[Change], number: int) -> list[int]:
    """The cursors of the next so many changes."""
    return [next(changes).cursor for _ in range(number)]


def opened(spool: Spool) -> Journal:
    """Another connection to a spool's journal, for writing followers."""
    return Journal.open(spool.journal.path, readonly=False)
