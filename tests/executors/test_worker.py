"""The pool: turns in the order of the calls where they meet, a bounded number at once and waiting, and cancelling."""

import logging
import threading
import time
from collections.abc import Callable

import anyio
import pytest

from journal.engine.logs import Branded
from journal.errors import Closed, QueueFull
from journal.executors import worker as worker_module
from journal.executors.worker import Wanted, Worker, peak_bytes, resident_bytes

pytestmark = pytest.mark.anyio

WAIT_S = 10.0


def pool(places: int = 4, queue_max: int = 100, most: int | None = None) -> Worker:
    return Worker(places, most or places, queue_max, Branded("session", "tag", "s1"))


class Gate:
    """A call that waits until it is let go, and notes when it began."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Event(), threading.Event()

    def __call__(self) -> str:
        self.begun.set()
        assert self.go.wait(WAIT_S)
        return "gone"


async def until(condition: Callable[[], bool]) -> None:
    with anyio.fail_after(WAIT_S):
        while not condition():
            await anyio.sleep(0.001)


async def test_a_call_gives_what_it_gave_and_raises_what_it_raised() -> None:
    found = pool()
    assert await found.run(Wanted(["a"]), divmod, 7, 2) == (3, 1)
    assert await found.run(Wanted([]), dict, a=1) == {"a": 1}
    with pytest.raises(ZeroDivisionError):
        await found.run(Wanted(["a"]), divmod, 1, 0)
    assert await found.run(Wanted(["a"]), str, 1) == "1"


async def test_calls_that_meet_run_in_the_order_in_which_they_were_made() -> None:
    found, made, order = pool(8), list[int](), list[int]()

    async def call(number: int) -> None:
        made.append(number)
        await found.run(Wanted(["a", f"b{number}"]), order.append, number)

    async with anyio.create_task_group() as group:
        for number in range(40):
            group.start_soon(call, number)
    assert order == made and len(made) == 40


@pytest.mark.parametrize(
    ("first", "second", "waits"),
    [
        (Wanted(["a"]), Wanted(["a"]), True),
        (Wanted(["a"]), Wanted(["b"]), False),
        (Wanted(["a"]), Wanted(["a/b"]), True),
        (Wanted(["a/b"]), Wanted(["a"]), True),
        (Wanted(["a"]), Wanted(None), True),
        (Wanted(None), Wanted(["a"]), True),
        (Wanted(["a"]), Wanted(["a"], "reads"), True),
        (Wanted(["a"]), Wanted(["b"], "reads"), False),
        (Wanted(["a"]), Wanted(None, "reads"), True),
        (Wanted(["a"], "reads"), Wanted(["a"]), False),
        (Wanted(None, "reads"), Wanted(None), False),
        (Wanted(None, "judges"), Wanted(["a"]), True),
        (Wanted(None, "judges"), Wanted(["a"], "reads"), False),
        (Wanted(["a"]), Wanted(None, "judges"), True),
    ],
)
async def test_who_waits_for_whom(first: Wanted, second: Wanted, waits: bool) -> None:
    found, one, two = pool(), Gate(), Gate()
    async with anyio.create_task_group() as group:
        group.start_soon(found.run, first, one)
        await until(one.begun.is_set)
        group.start_soon(found.run, second, two)
        if waits:
            await anyio.sleep(0.02)
            assert not two.begun.is_set() and found.usage().queued == 1
            one.go.set()
        await until(two.begun.is_set)
        one.go.set()
        two.go.set()


async def test_no_more_run_than_there_are_places() -> None:
    found, gates = pool(2), [Gate() for _ in range(5)]
    async with anyio.create_task_group() as group:
        for number, gate in enumerate(gates):
            group.start_soon(found.run, Wanted([str(number)]), gate)
        await until(lambda: found.usage().busy == 2)
        await anyio.sleep(0.02)
        assert sum(gate.begun.is_set() for gate in gates) == 2
        assert (found.usage().queued, found.usage().workers) == (3, 2)
        for gate in gates:
            gate.go.set()
    assert (found.usage().completed, found.usage().queued, found.usage().busy) == (5, 0, 0)


async def test_a_full_queue_refuses_and_loses_nothing() -> None:
    found, gate, done = pool(1, queue_max=2), Gate(), list[int]()
    async with anyio.create_task_group() as group:
        group.start_soon(found.run, Wanted(["a"]), gate)
        await until(gate.begun.is_set)
        group.start_soon(found.run, Wanted(["a"]), done.append, 0)
        await until(lambda: found.usage().queued == 1)
        group.start_soon(found.run, Wanted(["a"]), done.append, 1)
        await until(lambda: found.usage().queued == 2)
        with pytest.raises(QueueFull, match="2 calls are waiting") as caught:
            await found.run(Wanted(["b"]), done.append, 9)
        assert caught.value.retryable
        gate.go.set()
    assert done == [0, 1]
    await found.run(Wanted(["b"]), done.append, 2)
    assert done == [0, 1, 2]


async def test_who_is_cancelled_while_waiting_is_not_called_and_holds_nobody_up() -> None:
    found, gate, done = pool(), Gate(), list[str]()
    async with anyio.create_task_group() as group:
        group.start_soon(found.run, Wanted(["a"]), gate)
        await until(gate.begun.is_set)
        with anyio.move_on_after(0.02) as scope:
            await found.run(Wanted(["a"]), done.append, "cancelled")
        assert scope.cancelled_caught
        group.start_soon(found.run, Wanted(["a"]), done.append, "after")
        await until(lambda: found.usage().queued == 1)
        gate.go.set()
    assert done == ["after"]


async def test_who_is_cancelled_while_running_is_waited_for() -> None:
    found, done = pool(), list[str]()

    def slow() -> str:
        time.sleep(0.1)
        done.append("whole")
        return "given"

    with anyio.move_on_after(0.02) as scope:
        assert await found.run(Wanted(["a"]), slow) == "given"
        await anyio.sleep(0)
    assert scope.cancelled_caught and done == ["whole"]
    assert (found.usage().busy, found.usage().completed) == (0, 1)


async def test_closing_waits_for_what_runs_and_ends_what_waits() -> None:
    found, gate, refused = pool(1), Gate(), list[bool]()

    async def waiting() -> None:
        with pytest.raises(Closed):
            await found.run(Wanted(["a"]), refused.append, False)
        refused.append(True)

    async with anyio.create_task_group() as group:
        group.start_soon(found.run, Wanted(["a"]), gate)
        await until(gate.begun.is_set)
        group.start_soon(waiting)
        await until(lambda: found.usage().queued == 1)
        group.start_soon(found.aclose)
        await anyio.sleep(0.02)
        gate.go.set()
    assert refused == [True]
    with pytest.raises(Closed):
        await found.run(Wanted(["a"]), str)
    await found.aclose()


async def test_what_a_call_calls_in_the_event_loop_needs_neither_turn_nor_place() -> None:
    found = pool(1)

    def outer() -> str:
        return anyio.from_thread.run(inner)

    async def inner() -> str:
        return await found.run(Wanted(["a"]), str, "inside")

    with anyio.fail_after(WAIT_S):
        assert await found.run(Wanted(None, "judges"), outer) == "inside"


async def test_usage_adds_up() -> None:
    found = pool(1)
    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(found.run, Wanted(["a"]), time.sleep, 0.01)
    told = found.usage()
    assert told.completed == 3 and told.busy_us_total >= 30_000 and told.wait_us_total >= 20_000
    assert told.max_rss_bytes > 1 << 20
    assert told.to_dict()["queue_max"] == 100


async def test_each_worker_says_what_it_did(caplog: pytest.LogCaptureFixture) -> None:
    found = pool(2)
    with caplog.at_level(logging.DEBUG, "journal.session"):
        await found.run(Wanted(["a"]), time.sleep, 0)
    (record,) = caplog.records
    assert record.getMessage().startswith("[tag] worker-1: sleep took ")
    told = record.__dict__
    assert (told["worker"], told["call"], told["queued"], told["session"]) == ("worker-1", "sleep", 0, "s1")
    assert told["busy_us"] >= 0 and told["cpu_us"] >= 0 and told["max_rss_bytes"] > 0


async def test_a_pool_that_follows_the_load_grows_for_calls_that_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "resident_bytes", lambda: 0)
    found = pool(1, queue_max=1000, most=16)
    async with anyio.create_task_group() as group:
        for number in range(400):
            group.start_soon(found.run, Wanted([str(number)]), time.sleep, 0.003)
    assert found.usage().workers > 4


def test_memory_is_read_in_bytes() -> None:
    assert 1 << 20 < resident_bytes() <= peak_bytes() * 2
