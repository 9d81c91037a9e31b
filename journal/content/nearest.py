"""Which lines of a text come nearest to one that it does not hold, so that who asked for it sees what stands there."""

import heapq
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from journal.content import similarity
from journal.content.similarity import Effort
from journal.content.text import shown
from journal.limits import (
    NEAREST_CHARS_MAX,
    NEAREST_COMPARED_MAX,
    NEAREST_HITS_MAX,
    NEAREST_LINES_MAX,
    NEAREST_WANTED_MAX,
    NEAREST_WORK_MAX,
    QUOTED_CHARS_MAX,
)

ALIKE = 0.6
"""least share in common for a line to be of any help."""

BESIDE = 0.8
"""least part of the best line's share for another line to be shown beside it."""

GRAM = 4
"""characters of the pieces by which lines are found: a mistyped word still has some of them."""

GRAMS_MAX = 48
"""pieces of one text that are looked up; each costs a pass over the file, some 5 ms for 10 MB."""

ANCHORS_MAX = 5
"""lines of a wanted text by which windows are found where none of its lines stands in the file."""

WINDOWS_MAX = 10
"""windows that are compared line by line."""


class Text(NamedTuple):
    """A text, its lines, and where each begins."""

    whole: str
    lines: list[str]
    starts: list[int]


def nearest(text: str, wanted: str) -> tuple[str, ...]:
    """Gives the lines most like `wanted`, as `LINE: text`; of a wanted text of several lines, those in the window of
    as many lines that resembles it most.

    At most limits.NEAREST_LINES_MAX; none where nothing is alike. No clock has a say in it: the work is bounded.
    """
    lines = text.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)][:-1]
    asked = wanted.split("\n")
    first = next((at for at, line in enumerate(asked) if line.strip()), None)
    if first is None:
        return ()
    asked = asked[first : first + NEAREST_WANTED_MAX]
    while not asked[-1].strip():
        asked.pop()
    held = Text(text, lines, starts)
    effort = Effort(NEAREST_WORK_MAX)
    found = _single(held, asked[0], effort) if len(asked) == 1 else _window(held, asked, effort)
    return tuple(f"{at + 1}: {_quoted(lines[at], start)}" for at, start in found[:NEAREST_LINES_MAX])


def _quoted(line: str, start: int) -> str:
    """Quotes a line; of one that is too long, from the place on that is meant."""
    if start and len(line) > QUOTED_CHARS_MAX:
        return "…" + shown(line[start:], QUOTED_CHARS_MAX - 1)
    return shown(line, QUOTED_CHARS_MAX)


def _single(text: Text, wanted: str, effort: Effort) -> list[tuple[int, int]]:
    """Finds the lines most like one line, the best first, and where in each its like begins."""
    asked = wanted.strip()[:NEAREST_CHARS_MAX]
    scored = []
    for at in _promising(text, asked):
        start, end = _part(text.lines[at], asked)
        scored.append((-_ratio(asked, text.lines[at][start:end], effort), at, start))
    scored.sort()
    return [(at, start) for score, at, start in scored if -score >= max(ALIKE, -scored[0][0] * BESIDE)]


def _window(text: Text, asked: Sequence[str], effort: Effort) -> list[tuple[int, int]]:
    """Finds the lines of the window most like several lines: all of a short one, else those that differ."""
    scored = [(-_likeness(text, start, asked, effort), start) for start in _windows(text, asked)]
    if not scored:
        return []
    score, start = min(scored)
    if -score < ALIKE:
        return []
    span = range(max(start, 0), min(start + len(asked), len(text.lines)))
    other = [at for at in span if not _same(text.lines[at], asked, at - start)]
    return [(at, 0) for at in (span if len(span) <= NEAREST_LINES_MAX or not other else other)]


