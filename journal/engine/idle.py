"""What a session does when nobody asks it for anything, in a thread of its own.

    after limits.IDLE_CLOSE_S        the promises and audit rows of acts that are done are closed
    after limits.IDLE_CHECKPOINT_S   the WAL is copied into the journal, so that the next act finds it short
    after limits.IDLE_SYNC_S         the root is brought to the disk, and paths lose their marks

Nothing depends on it: each of these is also done, or made up for, by a later act, by closing, or by recovery.
"""

import threading
import time
from collections.abc import Callable

from journal.engine.desk import Desk
from journal.engine.logs import Branded
from journal.errors import JournalError
from journal.limits import IDLE_CHECKPOINT_S, IDLE_CLOSE_S, IDLE_STOP_S, IDLE_SYNC_S, SYNC_MARKS_MAX
from journal.tables import intents, marks
from journal.workspace.sync import sync_files
from journal.workspace.walk import Root

Step = Callable[[Desk, Root], None]

class Idle:
    """The thread; it sleeps until a verb ends, and while verbs follow each other it only looks at the clock."""

    def __init__(self, desk: Desk, log: Branded, *, syncing: bool) -> None:
        self._desk = desk
        self._log = log
        self._root = desk.root.again()  # a sync may outlast the session
        self._steps: list[tuple[float, Step]] = [(IDLE_CLOSE_S, close), (IDLE_CHECKPOINT_S, checkpoint)]
        if syncing:
            self._steps.append((IDLE_SYNC_S, sync_root))
        self._last = 0.0
        self._asleep = True
        self._stopped = False
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def poke(self) -> None:
        """Says that a verb has ended."""
        self._last = time.monotonic()
        if self._asleep:  # waking a thread for every verb would cost more than what it does
            self._asleep = False
            if self._thread is None:
                self._start()
            self._wake.set()

    def stop(self) -> None:
        """Ends the thread; a sync that the disk makes last is not waited for, and takes no mark off any more."""
        with self._starting:
            self._stopped, thread = True, self._thread
        self._wake.set()
        if thread is None:
            self._root.close()
        elif thread is not threading.current_thread() and thread.is_alive():
            thread.join(IDLE_STOP_S)

    def _start(self) -> None:
        """Starts the thread, once, and not after `stop`: a verb may end while another thread closes the session."""
        with self._starting:
            if self._thread is None and not self._stopped:
                self._thread = threading.Thread(target=self._run, name="spool-idle", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        try:
            self._work()
        finally:
            self._root.close()

    def _work(self) -> None:
        while not self._stopped:
            self._wake.wait()
            self._wake.clear()
            for after_s, step in self._steps:
                if not self._quiet_for(after_s):
                    return
                self._try(step)
            seen = self._last
            self._asleep = True
            if self._last != seen:  # a verb ended between the last look and this line
                self._asleep = False
                self._wake.set()

    def _quiet_for(self, seconds: float) -> bool:
        """Waits until no verb has ended for so long; tells whether the thread is still wanted."""
        while not self._stopped and (left := self._last + seconds - time.monotonic()) > 0:
            self._wake.wait(left)
            self._wake.clear()  # before `_stopped` is looked at: `stop` sets that first
        return not self._stopped

    def _try(self, step: Step) -> None:
        try:
            step(self._desk, self._root)
        except (JournalError, MemoryError) as error:
            self._log.warning("%s of %s was put off: %s", step.__name__, self._desk.database.path, error)


def close(desk: Desk, _root: Root) -> None:
    """Closes the acts that are done."""
    with desk.lock:
        if not desk.database.closed and not desk.doubtful:
            desk.close_pending()


def checkpoint(desk: Desk, _root: Root) -> None:
    """Copies the WAL into the journal."""
    with desk.lock:
        if not desk.database.closed:
            desk.database.checkpoint_when_large(0)


def sync_root(desk: Desk, root: Root) -> None:
    """Brings what was written to the disk, then takes the marks off that were there before it began.

    A disk that refuses once has forgotten which pages it lost, so nothing is tried twice: the marks stay until the next
    session, and recovery compares the files.
    """
    with desk.lock:
        if desk.database.closed or desk.doubtful or desk.sync_failed or desk.turns.running:
            return
        desk.close_pending()
        look, place = desk.database.look(), desk.place
        if intents.any_open(look, place.branch_id):
            return
        newest, written = marks.newest(look, place.root_id), marks.written(look, place.root_id, SYNC_MARKS_MAX)
    if not written:
        return
    try:
        sync_files(root, written)
    except JournalError:
        desk.sync_failed = True
        raise
    with desk.lock:
        if not desk.database.closed:
            with desk.transaction() as (tx, _):
                marks.clear(tx, place.root_id, newest)
            desk.unmark()
