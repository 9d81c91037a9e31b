"""What a hunk makes of the lines of a file that its old lines were found to be."""

from collections.abc import Sequence

from journal.content import lines
from journal.content.diff_parsing import ParsedHunk
from journal.content.ground import bare
from journal.content.landing import Level, Placed, refused, shown
from journal.content.manner import Manner, Pair, ended_alike

UNKNOWN_INDENT = "its indentation differs from the file's, and what {} should have cannot be told from its context"


def paired(hunk: ParsedHunk, found: list[bytes], places: Sequence[int]) -> list[Pair]:
    """Lists a hunk's old lines, each with the line of the file that it was found to be.

    Lines of context that all lack just one blank lost the blank that is their sign, and are as in the file.
    """
    signs = [sign for sign, _ in hunk.body if sign != "+"]
    all_of = [(s, line, found[at]) for s, line, at in zip(signs, hunk.old, places, strict=True) if at >= 0]
    context = [(line, there) for sign, line, there in all_of if sign == " " and line.strip()]
    lost = any(there != line for line, there in context) and all(_unsigned(line, there) for line, there in context)
    return [(there if lost and sign == " " else line, there) for sign, line, there in all_of]


def _unsigned(line: bytes, there: bytes) -> bool:
    return there == b" " + line if there[:1] == b" " else there == line


def rewritten(
    hunk: ParsedHunk, found: list[bytes], places: Sequence[int], manner: Manner, level: Level | None = None
) -> Placed:
    """Applies a hunk whose old lines are the lines at `places` of a file; -1 for a line of context that is not there.

    Lines of context keep the file's own bytes, added ones are written in its manner. The removed lines must be there.
    """
    pairs = paired(hunk, found, places)
    there = [at for at in places if at >= 0]
    start, end = there[0], there[-1] + 1
    added, gone = dict[int, list[bytes]](), set[int]()
    done, at = 0, start
    for sign, line in hunk.body:
        if sign == "+":
            written = manner.rewritten(bare(line), pairs)
            if written is None:
                return refused(UNKNOWN_INDENT.format(shown(bare(line))))
            added.setdefault(at, []).append(written)
            continue
        place = places[done]
        done += 1
        if place >= 0:
            at = place + 1
            if sign == "-":
                gone.add(place)
    given = list[bytes]()
    for at in range(start, end + 1):
        given += added.get(at, ())
        if at < end and at not in gone:
            given.append(bare(found[at]))
    return _ended(Placed("applied", level or _level(pairs), start, end - start, given), hunk, found)


def _level(pairs: list[Pair]) -> Level:
    if all(given == there for given, there in pairs):
        return "exact"
    return "trailing-space" if all(ended_alike(given, there) for given, there in pairs) else "white-space"


def _ended(placed: Placed, hunk: ParsedHunk, found: list[bytes]) -> Placed:
    r"""Settles whether a newline ends the file: as the hunk says, or as it was when the hunk has no `\` line."""
    end = placed.at + placed.taken
    marked = any(line.endswith(lines.NO_NEWLINE) for _, line in hunk.body)
    if marked and end < len(found):
        return refused(f"it ends the file, and line {end + 1} follows")
    told_open = bool(hunk.new) and hunk.new[-1].endswith(lines.NO_NEWLINE)
    was_open = end == len(found) and found[-1].endswith(lines.NO_NEWLINE)
    if placed.given and (told_open if marked else was_open):
        placed.given[-1] += lines.NO_NEWLINE
    return placed
