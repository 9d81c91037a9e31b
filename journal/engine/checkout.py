"""Laying the tree of a commit out in a folder, as files that no root knows of.

1  the tree is listed, the folder resolved once
2  everything is refused that can be refused before a file is written: a folder of the journal's own, paths that do
   not fit there, a folder that is not empty, files that hold something else
3  the folder is made; whether it folds case is tried out, and paths that would be one file are refused
4  each file is written under another name beside its place, checked against its digest on the way, and renamed
   there if nothing stands there; a symlink in the folder is never followed
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from journal.content import layout
from journal.database import space
from journal.engine import history
from journal.engine.pace import Pace
from journal.engine.reading import Reading
from journal.errors import DigestMismatch, JournalError, PathRefused, UsageError, WorkspaceChanged
from journal.records import Paths, PlanStep, Progress
from journal.tables.trees import TreeEntry
from journal.workspace.faults import system_errors
from journal.workspace.look import Look
from journal.workspace.target import Target, refuse_own


class Step(NamedTuple):
    """A file of the tree, and whether it stands in the folder already."""

    entry: TreeEntry
    stands: bool


def checkout(
    reading: Reading, commit: str, into: str, paths: Paths | None, *, dry_run: bool, progress: Progress | None
) -> int:
    """Writes the files of a commit into a folder; gives how many it wrote, or would have with `dry_run`.

    Raises:
        UnknownName, UsageError: no such commit; a folder that is of no use. PathRefused: a path that does not fit
            there. WorkspaceChanged: files stand there that hold something else. In these cases nothing was written.
        DiskFull: there is no room for all of it, and nothing was written; or it ran out, and it says how far it came.
    """
    with system_errors("check out into", into, place=into):
        target = Target.find(into)
        try:
            steps = list(_steps(reading, commit, target, paths))
            todo = [step.entry for step in steps if not step.stands]
            if dry_run:
                if target.seems_to_fold_case():
                    _refuse_twins(target, steps)
                return len(todo)
            return _carry_out(reading, target, steps, todo, progress)
        finally:
            target.close()


def plan(reading: Reading, commit: str, into: str, paths: Paths | None) -> list[PlanStep]:
    """Says what `checkout` would do with each file; raises as it does."""
    with system_errors("look at", into):
        target = Target.find(into)
        try:
            steps = list(_steps(reading, commit, target, paths))
        finally:
            target.close()
    return [
        PlanStep(each.path, "leave", "it stands there", 0)
        if stands
        else PlanStep(each.path, "write", "it is absent", each.state.size)
        for each, stands in steps
    ]


def _steps(reading: Reading, commit: str, target: Target, paths: Paths | None) -> Iterator[Step]:
    """Steps 1 and 2."""
    with reading.database.read() as look:
        entries = history.selected(look, commit, paths)
    refuse_own(target.path, reading.database.path)
    _refuse_unfit(target, [entry.path for entry in entries])
    if paths is None and (names := target.names()):
        hint = "name an empty folder or a new one, or the paths to bring back"
        raise UsageError(f"{target.path!r} is not empty: it holds {names[0]!r}", hint=hint)
    looked = [(entry, target.look(entry.path)) for entry in entries]
    differing = [entry for entry, found in looked if found is not None and not _is_as(target, entry, found)]
    if differing:
        raise _differs(target, differing)
    return (Step(entry, found is not None) for entry, found in looked)


def _is_as(target: Target, entry: TreeEntry, found: Look) -> bool:
    state = entry.state
    alike = (found.kind, found.size, found.mode) == (state.kind, state.size, state.mode)
    return alike and target.holds(entry.path, found, state.sha256)


def _refuse_unfit(target: Target, paths: list[str]) -> None:
    """Refuses what no file system, or not this one, can hold."""
    for path, folder in layout.blocked(paths):
        raise _refused(target, path, f"{folder!r} is a file, and it is to be a folder")
    for path in layout.too_long(paths, *target.room()):
        raise _refused(target, path, "a name or the whole is longer than the file system takes")


def _refuse_twins(target: Target, steps: Iterable[Step]) -> None:
    for path, other in layout.twins(step.entry.path for step in steps):
        raise _refused(target, path, f"it is the same file as {other!r} where letters are folded")


def _carry_out(
    reading: Reading, target: Target, steps: list[Step], todo: list[TreeEntry], progress: Progress | None
) -> int:
    """Steps 3 and 4."""
    done, needed = 0, sum(entry.state.size for entry in todo)
    space.require(f"check out into {target.path!r}", (target.path, needed))
    try:
        target.make()
        if target.folds_case():
            _refuse_twins(target, steps)
        pace = Pace(progress, len(todo))
        for entry in todo:
            _lay(reading, target, entry)
            done += 1
            pace.at(done)
    except BaseException as error:
        if not done:
            target.unmake()
        elif isinstance(error, JournalError):
            said = f"{done} of {len(todo)} files stand in {target.path!r}, the last is {todo[done - 1].path!r}"
            said += "; with the path `.` the same call goes on from there"
            error.args = (f"{error}; {said}", *error.args[1:])
        raise
    return done


def _lay(reading: Reading, target: Target, entry: TreeEntry) -> None:
    state = entry.state
    try:
        mode = None if state.kind == "symlink" else state.mode
        with system_errors("write", entry.path, place=target.folder.fd, needed=lambda: state.size):
            target.lay(entry.path, reading.pieces(state.sha256), mode)
    except DigestMismatch as error:
        error.paths = (entry.path,)
        raise


def _differs(target: Target, differing: list[TreeEntry]) -> WorkspaceChanged:
    first = differing[0]
    others = f" and {len(differing) - 1} more" if len(differing) > 1 else ""
    return WorkspaceChanged(
        f"{first.path!r}{others} in {target.path!r} is not as the commit has it; nothing was written",
        hint="move it away, or check out into another folder",
        path=first.path,
        expected=first.state.sha256.hex(),
        found=None,
        paths=tuple(entry.path for entry in differing),
    )


def _refused(target: Target, path: str, reason: str) -> PathRefused:
    hint = "check out into another folder, or name the paths that are wanted"
    message = f"{path!r} cannot stand in {target.path!r}: {reason}; nothing was written"
    return PathRefused(message, hint=hint, path=path, reason=reason)
