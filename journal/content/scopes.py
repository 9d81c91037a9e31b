"""Which of several places stand below the lines that a hunk names as standing above it."""

import re
from collections.abc import Sequence

from journal.content.ground import Ground, loose
from journal.content.landing import shown
from journal.content.manner import indent


def inside(places: Sequence[int], above: Sequence[bytes], ground: Ground) -> tuple[set[int], str]:
    """Gives the places in the body of the named lines, outermost first, such as class and function; else why not.

    A name may be the beginning of its line. Where it opens no body, as a heading does, the place below it that is
    nearest to it.
    """
    spans = [(0, len(ground.lines), 0)]
    for name in above:
        found = [at for at in _named(loose(name), ground) if any(low <= at < high for low, high, _ in spans)]
        if not found:
            return set(), f"it is said to stand below {shown(name.strip())}, and no line begins so there"
        spans = [_span(at, ground) for at in found]
    made = set[int]()
    for low, high, opens in spans:
        below = [at for at in places if low <= at < high]
        made.update(below if opens else below[:1])
    return made, f"it does not stand below {shown(above[-1].strip())}, where it is said to"


def _named(name: bytes, ground: Ground) -> list[int]:
    """Lists the lines that are a name, or else those that begin with it."""
    if name in ground.index:
        return ground.index[name]
    starts = re.compile(re.escape(name) + rb"(?![\w])") if name else None
    return [at for at, line in enumerate(ground.loose) if starts is not None and starts.match(line)]


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
