"""A watch over a journal: it sleeps until the journal is written to, and never opens a file of it.

To close any descriptor of those files would drop the locks that SQLite holds on them. So the folder is watched, and
names are compared: that outlives a log which is written over in place, deleted and made anew.
"""

import os
import selectors
import struct
import sys
import threading
import weakref
from contextlib import suppress

MODIFY, MOVED_TO, CREATE, OVERFLOW, IGNORED = 0x2, 0x80, 0x100, 0x4000, 0x8000
ONLY_A_FOLDER = 0x01000000
HEADER = struct.Struct("iIII")
"""of an event, as inotify(7) has it: watch, what happened, cookie, bytes of the name that follows."""

EVENTS_BYTES = 64 << 10
"""bytes of events taken at a time: two thousand; what is left wakes again."""


class Watch:
    """Sleeps until the journal's log is written to, or another thread calls `wake`.

    A write is heard before it is committed. Where the system does not tell of writes, `works` is False and only `wake`
    ends a sleep early. A watch that nobody closes is closed when it is dropped.
    """

    def __init__(self, journal: str) -> None:
        """Watches from now on; `journal` is the real path of the file, which need not exist."""
        self._log = os.fsencode(os.path.basename(journal)) + b"-wal"
        self._lock = threading.Lock()
        self._selector = selectors.DefaultSelector()
        self._bell, self._rope = os.pipe()
        for fd in (self._bell, self._rope):
            os.set_blocking(fd, False)
        self._selector.register(self._bell, selectors.EVENT_READ)
        self._ear = _listen(os.path.dirname(journal))
        if self._ear is not None:
            self._selector.register(self._ear, selectors.EVENT_READ)
        self.works = self._ear is not None
        self._end = weakref.finalize(self, _close, self._selector, self._bell, self._rope, self._ear)

    def wait(self, timeout_s: float) -> bool:
        """Sleeps at most so long; tells whether something ended the sleep, which is then to be drained."""
        return bool(self._selector.select(timeout_s))

    def drain(self) -> bool:
        """Forgets what has happened so far; tells whether a part of it was a write to the journal, or a `wake`."""
        woken = _read(self._bell) != b""
        events = _read(self._ear) if self._ear is not None and self.works else b""
        return self._heard(events) or woken

    def fileno(self) -> int:
        """Gives the descriptor that can be read when there is something to drain, for an event loop to wait on."""
        return self._selector.fileno()

    def wake(self) -> None:
        """Ends the sleep that is going on, or the next one; may be called from any thread, also after `close`."""
        with self._lock, suppress(BlockingIOError):  # full: it rings already
            if not self.closed:
                os.write(self._rope, b"\0")

    @property
    def closed(self) -> bool:
        """Tells whether it was closed."""
        return not self._end.alive

    def close(self) -> None:
        """Gives all descriptors back; twice is fine. For the one who waits: others call `wake`."""
        with self._lock:
            self._end()

    def _heard(self, events: bytes) -> bool:
        heard, at = False, 0
        while at < len(events):
            _, what, _, length = HEADER.unpack_from(events, at)
            at += HEADER.size + length
            if what & IGNORED and self._ear is not None:  # the folder is gone, or its disk
                self.works = False
                self._selector.unregister(self._ear)
            heard = heard or bool(what & (OVERFLOW | IGNORED)) or events[at - length : at].rstrip(b"\0") == self._log
        return heard


def _listen(folder: str) -> int | None:
    """Asks Linux to tell of writes in a folder; None where it does not, or has no more watches to give."""
    if not sys.platform.startswith("linux"):
        return None
    import ctypes  # costs milliseconds, and only followers need it

    try:
        library = ctypes.CDLL(None, use_errno=True)
        begin, add = library.inotify_init1, library.inotify_add_watch
    except (AttributeError, OSError):  # a C library without it
        return None
    ear = int(begin(os.O_NONBLOCK | os.O_CLOEXEC))
    if ear < 0:
        return None
    if add(ear, os.fsencode(folder), MODIFY | MOVED_TO | CREATE | ONLY_A_FOLDER) < 0:
        os.close(ear)
        return None
    return ear


def _read(fd: int) -> bytes:
    try:
        return os.read(fd, EVENTS_BYTES)
    except BlockingIOError:
        return b""


def _close(selector: selectors.BaseSelector, *descriptors: int | None) -> None:
    selector.close()
    for fd in descriptors:
        if fd is not None:
            os.close(fd)
