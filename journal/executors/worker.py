"""Runs the engine's calls for an event loop: in threads, each in its turn, a bounded number at a time.

A call's turn is taken when it is made. Calls that change files meet where their paths do, and then run in the order in
which they were made; a call on the whole root meets all. A call that only reads waits for the changes it may ask about,
and nobody waits for it. A call that is cancelled before its turn is not made; one that runs is waited for, as a
transaction is done wholly or not at all.
"""

import logging
import resource
import sys
import threading
import time
from collections.abc import Callable, Collection
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

import anyio

from journal.engine.turns import Turn
from journal.errors import Closed, QueueFull
from journal.executors.adapting import Climb
from journal.limits import ADAPT_CALLS
from journal.records import PoolUsage

if TYPE_CHECKING:
    from collections.abc import Iterator

Given = TypeVar("Given")
Manner = Literal["changes", "judges", "reads"]

_INSIDE: ContextVar["Worker | None"] = ContextVar("inside", default=None)
"""the worker whose call is running here: what is called from there has a place already"""


class Wanted(NamedTuple):
    """What a call touches: paths, None for all of the root; and whether it changes, judges what is staged, or reads."""

    paths: Collection[str] | None
    manner: Manner = "changes"


class Ticket:
    """One call that waits or runs."""

    def __init__(self, number: int, wanted: Wanted) -> None:
        self.number = number
        self.manner = wanted.manner
        self.ahead = 0
        self.behind: list[Ticket] = []
        self.turn = anyio.Event()
        self._turn = Turn(wanted.paths)

    def waits_for(self, earlier: "Ticket") -> bool:
        """Tells whether this call must not begin before an earlier one has ended."""
        if earlier.manner == "reads":
            return False
        if self.manner == "reads" and earlier.manner == "judges":
            return False  # a validator may read while it is waited for
        return self._turn.meets(earlier._turn)