def _windows(text: Text, asked: Sequence[str]) -> list[int]:
    """Gives the first lines of the most promising windows: those in which most lines stand where they should."""
    places: dict[str, list[int]] = {}
    for at, line in enumerate(asked):
        if bare := line.strip():
            places.setdefault(bare, []).append(at)
    votes: dict[int, int] = {}
    stands = dict.fromkeys(places, 0)
    for number, line in enumerate(text.lines):
        bare = line.strip()
        if bare in places and stands[bare] < NEAREST_HITS_MAX:
            stands[bare] += 1
            for at in places[bare]:
                votes[number - at] = votes.get(number - at, 0) + len(bare)
    if not votes:
        longest = sorted(range(len(asked)), key=lambda at: (-len(asked[at].strip()), at))[:ANCHORS_MAX]
        for at in longest:
            for number in _promising(text, asked[at].strip()[:NEAREST_CHARS_MAX]):
                votes[number - at] = votes.get(number - at, 0) + 1
    return heapq.nsmallest(WINDOWS_MAX, votes, key=lambda start: (-votes[start], start))


def _likeness(text: Text, start: int, asked: Sequence[str], effort: Effort) -> float:
    """Gives the share that a window has in common with what was asked for, each line weighed by its length."""
    common = total = 0.0
    for at, line in enumerate(asked):
        weight = len(line.strip()) + 1
        total += weight
        if 0 <= start + at < len(text.lines):
            stands = text.lines[start + at]
            common += weight * (1.0 if _same(stands, asked, at) else _ratio(stands, line, effort))
    return common / total


def _same(stands: str, asked: Sequence[str], at: int) -> bool:
    """Tells whether a line is as it was asked for; the first one may begin, and the last one end, within a line."""
    line = asked[at]
    if at == 0:
        return stands.endswith(line)
    return stands.startswith(line) if at == len(asked) - 1 else stands == line


def _ratio(stands: str, line: str, effort: Effort) -> float:
    """Compares two lines letter by letter while that may cost anything, then by their words."""
    a, b = stands.strip()[:NEAREST_CHARS_MAX], line.strip()[:NEAREST_CHARS_MAX]
    return similarity.ratio(a, b) if effort.allows(len(a) * len(b)) else similarity.quick_ratio(a, b)


def _promising(text: Text, asked: str) -> list[int]:
    """Gives the lines that hold most pieces of a text, the rarer ones first; of a few lines, all."""
    if len(text.lines) <= NEAREST_COMPARED_MAX:
        return [at for at, line in enumerate(text.lines) if line.strip()]
    hits: dict[int, int] = {}
    for gram in _grams(asked):
        number, at = 0, text.whole.find(gram)
        while at >= 0 and number < NEAREST_HITS_MAX:
            line = bisect_right(text.starts, at) - 1
            hits[line] = hits.get(line, 0) + 1
            number += 1
            at = text.whole.find(gram, text.starts[line + 1]) if line + 1 < len(text.starts) else -1
    return heapq.nsmallest(NEAREST_COMPARED_MAX, hits, key=lambda line: (-hits[line], line))


def _grams(asked: str) -> Iterable[str]:
    """Gives pieces of a text, at even distances when there are many; none is blank."""
    size = min(GRAM, max(len(asked) // 2, 1))
    found = [asked[at : at + size] for at in range(len(asked) - size + 1)]
    found = list(dict.fromkeys(each for each in found if not re.search(r"\s", each) or size < GRAM)) or found
    step = max(len(found) / GRAMS_MAX, 1)
    return [found[int(at * step)] for at in range(int(len(found) / step))]


def _part(line: str, asked: str) -> tuple[int, int]:
    """Gives the part of a line to compare with: all of a short one, of a longer one what stands around a piece."""
    if 2 * len(line.strip()) <= 3 * len(asked):
        return 0, len(line)
    for at in range(0, len(asked), GRAM):
        gram = asked[at : at + GRAM]
        place = line.find(gram) if gram.strip() else -1
        if place >= 0:
            start = max(place - at, 0)
            return start, start + len(asked)
    return 0, 2 * len(asked)
