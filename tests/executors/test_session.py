"""A session in an event loop: opened, used and closed as a program would, and what it refuses."""

import pickle
import threading
from pathlib import Path
from typing import Any

import anyio
import pytest

import journal
from journal import BusyError, Closed, PoolUsage, Session, Spool, UnknownName, UsageError
from tests.engine.looking import held, names

pytestmark = pytest.mark.anyio


async def test_a_first_session(root: Path) -> None:
    async with Session.open(root) as session:
        patch = await session.write("app.py", "print('hi')\n")
        assert (patch.path, patch.change_type) == ("app.py", "created")
        await session.replace("app.py", "hi", "hello")
        assert await session.read_text("app.py") == "print('hello')\n"
        commit = await session.commit("say hello", metadata={"task": 17})
        assert commit is not None and session.journal.head() == commit
        assert (session.root, session.branch) == (root, "main")
        assert session.recovery == session.spool.recovery
        assert session.relative(str(root / "app.py")) == "app.py"
        assert session.session_id == session.spool.session_id
    assert names(root) == ["app.py"]


async def test_what_is_staged_stays_and_the_next_session_goes_on(root: Path) -> None:
    async with Session.open(root, session_id="first") as session:
        await session.write("a", "1\n")
    async with Session.open(root) as session:
        assert [entry.path for entry in (await session.status()).staged] == ["a"]
        await session.reset()
    assert names(root) == []


async def test_it_is_not_there_before_it_is_entered_nor_after(root: Path) -> None:
    session = Session.open(root)
    with pytest.raises(Closed, match="not entered"):
        await session.write("a", "1")
    with pytest.raises(Closed):
        _ = session.journal
    await session.start()
    assert await session.start() is session
    await session.write("a", "1")
    await session.aclose()
    await session.aclose()
    for verb in (session.write("b", "1"), session.read("a"), session.start()):
        with pytest.raises(Closed):
            await verb
    with Spool.open(root) as spool:  # the lease was given back
        assert spool.read("a") == b"1"


async def test_one_that_was_never_entered_is_closed_too(root: Path) -> None:
    session = Session.open(root)
    await session.aclose()
    with pytest.raises(Closed):
        await session.start()
    assert not (root / ".spool").exists()


@pytest.mark.parametrize(
    "wrong",
    [{"workers": 0}, {"workers": True}, {"workers": "many"}, {"queue_max": 0}, {"queue_max": 1.5}, {"track": "tree"},
     {"track": ["src/**"]}, {"log_brand": ""}],
)  # fmt: skip
async def test_what_makes_no_sense_is_refused_before_anything_is_opened(root: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Session.open(root, **wrong)
    assert not (root / ".spool").exists()


@pytest.mark.parametrize("track", ["auto", "off"])
async def test_nothing_is_tracked_and_that_may_be_said(root: Path, track: Any) -> None:
    async with Session.open(root, track=track) as session:
        assert await session.touched_files() == []


async def test_what_opening_refuses_is_told_at_the_start(root: Path) -> None:
    with pytest.raises(UsageError, match="durability"):
        await Session.open(root, durability="much").start()  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="validators"):
        await Session.open(root, validators="abc").start()  # type: ignore[arg-type]
    with pytest.raises(UnknownName):
        await Session.open(root, create=False).start()
    with held(root), pytest.raises(BusyError):
        await Session.open(root).start()
    async with Session.open(root, create=False) as session:
        await session.write("a", "1")


async def test_two_that_start_it_at_once_open_it_once(root: Path) -> None:
    session = Session.open(root)
    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(session.start)
    await session.write("a", "1")
    await session.aclose()


async def test_threads_may_use_the_spool_of_a_session(root: Path) -> None:
    async with Session.open(root) as session:
        thread = threading.Thread(target=session.spool.write, args=("t", "1"))
        thread.start()
        await anyio.to_thread.run_sync(thread.join)
        assert await session.read("t") == b"1"


@pytest.mark.parametrize("workers", [1, 3, "adaptive"])
async def test_usage_tells_of_the_pool(root: Path, workers: Any) -> None:
    async with Session.open(root, workers=workers, queue_max=7) as session:
        await session.write("a", "1")
        told = session.usage()
    assert isinstance(told, PoolUsage)
    assert (told.completed, told.busy, told.queued, told.queue_max) == (1, 0, 0, 7)
    assert told.workers == workers or workers == "adaptive"


async def test_closing_waits_for_a_verb_that_runs(root: Path) -> None:
    begun = threading.Event()

    def pieces() -> Any:
        begun.set()
        for _ in range(5):
            threading.Event().wait(0.01)
            yield b"x"

    session = await Session.open(root).start()
    async with anyio.create_task_group() as group:
        group.start_soon(session.write, "a", pieces())
        while not begun.is_set():
            await anyio.sleep(0.001)
        await session.aclose()
    with Spool.open(root) as spool:
        assert spool.read("a") == b"xxxxx"


async def test_an_error_inside_neither_commits_nor_resets(root: Path) -> None:
    with pytest.raises(RuntimeError):
        async with Session.open(root) as session:
            await session.write("a", "1")
            raise RuntimeError("of the program")
    with Spool.open(root) as spool:
        assert spool.touched_files() == ["a"]


async def test_it_does_not_pickle(root: Path) -> None:
    with pytest.raises(TypeError, match="open it where it is used"):
        pickle.dumps(Session.open(root))


def test_the_package_gives_it_when_it_is_asked_for() -> None:
    assert journal.Session is Session and "Session" in journal.__all__
    with pytest.raises(AttributeError, match="has no attribute 'Sesion'"):
        _ = journal.Sesion
