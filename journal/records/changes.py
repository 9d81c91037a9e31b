"""What differs: hunks, the patch of one file, a committed change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from journal.errors import UsageError
from journal.limits import DIFF_CONTEXT, SIDE_BY_SIDE_WIDTH
from journal.records.base import Record, plain
from journal.records.source import Source, source_at

ChangeType = Literal["created", "modified", "deleted", "renamed", "mode"]
Kind = Literal["file", "symlink"]
Tolerance = Literal["strict", "tolerant", "fuzzy"]


def checked_context(context: int) -> int:
    """Gives a number of lines of context.

    Raises:
        UsageError: it is none.
    """
    if type(context) is not int or context < 0:
        raise UsageError(f"context is {context!r}", hint="pass a number of lines from 0 on")
    return context


@dataclass(frozen=True, slots=True)
class Hunk(Record):
    """One changed place: counted from 1, its lines with their ' ', '+', '-', '\\' prefixes and no line end."""

    old_start: int
    old_lines: int
    new_start: int
    new_lines: int
    lines: tuple[str, ...]

    @property
    def added(self) -> tuple[str, ...]:
        """Gives the new lines without their prefix."""
        return tuple(line[1:] for line in self.lines if line.startswith("+"))

    @property
    def removed(self) -> tuple[str, ...]:
        """Gives the old lines without their prefix."""
        return tuple(line[1:] for line in self.lines if line.startswith("-"))


@dataclass(frozen=True, slots=True)
class PatchHunkReport(Record):
    """How one hunk of a diff landed: `hunk` and `line` are counted from 1, `line` in the file as it is afterwards.

    A hunk that was refused has line 0, and a note that says why.
    """

    hunk: int
    status: Literal["applied", "already", "refused"]
    level: Literal["exact", "trailing-space", "white-space", "drift", "merge"]
    line: int
    note: str


@dataclass(frozen=True, slots=True)
class FilePatch(Record):
    """One path's way from before to after; the text of it is worked out when it is first asked for.

    Digests are lower-case hex, sizes bytes, modes permission bits such as 0o755; None where nothing stood.
    """

    path: str
    change_type: ChangeType
    sha_before: str | None
    sha_after: str | None
    size_before: int | None
    size_after: int | None
    mode_before: int | None
    mode_after: int | None
    kind: Kind
    kind_before: Kind | None
    is_binary: bool
    too_large: bool
    renamed_from: str | None
    invocation_id: int | None
    report: tuple[PatchHunkReport, ...] = ()
    replacements: int | None = None
    _journal: str = field(default="", repr=False, compare=False)
    _memo: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def additions(self) -> int:
        """Counts the added lines; 0 for binary and too large contents."""
        return self._counts()[0]

    @property
    def deletions(self) -> int:
        """Counts the deleted lines; 0 for binary and too large contents."""
        return self._counts()[1]

    @property
    def preview(self) -> str:
        """Gives the first changed lines, at most 180 characters, control characters shown."""
        if "preview" not in self._memo:
            self._memo["preview"] = self._source().preview(self)
        return str(self._memo["preview"])

    @property
    def changed(self) -> bool:
        """Tells whether content, mode, kind or path differ."""
        before = (self.sha_before, self.mode_before, self.kind_before)
        after = (self.sha_after, self.mode_after, self.kind if self.sha_after is not None else None)
        return before != after or self.renamed_from is not None

    @property
    def hunks(self) -> tuple[Hunk, ...]:
        """Gives the changed places with three lines of context."""
        return self._source().hunks(self, self._context())

    @property
    def diff(self) -> str:
        """Renders a unified diff; `git apply` and GNU patch make exactly the after bytes of it.

        Bytes that are not UTF-8 come as surrogate escapes; `diff_bytes` has them as they are.
        """
        return self.diff_bytes.decode("utf-8", "surrogateescape")

    @property
    def diff_bytes(self) -> bytes:
        """Renders the unified diff as bytes."""
        return self._source().unified(self, self._context())

    def unified(self, context: int = DIFF_CONTEXT) -> str:
        """Renders a unified diff with so many lines of context.

        Raises:
            UsageError: that is no number of lines.
        """
        return self._source().unified(self, checked_context(context)).decode("utf-8", "surrogateescape")

    def side_by_side(self, width: int = SIDE_BY_SIDE_WIDTH, *, context: int | None = None) -> str:
        """Renders old and new in two columns: line numbers, and `|` changed, `<` removed or `>` added between them.

        No line is wider than `width` columns, wide characters counted as two. Tabs are spread out, control characters
        and bytes that are not UTF-8 stand as their numbers, a long line ends with `…`. Without `context`, as in `diff`.

        Raises:
            UsageError: the width is no number of columns from 40 on.
        """
        return self._source().side_by_side(self, width, self._context(context))

    def html(self, *, context: int | None = None, style: bool = False) -> str:
        """Renders old and new as one `<table class="spool-diff">`, changed words in `<del>` and `<ins>`, no script.

        Names and contents are escaped; control characters stand as their numbers, bytes that are not UTF-8 as U+FFFD.
        `style` puts the `<style>` ahead, which a page of many patches needs once. Without `context`, as in `diff`.
        """
        return self._source().html(self, self._context(context), style)

    def to_dict(self, *, diff: bool = True) -> dict[str, Any]:
        """Gives the patch as JSON types; with `diff`, also counts, preview, hunks and the text."""
        data = Record.to_dict(self)
        if diff:
            lazy = ("additions", "deletions", "preview", "changed", "hunks", "diff")
            data |= {name: plain(getattr(self, name)) for name in lazy}
        return data

    def nested(self) -> dict[str, Any]:
        """Gives the patch as a part of another record: without its text."""
        return self.to_dict(diff=False)

    def remember(self, counts: tuple[int, int]) -> None:
        """Lets the patch know its added and deleted lines, so that it need not ask for them."""
        self._memo["counts"] = counts

    def carry(self, source: Source, context: int = DIFF_CONTEXT) -> None:
        """Lets the patch ask what it carries along instead of a journal that does not hold its contents."""
        self._memo["source"] = source
        self._memo["context"] = context

    def _source(self) -> Source:
        carried: Source | None = self._memo.get("source")
        return source_at(self._journal) if carried is None else carried

    def _context(self, asked: int | None = None) -> int:
        return int(self._memo.get("context", DIFF_CONTEXT)) if asked is None else checked_context(asked)

    def _counts(self) -> tuple[int, int]:
        if "counts" not in self._memo:
            self._memo["counts"] = self._source().counts(self)
        additions, deletions = self._memo["counts"]
        return additions, deletions


@dataclass(frozen=True, slots=True)
class Change(Record):
    """What a commit recorded for one path; `cursor` is its place in the feed, strictly rising, never reused.

    A rename is two changes: its old path is deleted, `renamed_to` says what it is now; its new path is renamed, and
    begins with what stood at the old one.
    """

    commit_id: str
    path: str
    change_type: ChangeType
    kind: Kind
    kind_before: Kind | None
    sha_before: str | None
    sha_after: str | None
    mode_before: int | None
    mode_after: int | None
    renamed_from: str | None
    invocation_id: int | None
    cursor: int
    branch: str
    session_id: str
    committed_at: datetime
    ends_commit: bool
    renamed_to: str | None = None
    _parted: bool = field(default=False, repr=False, compare=False)
    _journal: str = field(default="", repr=False, compare=False)

    @property
    def patch(self) -> FilePatch:
        """Gives the change as a patch, worked out on first use.

        The patches of a commit together tell each thing once: the text of a rename stands at its new path. Where the
        reader's filter lets only one path of it through, that one is created, or deleted, as any other.
        """
        return source_at(self._journal).patch_of(self)

    @property
    def parted(self) -> bool:
        """Tells whether it is one side of a rename of which the reader's filter lets the other one not through."""
        return self._parted

    def to_dict(self, *, patch: bool = False) -> dict[str, Any]:
        """Gives the change as JSON types; with `patch`, its patch too."""
        data = Record.to_dict(self)
        return data | {"patch": self.patch.to_dict()} if patch else data


@dataclass(frozen=True, slots=True)
class Commit(Record):
    """Changes published together; `id` is the SHA-256 over all that it says, its parent's id included."""

    id: str
    parent_id: str | None
    merged_id: str | None
    branch: str
    session_id: str
    created_at: datetime
    message: str
    metadata: Mapping[str, Any] = field(hash=False)
    files: int
    additions: int
    deletions: int
    cursor: int
