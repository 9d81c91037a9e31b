"""A diff over many files, applied as one act: every file of it is worked out before anything is done to any.

The parts of a diff mean the files one after another, so that a series of patches can be applied at once. Only renames
and copies that git found in one comparison mean them as they were before: two files may change places.
"""

from journal.content import diff_reading
from journal.content.diff_parsing import FileDiff, diff_bytes
from journal.content.drawing import Texts
from journal.content.patching import begins_anew, joined_reports
from journal.content.text import is_text
from journal.engine import compare
from journal.engine.asking import asked
from journal.engine.desk import Desk
from journal.engine.overlay import Edit, Overlay, bytes_of, exists_already, patched, refuse_below_file
from journal.engine.patching import Made, made, needs_bytes
from journal.engine.slots import Slot, Version
from journal.engine.stage import carry_overlay, diff_text
from journal.errors import InvalidPatch, UnknownName
from journal.ids import sha256
from journal.records import FilePatch, PatchHunkReport, Tolerance
from journal.records.operations import checked_tolerance
from journal.tables.states import State


class Outcome:
    """What an act comes to at one path.

    `first` is what stood there; `before` is what its patch begins with, another one where `source` was moved here.
    `replaced` tells that `first` is still to be moved away, though something else has its place already.
    """

    __slots__ = ("before", "first", "replaced", "report", "slot", "source")

    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        self.first = slot.now
        self.replaced = False
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forgets what was told of the path."""
        self.before = self.first
        self.source = ""
        self.report: tuple[PatchHunkReport, ...] = ()


def apply(desk: Desk, diff: str | bytes, tolerance: Tolerance, *, dry_run: bool) -> list[FilePatch]:
    """Applies a diff, all of it or nothing, and gives a patch a path; with `dry_run` it only says what it would do."""
    checked_tolerance(tolerance)
    if dry_run:
        return _foreseen(desk, diff, tolerance)
    with asked(desk, "apply", {"diff": diff_text(diff), "tolerance": tolerance}) as what:
        weaver = Weaver(desk, tolerance, drafting=False)
        overlay = weaver.overlay
        try:
            outcomes = weaver.weave(diff_reading.read(diff_bytes(diff), tolerance))
        except BaseException:
            overlay.discard()
            desk.forget()
            raise
        act = carry_overlay(desk, overlay, what, weaver.edits)
        return [_patch(desk, each, act) for each in outcomes]


def _foreseen(desk: Desk, diff: str | bytes, tolerance: Tolerance) -> list[FilePatch]:
    """Works a diff out; the patches carry their contents along, as no journal will hold them."""
    with desk.reading():
        weaver = Weaver(desk, tolerance, drafting=True)
        outcomes = weaver.weave(diff_reading.read(diff_bytes(diff), tolerance))
        patches = [_patch(desk, each, None) for each in outcomes]
        for patch, each in zip(patches, outcomes, strict=True):
            patch.carry(Texts(*[_shown(weaver.overlay, each, patch, v) for v in (each.before, each.slot.now)]))
        return patches


def _shown(overlay: Overlay, each: Outcome, patch: FilePatch, version: Version | None) -> bytes:
    """Gives the bytes of one side of a patch; its name, where the patch does not show them."""
    if version is None or patch.sha_before == patch.sha_after:
        return b""
    told = (patch.is_binary or patch.too_large) and version.state.kind == "file"
    return version.state.sha256 if told else bytes_of(overlay, each.slot, version)


def _patch(desk: Desk, each: Outcome, act: int | None) -> FilePatch:
    before = None if each.before is None else each.before.state
    path, source = each.slot.path, each.source or None
    journal, after = desk.database.path, each.slot.after
    return compare.patch(journal, path, before, after, invocation_id=act, renamed_from=source, report=each.report)


class Weaver:
    """Works a diff out part by part; with `drafting` nothing of it is made ready to be stored."""

    def __init__(self, desk: Desk, tolerance: Tolerance, *, drafting: bool) -> None:
        self.desk = desk
        self.overlay = Overlay(desk)
        self.tolerance = tolerance
        self.drafting = drafting
        self.edits: list[Edit] = []
        self.outcomes: dict[str, Outcome] = {}
        self.leaving: set[str] = set()
        self.moved: set[str] = set()

    def weave(self, parts: list[FileDiff]) -> list[Outcome]:
        """Works every part out; gives each path once, those that a file was moved away from by the one it came to.

        Raises:
            InvalidPatch, PatchConflict, PathRefused, UnknownName, WorkspaceChanged: of the part that cannot be applied.
        """
        if not parts:
            raise InvalidPatch("the diff is empty", hint="pass what `git diff` or `spool diff` printed", line=None)
        named = [self._with_paths(part) for part in parts]
        self.leaving = {part.old for part in named if part.old is not None and part.way in ("delete", "rename")}
        for part in named:
            self._weave(part)
        return [each for each in self.outcomes.values() if self._is_told(each)]

    def _is_told(self, each: Outcome) -> bool:
        if each.slot.now is None and each.slot.path in self.moved:
            return False
        return each.before is not None or each.slot.now is not None or bool(each.report)

    def _with_paths(self, part: FileDiff) -> FileDiff:
        if not part.named:
            hint = "write --- a/PATH and +++ b/PATH above each file's hunks, or the path alone above <<<<<<< SEARCH; "
            hint += "or use patch() for one file"
            raise InvalidPatch("the diff does not say which file it is about", hint=hint, line=part.line)
        old = None if part.old is None else self.desk.path(part.old)
        return part._replace(old=old, new=None if part.new is None else self.desk.path(part.new))

    def _weave(self, part: FileDiff) -> None:
        source = self._outcome(part.old if part.old is not None else part.path)
        base = self._base(part, source)
        if base is None and not (part.way in ("create", "delete") or begins_anew(part)):
            path = source.slot.path
            raise UnknownName(f"{path!r} does not exist", hint="name a file that is there", name=path, candidates=())
        given = None
        if base is not None:
            read = needs_bytes(part) or part.way == "copy"
            given = (base.state, bytes_of(self.overlay, source.slot, base) if read else None)
        found = made(part, source.slot.path, given, self.desk.new_file_mode, tolerance=self.tolerance)
        if part.way == "copy" and found.data is None and given is not None:
            found = found._replace(data=given[1])
        if part.way == "delete":
            self._delete(source, found)
        elif part.way == "rename":
            self._rename(source, part.path, base, found)
        elif part.way == "modify":
            self._put(source, base, found)
        else:
            target = self._outcome(part.path)
            if part.way == "copy":
                self._refuse_taken(target)
            self._put(target, None if part.way == "copy" else base, found)

    def _outcome(self, path: str) -> Outcome:
        """Gives what is known of a path; the disk is looked at when it is first named."""
        found = self.outcomes.get(path)
        if found is None:
            found = self.outcomes[path] = Outcome(self.overlay.slot(path))
        return found

    def _base(self, part: FileDiff, source: Outcome) -> Version | None:
        """Gives the version that a part was made against."""
        if part.way == "create" and self._makes_room(source):
            return None
        if source.first is not None and (part.way == "copy" or (source.replaced and part.way != "modify")):
            return source.first
        return source.slot.now

    def _makes_room(self, each: Outcome) -> bool:
        """Tells whether what stands at a path is as it was at first, and another part moves or takes it away."""
        return each.first is not None and each.slot.now is each.first and each.slot.path in self.leaving

    def _refuse_taken(self, target: Outcome) -> None:
        now = target.slot.now
        if now is not None and not self._makes_room(target):
            raise exists_already(target.slot.path, now.state, "remove it first, or make the diff anew")

    def _delete(self, source: Outcome, found: Made) -> None:
        if source.replaced:
            source.replaced = False  # what came in its place stays
            return
        if source.source:
            self.moved.discard(source.source)  # it was moved here: it is gone from where it was
            source.begin_anew()
        self._put(source, None, found)

    def _rename(self, source: Outcome, path: str, base: Version | None, found: Made) -> None:
        if source.slot.path == path:
            self._put(source, base, found)
            return
        self.moved.add(source.slot.path)
        before, origin, report = source.first, source.slot.path, tuple[PatchHunkReport, ...]()
        if source.replaced:
            source.replaced = False
        else:
            before, origin, report = source.before, source.source or origin, source.report
            source.begin_anew()
            self.edits.append(self.overlay.set(source.slot, None))
        target = self._outcome(path)  # only now: it may lie below the old one, or be a folder that only that one is in
        self._refuse_taken(target)
        target.before, target.source, target.report = before, origin, report
        self._put(target, base, found, source.slot.path)

    def _put(self, target: Outcome, base: Version | None, found: Made, moved_from: str = "") -> None:
        """Lets a path hold what a part makes of a version."""
        slot = target.slot
        if slot.now is None and found.kind is not None:
            refuse_below_file(self.overlay, slot)
        if found.kind is not None and base is not slot.now and self._makes_room(target):
            target.replaced = True
        target.report = joined_reports(target.report, found.report)
        self.edits.append(self.overlay.set(slot, self._version(base, found), moved_from))

    def _version(self, base: Version | None, found: Made) -> Version | None:
        data = found.data
        if not self.drafting or data is None or found.kind is None:
            return patched(self.overlay, base, found)
        return Version(State(sha256(data), len(data), is_text(data), found.mode, found.kind), None, data)
