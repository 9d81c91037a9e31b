"""Which lines of a text come nearest to one that it does not hold, so that who asked for it sees what stands there."""

import heapq
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from journal.content import similarity
from journal.content.similarity import Effort
from journal.content.text import shown
from journal.limits import (
    NEAREST_CHARS_MAX,
    NEAREST_COMPARED_MAX,
    NEAREST_HITS_MAX,
    NEAREST_LINES_MAX,
    NEAREST_LOOKS_MAX,
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

ANCHORS_MAX = 3
"""lines of a wanted text by which windows are found where none of its lines stands in the text."""

WINDOWS_MAX = 5
"""windows that are compared line by line."""

QUICK_STEPS = 4
"""steps that a character costs when words are compared."""


class Window(NamedTuple):
    """A run of lines as long as what is looked for: the number of the first, counted from 0, and each line.

    None where it reaches over an end of the text.
    """

    first: int
    lines: list[str | None]


def nearest(text: str, wanted: str) -> tuple[str, ...]:
    """Gives the lines most like `wanted`, as `LINE: text`; of a wanted text of several lines, those in the window of
    as many lines that resembles it most.

    At most limits.NEAREST_LINES_MAX; none where nothing is alike. No clock has a say in it: the work is bounded.
    """
    asked = wanted.split("\n")
    first = next((at for at, line in enumerate(asked) if line.strip()), None)
    if first is None:
        return ()
    asked = [line[:NEAREST_CHARS_MAX] for line in asked[first : first + NEAREST_WANTED_MAX]]
    while len(asked) > 1 and not asked[-1].strip():
        asked.pop()
    effort = Effort(NEAREST_WORK_MAX)
    return _lines(text, asked[0].strip(), effort) if len(asked) == 1 else _window(text, asked, effort)


def _lines(text: str, asked: str, effort: Effort) -> tuple[str, ...]:
    """Quotes the lines most like one line, the best first."""
    scored = []
    for start in _promising(text, asked, NEAREST_LOOKS_MAX):
        end = _end(text, start)
        first, last = _part(text, start, end, asked)
        scored.append((-_ratio(text[first:last], asked, effort), start, end, first))
    scored.sort()
    least = max(ALIKE, -scored[0][0] * BESIDE) if scored else 1.0
    best = [each for each in scored if -each[0] >= least][:NEAREST_LINES_MAX]
    return tuple(
        f"{text.count(chr(10), 0, start) + 1}: {_quoted(text, start, end, first)}" for _, start, end, first in best
    )


def _quoted(text: str, start: int, end: int, first: int) -> str:
    """Quotes a line; of one that is too long, from the place on that is meant."""
    if first > start and end - start > QUOTED_CHARS_MAX:
        return "…" + shown(text[first : min(end, first + QUOTED_CHARS_MAX)], QUOTED_CHARS_MAX - 1)
    return shown(text[start : min(end, start + QUOTED_CHARS_MAX + 1)], QUOTED_CHARS_MAX)


def _promising(text: str, asked: str, looks: int) -> list[int]:
    """Gives the starts of the lines that hold most pieces of a text, rare ones counted twice; of a few lines, all."""
    if text.count("\n") < NEAREST_COMPARED_MAX:
        return list(_holding(text, ""))
    hits: dict[int, int] = {}
    for gram in _grams(asked, looks):
        found = list(_holding(text, gram))
        for start in found:
            hits[start] = hits.get(start, 0) + (1 if len(found) == NEAREST_HITS_MAX else 2)
    return heapq.nsmallest(NEAREST_COMPARED_MAX, hits, key=lambda start: (-hits[start], start))


def _holding(text: str, piece: str) -> Iterator[int]:
    """Yields the starts of the first lines that hold a piece."""
    at = text.find(piece)
    for _ in range(NEAREST_HITS_MAX):
        if at < 0:
            return
        yield text.rfind("\n", 0, at) + 1
        end = _end(text, at)
        at = text.find(piece, end + 1) if end < len(text) else -1


def _end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return found if found >= 0 else len(text)


def _grams(asked: str, most: int) -> list[str]:
    """Gives pieces of a text, at even distances when there are many; none is blank."""
    size = min(GRAM, max(len(asked) // 2, 1))
    found = list(dict.fromkeys(asked[at : at + size] for at in range(len(asked) - size + 1)))
    found = [each for each in found if len(each.split()) == 1 and each == each.strip()] or found
    return [found[at * len(found) // most] for at in range(most)] if len(found) > most else found


def _part(text: str, start: int, end: int, asked: str) -> tuple[int, int]:
    """Gives the part of a line to compare with: all of a short one, of a longer one what stands around a piece."""
    if 2 * len(text[start : min(end, start + 4 * len(asked))].strip()) <= 3 * len(asked):
        return start, end
    step = max(GRAM, len(asked) // 16)
    for at in range(0, len(asked), step):
        gram = asked[at : at + GRAM]
        place = text.find(gram, start, end) if gram.strip() else -1
        if place >= 0:
            first = max(place - at, start)
            return first, min(first + len(asked), end)
    return start, min(start + 2 * len(asked), end)


def _window(text: str, asked: Sequence[str], effort: Effort) -> tuple[str, ...]:
    """Quotes the lines of the window most like several lines: all of a short one, else those that differ."""
    scored = [(_likeness(window, asked, effort), window) for window in _windows(text, asked)]
    most, best = max(scored, key=lambda each: each[0], default=(0.0, None))
    if best is None or most < ALIKE:
        return ()
    lines = [(at, line) for at, line in enumerate(best.lines) if line is not None]
    other = [(at, line) for at, line in lines if not _same(line, asked, at)]
    told = lines if len(lines) <= NEAREST_LINES_MAX else other or lines
    return tuple(f"{best.first + at + 1}: {shown(line, QUOTED_CHARS_MAX)}" for at, line in told[:NEAREST_LINES_MAX])


def _windows(text: str, asked: Sequence[str]) -> Iterator[Window]:
    """Yields the most promising windows: those in which most lines stand where they should."""
    places: dict[str, list[int]] = {}
    for at, line in enumerate(asked):
        if bare := line.strip():
            places.setdefault(bare, []).append(at)
    longest = sorted(places, key=lambda bare: (-len(bare), places[bare]))
    found = [(start, bare, len(bare)) for bare in longest[:NEAREST_LOOKS_MAX] for start in _holding(text, bare)]
    if not found:
        looks = NEAREST_LOOKS_MAX // ANCHORS_MAX
        found = [(start, bare, 1) for bare in longest[:ANCHORS_MAX] for start in _promising(text, bare, looks)]
    votes: dict[int, int] = {}
    known: dict[int, tuple[int, int]] = {}
    number = done = 0
    for start, bare, weight in sorted(found):
        number += text.count("\n", done, start)
        done = start
        for at in places[bare]:
            votes[number - at] = votes.get(number - at, 0) + weight
            known.setdefault(number - at, (start, at))
    for first in heapq.nsmallest(WINDOWS_MAX, votes, key=lambda first: (-votes[first], first)):
        yield Window(first, _spelled(text, *known[first], len(asked)))


def _spelled(text: str, start: int, at: int, count: int) -> list[str | None]:
    """Gives the lines of a window whose line `at` begins at `start`, each as far as it is compared."""
    made: list[str | None] = [None] * count
    before, place = at, start
    while before > 0 and place > 0:
        before, end = before - 1, place - 1
        place = text.rfind("\n", 0, end) + 1
        made[before] = text[place : min(end, place + NEAREST_CHARS_MAX)]
    while at < count and start <= len(text):
        end = _end(text, start)
        made[at] = text[start : min(end, start + NEAREST_CHARS_MAX)]
        at, start = at + 1, end + 1
    return made


def _likeness(window: Window, asked: Sequence[str], effort: Effort) -> float:
    """Gives the share that a window has in common with what was asked for, each line weighed by its length."""
    common = total = 0.0
    for at, (line, stands) in enumerate(zip(asked, window.lines, strict=True)):
        weight = len(line.strip()) + 1
        total += weight
        if stands is not None:
            common += weight * (1.0 if _same(stands, asked, at) else _ratio(stands, line, effort))
    return common / total


def _same(stands: str, asked: Sequence[str], at: int) -> bool:
    """Tells whether a line is as it was asked for; the first one may begin, and the last one end, within a line."""
    if at == 0:
        return stands.endswith(asked[at])
    return stands.startswith(asked[at]) if at == len(asked) - 1 else stands == asked[at]


def _ratio(stands: str, line: str, effort: Effort) -> float:
    """Compares two lines letter by letter while that may cost anything, then by their words, then not at all."""
    a, b = stands.strip(), line.strip()
    if a == b:
        return 1.0
    if effort.allows(len(a) * len(b)):
        return similarity.ratio(a, b)
    return similarity.quick_ratio(a, b) if effort.allows((len(a) + len(b)) * QUICK_STEPS) else 0.0
