"""What differs between two contents, line by line: the same answer everywhere, for the same bytes."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from journal.content import compact, lcs, lines, text
from journal.content.compact import Block
from journal.content.unified import Side, around, exchanged, hunks, unified
from journal.errors import CorruptionError
from journal.limits import PREVIEW_CHARS_MAX

__all__ = [
    "DIFF_VERSION",
    "Block",
    "Comparison",
    "Side",
    "compare",
    "exchanged",
    "hunks",
    "pack_blocks",
    "preview",
    "unified",
    "unpack_blocks",
]

DIFF_VERSION = 2
"""Goes up whenever the same bytes may give other blocks: thresholds, ties and scores are part of it."""

TRIM_ABOVE = 32 << 10
"""bytes of both sides; smaller ones are split whole, which costs less than looking for their common ends."""


class Comparison(NamedTuple):
    """How many lines came and went, and where: (old_start, old_lines, new_start, new_lines), counted from 0."""

    additions: int
    deletions: int
    blocks: tuple[Block, ...]


def compare(before: bytes, after: bytes) -> Comparison:
    """Finds the changes that lead from one content to another, fewest lines first and readable second.

    Any bytes will do. No clock, no order of a set and no `hash()` has a say in it.
    """
    if before == after:
        return Comparison(0, 0, ())
    skipped, old, new = 0, before, after
    if len(before) + len(after) > TRIM_ABOVE:
        skipped, old, new = lines.trimmed(before, after, compact.MARGIN_LINES)
    a, b = lines.split(old), lines.split(new)
    found = compact.compacted(a, b, compact.blocks(*lcs.match(a, b)))
    made = tuple((i + skipped, n, j + skipped, m) for i, n, j, m in found)
    return Comparison(sum(block[3] for block in made), sum(block[1] for block in made), made)


def pack_blocks(blocks: Iterable[Block]) -> bytes:
    """Writes blocks as varints: of each the number of common lines before it, of its old lines, of its new lines."""
    made = bytearray()
    done = 0
    for old_start, old_lines, _, new_lines in blocks:
        for number in (old_start - done, old_lines, new_lines):
            while number > 0x7F:
                made.append(number & 0x7F | 0x80)
                number >>= 7
            made.append(number)
        done = old_start + old_lines
    return bytes(made)


def unpack_blocks(data: bytes) -> tuple[Block, ...]:
    """Reads what `pack_blocks` wrote.

    Raises:
        CorruptionError: it did not write this.
    """
    numbers: list[int] = []
    number = shift = 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(number)
            number = shift = 0
    if shift or len(numbers) % 3:
        raise CorruptionError("packed blocks of a diff end in the middle of one", hint="run `spool verify`")
    made = []
    old = new = 0
    for at in range(0, len(numbers), 3):
        gap, old_lines, new_lines = numbers[at : at + 3]
        made.append((old + gap, old_lines, new + gap, new_lines))
        old, new = old + gap + old_lines, new + gap + new_lines
    return tuple(made)


def preview(before: bytes, after: bytes, blocks: Sequence[Block], width: int = PREVIEW_CHARS_MAX) -> str:
    """Gives the first changed lines in at most `width` characters, control characters shown."""
    _, a, b, blocks = around(before, after, blocks, 0)
    made: list[str] = []
    room = width
    for old_start, old_lines, new_start, new_lines in blocks:
        changed = [("-", line) for line in a[old_start : old_start + min(old_lines, room)]]
        changed += [("+", line) for line in b[new_start : new_start + min(new_lines, room)]]
        for sign, line in changed:
            if room < 2:
                return "\n".join(made)
            made.append(sign + text.shown(line.removesuffix(lines.NO_NEWLINE), room - 1))
            room -= len(made[-1]) + 1  # the newline that parts it from the next
    return "\n".join(made)
