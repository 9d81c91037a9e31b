"""Where the hunks of a diff belong in a file: the one place that knows how far they may drift.

    strict      a hunk belongs exactly at its numbered line, where its old lines stand byte for byte
    tolerant    numbers are hints, white space may differ, context may have been edited: `seeking`
    fuzzy       what is left is merged character by character within one window that is much alike: `merging`

Whatever fits strictly is placed strictly, so that a larger tolerance never moves a hunk that stands where it says.
"""

from collections.abc import Sequence

from journal.content.diff_parsing import ParsedHunk
from journal.content.landing import NOWHERE, Placed, refused, shown, unless_torn
from journal.records import Tolerance


def place(hunks: Sequence[ParsedHunk], found: list[bytes], tolerance: Tolerance) -> list[Placed]:
    """Finds the place of every hunk in the lines of a file, as `lines.split` gives them.

    A hunk whose old lines do not stand where it belongs, and whose new lines do, between the context or the ends of the
    file that they are said to have, is there already; so is one that adds to the end of a file which ends with just
    that, and one that fills an empty file which holds just that.
    """
    placed = strictly(hunks, found)
    if tolerance == "strict" or all(each.status != "refused" for each in placed):
        return placed
    from journal.content import seeking  # 8 ms, which only a hunk that drifted has to pay

    made = seeking.sought(hunks, found, merging=tolerance == "fuzzy")
    for number, each in enumerate(made):
        if each.note == NOWHERE:
            # Which says what stands there instead, and of the first one what comes nearest to it.
            if hunks[number].old_start is not None:
                made[number] = placed[number]
            if all(other.status != "refused" for other in made[:number]) and made[number].status == "refused":
                made[number] = refused(made[number].note + _nearest(hunks[number], found))
    return made


def _nearest(hunk: ParsedHunk, found: list[bytes]) -> str:
    from journal.content.nearest import nearest

    text, wanted = (b"\n".join(each).decode("utf-8", "replace") for each in (found, hunk.old))
    near = nearest(text, wanted)
    line, _, said = near[0].partition(": ") if near else ("", "", "")
    return f"; nearest to it comes line {line}, '{said}'" if near else ""


def strictly(hunks: Sequence[ParsedHunk], found: list[bytes]) -> list[Placed]:
    """Places hunks at their numbered lines; after one that is there already, the others are counted on from it."""
    made = list[Placed]()
    shift = free = 0  # how far the hunks that are there already move the others; the first line that none has taken
    for hunk in hunks:
        old, new = hunk.old, hunk.new
        if hunk.old_start is None:
            made.append(refused("it does not say at which line it belongs"))
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
        return refused(note)
    if not old and not at and new == found:
        return Placed("already", "exact", 0, 0, [], "the file holds just these lines already")
    there = found[at : at + len(old)] == old and at <= len(found)
    if there and not _ends_already(hunk, new, at, found):
        return unless_torn(Placed("applied", "exact", at, len(old), new), found)
    if _stands_already(hunk, new, at, found):
        return Placed("already", "exact", at, 0, [], "its new lines stand there already")
    return refused(_difference(old, at, found))


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
            return f"the file ends at line {len(found)}, the hunk goes on with {shown(line)}"
        if found[number] != line:
            return f"line {number + 1} is {shown(found[number])}, the hunk has {shown(line)}"
    return f"the file ends at line {len(found)}"
