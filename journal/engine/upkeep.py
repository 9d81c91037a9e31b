"""Work on a journal as a whole, with every root of it held: an audited act, done in bounded transactions.

A kill between two transactions leaves a valid journal; the act that it cut off is closed by the next one of that name.
"""

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Self

from journal.database import Database, Write, space
from journal.engine import opening
from journal.engine.desk import now_us, took
from journal.errors import BusyError
from journal.ids import InvocationId, RootId, compact_json
from journal.limits import GIVE_BACK_PAGES, RETENTION_ROWS, WAL_CHECKPOINT_BYTES
from journal.tables import leaving, retention, sessions
from journal.tables.invocations import Asked, Chain, Opened, Outcome, running_by_name
from journal.tables.sessions import SessionFacts
from journal.workspace import own


class Upkeep(NamedTuple):
    """An act on a whole journal that is under way: its connection, the roots that are held, its audit row."""

    database: Database
    roots: list[RootId]
    act: Opened

    @property
    def act_id(self) -> InvocationId:
        """Gives the number of the audit row."""
        return self.act.id

    @contextlib.contextmanager
    def step(self) -> Iterator[tuple[Write, Chain]]:
        """Gives one transaction, with the end of the audit chain.

        Raises:
            BusyError: another root was given this journal meanwhile, whose session may be at work.
        """
        with self.database.begin() as tx:
            if sessions.roots(tx) != self.roots:
                hint = "repeat the call; what was done until here stays done"
                raise BusyError("another root was opened on this journal meanwhile", hint=hint, waited_s=0.0)
            yield tx, Chain(tx)
        self.database.checkpoint_when_large()

    def give_back(self) -> None:
        """Takes free pages off the end of the file, a part at a time, so that readers and followers live beside it."""
        free = retention.room(self.database.look()).free
        while free:
            self.database.give_back(GIVE_BACK_PAGES)
            self.database.checkpoint_when_large()
            before, free = free, retention.room(self.database.look()).free
            if free >= before:
                break
        self.database.checkpoint()


class Leases(contextlib.ExitStack):
    """The leases of all roots of a journal."""

    @classmethod
    def take(cls, database: Database, path: str) -> Self:
        """Takes them, or none.

        Raises:
            BusyError: a session holds a root.
        """
        taken = cls()
        try:
            look = database.look()
            for root in sessions.roots(look):
                row = sessions.root_of(look, root)
                assert row is not None  # its number was read a moment ago, and roots stay
                name = own.lease_name(path, root)
                taken.callback(opening.take_lease(os.path.dirname(path), name, None, path, row.path).release)
        except BaseException:
            taken.close()
            raise
        return taken


@contextlib.contextmanager
def opened(path: str, *, readonly: bool) -> Iterator[Database]:
    """Gives a connection of its own: readers of this journal object are not held up, nor its settings changed."""
    database = Database.open(path, readonly=readonly)
    try:
        yield database
    finally:
        database.close()


@contextlib.contextmanager
def upkeep(database: Database, name: str, request: Mapping[str, Any]) -> Iterator[Upkeep]:
    """Opens the act, and closes it as it ended; its caller holds the leases, and the connection is its own."""
    database.trust_references()
    started = now_us()
    _refuse_full(database, name)
    with database.begin(sync=True) as tx:
        branch, chain = sessions.first_branch(tx), Chain(tx)
        assert branch is not None  # a journal without a root has nothing to be done, and its caller has looked
        for cut_off in running_by_name(tx, name):
            chain.close(cut_off, Outcome("interrupted", started, None))
        facts = SessionFacts(os.urandom(8).hex(), os.getpid(), os.uname().nodename, started, "{}")
        act = chain.open(Asked(sessions.visit(tx, branch, facts), "spool", name, compact_json(request), started))
        work = Upkeep(database, sessions.roots(tx), act)
    try:
        yield work
    except BaseException as error:
        state = "failed" if isinstance(error, Exception) else "interrupted"
        with contextlib.suppress(Exception):  # what went wrong first is what is told
            _end(database, act, Outcome(state, now_us(), took(started, now_us()), f"{type(error).__name__}: {error}"))
        raise
    _end(database, act, Outcome("ok", now_us(), took(started, now_us())))


def _refuse_full(database: Database, name: str) -> None:
    """Refuses to begin when there is no room for the WAL of the largest transaction; that of a small journal is small.

    Raises:
        DiskFull
    """
    journal = retention.room(database.look())
    needed = min(max(GIVE_BACK_PAGES * journal.page_bytes, WAL_CHECKPOINT_BYTES), journal.file_bytes)
    space.require(f"{name} the journal", (database.path, max(needed - database.wal_file_bytes(), 0)))


def drop(work: Upkeep, blobs: Sequence[int], chunks: Sequence[int]) -> None:
    """Removes contents and chunks that nothing reaches, and the diffs that were remembered of them."""
    for some in portions(blobs, RETENTION_ROWS):
        with work.step() as (tx, _):
            leaving.blobs(tx, some)
    for some in portions(chunks, RETENTION_ROWS):
        with work.step() as (tx, _):
            leaving.chunks(tx, some)
    if blobs:
        with work.step() as (tx, _):
            leaving.patches(tx)


def portions(listed: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Yields numbers in parts of a bounded size."""
    for at in range(0, len(listed), size):
        yield listed[at : at + size]


def _end(database: Database, act: Opened, outcome: Outcome) -> None:
    with database.begin(sync=True) as tx:
        Chain(tx).close(act, outcome)
