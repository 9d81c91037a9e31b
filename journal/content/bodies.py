"""The lines of one changed place as people and programs send them: signs that are missing, blanks that went astray."""

from typing import NamedTuple

from journal.content import lines
from journal.content.markers import TYPED_DASH, misread

BLANK = (b"", b"\r")
"""lines of context whose blank was taken away, as editors and chats do."""


class Body(NamedTuple):
    """What lines say: each with its sign; `sloppy` when one had none and was taken for context."""

    lines: tuple[tuple[str, bytes], ...]
    sloppy: bool

    @property
    def changes(self) -> bool:
        """Tells whether anything is to be added or removed."""
        return any(sign != " " for sign, _ in self.lines)


def read(given: list[bytes], first: int, *, blanks_count: bool = False) -> Body:
    r"""Reads the lines of a hunk whose end is known; `first` is the number of the first of them.

    An empty line is one of context, but for those at the end, unless `blanks_count`; a line without a sign is context,
    and makes it sloppy.

    Raises:
        InvalidPatch: a line begins with a dash that is no `-`, or `\ No newline` stands where no file can end.
    """
    end = len(given)
    while end and not blanks_count and given[end - 1] in BLANK:
        end -= 1
    made: list[tuple[str, bytes]] = []
    sloppy = False
    ended: str | None = None  # the signs that no line may have any more
    for at in range(end):
        line = given[at]
        sign = line[:1]
        if sign == b"\\" and is_end(line):
            ended = _ended(made, ended, first + at)
            continue
        if sign in (b" ", b"+", b"-"):
            made.append((sign.decode(), line[1:]))
        else:
            if TYPED_DASH.match(line):
                hint = "write - for a removed line, or a blank before the dash for a line of context"
                raise misread(first + at, "begins with a dash that is no -", hint, line)
            made.append((" ", line))
            sloppy = sloppy or line not in BLANK
        if ended is not None and made[-1][0] in ended:
            hint = "`\\ No newline at end of file` follows the last line of the file; leave it away elsewhere"
            raise misread(first + at, "follows a last line", hint, line)
    return Body(tuple(made), sloppy)


def is_end(line: bytes) -> bool:
    r"""Tells whether a line is `\ No newline at end of file`, in any language."""
    return line.startswith((b"\\ ", b"\\No newline"))


def _ended(made: list[tuple[str, bytes]], ended: str | None, number: int) -> str:
    """Marks the last line as one without a newline; gives the signs that may not follow."""
    hint = "write it below the last line of the file, once"
    if not made or made[-1][1].endswith(lines.NO_NEWLINE):
        raise misread(number, "says that a line has no newline, and follows none", hint)
    sign, line = made[-1]
    made[-1] = (sign, line + lines.NO_NEWLINE)
    return " +-" if ended is not None or sign == " " else sign + " "


def all_added(body: Body, first: int) -> Body:
    """Gives the lines of a new file, whose empty lines may lack their sign.

    Raises:
        InvalidPatch: a line is said to stand there already.
    """
    made: list[tuple[str, bytes]] = []
    for sign, line in body.lines:
        if sign != "+" and (sign == "-" or line not in BLANK):
            hint = "begin every line of a new file with +; to change a file that is there, name it on both sides"
            raise misread(first, "makes a new file, and not all of its lines are added", hint, sign.encode() + line)
        made.append(("+", line))
    return Body(tuple(made), body.sloppy)


def refuse_without_change(body: Body, line: int) -> None:
    """Refuses a place of which nothing is said to change.

    Raises:
        InvalidPatch
    """
    if not body.lines:
        raise misread(line, "begins a hunk without lines", "write what changes below it, with - and + before the lines")
    if not body.changes:
        hint = "begin what is removed with - and what is added with +"
        raise misread(line, "begins a hunk that changes nothing", hint)
