"""What a commit does about staged files that someone else changed meanwhile: refuse, adopt, or write over them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, get_args

from journal.content.paths import key, parents
from journal.engine import adopting, targets
from journal.engine.act import Plan, carry_out, staged_now
from journal.engine.asking import shortened
from journal.engine.desk import Desk, now_us
from journal.engine.placing import Folders
from journal.engine.slots import same_state
from journal.engine.survey import Survey
from journal.engine.targets import Goal
from journal.errors import JournalError, UsageError, WorkspaceChanged
from journal.ids import compact_json
from journal.tables import staged, trees
from journal.tables.invocations import Asked
from journal.tables.staged import Staged
from journal.tables.states import State, same_content

OnConflict = Literal["refuse", "adopt", "overwrite"]


def checked(given: object) -> OnConflict:
    """Checks what a caller wants done about hand edits.

    Raises:
        UsageError: it is none of the three.
    """
    if isinstance(given, str) and given in get_args(OnConflict):
        return given  # type: ignore[return-value]  # one of them, see above
    raise UsageError(f"on_conflict is {given!r}", hint="pass 'refuse', 'adopt' or 'overwrite'")


def agree(desk: Desk, rows: list[Staged]) -> list[Staged]:
    """Looks at every staged path, so that what stands there is what will be published; gives what is staged then.

    An adoption or a writing over is an act of its own, before the commit's. Modes count only where they are adopted:
    else the staged mode is published, whatever the disk has.

    Raises:
        WorkspaceChanged: a path holds something else, and that is refused, or cannot be written over; or it took the
        place of one at head whose removal nobody staged, and that is not adopted either.
    """
    settled = _settled(desk, rows)
    barred = _barred(desk, settled)
    if not barred:
        return settled
    if desk.on_conflict != "adopt":
        raise _refused_removal(barred)
    _take(desk, [gone for gone, _ in barred])
    return staged.everything(desk.database.look(), desk.place.branch_id)


def _settled(desk: Desk, rows: list[Staged]) -> list[Staged]:
    eyes = Survey(desk.database.look(), desk.root, desk.place.root_id, desk.seen)
    same = same_state if desk.on_conflict == "adopt" else same_content
    standing = eyes.standing([(row.path, row.path_id) for row in rows])
    changed = [(row, found) for row, found in zip(rows, standing, strict=True) if not same(found, row.after)]
    if not changed:
        return rows
    if desk.on_conflict == "refuse":
        raise _refused(changed)
    if desk.on_conflict == "adopt":
        _take(desk, [row.path for row, _ in changed])
    else:
        with _act(desk, "overwrite", [row.path for row, _ in changed]) as what:
            _write_over(desk, what, changed)
    return staged.everything(desk.database.look(), desk.place.branch_id)


@contextmanager
def _act(desk: Desk, name: str, paths: list[str]) -> Iterator[Asked]:
    """Gives the audit row of an act on the way to a commit."""
    request = compact_json(shortened({"for": "commit", "paths": paths}))
    try:
        yield Asked(desk.place.session_id, "spool", name, request, now_us())
    except JournalError as error:
        error.invocation_id = None  # the commit fails too, and has a row of its own
        raise


def _take(desk: Desk, paths: list[str]) -> None:
    with _act(desk, "adopt", paths) as what:
        adopting.take(desk, what, paths)


def _barred(desk: Desk, rows: list[Staged]) -> list[tuple[str, str]]:
    """Lists the paths at head that somebody removed and in whose place a staged file stands, each with that file.

    No tree holds both a file and something below it. As what is staged stands on disk, what is at head does not.
    """
    look, branch, known = desk.database.look(), desk.place.branch_id, {row.path for row in rows}
    desk.expect(known)
    fresh = [row.path for row in rows if row.after is not None and desk.know(row.path).head is None]
    gone = [entry.path for entry in trees.in_the_way(look, branch, fresh) if entry.path not in known] if fresh else []
    above = {folder: path for path in reversed(fresh) for folder in parents(path)}
    placed = set(fresh)
    found = [(path, above.get(path) or next(each for each in parents(path) if each in placed)) for path in gone]
    return sorted(found, key=lambda each: key(each[0]))


def _refused_removal(barred: list[tuple[str, str]]) -> WorkspaceChanged:
    gone, path = barred[0]
    others = f" and {len(barred) - 1} more" if len(barred) > 1 else ""
    return WorkspaceChanged(
        f"{gone!r}{others} was removed by someone else, and {path!r} is staged in its place; nothing was committed",
        hint="take the removal over with adopt(), or reset what is staged there",
        path=gone,
        paths=tuple(name for name, _ in barred),
    )


def _write_over(desk: Desk, what: Asked, changed: list[tuple[Staged, State | None]]) -> None:
    """Gives files their staged content back; that of someone else is kept first."""
    goals = [Goal(row.path, row.after, row.after) for row, _ in changed]
    verdicts = targets.judge(desk, goals, "it is staged", force=True)
    if blocked := {verdict.slot.path for verdict in verdicts if verdict.conflict}:
        raise _refused([each for each in changed if each[0].path in blocked])
    slots = [targets.ready(verdict, "overwrite") for verdict in verdicts]
    edits = [verdict.edit for verdict in verdicts if verdict.action != "leave"]
    folders = Folders(empty=targets.emptied(desk, verdicts))
    carry_out(desk, Plan(what, slots, edits, [], staged_now, folders))


def _refused(changed: list[tuple[Staged, State | None]]) -> WorkspaceChanged:
    row, found = changed[0]
    others = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
    return WorkspaceChanged(
        f"{row.path!r}{others} changed on disk since it was staged; nothing was committed",
        hint="look at `spool status`, then take the edit over with adopt(), or reset the path with force",
        path=row.path,
        expected=None if row.after is None else row.after.sha256.hex(),
        found=None if found is None else found.sha256.hex(),
        paths=tuple(row.path for row, _ in changed),
    )
