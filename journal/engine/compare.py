"""Patches of files: of one act, of what is staged, of a commit."""

from collections.abc import Mapping

from journal.content.selection import Selection
from journal.database import Read
from journal.engine import renames
from journal.engine.reading import Reading
from journal.ids import BranchId, PathId
from journal.limits import DIFF_TEXT_MAX
from journal.records import FilePatch, PatchHunkReport, Paths
from journal.tables import patches, paths, staged
from journal.tables.patches import Lines
from journal.tables.staged import Staged
from journal.tables.states import State, change_type


def patch(
    journal: str,
    path: str,
    before: State | None,
    after: State | None,
    *,
    invocation_id: int | None,
    renamed_from: str | None = None,
    report: tuple[PatchHunkReport, ...] = (),
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
        report=report,
        replacements=replacements,
        _journal=journal,
    )


def selected(look: Read, branch_id: BranchId, chosen: Selection) -> list[Staged]:
    """Lists what is staged and selected, by path bytes; of a few paths it costs these, and not all that is staged."""
    return [row for row in staged.everything(look, branch_id, chosen.starts) if chosen.matches(row.path)]


def is_staged(look: Read, branch_id: BranchId, path: str) -> bool:
    """Tells whether a path of that very name is staged."""
    number = paths.find(look, path)
    return number is not None and staged.row_of(look, branch_id, number) is not None


def staged_patches(reading: Reading, branch_id: BranchId, wanted: Paths | None) -> list[FilePatch]:
    """Gives what is staged as patches, by path bytes, their lines counted; counts not yet known are computed.

    A path that was renamed is told once, by its new name, where both its names are wanted.
    """
    with reading.database.lock:
        look = reading.database.look()
        chosen = Selection.of(wanted, lambda path: is_staged(look, branch_id, path))
        rows = selected(look, branch_id, chosen)
        return counted(reading, branch_id, rows, renames.of_part(reading, branch_id, rows))


def of_rows(journal: str, rows: list[Staged], origins: Mapping[str, Staged]) -> dict[PathId, FilePatch]:
    """Makes the patches of staged rows, each under the number of its path; `origins` tells which are renamed ones."""
    told = {origin.path for origin in origins.values()}
    return {row.path_id: _of_row(journal, row, origins.get(row.path)) for row in rows if row.path not in told}


def counted(
    reading: Reading, branch_id: BranchId, rows: list[Staged], origins: Mapping[str, Staged]
) -> list[FilePatch]:
    """Makes the patches of staged rows and counts their lines, reading only contents that were never compared."""
    known = patches.staged_lines(reading.database.look(), branch_id, [row.path_id for row in rows])
    found = of_rows(reading.database.path, rows, origins)
    for row in rows:
        each = found.get(row.path_id)
        if each is not None:
            each.remember(_counts(reading, row, origins.get(row.path), each, known))
    return list(found.values())


def _of_row(journal: str, row: Staged, origin: Staged | None) -> FilePatch:
    act = row.invocation_id
    if origin is None:
        return patch(journal, row.path, row.before, row.after, invocation_id=act)
    return patch(journal, row.path, origin.before, row.after, invocation_id=act, renamed_from=origin.path)


def _counts(
    reading: Reading, row: Staged, origin: Staged | None, each: FilePatch, known: Mapping[PathId, Lines]
) -> tuple[int, int]:
    if each.is_binary or each.too_large or each.sha_before == each.sha_after:
        return 0, 0
    before, lines = row.before if origin is None else origin.before, known[row.path_id]
    if before is None or row.after is None or before.kind != row.after.kind:
        return lines.after or 0, lines.before or 0
    if lines.additions is not None and lines.deletions is not None:
        return lines.additions, lines.deletions
    ids = (lines.before_id if origin is None else known[origin.path_id].before_id, lines.after_id)
    found = None if origin is None else patches.find(reading.database.look(), *ids)
    if found is None:
        found = reading.compare(ids, before, row.after)
    return found.additions, found.deletions
