"""What was edited by hand as patches: from what the journal says of a path to what stands there, written nowhere."""

import os
from os import PathLike

from journal.content.drawing import Texts
from journal.content.paths import key
from journal.content.selection import Selection
from journal.content.text import is_text
from journal.database import Read
from journal.engine import compare, root_reading
from journal.engine.journal import Journal
from journal.engine.reading import Reading
from journal.engine.status import branch_at
from journal.engine.survey import Survey
from journal.errors import PathRefused
from journal.ids import BranchId, PathId, sha256
from journal.limits import DIFF_TEXT_MAX
from journal.records import FilePatch, Paths
from journal.tables import staged, trees
from journal.tables.states import State, same_content
from journal.workspace import places
from journal.workspace.faults import system_errors
from journal.workspace.walk import Root


def patches(journal: Journal, root: str | PathLike[str], paths: Paths | None = None) -> list[FilePatch]:
    """Gives what someone else made of tracked files, by path bytes; each patch carries its contents along.

    A file that is not tracked is not among them. Where a folder or a device stands, the file counts as deleted.
    """
    real = places.real_root(os.fspath(root), True)
    with journal.reading() as reading, reading.database.read() as look, system_errors("look at the root", real):
        branch = branch_at(look, reading.database.path, real)
        expected = _expected(look, branch.id)
        chosen = Selection.of(paths, expected.__contains__)
        place = Root.open(real)
        try:
            eyes = Survey(look, place, branch.root_id)
            found = list[FilePatch]()
            meant = sorted(filter(chosen.matches, expected), key=key)
            stands = eyes.standing([(path, expected[path][0]) for path in meant])
            for path, standing in zip(meant, stands, strict=True):
                _, state, is_staged = expected[path]
                if not (same_content(standing, state) if is_staged else standing == state):
                    found.append(_patch(reading, place, path, state, standing))
            return found
        finally:
            place.close()


def _expected(look: Read, branch_id: BranchId) -> dict[str, tuple[PathId, State | None, bool]]:
    """Says of every tracked path what shall stand there, and whether that is staged: of those the mode is ours."""
    known: dict[str, tuple[PathId, State | None, bool]] = {
        entry.path: (entry.path_id, entry.state, False) for entry in trees.head(look, branch_id)
    }
    return known | {row.path: (row.path_id, row.after, True) for row in staged.everything(look, branch_id)}


def _patch(reading: Reading, root: Root, path: str, before: State | None, standing: State | None) -> FilePatch:
    after, data = (standing, b"") if standing is None or _is_told(standing) else _read(root, path, standing)
    patch = compare.patch(reading.database.path, path, before, after, invocation_id=None)
    told = patch.is_binary or patch.too_large
    old = b"" if before is None else before.sha256 if told and before.kind == "file" else reading.read(before.sha256)
    patch.carry(Texts(old, after.sha256 if after is not None and told and after.kind == "file" else data))
    return patch


def _is_told(state: State) -> bool:
    """Tells whether digest and size are all that a patch shows of a content."""
    return state.kind == "file" and (state.size > DIFF_TEXT_MAX or not state.is_text)


def _read(root: Root, path: str, standing: State) -> tuple[State | None, bytes]:
    """Reads a path, which may have been written to since it was looked at."""
    try:
        data = root_reading.content(root, path)
    except PathRefused:
        data = None  # something else stands there by now
    if data is None:
        return None, b""
    return State(sha256(data), len(data), is_text(data), standing.mode, standing.kind), data
