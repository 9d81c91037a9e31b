"""A hunk merged letter by letter into the one place that is much like its old lines."""

from journal.content.diff_parsing import ParsedHunk
from journal.content.drifting import LEAD_MIN, offsets
from journal.content.ground import Ground, bare, loose
from journal.content.landing import Placed, unless_torn
from journal.content.lines import NO_NEWLINE
from journal.content.similarity import common_ends, engine, ratio
from journal.limits import PATCH_MERGE_WORK_MAX

WINDOW_MIN = 0.75
"""likeness of the place to a hunk's old lines."""


def merged(hunk: ParsedHunk, ground: Ground, low: int, high: int) -> Placed | None:
    """Merges a hunk within one window of as many lines, by diff-match-patch; None where no window is like enough.

    Only the letters that the hunk changes are changed, so what was edited beside them stays.
    """
    size = len(hunk.old)
    at = _window(hunk, ground, low, high)
    if at is None:
        return None
    there = _text([bare(line) for line in ground.lines[at : at + size]])
    old, new = (_text([bare(line) for line in side]) for side in (hunk.old, hunk.new))
    start, end = common_ends(old, new)
    if (len(old) - start - end) * (len(new) - start - end) > PATCH_MERGE_WORK_MAX:
        return None
    text, landed = engine().patch_apply(engine().patch_make(old, new), there)
    if not all(landed):
        return None
    given = text.encode("utf-8", "surrogateescape").split(b"\n")[:-1]
    if given and at + size == len(ground.lines) and ground.lines[-1].endswith(NO_NEWLINE):
        given[-1] += NO_NEWLINE
    note = "it was merged letter by letter with lines that were edited: look at what came of it"
    return unless_torn(Placed("applied", "merge", at, size, given, note), ground.lines)


def _window(hunk: ParsedHunk, ground: Ground, low: int, high: int) -> int | None:
    """Finds the one place that is like a hunk's old lines."""
    wanted = [loose(line) for line in hunk.old]
    text = _text(wanted)
    found = list[tuple[float, int]]()
    for at in offsets(wanted, ground, low, high):
        if low <= at and at + len(wanted) <= high:
            found.append((-ratio(text, _text(ground.loose[at : at + len(wanted)])), at))
    found.sort()
    if not found or -found[0][0] < WINDOW_MIN:
        return None
    best, at = found[0]
    others = [likeness for likeness, other in found[1:] if abs(other - at) >= len(wanted)]
    return None if others and others[0] < best + LEAD_MIN else at


def _text(lines: list[bytes]) -> str:
    return b"".join(line + b"\n" for line in lines).decode("utf-8", "surrogateescape")
