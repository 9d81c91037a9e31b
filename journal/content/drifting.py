"""Where a hunk belongs whose context was edited, by the lines of it that still stand together."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from journal.content.diff_parsing import ParsedHunk
from journal.content.ground import Ground, loose
from journal.content.landing import NOWHERE, shown
from journal.content.lcs import bitlcs
from journal.content.similarity import ratio

VOTERS_MAX = 8
"""places at which a line may stand and still say where a hunk belongs."""

WINDOWS_MAX = 16
"""places that are looked at closely."""

BLANK_WEIGHT = 0.2
"""what an empty line counts for, beside one that says something."""

ALIKE_MIN = 0.6
"""from which a line of context is taken for another one that was edited."""

SCORE_MIN = 0.6
"""share of a hunk's old lines that must stand where it belongs."""

LEAD_NEAR = 0.05
"""by how much it must be better when it is where its number says."""

SCORE_FAR = 0.85
"""share where its number does not say so too."""

NEARER_MIN = 0.4
"""share from which a place nearer to its number casts doubt on a better one."""

LEAD_MIN = 0.15
"""by how much the best place must be better than any other."""

NEAR_LINES = 5
"""lines from the place that its number says which are still that place."""


class Drifted(NamedTuple):
    """A place for a hunk: the line of the file for each of its old lines, -1 where there is none.

    `stood` is the part of the old lines that stand there, `score` has a part of what edited ones are worth besides.
    """

    score: float
    stood: float
    places: tuple[int, ...]
    edited: tuple[int, ...]

    def touched(self, hunk: ParsedHunk) -> list[int]:
        """Lists the lines that a hunk would remove there, and those below which it would insert its own."""
        made, done, above = list[int](), 0, -1
        for sign, _ in hunk.body:
            if sign == "+":
                made.append(above)
                continue
            above = max(above, self.places[done])
            if sign == "-":
                made.append(self.places[done])
            done += 1
        return made

    @property
    def unedited(self) -> list[int]:
        """Gives the places of the lines that stand as the hunk has them, white space aside; -1 for the others."""
        return [-1 if at in self.edited else at for at in self.places]

    @property
    def start(self) -> int:
        """Gives the first line of it."""
        return next(at for at in self.places if at >= 0)

    @property
    def offset(self) -> int:
        """Gives where its first old line would stand."""
        return next(at - i for i, at in enumerate(self.places) if at >= 0)


def drifted(hunk: ParsedHunk, ground: Ground, low: int, high: int, predicted: int | None) -> Drifted | str:
    """Finds the one place between two lines where enough of a hunk stands; a sentence says why there is none.

    Its removed lines must all be there and beside each other, and what it inserts must go between lines that are.
    """
    wanted = [loose(line) for line in hunk.old]
    found = sorted(_looked_at(hunk, wanted, ground, low, high, predicted), key=lambda each: (-each.score, each.start))
    if not found or found[0].score < SCORE_MIN:
        return NOWHERE
    best = found[0]
    far = NEAR_LINES + 1 if predicted is None else abs(best.offset - predicted)
    for other in found[1:]:
        nearer = predicted is not None and abs(other.offset - predicted) < far and other.score >= NEARER_MIN
        lead = LEAD_MIN if far > NEAR_LINES else LEAD_NEAR
        elsewhere = other.touched(hunk) != best.touched(hunk)
        if elsewhere and (nearer or other.score > best.score - lead or other.stood > best.stood):
            named = " or ".join(str(at + 1) for at in sorted((best.start, other.start)))
            return f"its context was edited, and it may belong at line {named}"
    if far > NEAR_LINES and (best.score < SCORE_FAR or best.stood < SCORE_MIN):
        return f"its context was edited, and line {best.start + 1} is too unlike it to be where it belongs"
    return _unfit(hunk, best, ground) or best


def told(hunk: ParsedHunk, found: Drifted, ground: Ground) -> str:
    """Says what of a hunk's context stands otherwise in the file."""
    for line, at in zip(hunk.old, found.places, strict=True):
        if at < 0:
            return f"its context was edited: {shown(line)} is not there"
        if at in found.edited:
            return f"its context was edited: line {at + 1} is {shown(ground.lines[at])}"
    return "its context was edited: other lines stand between its own"


