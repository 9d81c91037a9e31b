"""What becomes of each path of a plan, and which folders go: judged before anything is done."""

from pathlib import Path

import pytest

from journal import Delete, PlanStep, Spool, Write
from journal.engine import targets
from journal.engine.targets import Goal, Verdict
from journal.tables.states import State
from tests.engine.looking import counts, disk, shape


@pytest.fixture
def states(spool: Spool, root: Path) -> dict[str, State | None]:
    """What stands at three committed paths, and at one where nothing does."""
    (root / "theirs").mkdir()
    spool.batch([Write("a", "a at head"), Write("theirs/b", "b"), Write("theirs/c", "c"), Write("made/d", "d")])
    spool.commit("head")
    spool.status()
    return {path: spool._desk.know(path).head for path in ("a", "theirs/b", "theirs/c", "made/d", "none")}


def judged(spool: Spool, *goals: Goal, force: bool = False, any_folder: bool = False) -> list[Verdict]:
    return targets.judge(spool._desk, list(goals), "it was staged", force=force, any_folder=any_folder)


def test_every_action_has_its_reason(spool: Spool, root: Path, states: dict[str, State | None]) -> None:
    a, b, c = states["a"], states["theirs/b"], states["theirs/c"]
    (root / "theirs/c").chmod(0o600)
    (root / "made/d").write_text("theirs")
    before, rows = shape(root), counts(spool.journal)
    goals = [Goal("a", b, a), Goal("theirs/b", None, b), Goal("theirs/c", c, c)]
    goals += [Goal("made/d", a, a), Goal("none", a, a)]
    assert [verdict.step for verdict in judged(spool, *goals)] == [
        PlanStep("a", "write", "it was staged", 1),
        PlanStep("theirs/b", "delete", "it was staged", 0),
        PlanStep("theirs/c", "mode", "its mode differs", 0),
        PlanStep("made/d", "leave", "someone else changed it", 0),
        PlanStep("none", "write", "it is absent", 9),
    ]
    forced = judged(spool, *goals, force=True)[3]
    assert (forced.theirs, forced.action, targets.ready(forced, "why").rescued) == (True, "write", "why")
    assert (shape(root), counts(spool.journal)) == (before, rows)


def test_a_folder_gives_way_when_all_in_it_goes(spool: Spool, root: Path, states: dict[str, State | None]) -> None:
    a, b, c = states["a"], states["theirs/b"], states["theirs/c"]
    goals = [Goal("theirs", a, None), Goal("theirs/b", None, b), Goal("theirs/c", None, c)]
    assert [v.conflict for v in judged(spool, *goals)] == [True, False, False]  # no verb had to make it
    verdicts = judged(spool, *goals, any_folder=True)
    assert [v.action for v in verdicts] == ["write", "delete", "delete"]
    assert targets.emptied(spool._desk, verdicts) == ["theirs"]
    (root / "theirs/empty/deep").mkdir(parents=True)
    assert [v.conflict for v in judged(spool, *goals, any_folder=True)] == [False, False, False]
    assert targets.emptied(spool._desk, verdicts) == ["theirs/empty/deep", "theirs/empty", "theirs"]
    (root / "theirs/note").write_text("x")
    assert [v.reason for v in judged(spool, *goals, any_folder=True) if v.conflict] == ["a folder stands there"]


def test_what_stays_above_bars_what_lies_below(spool: Spool, root: Path, states: dict[str, State | None]) -> None:
    spool.batch([Delete("made/d")])
    (root / "made").rmdir()
    spool.write("made", "a file now")
    made = spool._desk.know("made").expected
    goals = [Goal("made", None, made), Goal("made/d", states["made/d"], None)]
    assert [v.action for v in judged(spool, *goals)] == ["delete", "write"]
    (root / "made").write_text("theirs")
    assert [v.reason for v in judged(spool, *goals)] == ["someone else changed it", "it lies below a file that stays"]
    assert disk(root)["made"][0] == b"theirs"


def test_only_folders_that_verbs_made_go_when_they_are_left(
    spool: Spool, root: Path, states: dict[str, State | None]
) -> None:
    spool.write("fresh/deep/x", "x")
    spool.write("theirs/x", "x")
    x = spool._desk.know("theirs/x").expected
    verdicts = judged(spool, Goal("fresh/deep/x", None, x), Goal("theirs/x", None, x))
    assert targets.emptied(spool._desk, verdicts) == ["fresh/deep", "fresh"]
