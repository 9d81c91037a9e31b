"""What a validator may be, what it is told, and what it may answer; what it raises is an answer too."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from journal import Move, NamedValidator, Problem, Spool, UsageError, ValidationContext, ValidationFailed, Write
from journal.limits import PROBLEMS_MAX, VALIDATOR_TEXT_MAX
from tests.engine.clerk import Clerk, Patches, rows
from tests.engine.looking import counts
from tests.engine.renaming import TEXT, committed, edited, told


class Later:
    async def __call__(self, patches: Patches, context: ValidationContext) -> None:
        return None


async def later(patches: Patches, context: ValidationContext) -> None:
    return None


async def stream(patches: Patches, context: ValidationContext) -> Any:
    yield Problem("a", "b")


@pytest.mark.parametrize(
    "answer",
    [
        *(False, True, 0, 1, "problem", "", b"", {}, {"a": 1}, object(), 1.5),
        *([None], ["a"], [Problem("a", "b"), "c"], (True,), {1}, Problem("a", "b"), Problem),
        *([Problem(1, "b")], [Problem("a", None)], [Problem("a", "b", "3")], [Problem("a", "b", True)]),  # type: ignore[arg-type]
        *([Problem("a", "b", -1)], [Problem("a", "b", 10**5000)], [Problem("a", "b", None, None)]),  # type: ignore[arg-type]
    ],
    ids=lambda answer: type(answer).__name__,
)
def test_what_is_no_answer_is_a_mistake_that_names_the_validator(root: Path, answer: object) -> None:
    after = Clerk()
    with Spool.open(root, validators=[NamedValidator(Clerk(answer), "lint", "a"), after]) as spool:
        spool.write("a", "1")
        for name, verb in (("validate", spool.validate), ("commit", spool.commit)):
            with pytest.raises(UsageError, match="'lint'") as caught:
                verb()
            assert type(caught.value) is UsageError
            assert caught.value.hint
            (row,) = rows(spool, name)
            assert (row["state"], row["invocation_id"]) == ("failed", caught.value.invocation_id)
        assert spool.touched_files() == ["a"]
        assert counts(spool.journal)["verdict"] == 0


def test_an_async_validator_is_a_mistake_also_when_it_hides(root: Path) -> None:
    for clerk in (Clerk(later), Clerk(stream)):
        with Spool.open(root, commit_gate=clerk) as spool:
            spool.write("a", str(clerk))
            with pytest.raises(UsageError, match="async"):
                spool.commit("a")
        assert clerk.asked == [["a"]]


def test_endless_problems_are_cut_off_and_not_remembered(spool: Spool) -> None:
    def endless(patches: Patches, context: ValidationContext) -> Iterator[Problem]:
        while True:
            yield Problem("a", "x" * 1000)

    spool.write("a", "1")
    spool.register_validator(endless, name="endless", paths="a")
    with pytest.raises(ValidationFailed) as caught:
        spool.validate()
    assert len(caught.value.problems) == PROBLEMS_MAX + 1
    assert "more than" in caught.value.problems[-1].message
    assert len(str(caught.value)) < 1000
    assert counts(spool.journal)["verdict"] == 0


def test_an_answer_that_cannot_be_gone_through_is_what_it_raises(spool: Spool) -> None:
    class Closed:
        def __iter__(self) -> Iterator[Problem]:
            raise OSError("gone")

    spool.write("a", "1")
    spool.register_validator(Clerk(Closed()))
    with pytest.raises(ValidationFailed, match="gone") as caught:
        spool.validate()
    assert isinstance(caught.value.__cause__, OSError)


def test_what_one_raises_is_a_problem_and_the_cause(root: Path) -> None:
    class Unspeakable(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    def broken(patches: Patches, context: ValidationContext) -> Iterator[Problem]:
        yield Problem("a", "found before it broke")
        raise KeyError("why")

    def bare(patches: Patches, context: ValidationContext) -> None:
        raise AssertionError

    def unspeakable(patches: Patches, context: ValidationContext) -> None:
        raise Unspeakable

    last = Clerk([Problem("a", "asked all the same")])
    with Spool.open(root, validators=[Clerk(), broken, bare, unspeakable, last]) as spool:
        spool.write("a", "1")
        with pytest.raises(ValidationFailed) as caught:
            spool.commit("a")
    error = caught.value
    assert isinstance(error.__cause__, KeyError)
    assert "broken" in error.validator
    assert error.problems == (
        Problem("a", "found before it broke"),
        Problem("", "'why'", None, "KeyError"),
        Problem("", "AssertionError", None, "AssertionError"),
        Problem("", "Unspeakable", None, "Unspeakable"),
        Problem("a", "asked all the same"),
    )


def test_deep_recursion_is_a_problem_like_any_other(spool: Spool) -> None:
    def deep(patches: Patches, context: ValidationContext) -> None:
        deep(patches, context)

    spool.write("a", "1")
    spool.register_validator(deep)
    with pytest.raises(ValidationFailed, match="recursion") as caught:
        spool.commit("a")
    assert isinstance(caught.value.__cause__, RecursionError)
    assert spool.reset().restored == ("a",)


def test_the_context_tells_who_and_where(root: Path) -> None:
    clerk, mine = Clerk(), {"agent": "x", "task": 1}
    with Spool.open(root, session_id="s", metadata=mine, validators=[clerk]) as spool:
        spool.write("a", "old")
        first = spool.commit("first", metadata={"task": 2, "why": ["b"]})
        spool.write("a", "new")
        digest = spool.status().digest
        spool.validate()
        second = spool.commit("second")
        assert first is not None
        assert second is not None
        assert [context.head for context in clerk.contexts] == [None, first.id, first.id]
        over = {"agent": "x", "task": 2, "why": ["b"]}
        assert [context.metadata for context in clerk.contexts] == [over, mine, mine]
        assert (first.metadata, second.metadata) == ({"task": 2, "why": ["b"]}, {})
        context = clerk.contexts[1]
        assert (context.session_id, context.root, context.branch, context.digest) == ("s", root, "main", digest)
        assert context.journal is spool.journal
        with pytest.raises(AttributeError):
            context.digest = ""  # type: ignore[misc]


def test_the_context_gives_the_staged_contents_though_the_disk_differs(root: Path) -> None:
    held = list[object]()

    def gate(patches: Patches, context: ValidationContext) -> None:
        (root / "a").write_text("by hand")
        held[:] = [(patch.path, context.before(patch), context.after(patch), patch.diff[:5]) for patch in patches]
        (root / "a").write_bytes(context.after(patches[0]) or b"")
        with pytest.raises(UsageError, match="no FilePatch"):
            context.after("a")  # type: ignore[arg-type]

    with Spool.open(root, commit_gate=gate) as spool:
        spool.write("a", "old")
        spool.write("gone", "old")
        spool.commit("first")
        spool.write("a", "new")
        spool.delete("gone")
        spool.symlink("link", "target")
        spool.commit("second")
    expected = [("a", b"old", b"new"), ("gone", b"old", None), ("link", None, b"target")]
    assert held == [(*each, "diff ") for each in expected]


def test_metadata_of_a_session_that_is_continued_is_still_told(root: Path) -> None:
    with Spool.open(root, session_id="s", metadata={"agent": "x"}) as spool:
        spool.write("a", "1")
    clerk = Clerk()
    with Spool.open(root, session_id="s", validators=[clerk]) as spool:
        spool.validate()
    assert clerk.contexts[0].metadata == {"agent": "x"}


ODD: Any = {
    "text": "validator",
    "no function": 5,
    "async": later,
    "async generator": stream,
    "async by its class": Later(),
    "async in part": partial(later),
    "async and named": NamedValidator(later, "a"),
    "without a function": NamedValidator(5, "a"),  # type: ignore[arg-type]
    "without a name": NamedValidator(Clerk(), ""),
    "blank name": NamedValidator(Clerk(), "  "),
    "name of another type": NamedValidator(Clerk(), 5),  # type: ignore[arg-type]
    "long name": NamedValidator(Clerk(), "n" * (VALIDATOR_TEXT_MAX + 1)),
    "NUL in a name": NamedValidator(Clerk(), "a\0"),
    "half a character": NamedValidator(Clerk(), "\ud800"),
    "version of another type": NamedValidator(Clerk(), "a", "a", 2),  # type: ignore[arg-type]
    "paths of another type": NamedValidator(Clerk(), "a", 5),  # type: ignore[arg-type]
    "path out of the root": NamedValidator(Clerk(), "a", ["b", "../a"]),
    "absolute path": NamedValidator(Clerk(), "a", "/etc"),
}


@pytest.mark.parametrize("odd", ODD)
def test_what_is_no_validator_is_refused_before_anything_is_opened(root: Path, odd: str) -> None:
    for validators, gate in (([Clerk(), ODD[odd]], None), ((), ODD[odd])):
        with pytest.raises(UsageError) as caught:
            Spool.open(root, validators=validators, commit_gate=gate)
        assert caught.value.hint
    assert not (root / ".spool").exists()


@pytest.mark.parametrize("odd", ODD)
def test_what_is_no_validator_is_not_registered(spool: Spool, odd: str) -> None:
    with pytest.raises(UsageError):
        spool.register_validator(ODD[odd])
    spool.write("a", "1")
    assert spool.commit("a") is not None


LISTS: list[Any] = [Clerk(), NamedValidator(Clerk(), "a"), "ab", None, {"a": Clerk()}, 5, [None]]


@pytest.mark.parametrize("given", LISTS, ids=lambda given: type(given).__name__)
def test_validators_are_a_list(root: Path, given: Any) -> None:
    with pytest.raises(UsageError, match=r"validators is|no validator"):
        Spool.open(root, validators=given)


def test_names_are_unique_and_one_without_a_name_may_come_twice(root: Path) -> None:
    clerk = Clerk()
    with pytest.raises(UsageError, match="'lint'"):
        Spool.open(root, validators=[NamedValidator(clerk, "lint"), NamedValidator(Clerk(), "lint", "a")])
    with Spool.open(root, validators=[clerk, NamedValidator(clerk, "lint")], commit_gate=clerk) as spool:
        with pytest.raises(UsageError, match="'lint'"):
            spool.register_validator(clerk, name="lint")
        with pytest.raises(UsageError, match="'lint'"):
            spool.register_validator(NamedValidator(clerk, "lint", "a", "2"))
        spool.register_validator(clerk)
        spool.register_validator(NamedValidator(clerk, "other"))
        spool.write("a", "1")
        spool.commit("a")
    assert len(clerk.asked) == 5


@pytest.mark.parametrize("more", [{"name": "a"}, {"paths": "a"}, {"version": "2"}])
def test_a_named_one_has_its_own_name_and_paths(spool: Spool, more: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="name of its own"):
        spool.register_validator(NamedValidator(Clerk(), "lint"), **more)


def test_paths_are_read_once_when_it_is_registered(spool: Spool) -> None:
    clerk, given = Clerk(), ["a"]
    once: Iterator[str | Path] = iter(["a", Path("b")])
    spool.register_validator(clerk, name="from a list", paths=given)
    spool.register_validator(clerk, name="from an iterator", paths=once)
    given.append("c")
    for path in ("a", "b", "c"):
        spool.write(path, "1")
    spool.validate()
    spool.write("a", "2")
    spool.validate()
    assert clerk.asked == [["a"], ["a", "b"], ["a"], ["a"]]


def test_a_named_validator_is_a_validator_and_is_called_as_one(spool: Spool) -> None:
    clerk = Clerk([Problem("a", "b")])
    named = NamedValidator(clerk, "lint", ["a"], "2")
    spool.write("a", "1")
    spool.register_validator(named.run)
    with pytest.raises(ValidationFailed):
        spool.validate()
    assert named(spool.diff(), clerk.contexts[0]) == [Problem("a", "b")]


def test_one_without_a_name_is_called_as_its_function(spool: Spool) -> None:
    spool.write("a", "1")
    spool.register_validator(lambda patches, context: [Problem("a", "b")])
    with pytest.raises(ValidationFailed) as caught:
        spool.validate()
    assert caught.value.validator.endswith("<locals>.<lambda>")


def test_a_validator_is_told_of_a_rename_and_what_stood_at_the_old_path(spool: Spool) -> None:
    seen: list[tuple[str, str, bytes | None, bytes | None]] = []

    def look(patches: Any, context: ValidationContext) -> None:
        seen.extend((each.path, each.change_type, context.before(each), context.after(each)) for each in patches)

    committed(spool, a__x=TEXT)
    spool.register_validator(look)
    spool.batch([Move("a/x", "b/x"), Write("b/x", edited(1))])
    assert told(spool.validate()) == told(spool.diff())
    assert seen == [("b/x", "renamed", TEXT.encode(), edited(1).encode())]


def test_a_validator_that_sees_one_side_is_told_of_that(spool: Spool) -> None:
    committed(spool, a__x=TEXT)

    def disagrees(patches: Patches, _: ValidationContext) -> list[Problem]:
        return [Problem(patch.path, patch.change_type) for patch in patches]

    clerks = {paths: Clerk(disagrees) for paths in ("a", "b")}
    for paths, clerk in clerks.items():
        spool.register_validator(clerk, name=paths, paths=paths)
    spool.move("a/x", "b/x")
    for _ in range(2):
        with pytest.raises(Exception, match="a/x: deleted; b/x: created"):
            spool.validate()
    assert [clerk.asked for clerk in clerks.values()] == [[["a/x"]], [["b/x"]]]  # and is remembered


def test_a_verdict_on_a_rename_is_not_remembered_nor_are_those_on_its_sides_used(spool: Spool) -> None:
    committed(spool, a=TEXT, other="x\n")
    clerk = Clerk()
    spool.register_validator(clerk, name="clerk", paths=["a", "b", "other"])
    spool.write("b", TEXT)
    spool.write("other", "y\n")
    spool.validate()
    spool.delete("a")
    spool.validate()
    spool.validate()
    assert clerk.asked == [["b", "other"], ["b"], ["b"]]
    assert spool.commit("moved") is not None