def _looked_at(
    hunk: ParsedHunk, wanted: list[bytes], ground: Ground, low: int, high: int, predicted: int | None
) -> Iterator[Drifted]:
    slack = max(3, len(wanted) // 4)
    seen = set[tuple[int, ...]]()
    said = () if predicted is None or not low <= predicted < high else (predicted,)
    for offset in (*said, *offsets(wanted, ground, low, high)):
        for room in (0, slack):  # the wider window also pairs lines of a neighbour that is much alike
            start, end = max(low, offset - room), min(high, offset + len(wanted) + room)
            made = _aligned(hunk, wanted, ground, start, end)
            if made is not None and made.places not in seen:
                seen.add(made.places)
                yield made


def offsets(wanted: list[bytes], ground: Ground, low: int, high: int) -> Iterable[int]:
    """Lists where rare lines of a hunk say that it begins, those that most of them say first."""
    votes = dict[int, int]()
    for i, line in enumerate(wanted):
        places = ground.index.get(line, ()) if line else ()
        if len(places) <= VOTERS_MAX:
            for at in places:
                if low <= at < high:
                    votes[at - i] = votes.get(at - i, 0) + 1
    return sorted(votes, key=lambda offset: (-votes[offset], offset))[:WINDOWS_MAX]


def _aligned(hunk: ParsedHunk, wanted: list[bytes], ground: Ground, start: int, end: int) -> Drifted | None:
    """Pairs a hunk's old lines with those of a window: equal ones, then edited context between them."""
    places = [-1] * len(wanted)
    for i, j, length in bitlcs(wanted, ground.loose[start:end]):
        for step in range(length):
            places[i + step] = start + j + step
    signs = [sign for sign, _ in hunk.body if sign != "+"]
    score, edited = 0.0, list[int]()
    for i, likeness, at in _edited(wanted, places, signs, ground):
        places[i] = at
        edited.append(at)
        score += likeness * _weight(wanted[i])
    if all(at < 0 for at in places):
        return None
    whole = sum(map(_weight, wanted))
    stood = sum(_weight(line) for line, at in zip(wanted, places, strict=True) if at >= 0 and at not in edited)
    return Drifted((score + stood) / whole, stood / whole, tuple(places), tuple(edited))


def _weight(line: bytes) -> float:
    return 1.0 if line else BLANK_WEIGHT


def _edited(wanted: list[bytes], places: list[int], signs: list[str], ground: Ground) -> list[tuple[int, float, int]]:
    """Pairs lines of context that do not stand there with lines between the same neighbours that are much alike."""
    made, i = list[tuple[int, float, int]](), 0
    while i < len(wanted):
        if places[i] >= 0:
            i += 1
            continue
        end = next((k for k in range(i, len(wanted)) if places[k] >= 0), len(wanted))
        if i > 0:
            first = places[i - 1] + 1
            last = places[end] if end < len(wanted) else first + end - i
        else:
            last = places[end] if end < len(wanted) else 0
            first = last - end
        at = max(first, 0)
        for k in range(i, end):
            for candidate in range(at, min(last, len(ground.loose))):
                likeness = _likeness(wanted[k], ground.loose[candidate])
                if signs[k] == " " and likeness >= ALIKE_MIN:
                    made.append((k, likeness, candidate))
                    at = candidate + 1
                    break
        i = end
    return made


def _likeness(a: bytes, b: bytes) -> float:
    if not a or not b:
        return 0.0
    return ratio(a.decode("utf-8", "replace"), b.decode("utf-8", "replace"))


def _unfit(hunk: ParsedHunk, found: Drifted, ground: Ground) -> str:
    """Says why a hunk cannot be applied at a place though enough of it stands there; nothing when it can."""
    done, before, sign_before = 0, -1, ""
    for sign, line in hunk.body:
        if sign == "+":
            if sign_before == "" and found.places[0] != 0:
                return "its context was edited, and no line above tells where it inserts its own"
            if sign_before == " " and not _tells(hunk, found, ground, done):
                return "its context was edited just where it inserts lines"
        else:
            at = found.places[done]
            done += 1
            if sign == "-" and (at < 0 or at in found.edited):
                return f"its context was edited, and {shown(line)}, which it removes, is not there"
            if sign == sign_before == "-" and at != before + 1:
                return f"other lines stand before {shown(line)}, which it removes"
            if sign == "-" and _has_double(hunk, found, done - 1):
                return f"its context was edited, and {shown(line)}, which it removes, may be another line like it"
            before = at
        sign_before = sign
    return ""


def _has_double(hunk: ParsedHunk, found: Drifted, at: int) -> bool:
    """Tells whether a line of context that is gone, with none that is there in between, reads as a removed one."""
    old = hunk.old
    signs = [sign for sign, _ in hunk.body if sign != "+"]
    for step in (-1, 1):
        i = at + step
        while 0 <= i < len(old) and (found.places[i] < 0 or signs[i] == "-"):
            if found.places[i] < 0 and loose(old[i]) == loose(old[at]):
                return True
            i += step
    return False


def _tells(hunk: ParsedHunk, found: Drifted, ground: Ground, done: int) -> bool:
    """Tells whether the lines on both sides of an insertion are beside each other in the file.

    Lines of context that are gone lay between them or did not: it comes to the same, unless one of them may as well be
    what stands there.
    """
    old, places = hunk.old, found.places
    above = next((i for i in range(done - 1, -1, -1) if places[i] >= 0), None)
    below = next((i for i in range(done, len(places)) if places[i] >= 0), None)
    if above is None:
        return False
    end = len(ground.lines) if below is None else places[below]
    if places[above] + 1 != end:
        return False
    gone = {loose(old[i]) for i in range(above + 1, len(old) if below is None else below)}
    return ground.loose[places[above]] not in gone and (below is None or ground.loose[end] not in gone)
