"""What stands on disk where the journal knows a path, told without writing anything."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from journal.content import text
from journal.content.paths import key
from journal.database import Read
from journal.engine.slots import holds, seen_of
from journal.errors import PathRefused
from journal.ids import BranchId, ChangeFields, PathId, RootId, Sha256, sha256, stage_digest
from journal.limits import PAGE_ROWS, STREAM_ABOVE
from journal.records import Status, StatusEntry
from journal.tables import marks, staged, trees
from journal.tables.marks import Seen
from journal.tables.states import State, change_type, same_content
from journal.workspace import look as looking
from journal.workspace import own
from journal.workspace.faults import system_errors
from journal.workspace.walk import Root


class Survey:
    """Looks at paths of a root, reading only what changed since it was last seen; `seen` is its memory."""

    def __init__(self, look: Read, root: Root, root_id: RootId, seen: dict[str, Seen] | None = None) -> None:
        self._look = look
        self._root = root
        self._root_id = root_id
        self._seen = {} if seen is None else seen

    def standing(self, paths: Sequence[tuple[str, PathId]]) -> Iterator[State | None]:
        """Tells which file or symlink stands at each of some paths now; a folder there, or a device, is none."""
        for at in range(0, len(paths), PAGE_ROWS):
            page = paths[at : at + PAGE_ROWS]
            unseen = [path_id for path, path_id in page if path not in self._seen]
            kept = marks.last_seen_many(self._look, self._root_id, unseen) if unseen else {}
            for path, path_id in page:
                yield self._standing(path, self._seen.get(path) or kept.get(path_id))

    def _standing(self, path: str, seen: Seen | None) -> State | None:
        try:
            at = self._root.parent(path)
            found = looking.look(*at)
        except (FileNotFoundError, PathRefused):
            return None
        if found is None or found.kind not in ("file", "symlink") or own.is_linked(found):
            return None
        if seen is None or not holds(seen, found):
            seen = self._seen[path] = self._read(path, found, at)
        kind: Literal["file", "symlink"] = "symlink" if found.kind == "symlink" else "file"
        return State(seen.sha256, found.size, seen.is_text, found.mode, kind)

    def _read(self, path: str, found: looking.Look, at: tuple[int, str]) -> Seen:
        if found.kind == "symlink" or found.size <= STREAM_ABOVE:
            data = looking.read(*at, found, path=path)
            return seen_of(found, sha256(data), text.is_text(data))
        sha = Sha256(looking.digest(*at, found, path=path))
        return seen_of(found, sha, text.is_text(next(looking.pieces(*at), b"")))


class Found(NamedTuple):
    """All that a survey tells: what is staged, where the disk holds a third content, what was edited by hand."""

    staged: tuple[StatusEntry, ...]
    conflicts: tuple[StatusEntry, ...]
    edits: tuple[StatusEntry, ...]
    digest: str


def survey(look: Read, branch_id: BranchId, eyes: Survey) -> Found:
    """Compares the disk with all that is staged and with the tree at head."""
    with system_errors("look at the root", None):
        return _survey(look, branch_id, eyes)


def _survey(look: Read, branch_id: BranchId, eyes: Survey) -> Found:
    rows = staged.everything(look, branch_id)
    listed, conflicts, edits = list[StatusEntry](), list[StatusEntry](), list[StatusEntry]()
    for row, standing in zip(rows, eyes.standing([(row.path, row.path_id) for row in rows]), strict=True):
        listed.append(_entry(row.path, row.before, row.after, "staged", row.invocation_id))
        if not same_content(standing, row.after):
            conflicts.append(_entry(row.path, row.after, standing, "conflict", None))
    known = {row.path for row in rows}
    rest = [entry for entry in trees.head(look, branch_id) if entry.path not in known]
    rest.sort(key=lambda each: key(each.path))
    for entry, standing in zip(rest, eyes.standing([(each.path, each.path_id) for each in rest]), strict=True):
        if standing != entry.state:
            edits.append(_entry(entry.path, entry.state, standing, "untracked-edit", None))
    return Found(tuple(listed), tuple(conflicts), tuple(edits), digest_of(rows).hex())


def status(session: str, branch: str, head: str | None, found: Found) -> Status:
    """Makes the record of a survey."""
    return Status(session, head, found.staged, found.conflicts, branch, found.edits, found.digest)


def digest_of(rows: list[staged.Staged]) -> Sha256:
    """Names all that is staged."""
    return stage_digest(fields_of(row.path, row.before, row.after) for row in rows)


def fields_of(
    path: str, before: State | None, after: State | None, renamed_from: str | None = None
) -> ChangeFields:
    """Spells a change as ids cover it."""
    return ChangeFields(
        path,
        None if before is None else before.sha256,
        None if before is None else before.mode,
        None if before is None else before.kind,
        None if after is None else after.sha256,
        None if after is None else after.mode,
        None if after is None else after.kind,
        renamed_from,
    )


def _entry(
    path: str,
    before: State | None,
    after: State | None,
    state: Literal["staged", "conflict", "untracked-edit"],
    invocation_id: int | None,
) -> StatusEntry:
    kind = "deleted" if before is None and after is None else change_type(before, after)
    sizes = (None if before is None else before.size, None if after is None else after.size)
    return StatusEntry(path, kind, state, *sizes, invocation_id)
