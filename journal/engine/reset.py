"""Taking tracked paths back to head: an act whose targets are what was there before.

Only what the journal knows is written over: a path whose content someone else wrote is reported and left alone, unless
`force`, and then its content is kept in the journal first. An absent file is nobody's bytes, so it comes back.
"""

from typing import Literal, NamedTuple

from journal.content.paths import key, parents
from journal.content.selection import several
from journal.database import Read
from journal.engine import compare
from journal.engine.act import Plan, carry_out
from journal.engine.asking import asked
from journal.engine.desk import Desk
from journal.engine.overlay import Edit
from journal.engine.slots import Slot, Version, find
from journal.errors import PathRefused
from journal.records import Paths, PlanStep, ResetReport
from journal.tables import staged, trees
from journal.tables.invocations import Asked
from journal.tables.states import State, same_content

Action = Literal["write", "delete", "mode", "leave"]


class Goal(NamedTuple):
    """A tracked path: what it shall be again, and what was written there last."""

    path: str
    target: State | None
    last: State | None


class Verdict(NamedTuple):
    """What becomes of a path, and why."""

    slot: Slot
    target: State | None
    action: Action
    reason: str
    conflict: bool = False


def reset(desk: Desk, paths: Paths | None, *, force: bool, dry_run: bool) -> ResetReport:
    """Takes tracked paths back to head, and gives the plan; with `dry_run` only the plan."""
    paths = None if paths is None else several(paths)
    request = {"paths": None if paths is None else list(map(str, paths)), "force": force or None}
    if dry_run:
        with desk.reading():
            return _report(desk, _verdicts(desk, paths, force), 0)
    with asked(desk, "reset", request) as what:
        desk.close_pending()
        verdicts = _verdicts(desk, paths, force)
        act = _carry_out(desk, what, verdicts)
        return _report(desk, verdicts, act)


def _verdicts(desk: Desk, paths: Paths | None, force: bool) -> list[Verdict]:
    goals = _goals(desk, desk.database.look(), paths)
    leaving = {goal.path for goal in goals if goal.target is None}
    made = {folder for folder, _, _ in staged.folders(desk.database.look(), desk.place.branch_id)}
    verdicts = [_verdict(desk, goal, leaving, made, force) for goal in goals]
    going = made.union(v.slot.path for v in verdicts if v.action == "delete")
    staying = {v.slot.path for v in verdicts if v.conflict and v.target is None}
    return [_unless_blocked(desk, verdict, going, staying) for verdict in verdicts]


def _unless_blocked(desk: Desk, verdict: Verdict, going: set[str], staying: set[str]) -> Verdict:
    """Leaves a file absent while a file stays above it, or something stays in a folder at its path."""
    path, reason = verdict.slot.path, ""
    if not staying.isdisjoint(parents(path)):
        reason = "it lies below a file that stays"
    elif verdict.slot.folder and not verdict.conflict and not desk.root.holds_only(path, going):
        reason = "a folder stands there"
    return verdict._replace(action="leave", reason=reason, conflict=True) if reason else verdict


def _goals(desk: Desk, look: Read, paths: Paths | None) -> list[Goal]:
    """Lists the tracked paths that are meant: what is staged, then the rest of the tree at head."""
    entries = trees.head(look, desk.place.branch_id)
    rows, chosen = compare.selected(look, desk.place.branch_id, paths, (entry.path for entry in entries))
    goals = [Goal(row.path, row.before, row.after) for row in rows]
    known = {goal.path for goal in goals}
    rest = [entry for entry in entries if entry.path not in known and chosen.matches(entry.path)]
    rest.sort(key=lambda entry: key(entry.path))
    return goals + [Goal(entry.path, entry.state, entry.state) for entry in rest]


def _verdict(desk: Desk, goal: Goal, leaving: set[str], made: set[str], force: bool) -> Verdict:
    """Looks at a path and says what becomes of it."""
    if any(folder in leaving for folder in parents(goal.path)):
        slot = Slot(goal.path, desk.know(goal.path), None, None)  # the file in the way is about to go
    else:
        try:
            slot = find(desk, goal.path, may_be_folder=True)
        except PathRefused as error:
            away = Slot(goal.path, desk.know(goal.path), None, None)
            return Verdict(away, goal.target, "leave", error.reason, conflict=True)
    target, disk = goal.target, slot.before
    if slot.folder and goal.path not in made:
        return Verdict(slot, target, "leave", "a folder stands there", conflict=True)
    if disk == target:
        return Verdict(slot, target, "leave", "it is as it shall be")
    if disk is None:
        return Verdict(slot, target, "write", "it is absent")
    if same_content(disk, target):
        return Verdict(slot, target, "mode", "its mode differs")
    ours = same_content(disk, goal.last)
    if not ours and not force:
        return Verdict(slot, target, "leave", "someone else changed it", conflict=True)
    reason = "it was staged" if ours else "someone else changed it; their content is kept in the journal"
    return Verdict(slot, target, "delete" if target is None else "write", reason)


def _carry_out(desk: Desk, what: Asked, verdicts: list[Verdict]) -> int:
    slots, edits = list[Slot](), list[Edit]()
    for verdict in verdicts:
        if verdict.conflict:
            continue
        slot = verdict.slot
        if verdict.action != "leave":
            slot.now = None if verdict.target is None else Version(verdict.target)
            edits.append(Edit(slot.path, slot.before, slot.after))
        if verdict.action != "leave" or slot.known.row is not None:
            slots.append(slot)
    plan = Plan(what, slots, edits, [], lambda slot: (None, None))
    if any(verdict.action == "delete" or verdict.slot.known.row is not None for verdict in verdicts):
        plan.folders.empty = _emptied(desk, verdicts)
    return int(carry_out(desk, plan).id)


def _emptied(desk: Desk, verdicts: list[Verdict]) -> list[str]:
    """Lists the folders that verbs had to make for files that are going or where one comes back, deepest first."""
    going = {folder for v in verdicts if v.target is None and not v.conflict for folder in parents(v.slot.path)}
    going |= {v.slot.path for v in verdicts if v.slot.folder and not v.conflict}
    made = staged.folders(desk.database.look(), desk.place.branch_id)
    return [folder for folder, _, _ in made if not going.isdisjoint([folder, *parents(folder)])]


def _report(desk: Desk, verdicts: list[Verdict], act: int) -> ResetReport:
    acted = [v for v in verdicts if v.action != "leave"]
    journal, by = desk.database.path, act or None
    patches = tuple(compare.patch(journal, v.slot.path, v.slot.before, v.target, invocation_id=by) for v in acted)
    return ResetReport(
        restored=tuple(verdict.slot.path for verdict in acted),
        unchanged=sum(verdict.action == "leave" and not verdict.conflict for verdict in verdicts),
        plan=tuple(_step(verdict) for verdict in verdicts if verdict.action != "leave" or verdict.conflict),
        conflicts=tuple(verdict.slot.path for verdict in verdicts if verdict.conflict),
        patches=patches,
    )


def _step(verdict: Verdict) -> PlanStep:
    size = verdict.target.size if verdict.action == "write" and verdict.target is not None else 0
    return PlanStep(verdict.slot.path, verdict.action, verdict.reason, size)
