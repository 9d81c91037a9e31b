"""Where the hunks of a diff belong in a file: the one place that knows how far they may drift."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from journal.content import lines, text
from journal.content.diff_parsing import ParsedHunk
from journal.records import Tolerance

SHOWN_CHARS = 60


class Placed(NamedTuple):
    """What becomes of one hunk: from line `at`, counted from 0, `taken` lines make room for the `given` ones.

    One that is `already` there or `refused` takes and gives nothing.
    """

    status: Literal["applied", "already", "refused"]
    level: Literal["exact", "trailing-space", "white-space", "drift", "merge"]
    at: int
    taken: int
    given: list[bytes]
    note: str = ""


def place(hunks: Sequence[ParsedHunk], found: list[bytes], tolerance: Tolerance) -> list[Placed]:
    """Finds the place of every hunk in the lines of a file, as `lines.split` gives them.

    Every tolerance is strict so far: a hunk belongs exactly at its numbered line, where its old lines stand byte for
    byte. Where they do not and its new lines stand there instead, between the context or the ends of the file that
    they are said to have, it is there already; so is one that adds to the end of a file which ends with just that, and
    one that fills an empty file which holds just that. The hunks after it are then counted on from there.
    """
    made = list[Placed]()
    shift = free = 0  # how far the hunks that are there already move the others; the first line that none has taken
    for hunk in hunks:
        old, new = hunk.old, hunk.new
        if hunk.old_start is None:
            made.append(_refused("it does not say at which line it belongs"))
            continue
        at = hunk.old_start - (1 if old else 0) + shift
        placed = _placed(hunk, old, new, at, free, found)
        made.append(placed)
        if placed.status == "refused":
            continue
        if placed.status == "already":
            shift += len(new) - len(old)
        free = at + (len(old) if placed.status == "applied" else len(new))
    return made


def _placed(hunk: ParsedHunk, old: list[bytes], new: list[bytes], at: int, free: int, found: list[bytes]) -> Placed:
    if at < free:
        note = "it is said to begin within the hunk before it" if free else f"there is no line {hunk.old_start}"
        return _refused(note)
    if not old and not at and new == found:
        return Placed("already", "exact", 0, 0, [], "the file holds just these lines already")
    there = found[at : at + len(old)] == old and at <= len(found)
    if there and not _ends_already(hunk, new, at, found):
        return _unless_torn(Placed("applied", "exact", at, len(old), new), found)
    if _stands_already(hunk, new, at, found):
        return Placed("already", "exact", at, 0, [], "its new lines stand there already")
    return _refused(_difference(old, at, found))


def _unless_torn(placed: Placed, found: list[bytes]) -> Placed:
    """Refuses what would put a line behind a last line that has no newline."""
    end = placed.at + placed.taken
    if end < len(found) and placed.given and placed.given[-1].endswith(lines.NO_NEWLINE):
        return _refused(f"it ends the file, and line {end + 1} follows")
    if placed.given and placed.at > 0 and found[placed.at - 1].endswith(lines.NO_NEWLINE):
        return _refused(f"line {placed.at} has no newline, and it would go on behind it")
    return placed


def _stands_already(hunk: ParsedHunk, new: list[bytes], at: int, found: list[bytes]) -> bool:
    """Tells whether a hunk was applied: what it has no context for must be an end of the file."""
    end = at + len(new)
    if not new or found[at:end] != new:
        return False
    starts = hunk.body[0][0] == " " or at == 0
    return starts and (hunk.body[-1][0] == " " or end == len(found))


def _ends_already(hunk: ParsedHunk, new: list[bytes], at: int, found: list[bytes]) -> bool:
    """Tells whether lines that are to be added behind the last one were: then what they follow stands there too."""
    adds_to_end = hunk.body[0][0] == " " and hunk.body[-1][0] == "+"
    return adds_to_end and at + len(new) == len(found) and found[at:] == new


def _difference(old: list[bytes], at: int, found: list[bytes]) -> str:
    """Says at which line the file is not as the hunk has it, and how both are."""
    for number, line in enumerate(old, start=at):
        if number >= len(found):
            return f"the file ends at line {len(found)}, the hunk goes on with {_shown(line)}"
        if found[number] != line:
            return f"line {number + 1} is {_shown(found[number])}, the hunk has {_shown(line)}"
    return f"the file ends at line {len(found)}"


def _shown(line: bytes) -> str:
    ended = line.removesuffix(lines.NO_NEWLINE)
    shown = f"'{text.shown(ended, SHOWN_CHARS)}'"
    return shown if ended == line else shown + " without a newline"


def _refused(note: str) -> Placed:
    return Placed("refused", "exact", -1, 0, [], note)


def spliced(found: list[bytes], placed: Sequence[Placed]) -> list[bytes]:
    """Gives the lines of the file with every hunk that applies in its place."""
    made, done = list[bytes](), 0
    for each in placed:
        if each.status == "applied":
            made += found[done : each.at]
            made += each.given
            done = each.at + each.taken
    return made + found[done:]
