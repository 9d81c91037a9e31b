"""Which words of a changed line differ, and which removed line belongs to which added one."""

from collections.abc import Sequence
from typing import NamedTuple

from journal.content import similarity
from journal.content.similarity import Effort
from journal.limits import (
    INTRALINE_CHARS_MAX,
    INTRALINE_PAIR_WORK_MAX,
    INTRALINE_PAIRS_MAX,
)

ALIKE = 40
"""percent of their words that two lines have in common at least to be taken for one that was changed."""

PAIRING_STEPS = 8
"""steps that a look at two lines costs, beside one of comparing two words."""

KEPT_PART = 4
"""a line of which less than this part was kept is marked as a whole: scattered marks tell nothing."""

LINE_STEPS = 16
"""steps that parting a line into words costs."""


class Piece(NamedTuple):
    """A part of a changed line: of both sides (` `), only of the old one (`-`), only of the new one (`+`)."""

    sign: str
    text: str


Pairs = list[tuple[int | None, int | None]]
"""places among the removed lines and among the added ones, both in order; None for a line on its own."""


def pieces(old: str, new: str, effort: Effort) -> tuple[Piece, ...]:
    """Parts two lines into what both have and what one has; no piece is empty, and none ends within a word.

    The pieces of one side, joined, are that side again. Lines that have little in common, or are too long, are one
    piece each.
    """
    if old == new:
        return (Piece(" ", old),) if old else ()
    if max(len(old), len(new)) > INTRALINE_CHARS_MAX or not effort.allows(LINE_STEPS):
        return _whole(old, new)
    a, b = similarity.words(old), similarity.words(new)
    least = min(_visible(old), _visible(new))
    if not least or similarity.shared(similarity.bag(a), similarity.bag(b)) * KEPT_PART < least:
        return _whole(old, new)
    start, end = similarity.common_ends(a, b)
    steps = (len(a) - start - end) * (len(b) - start - end)
    if steps > INTRALINE_PAIR_WORK_MAX or not effort.allows(steps):
        return _whole(old, new)
    diffs = similarity.word_diffs(a, b)
    similarity.engine().diff_cleanupSemantic(diffs)
    made = _put_together(old, new, _kept(diffs, _ends(a), _ends(b)))
    if sum(_visible(each.text) for each in made if each.sign == " ") * KEPT_PART < least:
        return _whole(old, new)
    return made


def paired(old: Sequence[str], new: Sequence[str], effort: Effort) -> Pairs:
    """Says which removed line of one change became which added one: by place when there are as many, else by likeness.

    Too many lines are paired by place as far as that goes.
    """
    if not old or not new:
        return [*((at, None) for at in range(len(old))), *((None, at) for at in range(len(new)))]
    if len(old) == len(new) or not effort.allows(len(old) * len(new) * PAIRING_STEPS):
        both = min(len(old), len(new))
        found: Pairs = [(at, at) for at in range(both)]
        found += [(at, None) for at in range(both, len(old))]
        return found + [(None, at) for at in range(both, len(new))]
    return _by_likeness([_words_of(each) for each in old], [_words_of(each) for each in new])


class Marking:
    """Marks the pairs of one change, as many of them as people look at."""

    def __init__(self, effort: Effort) -> None:
        self._effort = effort
        self._left = INTRALINE_PAIRS_MAX

    def pieces(self, old: str, new: str) -> tuple[Piece, ...]:
        """Parts the next two lines."""
        self._left -= 1
        return pieces(old, new, self._effort) if self._left >= 0 or old == new else _whole(old, new)


def _whole(old: str, new: str) -> tuple[Piece, ...]:
    return tuple(Piece(sign, text) for sign, text in (("-", old), ("+", new)) if text)


def _visible(text: str) -> int:
    return sum(map(len, text.split()))


def _ends(some: Sequence[str]) -> set[int]:
    """Gives the places between two words, in characters, and both ends."""
    found, at = {0}, 0
    for each in some:
        at += len(each)
        found.add(at)
    return found


def _kept(diffs: similarity.Diffs, old_ends: set[int], new_ends: set[int]) -> list[tuple[int, int, int]]:
    """Gives what both sides have, as (place in the old line, in the new one, characters), shrunk to whole words."""
    found = []
    i = j = 0
    for sign, text in diffs:
        if sign == 0:
            first, last = 0, len(text)
            while first < last and not (i + first in old_ends and j + first in new_ends):
                first += 1
            while first < last and not (i + last in old_ends and j + last in new_ends):
                last -= 1
            if first < last:
                found.append((i + first, j + first, last - first))
        i += len(text) if sign <= 0 else 0
        j += len(text) if sign >= 0 else 0
    return found


def _put_together(old: str, new: str, kept: list[tuple[int, int, int]]) -> tuple[Piece, ...]:
    made: list[Piece] = []
    i = j = 0
    for at, to, count in [*kept, (len(old), len(new), 0)]:
        made += [Piece("-", old[i:at]), Piece("+", new[j:to]), Piece(" ", old[at : at + count])]
        i, j = at + count, to + count
    return tuple(each for each in made if each.text)


def _words_of(line: str) -> frozenset[str]:
    return frozenset(each for each in similarity.words(line[:INTRALINE_CHARS_MAX]) if not each.isspace())


def _by_likeness(old: Sequence[frozenset[str]], new: Sequence[frozenset[str]]) -> Pairs:
    """Pairs lines in order so that they are as alike as can be; of equal ways the one that pairs sooner."""
    likeness = [[_likeness(a, b) for b in new] for a in old]
    best = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        row, below = best[i], best[i + 1]
        for j in range(len(new) - 1, -1, -1):
            here = likeness[i][j]
            row[j] = max(below[j], row[j + 1], here + below[j + 1] if here else 0)
    found: Pairs = []
    i = j = 0
    while i < len(old) and j < len(new):
        here = likeness[i][j]
        if here and best[i][j] == here + best[i + 1][j + 1]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            found.append((i, None))
            i += 1
        else:
            found.append((None, j))
            j += 1
    found += [(at, None) for at in range(i, len(old))]
    return found + [(None, at) for at in range(j, len(new))]


def _likeness(a: frozenset[str], b: frozenset[str]) -> int:
    """Gives the percentage of words in common, 0 where it is too little to speak of."""
    if not a or not b:
        return 0
    found = 200 * len(a & b) // (len(a) + len(b))
    return found if found >= ALIKE else 0
