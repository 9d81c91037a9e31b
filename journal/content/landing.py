"""What became of a hunk in a file."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from journal.content import lines, text

SHOWN_CHARS = 60

NOWHERE = "its lines do not stand in the file"

Level = Literal["exact", "trailing-space", "white-space", "drift", "merge"]


class Placed(NamedTuple):
    """What becomes of one hunk: from line `at`, counted from 0, `taken` lines make room for the `given` ones.

    One that is `already` there or `refused` takes and gives nothing.
    """

    status: Literal["applied", "already", "refused"]
    level: Level
    at: int
    taken: int
    given: list[bytes]
    note: str = ""


def refused(note: str) -> Placed:
    """Leaves a hunk out, and says why."""
    return Placed("refused", "exact", -1, 0, [], note)


def unless_torn(placed: Placed, found: list[bytes]) -> Placed:
    """Refuses what would put a line behind a last line that has no newline."""
    end = placed.at + placed.taken
    if end < len(found) and placed.given and placed.given[-1].endswith(lines.NO_NEWLINE):
        return refused(f"it ends the file, and line {end + 1} follows")
    if placed.given and placed.at > 0 and found[placed.at - 1].endswith(lines.NO_NEWLINE):
        return refused(f"line {placed.at} has no newline, and it would go on behind it")
    return placed


def shown(line: bytes) -> str:
    """Quotes a line for a note."""
    ended = line.removesuffix(lines.NO_NEWLINE)
    quoted = f"'{text.shown(ended, SHOWN_CHARS)}'"
    return quoted if ended == line else quoted + " without a newline"


def spliced(found: list[bytes], placed: Sequence[Placed]) -> list[bytes]:
    """Gives the lines of the file with every hunk that applies in its place, in whatever order they come."""
    made, done = list[bytes](), 0
    for each in sorted((each for each in placed if each.status == "applied"), key=lambda each: each.at):
        made += found[done : each.at]
        made += each.given
        done = each.at + each.taken
    return made + found[done:]


def lines_after(placed: Sequence[Placed]) -> list[int]:
    """Gives for each hunk the line at which it stands when all are applied, counted from 1; 0 for a refused one."""
    shift, at = 0, dict[int, int]()
    for number, each in sorted(enumerate(placed), key=lambda pair: pair[1].at):
        at[number] = 0 if each.status == "refused" else each.at + shift + 1
        shift += len(each.given) - each.taken
    return [at[number] for number in range(len(placed))]
