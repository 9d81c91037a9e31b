"""Following the feed in an event loop, asyncio's or trio's: no thread waits, and cancelling ends it."""

import time
from collections.abc import AsyncIterator

from journal.engine.following import Trail, Waiter
from journal.records import Change


async def follow(trail: Trail) -> AsyncIterator[Change]:
    """Yields changes as they are committed; the journal is read by a thread for a moment, and waited for by none."""
    from anyio import CapacityLimiter, to_thread  # 30 ms that only a program with an event loop has to pay

    limiter = CapacityLimiter(1)  # a pool that the program keeps busy does not hold the feed up
    with trail.waiter() as waiter:
        while True:
            pages = trail.pages() if await to_thread.run_sync(waiter.news, limiter=limiter) else iter(())
            while (page := await to_thread.run_sync(next, pages, None, limiter=limiter)) is not None:
                for change in page:
                    trail.alive()
                    yield change
            await _sleep(waiter)


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
