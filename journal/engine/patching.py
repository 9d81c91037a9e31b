"""One file's diff applied to the version of it that a verb has at hand."""

from typing import NamedTuple

from journal.content.diff_parsing import SYMLINK, FileDiff
from journal.content.patching import applied, begins_anew, conflict
from journal.errors import InvalidPatch, LimitExceeded, PatchConflict, UnknownName, UsageError
from journal.limits import PATH_BYTES_MAX
from journal.records import Kind, PatchHunkReport, Tolerance
from journal.tables.states import State

EXECUTABLE = 0o111


class Made(NamedTuple):
    """What a diff makes of a file; `kind` is None when it removes it, `data` when it leaves the content as it is."""

    data: bytes | None
    mode: int
    kind: Kind | None
    report: tuple[PatchHunkReport, ...] = ()


def made(
    part: FileDiff,
    path: str,
    before: tuple[State, bytes | None] | None,
    new_mode: int,
    *,
    tolerance: Tolerance,
    ignore_conflicts: bool = False,
) -> Made:
    """Applies a diff to a file's state and bytes; these may be None when the diff has neither hunks nor a say in them.

    Raises:
        PatchConflict, InvalidPatch, UsageError
    """
    state, data = (None, None) if before is None else before
    if state is not None:
        _refuse_other_kind(part, path, state)
    if part.unseen:
        return Made(None, 0, None)
    if state is not None and state.kind == "symlink":
        tolerance = "strict"  # a target is a name, and nothing in it may differ
    if needs_bytes(part):
        try:
            found = applied(part, None if state is None else data, path, tolerance, ignore_conflicts=ignore_conflicts)
        except PatchConflict as error:
            if state is not None and state.kind == "symlink":
                error.hint = "it is a symlink, and its content the name of its target: name the file it points to"
            raise
    else:
        assert state is not None  # only what exists is renamed, copied or given another mode
        return Made(None, _mode(part, state, new_mode), state.kind)
    if found.data is None:
        return Made(None, 0, None, found.report)
    kind: Kind = "symlink" if is_symlink(part, state) else "file"
    if kind == "symlink":
        link_target(path, found.data)
    return Made(found.data, _mode(part, state, new_mode), kind, found.report)


def refuse_without_effect(part: FileDiff, path: str, exists: bool) -> None:
    """Refuses a diff that says nothing of this one file, or that needs one where there is none.

    Raises:
        InvalidPatch, UnknownName
    """
    if not needs_bytes(part) and not part.unseen and (part.new_mode is None or part.new_mode == part.old_mode):
        hint = "write hunks that begin with @@ -1,3 +1,4 @@; a rename alone is for Spool.apply()"
        raise InvalidPatch(f"the diff has no hunk for {path!r}", hint=hint, line=part.line)
    if not exists and not (part.way in ("create", "delete") or begins_anew(part)):
        raise UnknownName(f"{path!r} does not exist", hint="name a file that is there", name=path, candidates=())


def needs_bytes(part: FileDiff) -> bool:
    """Tells whether a diff has to do with the content of a file."""
    return bool(part.hunks or part.binary) or (part.way in ("create", "delete") and not part.unseen)


def is_symlink(part: FileDiff, state: State | None) -> bool:
    """Tells whether a diff makes or keeps a symlink."""
    return SYMLINK in (part.old_mode, part.new_mode) if state is None else state.kind == "symlink"


def link_target(path: str, target: bytes) -> bytes:
    """Gives a symlink's target that the system takes.

    Raises:
        UsageError, LimitExceeded
    """
    if not target or b"\0" in target:
        shown = target.decode("utf-8", "surrogateescape")
        raise UsageError(f"{shown!r} cannot be the target of a symlink", hint="pass a path without NUL as a str")
    if len(target) >= PATH_BYTES_MAX:
        raise LimitExceeded(
            f"the target of {path!r} has {len(target)} bytes",
            hint=f"a target takes at most {PATH_BYTES_MAX - 1}",
            limit="PATH_BYTES_MAX",
            allowed=PATH_BYTES_MAX - 1,
            found=len(target),
        )
    return target


def _refuse_other_kind(part: FileDiff, path: str, state: State) -> None:
    """A symlink's diff edits no file, and a file's no symlink."""
    modes = {mode for mode in (part.old_mode, part.new_mode) if mode is not None}
    if len(modes) > 1 and SYMLINK in modes:
        hint = "remove the file and make the other one, as git does"
        raise InvalidPatch(f"the diff turns {path!r} into another kind of file", hint=hint, line=part.line)
    if part.way == "create" and (SYMLINK in modes) != (state.kind == "symlink"):
        raise conflict(path, (), f"it makes a new file, and a {state.kind} stands there")
    if modes and (SYMLINK in modes) != (state.kind == "symlink"):
        kinds = ("symlink", "file") if state.kind == "symlink" else ("file", "symlink")
        raise conflict(path, (), f"it is a {kinds[0]}, and the diff is of a {kinds[1]}")


def _mode(part: FileDiff, state: State | None, new_mode: int) -> int:
    """Gives the permission bits: a diff knows the owner's x and nothing else, so the others stay as they are."""
    if is_symlink(part, state):
        return 0o777
    mode = new_mode if state is None else state.mode
    wanted = part.new_mode
    if wanted is None or (part.old_mode == wanted and state is not None):
        return mode  # a mode beside the digests says what git had there, and asks for nothing
    if bool(mode & 0o100) == bool(wanted & 0o100):
        return mode
    return mode | ((mode & 0o444) >> 2) if wanted & 0o100 else mode & ~EXECUTABLE