class Worker:
    """The pool of one session; to be used from the one event loop it was made in."""

    def __init__(self, places: int, most: int, queue_max: int, log: "logging.LoggerAdapter[Any]") -> None:
        self._places = anyio.CapacityLimiter(places)
        self._threads, self._nested = anyio.CapacityLimiter(most), anyio.CapacityLimiter(most)
        self._climb = Climb(places, most) if most > places else None
        self._queue_max, self._log = queue_max, log
        self._tickets: dict[int, Ticket] = {}
        self._names = _Names()
        self._made = self._completed = self._queued = self._busy = 0
        self._wait_ns = self._busy_ns = 0
        self._closing, self._idle = False, anyio.Event()
        self._looked_ns = time.monotonic_ns()

    async def run(self, wanted: Wanted, call: Callable[..., Given], /, *arguments: object, **named: object) -> Given:
        """Makes a call in its turn, in a thread, and gives what it gave.

        Raises:
            QueueFull: as many calls wait as may. Closed: the session is closed.
        """
        if _INSIDE.get() is self:  # a validator of ours, in the event loop: what called it has the place and the turn
            return await self._in_thread(self._nested, call, arguments, named)
        ticket, called_ns = self._take(wanted), time.monotonic_ns()
        try:
            with self._waiting():
                await ticket.turn.wait()
                await self._places.acquire()
        except BaseException:
            self._give_back(ticket)
            raise
        begun_ns = time.monotonic_ns()
        self._wait_ns += begun_ns - called_ns
        self._busy += 1
        try:
            if self._closing:
                raise _closed()
            return await self._in_thread(self._threads, call, arguments, named)
        finally:
            self._places.release()
            self._busy -= 1
            self._completed += 1
            self._busy_ns += time.monotonic_ns() - begun_ns
            self._give_back(ticket)
            self._adapt()

    def usage(self) -> PoolUsage:
        """Tells what the pool does, and did since the session began."""
        return PoolUsage(
            workers=int(self._places.total_tokens),
            busy=self._busy,
            queued=self._queued,
            queue_max=self._queue_max,
            completed=self._completed,
            wait_us_total=self._wait_ns // 1000,
            busy_us_total=self._busy_ns // 1000,
            max_rss_bytes=peak_bytes(),
        )

    async def aclose(self) -> None:
        """Lets no further call begin, and waits for those that run; what waits gets `Closed`."""
        self._closing = True
        for ticket in self._tickets.values():
            ticket.turn.set()
        if self._tickets:
            await self._idle.wait()

    def _take(self, wanted: Wanted) -> Ticket:
        if self._closing:
            raise _closed()
        if self._queued >= self._queue_max:
            hint = "wait for some of them to end, or open the session with a larger queue"
            raise QueueFull(f"{self._queued} calls are waiting", hint=hint, waited_s=0.0)
        self._made += 1
        ticket = Ticket(self._made, wanted)
        for earlier in self._tickets.values():
            if ticket.waits_for(earlier):
                earlier.behind.append(ticket)
                ticket.ahead += 1
        self._tickets[ticket.number] = ticket
        if not ticket.ahead:
            ticket.turn.set()
        return ticket

    def _give_back(self, ticket: Ticket) -> None:
        del self._tickets[ticket.number]
        for each in ticket.behind:
            each.ahead -= 1
            if not each.ahead:
                each.turn.set()
        if self._closing and not self._tickets:
            self._idle.set()

    @contextmanager
    def _waiting(self) -> "Iterator[None]":
        self._queued += 1
        try:
            yield
        finally:
            self._queued -= 1

    async def _in_thread(
        self, limiter: anyio.CapacityLimiter, call: Callable[..., Given], arguments: Any, named: Any
    ) -> Given:
        def made() -> Given:
            began_ns, began_cpu_ns, name = time.monotonic_ns(), time.thread_time_ns(), self._names.take()
            _INSIDE.set(self)  # in the copy of the context that the thread has
            try:
                return call(*arguments, **named)
            finally:
                cpu_ns = time.thread_time_ns() - began_cpu_ns
                self._told(name, getattr(call, "__name__", "call"), time.monotonic_ns() - began_ns, cpu_ns)
                self._names.give_back(name)

        return await anyio.to_thread.run_sync(made, limiter=limiter)

    def _told(self, name: str, call: str, busy_ns: int, cpu_ns: int) -> None:
        if self._log.isEnabledFor(logging.DEBUG):
            facts = {"worker": name, "call": call, "queued": self._queued, "busy_us": busy_ns // 1000}
            facts |= {"cpu_us": cpu_ns // 1000, "max_rss_bytes": peak_bytes()}
            self._log.debug("%s: %s took %d us, %d wait", name, call, busy_ns // 1000, self._queued, extra=facts)

    def _adapt(self) -> None:
        """Changes the number of places where it follows the load, after every so many calls."""
        if self._climb is None or self._completed % ADAPT_CALLS:
            return
        now_ns = time.monotonic_ns()
        took_s, self._looked_ns = (now_ns - self._looked_ns) / 1e9, now_ns
        self._places.total_tokens = self._climb.after(ADAPT_CALLS, took_s, self._queued, resident_bytes())


class _Names:
    """The names of the threads at work, the lowest that is free first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: set[int] = set()

    def take(self) -> str:
        with self._lock:
            number = next(each for each in range(1, len(self._taken) + 2) if each not in self._taken)
            self._taken.add(number)
        return f"worker-{number}"

    def give_back(self, name: str) -> None:
        with self._lock:
            self._taken.discard(int(name.rpartition("-")[2]))


def peak_bytes() -> int:
    """Gives the most memory that this process had, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak << 10


def resident_bytes() -> int:
    """Gives the memory that this process has now, in bytes; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except OSError:
        return 0


def _closed() -> Closed:
    return Closed("the session is closed", hint="open it again")
