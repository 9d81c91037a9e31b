"""Following in an event loop, asyncio's and trio's: the same changes, ended by cancelling, with nothing left behind."""

import threading
from collections.abc import AsyncIterator
from typing import Any

import anyio
import anyio.abc
import pytest

from journal import Change, Closed, Journal, Spool
from journal.engine import feed
from journal.workspace import watch
from tests.engine.following import committed
from tests.engine.looking import held
from tests.engine.test_following import LAST, WRITER, not_of_sqlite
from tests.workspace.test_watch import descriptors

pytestmark = pytest.mark.anyio


@pytest.fixture
def spool(root: Any) -> Any:
    with Spool.open(root) as opened:
        yield opened


async def until_last(changes: AsyncIterator[Change]) -> list[Change]:
    """Takes changes up to one of the path `last`."""
    found = []
    async for change in changes:
        found.append(change)
        if change.path == LAST:
            break
    return found


async def test_what_is_there_comes_first_then_what_is_committed(spool: Spool) -> None:
    committed(spool, "a", "b")
    changes = spool.journal.follow_async()
    assert [(await anext(changes)).path for _ in range(2)] == ["a", "b"]
    committed(spool, "c", LAST)
    assert await until_last(changes) == spool.journal.changes(2)


@pytest.mark.parametrize("works", [True, False], ids=["told by the system", "by looking"])
async def test_every_commit_of_another_process_comes_once_and_in_order(
    root: Any, monkeypatch: pytest.MonkeyPatch, works: bool
) -> None:
    if not works:
        monkeypatch.setattr(watch, "_listen", lambda folder: None)
    with held(root, WRITER) as process, Journal.open(root) as journal:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
        found = await until_last(journal.follow_async())
    assert [change.cursor for change in found] == list(range(1, 202))


async def test_a_filter_holds_here_too(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "PAGE_ROWS", 2)
    for n in range(3):
        committed(spool, "a", f"src/{n}", "z")
    committed(spool, LAST)
    found = await until_last(spool.journal.follow_async(paths=["src", LAST], branch="main"))
    assert found == spool.journal.changes(paths=["src", LAST])


async def test_cancelling_ends_it_and_leaves_nothing_open(spool: Spool) -> None:
    committed(spool, "a")
    before, seen = descriptors(), []

    async def follow(task_status: anyio.abc.TaskStatus[None]) -> None:
        async for change in spool.journal.follow_async(poll_s=3600):
            seen.append(change.path)
            task_status.started()

    async with anyio.create_task_group() as group:
        await group.start(follow)
        group.cancel_scope.cancel()
    assert seen == ["a"]
    assert [name for name in descriptors() if "eventpoll" in name or "inotify" in name] == [
        name for name in before if "eventpoll" in name or "inotify" in name
    ]


async def test_many_follow_at_once_and_no_thread_waits_for_any(spool: Spool) -> None:
    committed(spool, "a")
    seen: list[str] = []
    waiting = anyio.Event()

    async def follow(name: str) -> None:
        async for change in spool.journal.follow_async():
            seen.append(f"{name} {change.path}")
            if len(seen) == 20:
                waiting.set()
            if change.path == LAST:
                return

    async with anyio.create_task_group() as group:
        for n in range(20):
            group.start_soon(follow, str(n))
        await waiting.wait()
        while busy_threads():
            await anyio.sleep(0.001)
        committed(spool, LAST)
    assert len(seen) == 40


def busy_threads() -> list[str]:
    """Threads that are inside of ours."""
    import sys

    names = {thread.ident: thread.name for thread in threading.enumerate() if thread is not threading.main_thread()}
    found = []
    for ident, frame in sys._current_frames().items():
        at: Any = frame
        while at is not None and ident in names:
            if "engine/following.py" in at.f_code.co_filename:
                found.append(names[ident])
            at = at.f_back
    return found


async def test_closing_the_journal_wakes_whoever_waits(spool: Spool) -> None:
    committed(spool, "a")
    journal = Journal.open(spool.journal.path)
    changes = journal.follow_async(poll_s=3600)
    await anext(changes)
    closer = threading.Timer(0.01, journal.close)
    closer.start()
    with pytest.raises(Closed):
        await anext(changes)
    closer.join()


async def test_breaking_off_is_tidied_by_closing_the_iterator(spool: Spool) -> None:
    committed(spool, "a")
    before = not_of_sqlite(descriptors())
    changes: Any = spool.journal.follow_async()
    await anext(changes)
    opened = set(not_of_sqlite(descriptors())) - set(before)
    await changes.aclose()
    assert opened and not opened & set(not_of_sqlite(descriptors()))
