"""What every verb of a session needs at hand: the root, the rows, and what both were last known to hold."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Literal, NamedTuple

from journal import limits
from journal.content.paths import normal
from journal.database import Aside, Database, Read, Write, owned
from journal.engine import rows
from journal.engine.bases import SharedBases
from journal.engine.knowing import Known, Place, load, load_many
from journal.engine.turns import Turn, Turns
from journal.errors import Closed, JournalError, PathRefused
from journal.ids import BlobId, ChunkDigest, InvocationId, PathId, Sha256
from journal.records import StrPath
from journal.tables import blobs, intents, invocations, marks
from journal.tables.chunks import Chunks
from journal.tables.invocations import Chain, Opened, Outcome
from journal.tables.marks import Seen
from journal.tables.states import ABSENT, Columns, State
from journal.workspace import calls, own
from journal.workspace.temp import Temp
from journal.workspace.walk import Root


class Ended(NamedTuple):
    """An act that is over on disk and whose rows the next transaction closes, or takes back when it failed."""

    opened: Opened
    outcome: Outcome


class Desk:
    """The state of one open session; its caches hold only what the rows or the disk said, and may be dropped."""

    def __init__(
        self, database: Database, root: Root, temp: Temp, place: Place, *, allow_git: bool, workers: int = 1
    ) -> None:
        self.database = database
        self.lock = database.lock
        self.root = root
        self.temp = temp
        self.place = place
        self.allow_git = allow_git
        self.on_conflict: Literal["refuse", "adopt", "overwrite"] = "refuse"
        self.private, self.private_begins = own.private(root.path, database.path)
        self.chunks = Chunks(database.look)
        self.bases = SharedBases(self.chunks, self.lock)
        self.new_file_mode = 0o644 & ~calls.umask()
        self.pending: list[Ended] = []
        self.failed: list[Ended] = []
        self.stuck: dict[InvocationId, Outcome] = {}
        self.landed = False
        self.doubtful = False
        self.turns = Turns(workers)
        self._mine = threading.local()
        self.mend: Callable[[], None] = lambda: None
        self.ended: Callable[[], None] = lambda: None
        self.sync_failed = False
        self.seen: dict[str, Seen] = {}
        self.unsaved: dict[PathId, Seen] = {}
        self._known: dict[str, Known] = {}
        self._lists: dict[Sha256, tuple[ChunkDigest, ...]] = {}
        self._numbers: dict[Sha256, BlobId] = {}

    def alive(self) -> None:
        """Refuses a session that was closed, or forked from another process.

        Raises:
            Closed, UsageError
        """
        if self.database.closed:
            raise Closed("this spool is closed", hint="open the root again; what is staged is still there")
        self.database.alive()

    @property
    def turn(self) -> Turn | None:
        """Gives the turn of the verb that this thread is in."""
        return getattr(self._mine, "turn", None)

    def ready(self) -> None:
        """Makes sure that a call can be answered: what an earlier one left undone is mended first, alone.

        Raises:
            Closed, UsageError, and whatever keeps an act from being mended.
        """
        self.alive()
        mine = self.turn
        if mine is not None:
            if not mine.over():
                return
            self.leave(mine)
        if self.doubtful:
            self._mend_alone()

    def _mend_alone(self) -> None:
        alone = Turn(None)
        try:
            self.turns.enter(alone)
            with self.lock:
                self.alive()
                if self.doubtful:
                    self.mend()  # what recovery at opening would do
        finally:
            self.turns.leave(alone)

    def enter(self, turn: Turn) -> None:
        """Waits for a verb's turn, then for the lock.

        Raises:
            Closed: the spool was closed meanwhile.
        """
        self._mine.turn = turn
        self.turns.enter(turn)
        self.lock.acquire()
        self.alive()

    def leave(self, turn: Turn) -> None:
        """Ends a verb; one that stopped where nobody can tell what became of its act is mended at once."""
        self.doubtful |= turn.doubtful or bool(self.stuck)
        self.root.forget()
        if owned(self.lock):
            self.trim()
            if self.turns.running == 1:  # this one: whoever comes next waits for the lock
                self.temp.drop_old()
            self.lock.release()
        self.turns.leave(turn)
        self._mine.turn = None
        self.ended()
        if self.doubtful:
            with suppress(JournalError):  # what cannot be mended now is mended before the next verb
                self.ready()

    def under_lock(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Takes each piece of a kept content under the lock, and holds it no longer."""
        while True:
            with self.lock:
                piece = next(pieces, None)
            if piece is None:
                return
            yield piece

    def doubt(self, whether: bool) -> None:
        """Says whether it is open, at this moment, what became of this verb's act."""
        if self.turn is not None:
            self.turn.doubtful = whether

    @contextmanager
    def reading(self) -> Iterator[Read]:
        """Gives the rows to a call that changes nothing.

        Raises:
            Closed, UsageError
        """
        self.ready()
        with self.lock:
            self.alive()
            try:
                yield self.database.look()
            finally:
                self.leave_root()

    def leave_root(self) -> None:
        """Closes the folders that a call opened, unless a verb of this thread goes on using them."""
        if self.turn is None:
            self.root.forget()

    def aside(self) -> AbstractContextManager[None]:
        """Lets other verbs go on while this one computes, or waits for the disk or for its caller's content."""
        return nullcontext() if self.turn is None else Aside(self.lock)  # recovery is no verb, and runs alone

    def path(self, path: StrPath) -> str:
        """Gives the one normal form of a path that may be journaled.

        Raises:
            PathRefused
        """
        name = normal(path, allow_git=self.allow_git)
        if name in self.private or name.startswith(self.private_begins):
            reason = "it is the journal's own"
            raise PathRefused(f"{name!r} is refused: {reason}", hint="name another path", path=name, reason=reason)
        return name

    def know(self, path: str) -> Known:
        """Gives what the journal says of a path, from memory when it was asked before."""
        known = self._known.get(path)
        if known is None:
            known = self._known[path] = load(self.database.look(), self.place, path)
        return known

    def knows(self, path: str, known: Known) -> None:
        """Remembers what a verb knows of a path now: what others forgot and asked for again meanwhile is older."""
        self._known[path] = known

    def is_marked(self, path: str, known: Known) -> bool:
        """Tells whether a path is marked still; what was forgotten meanwhile missed it if its mark was taken off."""
        return known.marked and self._known.get(path) is known

    def tracks(self, path: str) -> bool:
        """Tells whether a path of that very name is staged or in the tree at head."""
        return self.know(path).tracked

    def expect(self, names: Iterable[str]) -> None:
        """Learns by a few statements what the journal says of many paths, which takes several each when it is asked."""
        unknown = [name for name in dict.fromkeys(names) if name not in self._known]
        if unknown:
            found, seen = load_many(self.database.look(), self.place, unknown)
            self._known.update(found)
            for name, each in seen.items():
                self.seen.setdefault(name, each)

    def forget(self) -> None:
        """Drops what is remembered of the rows, as after a transaction that failed."""
        self._known.clear()
        self._lists.clear()
        self._numbers.clear()
        self.chunks.forget()

    def committed(self, changes: Iterable[tuple[str, State | None]]) -> None:
        """Moves what is remembered of paths to the new head, where nothing of them is staged any more."""
        for path, after in changes:
            known = self._known.get(path)
            if known is not None:
                known.head, known.staged, known.row = after, None, None

    def unmark(self) -> None:
        """Asks the rows again which paths are marked."""
        for known in self._known.values():
            known.marked = False
        self._known.clear()

    def trim(self) -> None:
        """Keeps memory bounded; called between two verbs."""
        if len(self.unsaved) > limits.KNOWN_PATHS_MAX:
            with suppress(JournalError), self.transaction() as (tx, _):  # a cache: not worth an error of a verb
                self.save_seen(tx)
        if max(len(self._known), len(self.seen)) > limits.KNOWN_PATHS_MAX:
            self._known.clear()
            self.seen.clear()
        if len(self._numbers) > limits.KNOWN_PATHS_MAX:
            self._numbers.clear()
            self._lists.clear()

    def chunk_list(self, sha256: Sha256) -> tuple[ChunkDigest, ...]:
        """Names the chunks of a content; none when the journal does not hold it."""
        found = self._lists.get(sha256)
        if found is None:
            look = self.database.look()
            blob = blobs.find(look, sha256)
            found = () if blob is None else blobs.digests(look, blob)
            self._lists[sha256] = found
        return found

    def listed(self, sha256: Sha256, digests: tuple[ChunkDigest, ...]) -> None:
        """Remembers the chunks of a content."""
        self._lists[sha256] = digests

    def holds(self, sha256: Sha256) -> bool:
        """Tells that the journal holds a content, as far as this session remembers: asking costs as much as packing."""
        return sha256 in self._numbers

    def numbered(self, sha256: Sha256, number: BlobId) -> None:
        """Remembers the number of a content."""
        self._numbers[sha256] = number

    def columns(self, tx: Read, state: State | None) -> Columns:
        """Gives a state as a row names it; its content must be kept already."""
        if state is None:
            return ABSENT
        number = self._numbers.get(state.sha256)
        if number is None:
            number = self._numbers[state.sha256] = blobs.number(tx, state.sha256)
        return number, state.mode, state.kind

    def seen_at(self, path: str, known: Known) -> Seen | None:
        """Gives what was last seen at a path, by this session or by an earlier one."""
        found = self.seen.get(path)
        if found is None and known.path_id is not None:
            found = marks.last_seen(self.database.look(), self.place.root_id, known.path_id)
            if found is not None:
                self.seen[path] = found
        return found

    @contextmanager
    def transaction(self, *, sync: bool = False) -> Iterator[tuple[Write, Chain]]:
        """Begins a transaction that first closes the acts that are done and takes back the rows of those that failed.

        Afterwards `landed` says whether it was committed: an interrupt may come between the commit and the next line.
        """
        before, self.landed = self.database.commits, False
        try:
            with self.database.begin(sync=sync) as tx:
                chain = Chain(tx)
                self._settle(tx, chain)
                yield tx, chain
        finally:
            self.landed = self.database.commits != before
            if self.landed:
                self.pending.clear()
                self.failed.clear()
            else:
                self.database.roll_back()  # an interrupt may have come before the transaction did it
                self.forget()

    def save_seen(self, tx: Write) -> None:
        """Keeps what was seen on disk for the next session; until then a death costs no more than reading again."""
        marks.saw(tx, self.place.root_id, list(self.unsaved.items()))
        self.unsaved.clear()

    def close_pending(self) -> None:
        """Closes the acts that are done in a transaction of their own, when there are any."""
        if self.pending or self.failed:
            with self.transaction():
                pass
            self.database.checkpoint_when_large()

    def record(self, asked: invocations.Asked, outcome: Outcome) -> Opened:
        """Writes an act that is over in a transaction of its own."""
        with self.transaction() as (_, chain):
            return chain.record(asked, outcome)

    def _settle(self, tx: Write, chain: Chain) -> None:
        for ended in self.failed:
            rows.take_back(tx, self.place.branch_id, ended.opened.id)
            chain.close(ended.opened, ended.outcome)
        for ended in self.pending:
            chain.close(ended.opened, ended.outcome)
        if self.pending:
            intents.done(tx, self.place.branch_id, [ended.opened.id for ended in self.pending])


def now_us() -> int:
    """Tells the time in microseconds since the epoch."""
    return time.time_ns() // 1000


def took(started_us: int, finished_us: int) -> int:
    """Gives a duration in microseconds; a clock that was set back in between makes it none, never a negative one."""
    return max(finished_us - started_us, 0)


__all__ = ["Desk", "Ended", "Known", "Place", "now_us", "took"]
