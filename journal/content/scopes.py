"""Which of several places stand below the lines that a hunk names as standing above it."""

from collections.abc import Sequence

from journal.content.ground import Ground, loose
from journal.content.manner import indent


def inside(places: Sequence[int], above: Sequence[bytes], ground: Ground) -> set[int]:
    """Gives the places in the body of the named lines, outermost first: a class, a function in it.

    Where a name opens no body, as a heading does, the places below it that are nearest to it.
    """
    spans = [(0, len(ground.lines), 0)]
    for name in above:
        wanted = loose(name)
        found = [at for at in ground.index.get(wanted, ()) if any(low <= at < high for low, high, _ in spans)]
        if not found:
            return set()
        spans = [_span(at, ground) for at in found]
    made = set[int]()
    for low, high, opens in spans:
        below = [at for at in places if low <= at < high]
        made.update(below if opens else below[:1])
    return made


def _span(at: int, ground: Ground) -> tuple[int, int, int]:
    """Gives the lines below a name that belong to it: those deeper indented, if the next one is."""
    depth = _depth(ground.lines[at])
    following = [n for n in range(at + 1, len(ground.lines)) if ground.loose[n]][:1]
    if not following or _depth(ground.lines[following[0]]) <= depth:
        return at, len(ground.lines), 0
    end = at + 1
    while end < len(ground.lines) and (not _says(ground.loose[end]) or _depth(ground.lines[end]) > depth):
        end += 1
    return at, end, 1


def _depth(line: bytes) -> int:
    return len(indent(line).expandtabs(8))


def _says(line: bytes) -> bool:
    """Tells whether a line has a word: brackets alone begin nothing."""
    return any(byte >= 0x80 or chr(byte).isalnum() for byte in line)
