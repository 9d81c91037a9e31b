"""A patch in two columns, old and new, that never are wider than they may be."""

from collections.abc import Iterator, Sequence

from journal.content import facing
from journal.content.columns import fitted, laid, padded
from journal.content.facing import Line
from journal.content.similarity import Effort
from journal.errors import UsageError
from journal.limits import INTRALINE_WORK_MAX, SIDE_BY_SIDE_WIDTH_MAX, SIDE_BY_SIDE_WIDTH_MIN
from journal.records import FilePatch, Hunk

RULE = "-"
"""fills the line before each hunk."""

GUTTER = 3
"""columns between both sides: the sign, and a blank on each side of it."""


def side_by_side(patch: FilePatch, hunks: Sequence[Hunk], width: int) -> str:
    """Renders a patch in lines of at most `width` columns, each ended by a newline; nothing when nothing changed.

    First the names and what is to be said besides, then each hunk below a line of dashes. Tabs are spread out, control
    characters and bytes that are not UTF-8 are shown by their numbers, long lines end with `…`.

    Raises:
        UsageError: the width is no number, or leaves no room.
    """
    _refuse_useless(width)
    if not patch.changed:
        return ""
    return "\n".join(line.rstrip(" ") for line in _lines(patch, hunks, width)) + "\n"


def parted(line: str, width: int) -> tuple[str, str, str]:
    """Parts a line that was rendered for this width into the old side, the sign with its blanks, and the new side."""
    left = fitted(line, _left(width))
    return left, line[len(left) : len(left) + GUTTER], line[len(left) + GUTTER :]


def _refuse_useless(width: object) -> None:
    least, most = SIDE_BY_SIDE_WIDTH_MIN, SIDE_BY_SIDE_WIDTH_MAX
    if type(width) is not int or not least <= width <= most:
        hint = f"pass a number of columns from {least} to {most}, or ask for the unified diff"
        raise UsageError(f"two sides do not fit a width of {width!r}", hint=hint)


def _left(width: int) -> int:
    return (width - GUTTER) // 2


def _lines(patch: FilePatch, hunks: Sequence[Hunk], width: int) -> Iterator[str]:
    left, right = _left(width), width - GUTTER - _left(width)
    old, new = facing.names(patch)
    yield padded(laid(old, left), left) + " " * GUTTER + laid(new, right)
    yield laid(facing.notes(patch, hunks), width)
    last = max((max(hunk.old_start + hunk.old_lines, hunk.new_start + hunk.new_lines) for hunk in hunks), default=1)
    digits = len(str(max(last - 1, 1)))
    strip = facing.carriage_returns(hunks)
    effort = Effort(INTRALINE_WORK_MAX)
    for hunk in hunks:
        yield RULE * width
        for row in facing.rows(hunk, effort, marked=False):
            yield _joined(_cell(row.old, left, digits, strip), row.sign, _cell(row.new, right, digits, strip), left)
            ends = facing.ends(patch, row)
            if any(ends):
                yield _joined(laid(ends[0], left), " ", laid(ends[1], right), left)


def _joined(old: str, sign: str, new: str, left: int) -> str:
    return f"{padded(old, left)} {sign} {new}"


def _cell(line: Line | None, room: int, digits: int, strip: bool) -> str:
    if line is None:
        return ""
    text = line.text.removesuffix("\r") if strip else line.text
    return f"{line.number:>{digits}} {laid(text, room - digits - 1)}"
