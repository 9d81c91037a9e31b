"""Patches of files: of one act, of what is staged, of a commit."""

from collections.abc import Iterable

from journal.content.selection import Selection
from journal.database import Read
from journal.engine.reading import Reading
from journal.ids import BranchId
from journal.limits import DIFF_TEXT_MAX
from journal.records import FilePatch, Paths
from journal.tables import staged
from journal.tables.states import State, change_type


def patch(
    journal: str,
    path: str,
    before: State | None,
    after: State | None,
    *,
    invocation_id: int | None,
    renamed_from: str | None = None,
    replacements: int | None = None,
) -> FilePatch:
    """Makes the patch of one path; its text is worked out when it is asked for."""
    sides = [state for state in (before, after) if state is not None]
    binary = any(not state.is_text for state in sides)
    kind = after.kind if after is not None else before.kind if before is not None else "file"
    return FilePatch(
        path=path,
        change_type="renamed" if renamed_from is not None else change_type(before, after) if sides else "deleted",
        sha_before=None if before is None else before.sha256.hex(),
        sha_after=None if after is None else after.sha256.hex(),
        size_before=None if before is None else before.size,
        size_after=None if after is None else after.size,
        mode_before=None if before is None else before.mode,
        mode_after=None if after is None else after.mode,
        kind=kind,
        kind_before=None if before is None else before.kind,
        is_binary=binary,
        too_large=not binary and sum(state.size for state in sides) > DIFF_TEXT_MAX,
        renamed_from=renamed_from,
        invocation_id=invocation_id,
        replacements=replacements,
        _journal=journal,
    )


def selected(
    look: Read, branch_id: BranchId, paths: Paths | None, extra: Iterable[str] = ()
) -> tuple[list[staged.Staged], Selection]:
    """Lists what is staged below some paths, by path bytes, with the selection that these paths mean."""
    rows = staged.everything(look, branch_id)
    names = {row.path for row in rows} | set(extra)
    chosen = Selection.of(paths, names.__contains__)
    return [row for row in rows if chosen.matches(row.path)], chosen


def staged_patches(reading: Reading, branch_id: BranchId, paths: Paths | None) -> list[FilePatch]:
    """Gives what is staged as patches, by path bytes, their lines counted; counts not yet known are computed."""
    with reading.database.lock:
        rows, _ = selected(reading.database.look(), branch_id, paths)
    found = [
        patch(reading.database.path, row.path, row.before, row.after, invocation_id=row.invocation_id) for row in rows
    ]
    for each in found:
        counted(reading, each)
    return found


def counted(reading: Reading, each: FilePatch) -> tuple[int, int]:
    """Counts a patch's lines, and lets the patch remember."""
    counts = reading.counts(each)
    each.remember(counts)
    return counts
