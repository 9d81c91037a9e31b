"""Diffs over contents alone: applied to bytes, and drawn up from bytes, with no journal at hand."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

from journal.content import lines
from journal.content.diff_parsing import FileDiff, diff_bytes
from journal.content.diff_reading import read
from journal.content.landing import Placed, lines_after, spliced
from journal.content.placement import place
from journal.errors import InvalidPatch, LimitExceeded, PatchConflict, UsageError
from journal.limits import PATCH_PARTS_MAX
from journal.records import FilePatch, PatchHunkReport, Tolerance
from journal.records.operations import checked_tolerance


class Patched(NamedTuple):
    """A content with a diff applied, None where nothing stands any more, and how each hunk landed."""

    data: bytes | None
    report: tuple[PatchHunkReport, ...]

    @property
    def conflicted(self) -> bool:
        """Tells whether hunks were left out."""
        return any(each.status == "refused" for each in self.report)


def apply_patch(
    before: bytes | str | None, patch: FilePatch | str | bytes, *, tolerance: Tolerance = "strict"
) -> bytes | None:
    """Gives the content that a diff of one file makes of another, all its hunks or none.

    None is a file that does not exist, and an empty file is `b""`. Text is UTF-8; bytes that are not stay as they are.
    An empty diff changes nothing.

    Raises:
        PatchConflict: the diff does not fit; its `report` says which hunks. InvalidPatch: it cannot be read, or leaves
        the content out because that is binary. UsageError: it is about several files.
    """
    return _patched(before, patch, tolerance).data


def has_conflicts(
    before: bytes | str | None, patch: FilePatch | str | bytes, *, tolerance: Tolerance = "strict"
) -> bool:
    """Tells whether `apply_patch` would refuse the diff because it does not fit.

    Raises:
        InvalidPatch: it cannot be read.
    """
    try:
        _patched(before, patch, tolerance)
    except PatchConflict:
        return True
    return False


def _patched(before: bytes | str | None, patch: FilePatch | str | bytes, tolerance: Tolerance) -> Patched:
    checked_tolerance(tolerance)
    content: object = before.encode("utf-8", "surrogateescape") if isinstance(before, str) else before
    if content is not None and not isinstance(content, bytes | bytearray | memoryview):
        raise UsageError(f"before is {type(content).__name__}", hint="pass str, bytes, or None for no file")
    data = None if content is None else bytes(content)
    given = diff_bytes(patch.diff_bytes if isinstance(patch, FilePatch) else patch)
    parts = single(read(given, tolerance)) if given.strip() else []
    report: tuple[PatchHunkReport, ...] = ()
    for part in parts:
        with counted_on(report):
            data, said = applied(part, data, part.path or "the content", tolerance)
        report = joined_reports(report, said)
    return Patched(data, report)


def single(parts: Sequence[FileDiff]) -> list[FileDiff]:
    """Gives the parts of a diff that is about one file: mostly one; several mean it one after another.

    Raises:
        UsageError: it is about several files. InvalidPatch: there is nothing in it. LimitExceeded: it has too many.
    """
    if not parts:
        hint = "a diff has hunks that begin with @@ -1,3 +1,4 @@"
        raise InvalidPatch("the diff is empty", hint=hint, line=None)
    names = list(dict.fromkeys(part.path for part in parts))
    if len(names) > 1:
        shown = ", ".join(repr(name) for name in names[:3])
        hint = "pass a diff over many files to Spool.apply(), or one file's part of it here"
        raise UsageError(f"the diff is about {len(names)} files: {shown}", hint=hint)
    if len(parts) > PATCH_PARTS_MAX:
        raise LimitExceeded(
            f"a diff of {len(parts)} parts about one file",
            hint="write the file, or send the parts in several calls",
            limit="PATCH_PARTS_MAX",
            allowed=PATCH_PARTS_MAX,
            found=len(parts),
        )
    if len(parts) > 1 and any(part.way in ("rename", "copy") for part in parts):
        hint = "pass a diff that moves files to Spool.apply()"
        raise UsageError(f"the diff moves {names[0]!r}, and speaks of it {len(parts)} times", hint=hint)
    return list(parts)


def joined_reports(
    report: tuple[PatchHunkReport, ...], more: tuple[PatchHunkReport, ...]
) -> tuple[PatchHunkReport, ...]:
    """Counts the hunks of one part of a diff on from those of the parts before it."""
    return report + tuple(replace(each, hunk=each.hunk + len(report)) for each in more) if report else more


@contextmanager
def counted_on(report: tuple[PatchHunkReport, ...]) -> Iterator[None]:
    """Lets the error of a part that does not fit count its hunks on from those of the parts before it."""
    try:
        yield
    except PatchConflict as error:
        if not report or not error.report:
            raise
        raise conflict(error.path, joined_reports(report, error.report)) from error


def applied(
    part: FileDiff, before: bytes | None, path: str, tolerance: Tolerance, *, ignore_conflicts: bool = False
) -> Patched:
    """Applies one file's diff to its content; `path` is what errors call it.

    Raises:
        PatchConflict, InvalidPatch
    """
    if part.binary:
        hint = "write the content itself instead: its bytes are not in the diff"
        raise InvalidPatch(f"{path!r} is binary to the diff", hint=hint, line=part.binary)
    if part.way == "create" and before is not None:
        return _created_again(part, before, path)
    if part.unseen and before is not None:
        return Patched(None, ())
    if before is None and part.way != "create" and not begins_anew(part):
        return _of_nothing(part, path)
    found = lines.split(before or b"")
    placed = place(part.hunks, found, tolerance)
    report = _reported(placed)
    if any(each.status == "refused" for each in placed) and not ignore_conflicts:
        raise conflict(path, report)
    after = lines.joined(spliced(found, placed))
    if part.way != "delete":
        return Patched(after, report)
    if after and not ignore_conflicts:
        left = "it removes the whole file, and lines would be left"
        raise conflict(path, report, left)
    return Patched(after or None, report)


def begins_anew(part: FileDiff) -> bool:
    """Tells whether a diff that does not say that it makes a file needs none, as it has no old lines."""
    return part.way != "delete" and len(part.hunks) == 1 and not part.hunks[0].old


def _created_again(part: FileDiff, before: bytes, path: str) -> Patched:
    """Takes a file that is there already for made, when it holds what would be made."""
    made = lines.joined([line for hunk in part.hunks for line in hunk.new])
    if made != before:
        note = "it makes a new file, and one stands there"
        raise conflict(path, _all(part, "refused", 0, note), note)
    return Patched(before, _all(part, "already", 1, "the file stands there already"))


def _of_nothing(part: FileDiff, path: str) -> Patched:
    """Takes a file that is gone already for deleted; every other change needs one."""
    if part.way == "delete":
        return Patched(None, _all(part, "already", 1, "the file is gone already"))
    note = "there is no such file"
    raise conflict(path, _all(part, "refused", 0, note), note)


def conflict(path: str, report: tuple[PatchHunkReport, ...], note: str = "") -> PatchConflict:
    """Makes the error of a diff that does not fit, telling the first hunk that does not."""
    refused = [each for each in report if each.status == "refused"]
    what = note or f"hunk {refused[0].hunk} of {len(report)}: {refused[0].note}"
    if len(refused) > 1 and not note:
        what += f" (and {len(refused) - 1} more)"
    hint = "read the file, and make the diff against what it holds now"
    if any(each.status == "applied" for each in report) and not note:
        hint += ", or pass ignore_conflicts=True to patch() for the hunks that fit"
    return PatchConflict(f"the diff does not fit {path!r}: {what}", hint=hint, report=report, path=path)


def _reported(placed: Sequence[Placed]) -> tuple[PatchHunkReport, ...]:
    landed = enumerate(zip(placed, lines_after(placed), strict=True), start=1)
    return tuple(PatchHunkReport(number, each.status, each.level, line, each.note) for number, (each, line) in landed)


def _all(part: FileDiff, status: str, line: int, note: str) -> tuple[PatchHunkReport, ...]:
    numbers = range(1, len(part.hunks) + 1)
    return tuple(PatchHunkReport(number, status, "exact", line, note) for number in numbers)  # type: ignore[arg-type]
