"""Taking tracked paths back to head: an act whose targets are what was there before."""

from journal.content.paths import key
from journal.content.selection import Selection, several
from journal.database import Read
from journal.engine import compare, targets
from journal.engine.act import Plan, carry_out
from journal.engine.asking import asked
from journal.engine.desk import Desk
from journal.engine.stage import collector_off
from journal.engine.targets import Goal, Verdict
from journal.records import Paths, ResetReport
from journal.tables import staged, trees
from journal.tables.invocations import Asked


def reset(desk: Desk, paths: Paths | None, *, force: bool, dry_run: bool) -> ResetReport:
    """Takes tracked paths back to head, and gives the plan; with `dry_run` only the plan."""
    paths = None if paths is None else several(paths)
    request = {"paths": None if paths is None else list(map(str, paths)), "force": force or None}
    if dry_run:
        with desk.reading():
            return _report(desk, _verdicts(desk, _goals(desk, desk.database.look(), paths), force), 0)
    with asked(desk, "reset", request) as what:
        desk.close_pending()
        goals = _goals(desk, desk.database.look(), paths)
        with collector_off(len(goals)):
            verdicts = _verdicts(desk, goals, force)
            act = _carry_out(desk, what, verdicts)
            return _report(desk, verdicts, act)


def _verdicts(desk: Desk, goals: list[Goal], force: bool) -> list[Verdict]:
    return targets.judge(desk, goals, "it was staged", force=force)


def _goals(desk: Desk, look: Read, paths: Paths | None) -> list[Goal]:
    """Lists the tracked paths that are meant: what is staged, then the rest of the tree at head."""
    branch = desk.place.branch_id
    chosen = Selection.of(paths, desk.tracks)
    goals = [_back(look, row) for row in compare.selected(look, branch, chosen)]
    known = {goal.path for goal in goals}
    entries = trees.head(look, branch, chosen.starts)
    rest = [entry for entry in entries if entry.path not in known and chosen.matches(entry.path)]
    rest.sort(key=lambda entry: key(entry.path))
    return goals + [Goal(entry.path, entry.state, entry.state) for entry in rest]


def _back(look: Read, row: staged.Staged) -> Goal:
    """Takes a staged path to what stood there before; an untracked file that was adopted stays, untracked again."""
    stood = row.before is None and staged.is_adopted(look, row.edit_id)
    return Goal(row.path, row.after if stood else row.before, row.after)


def _carry_out(desk: Desk, what: Asked, verdicts: list[Verdict]) -> int:
    free = [verdict for verdict in verdicts if not verdict.conflict]
    edits = [verdict.edit for verdict in free if verdict.action != "leave"]
    slots = [targets.ready(v) for v in free if v.action != "leave" or v.slot.known.row is not None]
    plan = Plan(what, slots, edits, [], lambda slot: (None, None))
    if any(verdict.action == "delete" or verdict.slot.known.row is not None for verdict in verdicts):
        plan.folders.empty = targets.emptied(desk, verdicts)
    return int(carry_out(desk, plan).id)


def _report(desk: Desk, verdicts: list[Verdict], act: int) -> ResetReport:
    acted = [verdict.edit for verdict in verdicts if verdict.action != "leave"]
    journal, by = desk.database.path, act or None
    return ResetReport(
        restored=tuple(edit.path for edit in acted),
        unchanged=sum(verdict.action == "leave" and not verdict.conflict for verdict in verdicts),
        plan=tuple(verdict.step for verdict in verdicts if verdict.action != "leave" or verdict.conflict),
        conflicts=tuple(verdict.slot.path for verdict in verdicts if verdict.conflict),
        patches=tuple(compare.patch(journal, e.path, e.before, e.after, invocation_id=by) for e in acted),
    )
