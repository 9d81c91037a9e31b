"""Staging what takes the tree to an older commit: an act like any other, that `reset` takes back."""

from typing import NamedTuple

from journal.content.paths import key
from journal.content.selection import Selection, several
from journal.engine import compare, feed, targets
from journal.engine.act import Plan, carry_out, staged_now
from journal.engine.asking import asked
from journal.engine.desk import Desk
from journal.engine.overlay import Edit
from journal.engine.placing import Folders
from journal.engine.slots import Slot, same_state
from journal.engine.stage import collector_off
from journal.engine.targets import Goal, Verdict
from journal.errors import WorkspaceChanged
from journal.records import FilePatch, Paths
from journal.tables import staged, trees
from journal.tables.states import State


class Work(NamedTuple):
    """What a restore comes to: the paths that change or are staged otherwise, and their edits, both by path bytes."""

    slots: list[Slot]
    edits: list[Edit]
    verdicts: list[Verdict]


def restore(desk: Desk, to: str, paths: Paths | None, *, force: bool, dry_run: bool) -> list[FilePatch]:
    """Stages what takes paths to a commit, all or nothing; with `dry_run` only tells what that is.

    Raises:
        UnknownName: no such commit. WorkspaceChanged: a path was changed by someone else; `plan` has all of them.
    """
    paths = None if paths is None else several(paths)
    if dry_run:
        with desk.reading():
            return _patches(desk, _work(desk, to, _goals(desk, to, paths), force), None)
    request = {"to": to, "paths": None if paths is None else list(map(str, paths)), "force": force or None}
    with asked(desk, "restore", request) as what:
        desk.close_pending()
        goals = _goals(desk, to, paths)
        with collector_off(len(goals)):
            work = _work(desk, to, goals, force)
            folders = Folders(empty=targets.emptied(desk, work.verdicts))
            plan = Plan(what, work.slots, work.edits, [], _fold, folders)
            return _patches(desk, work, int(carry_out(desk, plan).id))


def _work(desk: Desk, to: str, goals: list[Goal], force: bool) -> Work:
    verdicts = targets.judge(desk, goals, "it was otherwise then", force=force, any_folder=True)
    _refuse_conflicts(verdicts, to)
    slots, edits = list[Slot](), list[Edit]()
    for verdict in verdicts:
        slot, expected = targets.ready(verdict), verdict.slot.known.expected
        if verdict.action != "leave":
            edits.append(verdict.edit)
        elif not same_state(expected, verdict.target):
            slot.adopted = True  # someone else did it already
            edits.append(Edit(slot.path, expected, verdict.target))
        else:
            continue
        slots.append(slot)
    return Work(slots, edits, verdicts)


def _goals(desk: Desk, to: str, paths: Paths | None) -> list[Goal]:
    """Lists the paths that are meant, by path bytes: what is tracked now, and what the commit's tree holds."""
    look, branch = desk.database.look(), desk.place.branch_id
    commit = feed.find_commit(look, to)
    then = {entry.path: entry.state for entry in trees.at(look, commit.branch_id, commit.n)}
    now: dict[str, State | None] = {entry.path: entry.state for entry in trees.head(look, branch)}
    now |= {row.path: row.after for row in staged.everything(look, branch)}
    names = then.keys() | now.keys()
    chosen = Selection.of(paths, names.__contains__)
    return [Goal(name, then.get(name), now.get(name)) for name in sorted(names, key=key) if chosen.matches(name)]


def _refuse_conflicts(verdicts: list[Verdict], to: str) -> None:
    changed = [verdict for verdict in verdicts if verdict.conflict]
    if not changed:
        return
    first = changed[0]
    others = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
    expected, found = first.slot.known.expected, first.slot.before
    raise WorkspaceChanged(
        f"{first.slot.path!r}{others} cannot be taken to {to[:12]}: {first.reason}; nothing was restored",
        hint="look at `spool status`, then take it over with adopt(), or pass force=True to write over it",
        path=first.slot.path,
        expected=None if expected is None else expected.sha256.hex(),
        found=None if found is None else found.sha256.hex(),
        paths=tuple(verdict.slot.path for verdict in changed),
        plan=tuple(verdict.step for verdict in verdicts if verdict.action != "leave" or verdict.conflict),
    )


def _fold(slot: Slot) -> tuple[State | None, State | None]:
    """Stages an untracked file that is as it was then as created, though it stood there before."""
    known = slot.known
    return (None, slot.after) if not known.tracked and slot.before == slot.after else staged_now(slot)


def _patches(desk: Desk, work: Work, act: int | None) -> list[FilePatch]:
    journal = desk.database.path
    return [compare.patch(journal, each.path, each.before, each.after, invocation_id=act) for each in work.edits]
