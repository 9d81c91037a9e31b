"""A patch as two sides that face each other: rows of old and new lines, and what else is to be said of it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from journal.content.intraline import Marking, Piece, paired
from journal.content.similarity import Effort
from journal.limits import INTRALINE_WORK_MAX
from journal.records import FilePatch, Hunk

NO_NEWLINE = "\\ No newline at end of file"
"""a line of a hunk that says this of the one before it; a line of a file has a sign before it."""

HUNK_SIGNS = (" ", "+", "-", "\\")
"""begin each line of a hunk, and none of what stands between two files of a diff."""


class Line(NamedTuple):
    """One line of one side: its number, counted from 1, its text without the newline, and whether it has one."""

    number: int
    text: str
    ended: bool = True


class Row(NamedTuple):
    """Two lines that face each other; `sign` is a blank, `|` changed, `<` removed or `>` added.

    Of a changed row `pieces` says which words differ.
    """

    sign: str
    old: Line | None
    new: Line | None
    pieces: tuple[Piece, ...] = ()


def rows(hunk: Hunk, effort: Effort, *, marked: bool = True) -> Iterator[Row]:
    """Sets the lines of a hunk against each other, the removed ones of each change against the added ones.

    Without `marked` nobody asks which words differ.
    """
    removed, added = list[Line](), list[Line]()
    old, new = hunk.old_start, hunk.new_start
    for sign, text, ended in _signed(hunk.lines):
        if sign == " ":
            yield from changed(removed, added, effort, marked=marked)
            removed, added = [], []
            yield Row(" ", Line(old, text, ended), Line(new, text, ended))
        elif sign == "-":
            removed.append(Line(old, text, ended))
        else:
            added.append(Line(new, text, ended))
        old += sign != "+"
        new += sign != "-"
    yield from changed(removed, added, effort, marked=marked)


def changed(
    removed: Sequence[Line], added: Sequence[Line], effort: Effort, *, marked: bool = True
) -> Iterator[Row]:
    """Sets the lines of one change against each other."""
    marking = Marking(effort)
    for i, j in paired([line.text for line in removed], [line.text for line in added], effort):
        old, new = None if i is None else removed[i], None if j is None else added[j]
        if old is not None and new is not None:
            yield Row("|", old, new, marking.pieces(old.text, new.text) if marked else ())
        else:
            yield Row("<" if new is None else ">", old, new)


def worded(diff: str) -> Iterator[tuple[str, tuple[Piece, ...]]]:
    """Yields the lines of a unified diff with each changed line once, in pieces of both sides.

    The first of each pair says what the line is: `header` or `hunk`, in one piece as it stands, or `text`.
    """
    effort = Effort(INTRALINE_WORK_MAX)
    body = list[str]()
    for line in diff.split("\n")[:-1]:
        if body and line[:1] in HUNK_SIGNS:
            body.append(line)
            continue
        yield from _worded_hunk(body[1:], effort)
        body = [line] if line.startswith("@@") else []
        yield "hunk" if body else "header", (Piece(" ", line),)
    yield from _worded_hunk(body[1:], effort)


def _worded_hunk(lines: Sequence[str], effort: Effort) -> Iterator[tuple[str, tuple[Piece, ...]]]:
    for row in rows(Hunk(1, 0, 1, 0, tuple(lines)), effort):
        old, new = row.old, row.new
        if old is not None and new is not None:
            yield "text", row.pieces if row.sign == "|" else (Piece(" ", old.text),)
        elif (line := old or new) is not None:
            yield "text", (Piece("+" if old is None else "-", line.text),)
        signs = "".join(sign for sign, line in (("-", old), ("+", new)) if line is not None and not line.ended)
        if signs:
            yield "text", (Piece(" " if len(signs) == 2 else signs, NO_NEWLINE),)


def names(patch: FilePatch) -> tuple[str, str]:
    """Gives the name of each side, empty where nothing stands."""
    old = patch.path if patch.renamed_from is None else patch.renamed_from
    return old if patch.sha_before is not None else "", patch.path if patch.sha_after is not None else ""


def notes(patch: FilePatch, hunks: Sequence[Hunk]) -> str:
    """Says in some words what lines do not: the kind of change, modes, kinds, sizes where no text is shown."""
    said: list[str] = [] if patch.change_type == "mode" else [patch.change_type]
    before, after = patch.mode_before, patch.mode_after
    if before is not None and after is not None and before != after:
        said.append(f"mode {before:o} -> {after:o}")
    elif patch.change_type in ("created", "deleted") and patch.kind == "file":
        said.append(f"mode {(before if after is None else after) or 0:o}")
    if patch.kind_before is not None and patch.sha_after is not None and patch.kind != patch.kind_before:
        said.append(f"{patch.kind_before} -> {patch.kind}")
    elif patch.kind == "symlink":
        said.append("symlink")
    if (patch.is_binary or patch.too_large) and patch.sha_before != patch.sha_after:
        why = "binary" if patch.is_binary else "too large to compare"
        said.append(f"{why}, {patch.size_before or 0} -> {patch.size_after or 0} bytes")
    if carriage_returns(hunks):
        said.append("CRLF")
    return ", ".join(said)


def ends(patch: FilePatch, row: Row) -> tuple[str, str]:
    """Says of each line of a row that it has no newline; not of what a symlink points to, where that means nothing."""
    sides = ((row.old, patch.kind_before), (row.new, patch.kind))
    old, new = (NO_NEWLINE if line and not line.ended and kind != "symlink" else "" for line, kind in sides)
    return old, new


def carriage_returns(hunks: Sequence[Hunk]) -> bool:
    r"""Tells whether every line that is shown ends with `\r`, which then need not be shown on each."""
    lines = [line for hunk in hunks for line in hunk.lines if line != NO_NEWLINE]
    return bool(lines) and all(line.endswith("\r") for line in lines)


def _signed(lines: tuple[str, ...]) -> Iterator[tuple[str, str, bool]]:
    """Yields sign and text of each line, and whether it ends with a newline."""
    for at, line in enumerate(lines):
        if line != NO_NEWLINE:
            yield line[:1] or " ", line[1:], lines[at + 1 : at + 2] != (NO_NEWLINE,)
