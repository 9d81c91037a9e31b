"""A judge may read, and calls no verb of the spool that it judges; what it does to itself leaves the spool usable."""

import contextvars
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from journal import (
    GateRefused,
    JournalError,
    Problem,
    Spool,
    StageChanged,
    UsageError,
    ValidationContext,
    ValidationFailed,
)
from journal.engine import within
from tests.engine.clerk import WAIT_S, Clerk, Patches, lines_too_long
from tests.engine.interrupting import Lines, lines_of, watched
from tests.engine.looking import acts

VERBS: dict[str, Callable[[Spool], object]] = {
    "write": lambda spool: spool.write("b", "2"),
    "replace": lambda spool: spool.replace("a", "1", "2"),
    "delete": lambda spool: spool.delete("a"),
    "move": lambda spool: spool.move("a", "b"),
    "chmod": lambda spool: spool.chmod("a", 0o600),
    "symlink": lambda spool: spool.symlink("b", "a"),
    "batch": lambda spool: spool.batch([]),
    "reset": lambda spool: spool.reset(),
    "validate": lambda spool: spool.validate(),
    "commit": lambda spool: spool.commit("inner"),
    "register_validator": lambda spool: spool.register_validator(Clerk()),
}


@pytest.mark.parametrize("name", VERBS)
@pytest.mark.parametrize("gate", [False, True], ids=["validator", "gate"])
def test_a_verb_called_by_a_judge_is_a_mistake_and_no_deadlock(root: Path, name: str, gate: bool) -> None:
    caught: list[JournalError] = []

    def hostile(patches: Patches, context: ValidationContext) -> None:
        try:
            VERBS[name](spool)
        except UsageError as error:
            caught.append(error)
            if patches[0].sha_after == first:
                raise

    with Spool.open(root, validators=[] if gate else [hostile], commit_gate=hostile if gate else None) as spool:
        first = spool.write("a", "1").sha_after
        with pytest.raises(GateRefused if gate else ValidationFailed, match="called from a validator") as refused:
            spool.commit("a")
        assert refused.value.__cause__ is caught[0]
        assert type(caught[0]) is UsageError
        assert spool.touched_files() == ["a"]
        spool.write("a", "2")
        assert spool.commit("swallowed") is not None
        assert [name for name, _ in acts(spool.journal)] == ["write", "commit", "write", "commit"]
        spool.write("a", "3")
        VERBS["write"](spool)


def test_a_judge_may_read(spool: Spool) -> None:
    seen: list[object] = []

    def reads(patches: Patches, context: ValidationContext) -> None:
        seen.extend([spool.read("a"), spool.diff(), spool.status().digest, spool.touched_files()])
        seen.append(spool.reset(dry_run=True).restored)
        seen.append(context.journal.tree())
        seen.append(context.journal.query("SELECT count(*) AS n FROM staged"))
        context.journal.close()  # it belongs to the spool

    spool.write("a", "1")
    spool.register_validator(reads)
    spool.validate()
    assert seen == [b"1", spool.diff(), spool.status().digest, ["a"], ("a",), {}, [{"n": 1}]]


def test_a_judge_of_one_spool_may_use_another_and_neither_forgets_who_judges(root: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    refused: list[str] = []

    def inner(patches: Patches, context: ValidationContext) -> None:
        for each in (spool, other):
            with pytest.raises(UsageError, match="called from a validator") as caught:
                each.write("x", "1")
            refused.append(str(caught.value))

    def outer(patches: Patches, context: ValidationContext) -> None:
        other.write("b", "1")
        other.commit("inner")
        other.write("c", "1")
        with pytest.raises(UsageError, match="called from a validator"):
            spool.write("x", "1")

    with Spool.open(tmp_path / "other", validators=[inner]) as other, Spool.open(root, validators=[outer]) as spool:
        spool.write("a", "1")
        assert spool.commit("outer") is not None
        assert len(refused) == 2
        assert (other.touched_files(), spool.touched_files()) == (["c"], [])
        spool.write("b", "1")


def test_what_a_judge_leaves_running_may_call_verbs_when_it_is_over(spool: Spool) -> None:
    contexts: list[contextvars.Context] = []

    def leaves(patches: Patches, context: ValidationContext) -> None:
        contexts.append(contextvars.copy_context())
        with pytest.raises(UsageError):
            contexts[0].run(spool.write, "b", "1")

    spool.write("a", "1")
    spool.register_validator(leaves)
    spool.validate()
    contexts[0].run(spool.write, "b", "1")
    assert spool.touched_files() == ["a", "b"]


def test_a_thread_that_a_judge_starts_is_let_through(spool: Spool) -> None:
    def starts(patches: Patches, context: ValidationContext) -> None:
        if not (context.root / "b").exists():
            thread = threading.Thread(target=spool.write, args=("b", "1"))
            thread.start()
            thread.join(WAIT_S)

    spool.write("a", "1")
    spool.register_validator(starts)
    with pytest.raises(StageChanged):
        spool.commit("a")
    assert spool.commit("a and b") is not None


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, GeneratorExit])
@pytest.mark.parametrize("lazily", [False, True], ids=["at once", "while it answers"])
def test_an_interrupt_passes_through_and_leaves_the_spool_usable(
    spool: Spool, kind: type[BaseException], lazily: bool
) -> None:
    def interrupted(patches: Patches, context: ValidationContext) -> None:
        raise kind

    def answering(patches: Patches, context: ValidationContext) -> Iterator[Problem]:
        yield Problem("a", "b")
        raise kind

    spool.write("a", "1")
    spool.register_validator(answering if lazily else interrupted, name="once")
    for verb in (spool.commit, spool.validate):
        with pytest.raises(kind):
            verb()
    assert spool.touched_files() == ["a"]
    assert spool.write("a", "2").changed
    assert spool.reset().restored == ("a",)
    assert spool.journal.verify()


def test_an_interrupt_at_any_line_does_not_leave_the_mark_of_a_judge(spool: Spool) -> None:
    def judges() -> None:
        with within.judging(spool):
            pass

    for line in range(1, lines_of(judges) + 1):
        with pytest.raises(KeyboardInterrupt), watched(Lines(line)):
            judges()
        within.refuse(spool, "write")


@pytest.mark.parametrize("verb", ["validate", "commit"])
def test_a_session_goes_on_after_an_interrupt_at_any_line_of_the_judging(spool: Spool, verb: str) -> None:
    def judges() -> None:
        spool.validate() if verb == "validate" else spool.commit("a")

    spool.register_validator(Clerk(lines_too_long), name="lint", paths=".")
    spool.write("a", "0")
    lines = lines_of(judges)
    for line in range(1, lines + 1, max(lines // 30, 1)):
        spool.write("a", f"{line}")
        try:
            with watched(Lines(line)):
                judges()
        except KeyboardInterrupt:
            spool.write("b", f"{line}")
        spool.commit("later")
        assert spool.status().clean
        assert spool.journal.blob(spool.journal.tree()["a"].sha256).read() == f"{line}".encode()
