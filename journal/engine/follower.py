"""A named follower: its place in the feed is kept in the journal, so that whoever goes on misses nothing."""

import time
from types import TracebackType
from typing import NoReturn, Self

from journal.database import Database
from journal.engine.desk import now_us
from journal.engine.feed import Walk, checked_cursor, checked_limit, collect
from journal.engine.following import Lookout, Stop, Waiter, checked_stop
from journal.errors import Closed, LimitExceeded, ReadOnly, UsageError
from journal.limits import FOLLOW_POLL_S, FOLLOWER_NAME_BYTES_MAX
from journal.records import Change, Paths
from journal.tables import commits, followers
from journal.workspace.watch import Watch


class Follower:
    """A place in the feed under a name: each change comes until it is acknowledged, at least once and in order.

    Two that share a name see everything each, and the one that acknowledges more says where the next one begins. One
    thread uses it; another may close it, or its journal, and so wakes it.
    """

    def __init__(self, lookout: Lookout, name: str, walk: Walk, cursor: int) -> None:
        self._lookout = lookout
        self._name = name
        self._walk = walk
        self._cursor = cursor
        self._looked = cursor
        self._bare = cursor  # up to here the filter lets nothing through, so that it is not looked at again
        self._watch: Watch | None = None
        self._closed = False

    @property
    def name(self) -> str:
        """Gives the name under which the place is kept."""
        return self._name

    @property
    def cursor(self) -> int:
        """Gives the cursor up to which this follower has acknowledged everything."""
        return self._cursor

    def next(self, limit: int = 1000, *, wait_s: float = 0.0, stop: Stop | None = None) -> list[Change]:
        """Lists the changes that are to be handled next; the same again until `ack`.

        When there are none it sleeps up to `wait_s` seconds, until there is one or `stop` says so, which is asked every
        0.1 s.

        Raises:
            CursorPruned: a part of what follows was removed. Closed: it, or its journal, was closed meanwhile.
        """
        most, until = checked_limit(limit), time.monotonic() + _checked_wait(wait_s)
        checked_stop(stop)
        found = self._read(most)
        if found or wait_s == 0:
            return found
        with Waiter(self._lookout, FOLLOW_POLL_S) as waiter:
            self._watch = waiter.watch
            while not found and (left := until - time.monotonic()) > 0:
                self._alive()
                if waiter.news():
                    found = self._read(most)
                elif not waiter.sleep(left, stop):
                    break
        return found

    def ack(self, cursor: int | None = None) -> None:
        """Acknowledges what was handled: up to a cursor, or all that `next` looked at; a lower one changes nothing.

        Raises:
            UsageError: there is no such change yet. BusyError: another process wrote for too long; repeat it.
        """
        database = self._alive()
        upto = self._looked if cursor is None else checked_cursor(cursor, "cursor")
        if upto <= self._cursor:
            return
        with database.lock:
            newest = commits.issued(database.look())
            if upto > newest:
                raise UsageError(f"cursor is {upto}, the newest is {newest}", hint="acknowledge what `next` gave")
            with database.begin() as tx:
                followers.advance(tx, self._name, upto, now_us())
            database.checkpoint_when_large()
        self._cursor = upto

    def lag(self) -> int:
        """Counts the changes that are not acknowledged, those that the filter does not let through among them."""
        database = self._alive()
        with database.lock:
            return commits.behind(database.look(), self._cursor)

    def rewind(self, cursor: int = 0) -> None:
        """Goes back on purpose, so that what follows the cursor comes once more; a higher one changes nothing."""
        database = self._alive()
        back = checked_cursor(cursor, "cursor")
        with database.lock, database.begin() as tx:
            followers.go_back(tx, self._name, back, now_us())
        self._cursor = min(self._cursor, back)
        self._looked = self._bare = self._cursor

    def close(self) -> None:
        """Ends it; twice is fine. Its place stays in the journal, and the journal stays open."""
        self._closed = True
        if self._watch is not None:
            self._watch.wake()

    def _alive(self) -> Database:
        if self._closed:
            raise Closed(f"follower {self._name!r} is closed", hint="ask the journal for it again")
        return self._lookout.look()

    def _read(self, most: int) -> list[Change]:
        database = self._alive()
        self._walk.go(max(self._cursor, self._bare))
        with database.read() as look:
            found = collect(look, self._walk, most, database.path)
        self._looked = self._walk.cursor
        if not found:
            self._bare = self._looked
        return found

    def __reduce__(self) -> NoReturn:
        raise TypeError("a follower is neither pickled nor copied: ask the journal for it where it is used")

    def __enter__(self) -> Self:
        self._alive()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_follower(lookout: Lookout, name: str, paths: Paths | None, branch: str | None) -> Follower:
    """Gives the follower of a name, where it stands; takes it in when it is new.

    Raises:
        ReadOnly: the journal is open to be read only. UsageError, LimitExceeded: the name, or the filter, is none.
    """
    key, database = _checked_name(name), lookout.look()
    if database.readonly:
        hint = "open the journal with readonly=False: a follower's place is kept in it"
        raise ReadOnly(f"{database.path} was opened to be read only", hint=hint)
    with database.lock:
        walk = Walk(database.look(), 0, paths, branch)
        with database.begin() as tx:
            followers.enter(tx, key, now_us())
            place = followers.place(tx, key) or 0
    return Follower(lookout, key, walk, place)


def behind(database: Database) -> dict[str, int]:
    """Tells for each named follower how many changes it has not acknowledged."""
    with database.read() as look:
        return {name: commits.behind(look, place) for name, place in followers.places(look).items()}


def _checked_name(name: object) -> str:
    if not isinstance(name, str) or not name or "\0" in name:
        raise UsageError(f"a follower is called {name!r}", hint="give it a name: text that is not empty")
    size = len(name.encode("utf-8", "surrogatepass"))
    if size > FOLLOWER_NAME_BYTES_MAX:
        raise LimitExceeded(
            f"the name of a follower has {size} bytes",
            hint=f"give it one of at most {FOLLOWER_NAME_BYTES_MAX} bytes of UTF-8",
            limit="FOLLOWER_NAME_BYTES_MAX",
            allowed=FOLLOWER_NAME_BYTES_MAX,
            found=size,
        )
    if any("\ud800" <= letter <= "\udfff" for letter in name):
        raise UsageError(f"the name {name!r} is no text", hint="pass text without lone surrogates")
    return name


def _checked_wait(wait_s: object) -> float:
    if not isinstance(wait_s, int | float) or isinstance(wait_s, bool) or not wait_s >= 0:
        raise UsageError(f"wait_s is {wait_s!r}", hint="pass a number of seconds from zero up")
    return float(wait_s)
