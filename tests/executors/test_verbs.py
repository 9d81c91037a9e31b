"""Every verb awaited does what the verb of a spool does, in the order of the calls, whatever is cancelled."""

import inspect
import re
from pathlib import Path
from typing import Any

import anyio
import pytest

from journal import (
    Delete,
    GateRefused,
    Journal,
    NamedValidator,
    PathRefused,
    Problem,
    Session,
    Spool,
    UnknownName,
    UsageError,
    ValidationContext,
    ValidationFailed,
    Write,
)
from journal.executors.verbs import Verbs
from tests.engine.looking import acts, disk, value

pytestmark = pytest.mark.anyio

AWAITED = [name for name, verb in vars(Verbs).items() if inspect.iscoroutinefunction(verb) and not name.startswith("_")]


@pytest.mark.parametrize("name", AWAITED)
def test_a_verb_has_the_parameters_and_the_promise_of_the_spools(name: str) -> None:
    ours, theirs = getattr(Verbs, name), getattr(Spool, name)
    assert ours.__doc__ == theirs.__doc__
    assert parameters(ours) == parameters(theirs)


def parameters(verb: Any) -> list[tuple[str, Any, Any]]:
    return [(each.name, each.kind, each.default) for each in inspect.signature(verb).parameters.values()]


def test_no_verb_is_missing() -> None:
    public = {name for name in dir(Spool) if not name.startswith("_") and callable(getattr(Spool, name))}
    assert public - set(AWAITED) == {"close", "open", "open_read", "refuse_judged", "relative"}


async def test_each_does_what_it_says(root: Path) -> None:
    async with Session.open(root) as session:
        await session.write("a", "one\ntwo\n")
        await session.replace("a", re.compile("t(w)o"), r"\g<1>")
        await session.patch("a", "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-one\n+uno\n")
        await session.chmod("a", 0o755)
        await session.symlink("link", "a")
        await session.move("a", "b")
        await session.batch([Write("c", "3"), Write("d", "4"), Delete("c")], description="some")
        first = await session.commit("first")
        assert first is not None
        assert {path: data for path, (data, _, _) in disk(root).items()} == {"b": b"uno\nw\n", "link": b"a", "d": b"4"}
        await session.apply("diff --git a/d b/d\n--- a/d\n+++ b/d\n@@ -1 +1 @@\n-4\n\\ No newline at end of file\n+5\n")
        assert [patch.path for patch in await session.diff()] == ["d"]
        assert await session.touched_files() == ["d"]
        await session.delete("link")
        (root / "d").write_text("by hand")
        assert [patch.path for patch in await session.adopt()] == ["d"]
        assert [patch.path for patch in await session.validate()] == ["d", "link"]
        await session.commit("second")
        await session.restore(first.id)
        assert await session.read_text("d") == "4" and await session.read("nothing") is None
        assert b"".join([piece async for piece in session.open_read("b")]) == b"uno\nw\n"
        assert (await session.reset()).restored
        assert (await session.status()).clean


async def test_calls_on_one_path_keep_their_order_and_others_run_beside(root: Path) -> None:
    made = list[tuple[str, int]]()

    async def write(session: Session, path: str, number: int) -> None:
        made.append((path, number))
        await session.write(path, f"{number}\n")

    async with Session.open(root, workers=4) as session:
        async with anyio.create_task_group() as group:
            for number in range(60):
                group.start_soon(write, session, f"f{number % 5}", number)
        last = dict(made)
        assert {path: int(data) for path, (data, _, _) in disk(root).items()} == last
        listed = session.journal.query(
            "SELECT p.name, CAST(CAST(c.body AS TEXT) AS INTEGER) AS n FROM edit AS e"
            " JOIN path AS p ON p.id = e.path_id JOIN blob AS b ON b.id = e.after_blob"
            " JOIN blob_chunk AS k ON k.blob_id = b.id JOIN chunk AS c ON c.id = k.chunk_id ORDER BY e.id"
        )
        for name in last:
            assert [row["n"] for row in listed if row["name"] == name] == [n for path, n in made if path == name]


async def test_a_commit_holds_what_was_asked_for_before_it_and_nothing_after(root: Path) -> None:
    async with Session.open(root) as session, anyio.create_task_group() as group:
        for number in range(10):
            group.start_soon(session.write, f"f{number}", "1")
        await anyio.sleep(0)
        await until_made(session, 10)
        commit = await session.commit("all of them")
        assert commit is not None and commit.files == 10


async def until_made(session: Session, calls: int) -> None:
    """Waits until so many calls were made, whatever became of them."""
    with anyio.fail_after(10):
        while (told := session.usage()).completed + told.busy + told.queued < calls:
            await anyio.sleep(0.001)


