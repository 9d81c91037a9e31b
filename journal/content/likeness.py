"""How much two contents have in common: the bytes of the lines that both hold, wherever they stand, as git counts."""

from collections import Counter
from collections.abc import Mapping, Sequence

from journal.content.compact import Block

WHOLE = 10_000
"""the likeness of two equal contents."""

PIECE = 64
"""bytes by which a longer line is cut, so that contents without lines can be compared; git's own figure."""

Pieces = Mapping[bytes, int]
"""How often each line occurs, without its end."""


def pieces(data: bytes) -> Pieces:
    """Takes a content apart into its lines, long ones into pieces."""
    found = Counter(data.split(b"\n"))
    if data.endswith(b"\n"):
        found[b""] -= 1  # what follows the last line's end is no line
    for line in [line for line in found if len(line) > PIECE]:
        times = found.pop(line)
        for at in range(0, len(line), PIECE):
            found[line[at : at + PIECE]] += times
    return found


def common(one: Pieces, other: Pieces) -> int:
    """Counts the bytes of the lines that two contents share, each line as often as both hold it, with its end."""
    few, many = (one, other) if len(one) <= len(other) else (other, one)
    return sum(min(times, many.get(line, 0)) * (len(line) + 1) for line, times in few.items() if line in many)


def share(shared: int, size: int, other: int) -> int:
    """Gives the share of the larger size that is common, up to WHOLE; rounded down, and WHOLE only for all of it."""
    larger = max(size, other)
    return WHOLE if not larger else min(shared, larger) * WHOLE // larger


def percent(before: Sequence[bytes], blocks: Sequence[Block], size: int, other: int) -> int:
    """Gives how alike two texts are in percent, as a diff tells it: by the lines before that are not in `blocks`."""
    gone = sum(len(line) + 1 for start, count, _, _ in blocks for line in before[start : start + count])
    return min(share(max(size - gone, 0), size, other) * 100 // WHOLE, 99)
