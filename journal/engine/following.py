"""Following the feed: reading on as commits come, and sleeping in between without asking the journal over and over."""

import math
import threading
import time
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from types import TracebackType
from typing import Self

from journal.database import Database
from journal.engine import feed
from journal.errors import UsageError
from journal.limits import (
    FOLLOW_BURST_S,
    FOLLOW_NET_S,
    FOLLOW_POLL_MAX_S,
    FOLLOW_REST_MAX_S,
    FOLLOW_REST_S,
    FOLLOW_SETTLE_S,
    FOLLOW_STOP_S,
)
from journal.records import Change, Paths
from journal.tables import commits
from journal.workspace.watch import Watch

Stop = Callable[[], bool]


class Lookout:
    """An open journal as those see it who follow it: its connection, and the watches to wake when it closes."""

    def __init__(self, path: str, look: Callable[[], Database]) -> None:
        self._path = path
        self._watches: weakref.WeakSet[Watch] = weakref.WeakSet()
        self._lock = threading.Lock()
        self.look = look

    def watch(self) -> Watch:
        """Begins to watch the journal; a `wake` that comes later is heard."""
        made = Watch(self._path)
        with self._lock:
            self._watches.add(made)
        return made

    def wake(self) -> None:
        """Wakes whoever waits, so that he finds the journal closed."""
        with self._lock:
            watches = list(self._watches)
        for each in watches:
            each.wake()


class Pace:
    """How long to sleep before the next look, and whether writes are to end that sleep.

    A write is heard before it is committed, so that the looks after it come one upon another, at growing distances;
    and while writes follow one another without a pause, one in `FOLLOW_BURST_S` is listened to.
    """

    def __init__(self, watch: Watch, poll_s: float) -> None:
        self._watch = watch
        self._poll_s = poll_s
        self._rest_s = FOLLOW_REST_S
        self._woken = -math.inf
        self._settled = time.monotonic() + FOLLOW_SETTLE_S  # what was written before the watch began was not heard

    def next(self, now: float) -> tuple[float, bool]:
        """Gives the seconds to sleep, and whether to listen meanwhile; `now` is monotonic."""
        listens = now - self._woken >= FOLLOW_BURST_S
        if now < self._settled:
            seconds, self._rest_s = self._rest_s, min(2 * self._rest_s, FOLLOW_REST_MAX_S)
            return seconds, listens
        seconds = max(self._poll_s, FOLLOW_NET_S) if self._watch.works else self._poll_s
        return (seconds, True) if listens else (min(seconds, FOLLOW_BURST_S), False)

    def slept(self, now: float, *, heard: bool, early: bool) -> None:
        """Takes in how a sleep ended: was a write heard since the last, and did something end it early?"""
        if early:
            self._woken = now
            self._rest_s = FOLLOW_REST_S
        if heard:
            self._settled = now + FOLLOW_SETTLE_S


class Waiter:
    """One who waits for commits: he is told when there may be some, and sleeps when there are none."""

    def __init__(self, lookout: Lookout, poll_s: float) -> None:
        self._lookout = lookout
        self._version: int | None = None
        self._newest: int | None = None
        self.watch = lookout.watch()
        self.pace = Pace(self.watch, poll_s)

    def news(self) -> bool:
        """Tells whether changes were committed since this was asked last; at first they were.

        Raises:
            Closed, UsageError: the journal was closed, or this is a fork.
        """
        database = self._lookout.look()
        version = database.data_version()
        if version == self._version:
            return False
        with database.lock:
            newest = commits.issued(database.look())
        known, self._version, self._newest = self._newest, version, newest
        return newest != known  # most of what is written is staged, and no change of the feed

    def sleep(self, most_s: float = math.inf, stop: Stop | None = None) -> bool:
        """Sleeps until the next look is due, at most so long; tells whether to go on, which is for `stop` to say."""
        self._lookout.look()  # not in a fork: it would take the parent's events away
        now = time.monotonic()
        seconds, listens = self.pace.next(now)
        until, early = now + min(seconds, most_s), False
        while not early and (left := until - time.monotonic()) > 0:
            if stop is not None and stop():
                return False
            nap = left if stop is None else min(left, FOLLOW_STOP_S)
            if listens:
                early = self.watch.wait(nap)
            else:
                time.sleep(nap)
        self.pace.slept(time.monotonic(), heard=self.watch.drain(), early=early)
        return True

    def close(self) -> None:
        """Ends the watch; twice is fine."""
        self.watch.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Trail:
    """What a reader follows: where he begins, what his filter lets through, and how often he looks by himself."""

    def __init__(self, lookout: Lookout, after: int, poll_s: float, paths: Paths | None, branch: str | None) -> None:
        """Checks all of it, so that a mistake is told at once and not when the first change is asked for.

        Raises:
            UsageError, PathRefused
        """
        place, self._poll_s = feed.checked_cursor(after), checked_poll(poll_s)
        self._lookout = lookout
        database = lookout.look()
        with database.lock:
            self._walk = feed.Walk(database.look(), place, paths, branch)

    def waiter(self) -> Waiter:
        """Begins to wait for commits."""
        return Waiter(self._lookout, self._poll_s)

    def pages(self) -> Iterator[list[Change]]:
        """Reads on to the end of the feed, a snapshot a page; a page is empty where the filter lets nothing through.

        Raises:
            CursorPruned: a part of what follows was removed. Closed, UsageError: as `alive` does.
        """
        at_end = False
        while not at_end:
            database = self._lookout.look()
            with database.read() as look:
                page = self._walk.step(look, database.path)
            at_end = self._walk.at_end
            yield page

    def alive(self) -> None:
        """Refuses to go on once the journal was closed, and in a fork.

        Raises:
            Closed, UsageError
        """
        self._lookout.look().alive()


def checked_poll(poll_s: object) -> float:
    """Gives the seconds between two looks back if they can be so many.

    Raises:
        UsageError: they are no number above zero.
    """
    if not isinstance(poll_s, int | float) or isinstance(poll_s, bool) or not poll_s > 0:
        raise UsageError(f"poll_s is {poll_s!r}", hint="pass a number of seconds above zero")
    return min(float(poll_s), FOLLOW_POLL_MAX_S)


def checked_stop(stop: object) -> None:
    """Refuses what cannot be asked whether to stop.

    Raises:
        UsageError: it is neither None nor callable.
    """
    if stop is not None and not callable(stop):
        raise UsageError(f"stop is {type(stop).__name__}", hint="pass a function, such as Event.is_set")


def follow(trail: Trail, stop: Stop | None) -> Iterator[Change]:
    """Yields changes as they are committed, until `stop` says so; it holds no read transaction between two of them."""
    with trail.waiter() as waiter:
        while True:
            for page in trail.pages() if waiter.news() else ():
                for change in page:
                    if stop is not None and stop():
                        return
                    trail.alive()
                    yield change
            if not waiter.sleep(stop=stop):
                return


class _Elsewhere:
    """Holds the one hook to the room that awaits, which stands above this one."""

    follow: Callable[[Trail], AsyncIterator[Change]] | None = None


def supply_async(follow: Callable[[Trail], AsyncIterator[Change]]) -> None:
    """Sets who follows a trail in an event loop; `journal/__init__` does so once."""
    _Elsewhere.follow = follow


def follow_async(trail: Trail) -> AsyncIterator[Change]:
    """Yields changes as they are committed, until it is cancelled."""
    if _Elsewhere.follow is None:
        raise RuntimeError("import `journal` before following it in an event loop")
    return _Elsewhere.follow(trail)