async def test_a_cancelled_verb_is_done_wholly_or_not_at_all_and_its_row_is_closed(root: Path) -> None:
    async with Session.open(root, workers=2) as session:
        for number in range(60):
            with anyio.move_on_after(number / 20_000):
                await session.batch([Write(f"a{number}", "x" * 5000), Write(f"b{number}", "y" * 5000)])
        found = disk(root)
        assert {name[1:] for name in found if name[0] == "a"} == {name[1:] for name in found if name[0] == "b"}
        assert set(await session.touched_files()) == set(found)
        assert {state for _, state in acts(session.journal)} <= {"ok", "failed", "running"}
        await session.commit("what was done")
        assert value(session.journal, "SELECT count(*) FROM invocation WHERE state = 'running'") == 0


async def test_content_may_come_by_waiting(root: Path) -> None:
    async def pieces() -> Any:
        for number in range(3):
            await anyio.sleep(0.001)
            yield b"%d\n" % number

    async with Session.open(root) as session:
        await session.write("a", pieces())
        assert await session.read("a") == b"0\n1\n2\n"


async def test_content_that_fails_or_is_cancelled_changes_nothing(root: Path) -> None:
    async def failing() -> Any:
        yield b"some"
        raise RuntimeError("no more")

    async def endless() -> Any:
        yield b"some"
        await anyio.sleep_forever()

    async with Session.open(root) as session:
        with pytest.raises(RuntimeError, match="no more"):
            await session.write("a", failing())
        with anyio.move_on_after(0.05) as scope:
            await session.write("a", endless())
        assert scope.cancelled_caught
        assert await session.read("a") is None and await session.touched_files() == []
        await session.write("a", "after")


async def test_async_validators_are_awaited(root: Path) -> None:
    heard = list[list[str]]()

    async def agrees(patches: Any, context: ValidationContext) -> None:
        await anyio.sleep(0.001)
        heard.append([patch.path for patch in patches])

    async def disagrees(patches: Any, context: ValidationContext) -> list[Problem]:
        await anyio.sleep(0)
        return [Problem(patch.path, "bad", 1, "B") for patch in patches if context.after(patch) == b"bad"]

    async with Session.open(root, validators=[agrees]) as session:
        await session.register_validator(disagrees, name="taste", paths="*.py")
        await session.write("a.py", "good")
        assert await session.commit("fine") is not None
        await session.write("a.py", "bad")
        with pytest.raises(ValidationFailed) as caught:
            await session.commit("not so")
        assert [(each.path, each.code) for each in caught.value.problems] == [("a.py", "B")]
        assert caught.value.validator == "taste"
    assert heard == [["a.py"], ["a.py"]]


async def test_an_async_gate_is_the_last_word(root: Path) -> None:
    async def gate(patches: Any, context: ValidationContext) -> Any:
        await anyio.sleep(0)
        yield Problem("", "never")

    async with Session.open(root, commit_gate=gate) as session:
        await session.write("a", "1")
        with pytest.raises(GateRefused, match="never"):
            await session.commit()


@pytest.mark.parametrize("workers", [1, 4])
async def test_a_validator_may_read_and_nothing_else(root: Path, workers: int) -> None:
    refused = list[str]()

    async def reads(patches: Any, context: ValidationContext) -> None:
        assert await session.read("a") == b"1"
        assert [patch.path for patch in await session.diff()] == ["a"]
        for verb in (session.write("b", "2"), session.commit("inner"), session.reset()):
            with pytest.raises(UsageError, match="called from a validator"):
                await verb
            refused.append("")

    session = Session.open(root, workers=workers, validators=[NamedValidator(reads, "reads")])
    with anyio.fail_after(20):
        async with session:
            await session.write("a", "1")
            assert await session.commit("outer") is not None
    assert len(refused) == 3


async def test_a_commit_whose_validator_is_cancelled_publishes_nothing(root: Path) -> None:
    async def slow(patches: Any, context: ValidationContext) -> None:
        await anyio.sleep_forever()

    async with Session.open(root) as session:
        await session.write("a", "1")
        await session.register_validator(slow)
        with anyio.move_on_after(0.05) as scope:
            await session.commit("never")
        assert scope.cancel_called and session.journal.head() is None
        assert await session.touched_files() == ["a"]
        with Journal.open(session.journal.path) as other:
            assert list(other.commits()) == []


async def test_what_a_verb_refuses_is_raised_where_it_is_awaited(root: Path) -> None:
    async with Session.open(root) as session:
        for call in (session.write("../a", "1"), session.read("/etc/passwd"), session.move("a/../..", "b")):
            with pytest.raises(PathRefused):
                await call
        with pytest.raises(UnknownName):
            await anext(session.open_read("nothing"))
        with pytest.raises(UnknownName):
            await session.restore("nothing")


async def test_a_large_file_is_read_in_pieces(root: Path) -> None:
    data = bytes(range(256)) * 20_000
    async with Session.open(root) as session:
        await session.write("large", data)
        pieces = [piece async for piece in session.open_read("large")]
        assert b"".join(pieces) == data and len(pieces) > 1
