"""Following the feed in an event loop, asyncio's or trio's: no thread waits, and cancelling ends it."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Self, TypeVar

from journal.engine.following import Trail, Waiter
from journal.records import Change

if TYPE_CHECKING:
    from anyio import CapacityLimiter

Given = TypeVar("Given")


class Following(AsyncIterator[Change]):
    """Yields changes as they are committed; a thread reads the journal for a moment, and none waits for it.

    It is no generator: breaking off needs no `aclose`, as what it holds is given back when it is dropped.
    """

    def __init__(self, trail: Trail) -> None:
        self._trail = trail
        self._waiter: Waiter | None = None
        self._limiter: CapacityLimiter | None = None
        self._pages: Iterator[list[Change]] | None = None
        self._page: Iterator[Change] = iter(())
        self._ended = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change:
        if self._ended:
            raise StopAsyncIteration
        try:
            while (change := next(self._page, None)) is None:
                await self._go_on()
            self._trail.alive()
        except BaseException:  # cancelling among them
            self._close()
            raise
        return change

    async def aclose(self) -> None:
        """Ends it; twice is fine."""
        self._close()

    def _close(self) -> None:
        self._ended = True
        if self._waiter is not None:
            self._waiter.close()

    async def _go_on(self) -> None:
        """Reads the next page, or sleeps when there is none."""
        if self._waiter is None:
            self._waiter = self._trail.waiter()
        if self._pages is None and await self._in_thread(self._waiter.news):
            self._pages = self._trail.pages()
        pages = self._pages
        page = None if pages is None else await self._in_thread(lambda: next(pages, None))
        if page is None:
            self._pages = None
            await _sleep(self._waiter)
        else:
            self._page = iter(page)

    async def _in_thread(self, call: Callable[[], Given]) -> Given:
        from anyio import CapacityLimiter, to_thread  # 30 ms that only a program with an event loop has to pay

        if self._limiter is None:  # of its own: a pool that the program keeps busy does not hold the feed up
            self._limiter = CapacityLimiter(1)
        return await to_thread.run_sync(call, limiter=self._limiter)


async def _sleep(waiter: Waiter) -> None:
    """Sleeps as `Waiter.sleep` does, in the event loop."""
    from anyio import move_on_after, sleep, wait_readable

    seconds, listens = waiter.pace.next(time.monotonic())
    early = False
    if listens:
        with move_on_after(seconds):
            await wait_readable(waiter.watch)
            early = True
    else:
        await sleep(seconds)
    waiter.pace.slept(time.monotonic(), heard=waiter.watch.drain(), early=early)
