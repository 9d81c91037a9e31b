"""The operations of a verb, applied one after another to the root as it will be, before anything is done to it."""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from journal.content.diff_parsing import diff_bytes
from journal.content.diff_reading import read
from journal.content.patching import counted_on, joined_reports, single
from journal.content.paths import parents
from journal.engine import intake, placing, turning
from journal.engine.desk import Desk
from journal.engine.easing import Load
from journal.engine.expecting import hold
from journal.engine.patching import Made, link_target, made, needs_bytes, refuse_without_effect
from journal.engine.replacing import replaced
from journal.engine.slots import Slot, Version, differs_from_expected, recall, refuse_hand_edit, same_state
from journal.errors import LimitExceeded, PathRefused, UnknownName, UsageError, WorkspaceChanged
from journal.limits import EDIT_BYTES_MAX
from journal.records import Chmod, Delete, Move, Operation, Patch, PatchHunkReport, Replace, Symlink, Write
from journal.records.operations import NAMES, checked_tolerance
from journal.tables import blobs
from journal.tables.states import State, same_content
from journal.workspace import look as looking


class Edit(NamedTuple):
    """What one operation made of one path."""

    path: str
    before: State | None
    after: State | None
    moved_from: str = ""


class Applied(NamedTuple):
    """What one operation came to: its edits, the last of which its patch tells of."""

    edits: tuple[Edit, ...]
    replacements: int | None = None
    report: tuple[PatchHunkReport, ...] = ()


