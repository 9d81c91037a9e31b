"""Where paths shall go, what stands there, and what becomes of each: the plan of a verb that brings states back.

Only what the journal knows is written over: a path whose content someone else wrote is a conflict and is left alone,
unless `force`, and then its content is kept in the journal first. An absent file is nobody's bytes, so it comes back.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from journal.content.paths import parents
from journal.engine import easing
from journal.engine.desk import Desk
from journal.engine.overlay import Edit
from journal.engine.slots import Slot, Version, find, recall
from journal.engine.turning import folders_of
from journal.errors import PathRefused
from journal.limits import ROWS_BYTES_PER_TX
from journal.records import PlanStep
from journal.tables import staged
from journal.tables.states import State, same_content

Action = Literal["write", "delete", "mode", "leave"]


class Goal(NamedTuple):
    """A path: what it shall be, and what was written there last."""

    path: str
    target: State | None
    last: State | None


class Verdict(NamedTuple):
    """What becomes of a path, and why; `theirs`: someone else's content is written over."""

    slot: Slot
    target: State | None
    action: Action
    reason: str
    conflict: bool = False
    theirs: bool = False

    @property
    def step(self) -> PlanStep:
        """Gives the step of the plan; bytes are those that are written."""
        size = self.target.size if self.action == "write" and self.target is not None else 0
        return PlanStep(self.slot.path, self.action, self.reason, size)

    @property
    def edit(self) -> Edit:
        """Gives the edit that it makes."""
        return Edit(self.slot.path, self.slot.before, self.target)


def judge(desk: Desk, goals: list[Goal], reason: str, *, force: bool, any_folder: bool = False) -> list[Verdict]:
    """Looks at every path and says what becomes of it; `reason` is said of what was written here.

    A folder gives way to a file when all in it goes and a verb had to make it, or `any_folder` may, with empty ones.
    """
    desk.expect(goal.path for goal in goals)
    leaving = {goal.path for goal in goals if goal.target is None}
    made = {folder for folder, _, _ in staged.folders(desk.database.look(), desk.place.branch_id)}
    verdicts, heavy, held = list[Verdict](), list[Slot](), 0
    for goal in goals:
        verdicts.append(_verdict(desk, goal, leaving, None if any_folder else made, reason, force))
        if not verdicts[-1].theirs or desk.turn is None:  # what is ours is kept already, and a plan needs no bytes
            easing.forgo(verdicts[-1].slot)
            continue
        heavy.append(verdicts[-1].slot)
        held += easing.thin(verdicts[-1].slot)
        if held > ROWS_BYTES_PER_TX:
            easing.store(desk, heavy)
            heavy, held = [], 0
    deleted = [v.slot.path for v in verdicts if v.action == "delete"]
    going = made.union(deleted, folders_of(deleted) if any_folder else ())
    staying = {v.slot.path for v in verdicts if v.conflict and v.target is None}
    return [_unless_blocked(desk, verdict, going, staying, any_folder=any_folder) for verdict in verdicts]


def ready(verdict: Verdict, why: str = "force") -> Slot:
    """Gives a path's slot with the version that it shall have; `why` is told of what is written over."""
    slot = verdict.slot
    if verdict.action != "leave":
        slot.now = None if verdict.target is None else Version(verdict.target)
        slot.rescued = why if verdict.theirs else ""
    return slot


def emptied(desk: Desk, verdicts: Iterable[Verdict]) -> list[str]:
    """Lists the folders to remove, deepest first: those that verbs made and that files leave, and those that a file
    takes the place of, with the empty ones in them."""
    going = [v for v in verdicts if not v.conflict]
    turned = {v.slot.path for v in going if v.slot.folder and v.target is not None}
    left = folders_of([v.slot.path for v in going if v.target is None])
    made = [folder for folder, _, _ in staged.folders(desk.database.look(), desk.place.branch_id)]
    found = {folder for folder in made if not (left | turned).isdisjoint([folder, *parents(folder)])}
    found |= turned.union(*map(desk.root.folders_below, turned))
    found |= {folder for folder in left if not turned.isdisjoint(parents(folder))}
    return sorted(found, key=lambda folder: -folder.count("/"))


def _verdict(desk: Desk, goal: Goal, leaving: set[str], made: set[str] | None, reason: str, force: bool) -> Verdict:
    """Looks at a path and says what becomes of it; `made` are the folders that may give way to a file, None: all."""
    target, slot = goal.target, Slot(goal.path, desk.know(goal.path), None, None)
    try:
        slot = find(desk, goal.path, may_be_folder=True)
    except PathRefused as error:
        if leaving.isdisjoint(parents(goal.path)):  # else the file in the way is about to go
            return Verdict(slot, target, "leave", error.reason, conflict=True)
    disk = recall(desk, slot).before
    if slot.folder and target is not None and made is not None and goal.path not in made:
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
    said = reason if ours else "someone else changed it; their content is kept in the journal"
    return Verdict(slot, target, "delete" if target is None else "write", said, theirs=not ours)


def _unless_blocked(
    desk: Desk, verdict: Verdict, going: set[str], staying: set[str], *, any_folder: bool
) -> Verdict:
    """Leaves a file absent while a file stays above it, or something stays in a folder at its path."""
    path, reason = verdict.slot.path, ""
    if not staying.isdisjoint(parents(path)):
        reason = "it lies below a file that stays"
    elif verdict.slot.folder and verdict.target is not None and not verdict.conflict:
        may_go = going.union(desk.root.folders_below(path)) if any_folder else going
        reason = "" if desk.root.holds_only(path, may_go) else "a folder stands there"
    return verdict._replace(action="leave", reason=reason, conflict=True) if reason else verdict
