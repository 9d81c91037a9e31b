"""Judging: who is asked about what and when, what is remembered, what a disagreement is, and that nothing waits."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from journal import (
    Closed,
    GateRefused,
    NamedValidator,
    Problem,
    Spool,
    StageChanged,
    ValidationContext,
    ValidationFailed,
    WorkspaceChanged,
)
from tests.engine.clerk import WAIT_S, Clerk, Patches, lines_too_long, rows
from tests.engine.looking import acts, counts, disk, value


def test_each_is_asked_in_the_order_of_registration_on_patches_by_path_bytes(root: Path) -> None:
    order: list[str] = []
    heard: list[list[str]] = []

    def told(name: str) -> Callable[[Patches, ValidationContext], None]:
        def run(patches: Patches, context: ValidationContext) -> None:
            order.append(name)
            heard.append([patch.path for patch in patches])

        return run

    gate = told("gate")
    with Spool.open(root, validators=[told("1"), NamedValidator(told("2"), "two")], commit_gate=gate) as spool:
        spool.register_validator(told("3"))
        for path in ("b", "ä", "a/z", "\udc80", "a.b"):
            spool.write(path, "x")
        spool.commit("all")
    assert order == ["1", "2", "3", "gate"]
    assert heard == [["a.b", "a/z", "b", "\udc80", "ä"]] * 4


def test_one_with_paths_sees_only_its_own_and_is_not_asked_about_none(spool: Spool) -> None:
    clerks = {paths: Clerk() for paths in ("src", "*.py", "a.txt", "src/**/*.md", "none", "")}
    for paths, clerk in clerks.items():
        spool.register_validator(clerk, name=paths or "nothing", paths=paths or ())
    for path in ("a.txt", "b.py", "src/c.py", "src/d/e.md"):
        spool.write(path, "x")
    assert [patch.path for patch in spool.validate()] == ["a.txt", "b.py", "src/c.py", "src/d/e.md"]
    assert {paths: clerk.asked for paths, clerk in clerks.items()} == {
        "src": [["src/c.py", "src/d/e.md"]],
        "*.py": [["b.py"]],
        "a.txt": [["a.txt"]],
        "src/**/*.md": [["src/d/e.md"]],
        "none": [],
        "": [],
    }


def test_a_glob_is_a_path_where_a_path_of_that_name_is_staged_or_at_head(spool: Spool) -> None:
    clerk, other = Clerk(), Clerk()
    spool.write("at head [1]", "x")
    spool.commit("x")
    spool.register_validator(clerk, name="here", paths="staged [1]")
    spool.register_validator(other, name="there", paths="at head [1]")
    for path in ("staged [1]", "staged 1", "at head 1"):
        spool.write(path, "x")
    spool.validate()
    assert (clerk.asked, other.asked) == ([["staged [1]"]], [])


def test_nobody_is_asked_when_nothing_is_staged(root: Path) -> None:
    clerk = Clerk([Problem("", "no")])
    with Spool.open(root, validators=[clerk], commit_gate=clerk) as spool:
        assert spool.validate() == []
        assert spool.commit("nothing") is None
        spool.write("a", "1")
        spool.reset()
        assert spool.commit("nothing") is None
    assert clerk.asked == []


def test_the_patches_are_those_of_diff_and_cannot_be_changed_for_the_next(spool: Spool) -> None:
    seen: list[object] = []

    def hostile(patches: Patches, context: ValidationContext) -> None:
        seen.append(list(patches))
        with pytest.raises((AttributeError, TypeError)):
            patches[:] = []  # type: ignore[index]
        with pytest.raises(TypeError):
            context.metadata["by"] = "me"  # type: ignore[index]

    spool.write("a", "1\n")
    spool.write("b", b"\0")
    spool.register_validator(hostile)
    spool.register_validator(hostile)
    assert spool.validate() == spool.diff() == seen[0] == seen[1]


def test_all_are_asked_and_their_problems_are_told_together(root: Path) -> None:
    gate = Clerk()
    first, second = Clerk([Problem("a", "one", 3, "E1")]), Clerk((Problem("b", "two"), Problem("", "three")))
    named = NamedValidator(second, "second")
    with Spool.open(root, validators=[Clerk(), first, named], commit_gate=gate) as spool:
        spool.write("a", "1")
        for verb in (spool.validate, spool.commit):
            with pytest.raises(ValidationFailed) as caught:
                verb()
            error = caught.value
            assert error.problems == (Problem("a", "one", 3, "E1"), Problem("b", "two"), Problem("", "three"))
            assert (error.validator, error.exit_code, error.slug) == ("Clerk", 1, "validation_failed")
            assert str(error) == "validator 'Clerk' disagreed: a:3: one; b: two; three"
            assert error.hint
            assert error.__cause__ is None
            assert error.to_dict()["problems"][0] == {"path": "a", "message": "one", "line": 3, "code": "E1"}
        assert gate.asked == []
        assert spool.touched_files() == ["a"]
        assert spool.journal.head() is None
        first.answer = second.answer = []
        assert spool.commit("agreed") is not None


def test_a_disagreement_is_a_failed_act_with_its_text_from_the_beginning_of_the_judging(spool: Spool) -> None:
    during: list[int] = []

    def slow(patches: Patches, context: ValidationContext) -> list[Problem]:
        during.append(value(context.journal, "SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER)"))
        return [Problem("\udcff", "half a \ud800 character")]

    spool.write("a", "1")
    spool.register_validator(slow, name="slow")
    for name, verb in (("validate", spool.validate), ("commit", spool.commit)):
        with pytest.raises(ValidationFailed) as caught:
            verb()
        (problem,) = caught.value.to_dict()["problems"]
        assert problem["message"] == "half a \\ud800 character"
        (row,) = rows(spool, name)
        assert (row["state"], row["decision"]) == ("failed", "allow")
        assert row["error"] == str(caught.value).encode("utf-8", "backslashreplace").decode()
        assert row["invocation_id"] == caught.value.invocation_id
        started = value(spool.journal, "SELECT started_at FROM invocation WHERE id = ?", row["invocation_id"])
        assert started <= during[-1] + 1000


def test_an_act_of_validate_says_what_was_judged_and_by_whom(spool: Spool) -> None:
    spool.register_validator(Clerk(), name="lint")
    spool.register_validator(Clerk())
    spool.write("a", "1")
    spool.validate()
    (row,) = rows(spool, "validate")
    request = {"digest": spool.status().digest, "files": 1, "validators": ["lint", "Clerk"]}
    assert (row["state"], json.loads(row["request"])) == ("ok", request)
    spool.commit("a", expect=spool.status().digest)
    assert json.loads(rows(spool, "commit")[0]["request"]) == {"message": "a", "expect": request["digest"]}


def test_the_gate_refuses_by_problems_or_by_raising(spool: Spool, root: Path) -> None:
    spool.close()
    gate = Clerk([Problem("a", "not today")])
    with Spool.open(root, validators=[Clerk()], commit_gate=NamedValidator(gate, "boss")) as opened:
        opened.write("a", "1")
        opened.validate()
        assert gate.asked == [], "the gate is the commit's"
        with pytest.raises(GateRefused) as caught:
            opened.commit("a")
        error = caught.value
        assert (error.problems, error.exit_code, error.__cause__) == ((Problem("a", "not today"),), 1, None)
        assert acts(opened.journal)[-1] == ("commit", "failed")

        def raising(patches: Patches, context: ValidationContext) -> None:
            raise PermissionError("nobody said so")

        gate.answer = raising
        with pytest.raises(GateRefused, match="nobody said so") as caught:
            opened.commit("a")
        assert isinstance(caught.value.__cause__, PermissionError)
        assert opened.touched_files() == ["a"]
        gate.answer = ()
        assert opened.commit("a") is not None


def test_a_gate_is_asked_each_time_and_about_its_paths_only(root: Path) -> None:
    gate = Clerk([Problem("b", "no")])
    with Spool.open(root, commit_gate=NamedValidator(gate, "boss", paths="b")) as spool:
        spool.write("a", "1")
        assert spool.commit("a") is not None
        spool.write("a", "2")
        spool.write("b", "1")
        for _ in range(2):
            with pytest.raises(GateRefused):
                spool.commit("b")
        assert gate.asked == [["b"], ["b"]]
        assert counts(spool.journal)["verdict"] == 0


def test_a_verdict_is_asked_for_once_a_change(spool: Spool) -> None:
    clerk = Clerk(lines_too_long)
    spool.register_validator(clerk, name="lint", paths=".")
    for path in ("a", "b", "c"):
        spool.write(path, "short\n")
    spool.validate()
    spool.validate()
    assert clerk.asked == [["a", "b", "c"]]
    spool.write("b", "much too long a line\n")
    for _ in range(2):
        with pytest.raises(ValidationFailed) as caught:
            spool.commit("b")
        assert caught.value.problems == (Problem("b", "20 characters", 1, "long"),)
        assert caught.value.validator == "lint"
        assert caught.value.__cause__ is None
    assert clerk.asked == [["a", "b", "c"], ["b"]]
    spool.write("b", "short\n")
    assert spool.commit("as it was") is not None
    assert clerk.asked == [["a", "b", "c"], ["b"]]
    spool.write("b", "other\n")
    assert spool.commit("another before") is not None
    assert clerk.asked[2:] == [["b"]]


def test_verdicts_outlive_the_session_and_its_order_of_problems(root: Path) -> None:
    found: list[tuple[Problem, ...]] = []
    for asked in ([["a", "b"]], [], [["ab"]]):
        clerk = Clerk(lines_too_long)
        with Spool.open(root, validators=[NamedValidator(clerk, "lint", ["a", "b", "ab"])]) as spool:
            if asked == [["a", "b"]]:
                spool.write("a", "\U0001f600 and too long\nshort\nmuch too long\n")
                spool.write("b", "much too long\n")
            if asked == [["ab"]]:
                spool.write("ab", "far too long a line\n")
            with pytest.raises(ValidationFailed) as caught:
                spool.validate()
        assert clerk.asked == asked
        found.append(caught.value.problems)
    assert found[0] == found[1] == (found[2][0], found[2][1], found[2][3])
    assert [(problem.path, problem.line) for problem in found[2]] == [("a", 1), ("a", 3), ("ab", 1), ("b", 1)]


@pytest.mark.parametrize("other", ["name", "version", "mode", "kind", "unnamed", "global"])
def test_another_key_is_another_verdict(spool: Spool, root: Path, other: str) -> None:
    spool.write("a", "x", mode=0o644)
    first, clerk = Clerk(), Clerk()
    spool.close()
    with Spool.open(root, validators=[NamedValidator(first, "lint", "a", "1")]) as opened:
        opened.validate()
    name, version = "other" if other == "name" else "lint", "2" if other == "version" else "1"
    with Spool.open(root) as opened:
        if other in ("unnamed", "global"):
            opened.register_validator(clerk, paths=None if other == "global" else "a", version="1")
        else:
            opened.register_validator(clerk, name=name, paths="a", version=version)
        if other == "mode":
            opened.chmod("a", 0o755)
        if other == "kind":
            opened.symlink("a", "x")
        opened.validate()
        opened.validate()
    assert first.asked == [["a"]]
    assert clerk.asked == ([["a"]] * 2 if other in ("unnamed", "global") else [["a"]])


def test_only_whole_verdicts_are_remembered(spool: Spool) -> None:
    def breaks(patches: Patches, context: ValidationContext) -> Iterator[Problem]:
        yield Problem("a", "before")
        raise ValueError("broke")

    raising, foreign = Clerk(breaks), Clerk([Problem("a", "mine"), Problem("elsewhere", "not mine")])
    good = Clerk(lambda patches, context: iter([Problem("b", "kept")]))
    spool.register_validator(raising, name="raising", paths=".")
    spool.register_validator(foreign, name="foreign", paths=".")
    spool.register_validator(good, name="good", paths=".")
    spool.write("a", "1")
    spool.write("b", "1")
    told = []
    for _ in range(2):
        with pytest.raises(ValidationFailed) as caught:
            spool.validate()
        told.append(caught.value.problems)
    assert told[0] == told[1]
    assert [len(clerk.asked) for clerk in (raising, foreign, good)] == [2, 2, 1]
    assert spool.journal.query("SELECT DISTINCT validator FROM verdict") == [{"validator": "good"}]


def test_a_validator_that_waits_holds_nobody_up_and_its_commit_then_fails(spool: Spool, root: Path) -> None:
    entered, leave = threading.Event(), threading.Event()
    clerk = Clerk()

    def waits(patches: Patches, context: ValidationContext) -> None:
        entered.set()
        assert leave.wait(WAIT_S)

    spool.register_validator(waits)
    spool.register_validator(clerk, name="kept", paths=".")
    spool.write("a", "1")
    judged = spool.status().digest
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(spool.commit, "judged")
        assert entered.wait(WAIT_S)
        spool.write("b", "2")
        spool.replace("a", "1", "3")
        now = spool.status()
        assert [patch.path for patch in spool.diff()] == ["a", "b"]
        leave.set()
        with pytest.raises(StageChanged) as caught:
            waiting.result(WAIT_S)
    assert (caught.value.expected, caught.value.found) == (judged, now.digest)
    assert acts(spool.journal)[-1] == ("commit", "failed")
    assert counts(spool.journal)["verdict"] == 1, "what was said of a change stays true"
    assert spool.journal.head() is None
    commit = spool.commit("again")
    assert commit is not None and commit.files == 2
    assert disk(root)["a"][0] == b"3"


def test_what_is_staged_anew_just_as_it_was_is_what_was_judged(spool: Spool) -> None:
    def resets(patches: Patches, context: ValidationContext) -> None:
        thread = threading.Thread(target=lambda: (spool.reset(), spool.write("a", "1")))
        thread.start()
        thread.join(WAIT_S)

    spool.register_validator(resets)
    act = spool.write("a", "1").invocation_id
    assert spool.commit("a") is not None
    (change,) = spool.journal.changes()
    assert change.invocation_id is not None and act is not None and change.invocation_id > act


def test_of_two_commits_at_once_one_publishes(spool: Spool) -> None:
    both = threading.Barrier(2)

    def waits(patches: Patches, context: ValidationContext) -> None:
        both.wait(WAIT_S)

    spool.register_validator(waits)
    spool.write("a", "1")
    with ThreadPoolExecutor(2) as pool:
        ends = [pool.submit(spool.commit, "a") for _ in range(2)]
        errors = [end.exception(WAIT_S) for end in ends]
    assert [type(error) for error in errors if error is not None] == [StageChanged]
    assert len(list(spool.journal.commits())) == 1


def test_a_hand_edit_before_or_during_the_judging_is_found(spool: Spool, root: Path) -> None:
    clerk = Clerk(lambda patches, context: (root / "a").write_text("theirs") and None)
    spool.register_validator(clerk)
    spool.write("a", "1")
    with pytest.raises(WorkspaceChanged):
        spool.commit("during")
    assert len(clerk.asked) == 1
    with pytest.raises(WorkspaceChanged):
        spool.commit("before")
    assert len(clerk.asked) == 1, "nobody is asked about what cannot be published"
    assert acts(spool.journal)[-2:] == [("commit", "failed")] * 2
    assert spool.journal.head() is None


def test_a_spool_that_is_closed_while_it_is_judged_publishes_nothing(root: Path) -> None:
    spool = Spool.open(root)
    spool.register_validator(Clerk(lambda patches, context: spool.close()))
    spool.write("a", "1")
    with pytest.raises(Closed):
        spool.commit("a")
    with Spool.open(root) as again:
        assert again.touched_files() == ["a"]
        assert again.journal.head() is None