class Overlay:
    """The paths that a verb touches, each from what stands on disk to what the operations so far make of it.

    `taken` are the edits of someone else that were adopted on the way. `set_aside` are contents of someone else that
    the first change of their path writes over; until then an operation sees what the journal expects there.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.slots: dict[str, Slot] = {}
        self.load = Load(desk)
        self.folders: Counter[str] = Counter()
        self.consented: Slot | None = None
        self.taken: list[Edit] = []
        self.set_aside: dict[str, State | None] = {}

    def slot(self, path: str, *, written: bool = False, expect: str | None = None) -> Slot:
        """Gives a path's slot; the disk is looked at once a verb. One that is `written` is judged by what is written.

        It must hold what `expect` says. Who names a hand edit so has read it, and agrees to go on over it.

        Raises:
            PathRefused, WorkspaceChanged
        """
        slot = self.slots.get(path)
        if slot is None:
            slot = recall(self.desk, turning.find_turned(self.desk, path, self.slots))
            if hold(slot, expect):
                self.consented = slot
            elif self.desk.on_conflict == "overwrite" and differs_from_expected(slot):
                self.set_aside[path] = slot.before
                slot.now = None if slot.known.expected is None else Version(slot.known.expected)
            elif not written:
                self.judge(slot)
            self.slots[path] = slot
            self.load.take(slot, slot.disk)
        else:
            hold(slot, expect)
        return slot

    def judge(self, slot: Slot) -> None:
        """Decides on a content that neither the journal nor this session put there: it is adopted, or refused.

        Raises:
            WorkspaceChanged
        """
        if self.desk.on_conflict == "refuse":
            refuse_hand_edit(slot)
        elif self.desk.on_conflict == "adopt" and not slot.adopted and differs_from_expected(slot):
            intake.capture(self.desk, slot)
            slot.adopted = True
            self.taken.append(Edit(slot.path, slot.known.expected, slot.before))

    def existing(self, path: str, expect: str | None = None) -> tuple[Slot, Version]:
        """Gives a path's slot and version.

        Raises:
            UnknownName: nothing stands there.
        """
        slot = self.slot(path, expect=expect)
        if slot.now is None:
            raise UnknownName(f"{path!r} does not exist", hint="name a file that is there", name=path, candidates=())
        return slot, slot.now

    def set(self, slot: Slot, version: Version | None, moved_from: str = "") -> Edit:
        """Lets a path have another version, and tells the edit that this is."""
        before = slot.after
        if slot.path in self.set_aside:
            before, slot.rescued = self.set_aside.pop(slot.path), "overwrite"
        if slot.now is not None and slot.now.temp and (version is None or version.temp != slot.now.temp):
            self.desk.temp.discard(slot.now.temp)
        slot.now = version
        if (before is None) != (version is None):
            for folder in parents(slot.path):
                self.folders[folder] += 1 if before is None else -1
        self.load.take(slot, version)
        if version is not None and version.packed is not None:
            self.load.packed.append(version.packed)
        return Edit(slot.path, before, slot.after, moved_from)

    def apply(self, operation: Operation) -> Applied:
        """Applies one operation.

        Raises:
            UsageError and its kin: the operation cannot be carried out. WorkspaceChanged: the disk is not as expected.
        """
        handler = HANDLERS.get(type(operation))
        if handler is None:
            raise UsageError(f"{type(operation).__name__} is no operation", hint=f"use one of {NAMES}")
        applied = handler(self, operation)
        slot, self.consented = self.consented, None
        return applied if slot is None else self._over(slot, applied)

    def _over(self, slot: Slot, applied: Applied) -> Applied:
        """Logs a hand edit that its caller agreed to go on over as a version; without a change it is left alone."""
        if all(edit.before == edit.after for edit in applied.edits):
            del self.slots[slot.path]
            return applied
        if applied.edits[0].before != slot.before:
            return applied  # it was written as it stands
        return applied._replace(edits=(Edit(slot.path, slot.known.expected, slot.before), *applied.edits))

    def settle(self) -> list[str]:
        """Ends the operations; gives the folders that must go for files, deepest first.

        What someone else changed and no operation did is left as it stands.
        """
        for path in self.set_aside:
            self.slots.pop(path)
        turning.unbind(self.slots)
        return turning.emptied(self.slots)

    def discard(self) -> None:
        """Removes the temp files of versions that will not be published."""
        placing.discard(self.desk, list(self.slots.values()))


def bytes_of(overlay: Overlay, slot: Slot, version: Version) -> bytes:
    """Gives a version's bytes.

    Raises:
        LimitExceeded: it is too large to be edited in memory.
    """
    if version.state.size > EDIT_BYTES_MAX:
        raise LimitExceeded(
            f"{slot.path!r} has {version.state.size} bytes, an edit takes {EDIT_BYTES_MAX}",
            hint="write the new content from a file instead",
            limit="EDIT_BYTES_MAX",
            allowed=EDIT_BYTES_MAX,
            found=version.state.size,
        )
    if version.data is not None:
        return version.data
    desk = overlay.desk
    if version.origin and (origin := overlay.slots[version.origin]).look is not None:
        return b"".join(_read(desk, origin))
    look = desk.database.look()
    return blobs.whole(blobs.get(look, version.state.sha256), desk.chunks, look)


def _read(desk: Desk, slot: Slot) -> "list[bytes]":
    assert slot.look is not None  # the caller asked
    dir_fd, name = desk.root.parent(slot.path)
    if slot.look.kind == "symlink":
        return [looking.read(dir_fd, name, slot.look, path=slot.path)]
    return list(looking.pieces(dir_fd, name, slot.look, path=slot.path))


def _write(overlay: Overlay, operation: Operation) -> Applied:
    assert isinstance(operation, Write)
    mode = None if operation.mode is None else permission_bits(operation.mode)
    slot = overlay.slot(overlay.desk.path(operation.path), written=True, expect=operation.expect)
    refuse_below_file(overlay, slot)
    version = intake.version(overlay.desk, slot, operation.content, mode)
    if (slot.now is slot.disk or slot.path in overlay.set_aside) and same_content(slot.before, version.state):
        overlay.set_aside.pop(slot.path, None)
        slot.now, expected = slot.disk, slot.known.expected
        slot.adopted = slot.known.tracked and not same_state(slot.before, expected)  # it is written as it stands
        before = expected if slot.adopted and version.state != expected else slot.before
        return Applied((overlay.set(slot, version)._replace(before=before),))
    try:
        overlay.judge(slot)
    except WorkspaceChanged:
        if version.temp:
            overlay.desk.temp.discard(version.temp)
        raise
    return Applied((overlay.set(slot, version),))


def _replace(overlay: Overlay, operation: Operation) -> Applied:
    assert isinstance(operation, Replace)
    slot, now = overlay.existing(overlay.desk.path(operation.path), operation.expect)
    if now.state.kind == "symlink":
        raise UsageError(f"{slot.path!r} is a symlink", hint="use symlink() to point it elsewhere")
    data, count = replaced(slot.path, bytes_of(overlay, slot, now), operation)
    version = intake.small(overlay.desk, data, now.state.mode, now) if count else now
    if version.state == now.state:
        return Applied((Edit(slot.path, now.state, now.state),), count)
    return Applied((overlay.set(slot, version),), count)


def _patch(overlay: Overlay, operation: Operation) -> Applied:
    assert isinstance(operation, Patch)
    tolerance, path = checked_tolerance(operation.tolerance), overlay.desk.path(operation.path)
    parts = single(read(diff_bytes(operation.diff), tolerance))
    slot = overlay.slot(path, expect=operation.expect)
    now, report = slot.now, tuple[PatchHunkReport, ...]()
    for part in parts:
        refuse_without_effect(part, path, now is not None)
        before = None if now is None else (now.state, bytes_of(overlay, slot, now) if needs_bytes(part) else None)
        bits, lenient = overlay.desk.new_file_mode, operation.ignore_conflicts
        with counted_on(report):
            found = made(part, path, before, bits, tolerance=tolerance, ignore_conflicts=lenient)
        now, report = patched(overlay, now, found), joined_reports(report, found.report)
    if slot.now is None and now is not None:
        refuse_below_file(overlay, slot)
    return Applied((overlay.set(slot, now),), None, report)


def patched(overlay: Overlay, now: Version | None, found: Made) -> Version | None:
    """Takes in what a diff made of a version."""
    if found.kind is None:
        return None
    if found.data is not None:
        return intake.small(overlay.desk, found.data, found.mode, now, found.kind)
    assert now is not None  # what was not there has content now
    return now._replace(state=now.state._replace(mode=found.mode))


def _delete(overlay: Overlay, operation: Operation) -> Applied:
    assert isinstance(operation, Delete)
    slot = overlay.slot(overlay.desk.path(operation.path), expect=operation.expect)
    edit = overlay.set(slot, None)
    if slot.disk is None and edit.before is None and not slot.adopted and slot.known.expected is not None:
        slot.adopted = True  # someone else removed it: that is taken over, and this changes nothing
        return Applied((edit._replace(before=slot.known.expected), edit))
    return Applied((edit,))


def _move(overlay: Overlay, operation: Operation) -> Applied:
    assert isinstance(operation, Move)
    source = overlay.desk.path(operation.path)
    target = overlay.desk.path(operation.to)
    slot, now = overlay.existing(source)
    if source == target:
        return Applied((Edit(source, now.state, now.state),))
    there = overlay.slot(target)
    refuse_below_file(overlay, there)
    standing = overlay.set_aside.get(target, there.after)
    if standing is not None and not operation.overwrite:
        raise exists_already(target, standing, "pass overwrite=True to replace it")
    slot.now = now._replace(temp=0)  # the temp file, if any, goes along with the version
    return Applied((overlay.set(slot, None), overlay.set(there, now, source)))


def _chmod(overlay: Overlay, operation: Operation) -> Applied:
    assert isinstance(operation, Chmod)
    mode = permission_bits(operation.mode)
    slot, now = overlay.existing(overlay.desk.path(operation.path))
    if now.state.kind == "symlink":
        raise UsageError(f"{slot.path!r} is a symlink and has no mode of its own", hint="chmod the file it points to")
    if mode == now.state.mode:
        return Applied((Edit(slot.path, now.state, now.state),))
    return Applied((overlay.set(slot, now._replace(state=now.state._replace(mode=mode))),))


def _symlink(overlay: Overlay, operation: Operation) -> Applied:
    assert isinstance(operation, Symlink)
    given: object = operation.target
    if not isinstance(given, str):
        raise UsageError(f"{given!r} cannot be the target of a symlink", hint="pass a path without NUL as a str")
    try:
        target = given.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise UsageError(f"the target {given!r} is no text", hint="pass text without lone surrogates") from error
    link_target(str(operation.path), target)
    slot = overlay.slot(overlay.desk.path(operation.path))
    refuse_below_file(overlay, slot)
    return Applied((overlay.set(slot, intake.small(overlay.desk, target, 0o777, slot.now, "symlink")),))


def exists_already(path: str, state: State, hint: str) -> WorkspaceChanged:
    """Makes the error of a path that should be free and is not."""
    found = state.sha256.hex()
    return WorkspaceChanged(f"{path!r} exists already", hint=hint, path=path, expected=None, found=found, paths=(path,))


def permission_bits(mode: object) -> int:
    """Checks permission bits.

    Raises:
        UsageError: they are no integer from 0 to 0o7777.
    """
    if not isinstance(mode, int) or isinstance(mode, bool) or not 0 <= mode <= 0o7777:
        raise UsageError(f"{mode!r} is no file mode", hint="pass permission bits such as 0o644 or 0o755")
    return mode


def refuse_below_file(overlay: Overlay, slot: Slot) -> None:
    """A path cannot lie below one that an earlier operation of the batch made a file, nor above one."""
    for folder in parents(slot.path):
        parent = overlay.slots.get(folder)
        if parent is not None and parent.now is not None:
            reason = f"{parent.path!r} is a file"
            hint = "choose another path, or delete that file first"
            raise PathRefused(f"{slot.path!r} cannot be reached: {reason}", hint=hint, path=slot.path, reason=reason)
    if overlay.folders[slot.path] > 0 or turning.is_filled(slot, overlay.slots):
        reason = "files of this batch lie in it"
        raise PathRefused(f"{slot.path!r} is a folder: {reason}", hint="name a file", path=slot.path, reason=reason)


HANDLERS: dict[type, Callable[[Overlay, Operation], Applied]] = {
    Write: _write,
    Replace: _replace,
    Patch: _patch,
    Delete: _delete,
    Move: _move,
    Chmod: _chmod,
    Symlink: _symlink,
}
