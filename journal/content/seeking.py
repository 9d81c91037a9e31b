"""Where hunks belong whose numbers are only hints: by what their lines say, by each other, by likeness.

    1  all stand where they say, white space aside: that is where they belong
    2  each is looked for by what its lines say; one place is taken, several only if the anchors, the order of the hunks
       or the shift of the nearest known one leaves a single place
    3  a place far from the number is refused while one nearer to it resembles the hunk: this one is a look-alike
    4  one whose old lines are nowhere and whose new lines stand in one place is there already
    5  what is left may have edited context (`drifting`), or be merged where that is allowed (`merging`)

Nothing is placed by a guess: where two places are left, the hunk is refused and both are named.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

from journal.content import drifting, scopes
from journal.content.diff_parsing import ParsedHunk
from journal.content.drifting import NEAR_LINES, Drifted
from journal.content.ground import Ground, loose
from journal.content.landing import NOWHERE, Placed, refused, unless_torn
from journal.content.lcs import bitlcs
from journal.content.manner import Manner, Pair, ended_alike
from journal.content.merging import merged
from journal.content.rewriting import paired, rewritten
from journal.content.similarity import ratio
from journal.limits import PATCH_DRIFT_LINES_MAX, PATCH_DRIFTS_LINES_MAX

LOOKALIKE_MIN = 0.8
"""likeness from which a place nearer to the number, half of whose lines are the hunk's, makes another one doubtful."""

SETTLE_ROUNDS = 8
"""times that what is known of some hunks is used to settle others."""

SAID_MIN = 2
"""new lines with something on them that tell that a hunk is there already."""


class Seek:
    """One hunk on its way to a place: `places` are those left, None for too many; `at` is the one it was settled on."""

    def __init__(self, hunk: ParsedHunk, ground: Ground) -> None:
        self.hunk = hunk
        self.wanted = [loose(line) for line in hunk.old]
        self.places = ground.places(self.wanted) if self.wanted else []
        self.nowhere = self.places == []
        self.at: int | None = None
        self.done: Placed | None = None
        self.why = "it fits only where other hunks belong"  # when none of its places is left
        self.new_at: int | None = None

    @property
    def stated(self) -> int | None:
        """Gives the line that it says it begins at, counted from 0."""
        start = self.hunk.old_start
        return None if start is None else start - (1 if self.wanted else 0)

    @property
    def shift(self) -> int | None:
        """Gives how far from its number it was settled; None where either is not known."""
        return None if self.at is None or self.stated is None else self.at - self.stated

    def pairs(self, ground: Ground) -> list[Pair]:
        """Lists its old lines beside those of the file where it was settled."""
        if self.at is None:
            return []
        return paired(self.hunk, ground.lines, range(self.at, self.at + len(self.wanted)))

    def keep(self, fits: Callable[[int], bool], why: str = "") -> None:
        """Drops the places that do not fit, for the reason given, and settles on a last one."""
        if self.at is not None or self.places is None:
            return
        left = [at for at in self.places if fits(at)]
        if self.places and not left and why:
            self.why = why
        self.places = left
        if len(left) == 1:
            self.at = left[0]

    def doubted(self, at: int, ground: Ground) -> bool:
        """Tells whether its old lines stand somewhere as they are, and at a place only when white space is left out."""
        if self._as_is(at, ground):
            return False
        return self.places is None or any(self._as_is(other, ground) for other in self.places)

    def _as_is(self, at: int, ground: Ground) -> bool:
        return all(map(ended_alike, self.hunk.old, ground.lines[at : at + len(self.wanted)]))


def sought(hunks: Sequence[ParsedHunk], found: list[bytes], *, merging: bool) -> list[Placed]:
    """Places hunks by the steps above; `merging` allows the last one to be letter by letter."""
    ground = Ground(found)
    seeks = [Seek(hunk, ground) for hunk in hunks]
    if not _stand_as_said(seeks, ground):
        _settle(seeks, ground)
        _refuse_lookalikes(seeks, ground)
    manner = Manner(pair for seek in seeks for pair in seek.pairs(ground))
    for seek in seeks:
        if seek.done is None and seek.at is not None:
            seek.done = _written(seek, ground, manner)
    _seek_already(seeks, ground)
    _seek_drifted(seeks, ground, merging=merging)
    placed = [seek.done or refused(_ambiguous(seek)) for seek in seeks]
    return _apart(placed)


def _stand_as_said(seeks: list[Seek], ground: Ground) -> bool:
    """Step 1."""
    free = 0
    for seek in seeks:
        at = seek.stated
        if at is None or at < free or not seek.wanted or not ground.stand_at(seek.wanted, at):
            return False
        if seek.doubted(at, ground):
            return False
        free = at + len(seek.wanted)
    for seek in seeks:
        seek.at = seek.stated
    return True


def _settle(seeks: list[Seek], ground: Ground) -> None:
    """Step 2."""
    for seek in seeks:
        if seek.hunk.at_end:
            end = {len(ground.lines) - len(seek.wanted)}
            seek.keep(end.__contains__, "it is said to end the file, and stands only elsewhere")
        if seek.hunk.above and seek.places:
            inside, why = scopes.inside(seek.places, seek.hunk.above, ground)
            seek.keep(inside.__contains__, why)
        seek.keep(lambda _: True)
    known = [seek for seek in seeks if seek.at is not None]
    if any((a.at or 0) + len(a.wanted) > (b.at or 0) for a, b in pairwise(known)):
        if any(seek.stated is not None for seek in known):
            for seek in known:
                seek.done = refused("it and the other hunks stand in another order than the diff says")
        return  # blocks without numbers may come in any order, and then it tells nothing
    for _ in range(SETTLE_ROUNDS):
        settled = [seek.at for seek in seeks]
        _by_order(seeks)
        _by_shift(seeks, ground)
        if settled == [seek.at for seek in seeks]:
            return


def _by_order(seeks: list[Seek]) -> None:
    """Keeps the places between the known hunks before and after."""
    for seek, (low, high) in zip(seeks, _bounds(seeks), strict=True):
        seek.keep(range(low, high - len(seek.wanted) + 1).__contains__)


def _bounds(seeks: list[Seek]) -> list[tuple[int, int]]:
    """Gives for each hunk where the known one before it ends, and where the known one after it begins."""
    lows, highs, low, high = list[int](), list[int](), 0, 1 << 62
    for seek in seeks:
        lows.append(low)
        low = low if seek.at is None else max(low, seek.at + len(seek.wanted))
    for seek in reversed(seeks):
        highs.append(high)
        high = high if seek.at is None else min(high, seek.at)
    return list(zip(lows, reversed(highs), strict=True))


def _by_shift(seeks: list[Seek], ground: Ground) -> None:
    """Settles hunks that stand where the nearest known one, on both sides, says that they were shifted to."""
    bounds, shifts = _bounds(seeks), _shifts(seeks)
    late: tuple[int, int] | None = None  # how far the one before was shifted that was settled just now, and its end
    for seek, (low, high), (before, after) in zip(seeks, bounds, shifts, strict=True):
        if seek.at is not None:
            late = None
        if seek.at is not None or seek.done is not None or seek.stated is None or not seek.wanted or seek.nowhere:
            continue
        if late is not None:
            before, low = late[0], max(low, late[1])
        ends = {seek.stated + shift for shift in (before, after) if shift is not None}
        fits = {at for at in ends if ground.stand_at(seek.wanted, at) and not seek.doubted(at, ground)}
        if len(fits) == 1 and low <= min(fits) and min(fits) + len(seek.wanted) <= high:
            seek.at = fits.pop()
            late = (seek.at - seek.stated, seek.at + len(seek.wanted))


def _shifts(seeks: list[Seek]) -> list[tuple[int | None, int | None]]:
    """Gives for each hunk how far the nearest known one before it, and the nearest after it, were shifted."""
    before, after, last = list[int | None](), list[int | None](), None
    for seek in seeks:
        before.append(last)
        last = last if seek.shift is None else seek.shift
    last = None
    for seek in reversed(seeks):
        after.append(last)
        last = last if seek.shift is None else seek.shift
    return list(zip(before, reversed(after), strict=True))


def _refuse_lookalikes(seeks: list[Seek], ground: Ground) -> None:
    """Step 3; two hunks that were shifted alike are no chance."""
    for seek, neighbours in zip(seeks, _shifts(seeks), strict=True):
        shift = seek.shift
        if seek.done is not None or not shift or abs(shift) < len(seek.wanted) or shift in neighbours:
            continue
        other = _lookalike(seek, ground)
        if other is not None:
            here, there = (seek.at or 0) + 1, other + 1
            seek.done = refused(f"it fits at line {here}, but line {there}, nearer to its number, is much like it too")


def _lookalike(seek: Seek, ground: Ground) -> int | None:
    """Finds a place nearer to a hunk's number than the one it fits, that looks as if the hunk had fitted it once."""
    assert seek.at is not None and seek.stated is not None and seek.shift is not None
    size = len(seek.wanted)
    # Who writes line 1 for want of a better number did not mean what is near it.
    others = drifting.offsets(seek.wanted, ground, 0, len(ground.loose)) if seek.stated else ()
    for at in (seek.stated, *others):
        if at < 0 or abs(at - seek.stated) >= abs(seek.shift) or abs(at - seek.at) < size:
            continue
        if _resembles(seek.wanted, at, ground):
            return at
    return None


def _resembles(wanted: list[bytes], at: int, ground: Ground) -> bool:
    """Tells whether a place looks as if some lines had stood there: alike by letters, and by half of the lines."""
    size = len(wanted)
    there = ground.loose[at : at + size]
    if len(there) < size or ratio(_text(wanted), _text(there)) < LOOKALIKE_MIN:
        return False
    return 2 * sum(length for _, _, length in bitlcs(wanted, there)) >= size


def _text(lines: list[bytes]) -> str:
    return b"\n".join(lines).decode("utf-8", "replace")


def _written(seek: Seek, ground: Ground, manner: Manner) -> Placed:
    assert seek.at is not None
    added = [loose(line) for sign, line in seek.hunk.body if sign == "+"]
    size, signs = len(seek.wanted), [sign for sign, _ in seek.hunk.body]
    end = seek.at + size
    if added and "-" not in signs:
        appends = signs == sorted(signs)  # ' ' comes before '+'
        if appends and signs[0] == " " and ground.stand_at(added, end):
            return Placed("already", "exact", seek.at, 0, [], "its new lines stand there already")
        if signs == sorted(signs, reverse=True) and ground.stand_at(added, seek.at - len(added)):
            return Placed("already", "exact", seek.at - len(added), 0, [], "its new lines stand there already")
    placed = rewritten(seek.hunk, ground.lines, range(seek.at, end), manner)
    if placed.status == "applied" and seek.shift:
        side = "below" if seek.shift > 0 else "above"
        return placed._replace(note=f"it stands {abs(seek.shift)} lines {side} its number")
    return placed


def _seek_already(seeks: list[Seek], ground: Ground) -> None:
    """Step 4; where that is not certain, the place is kept for the note."""
    grown = 0  # by the hunks before, if they are applied
    for seek, (low, high), shifts in zip(seeks, _bounds(seeks), _shifts(seeks), strict=True):
        new, delta = [loose(line) for line in seek.hunk.new], len(seek.hunk.new) - len(seek.wanted)
        added = any(sign == "+" and loose(line) for sign, line in seek.hunk.body)
        if seek.done is None and seek.nowhere and added:
            places = [at for at in ground.places(new) or () if low <= at and at + len(new) <= high]
            if len(places) == 1:
                seek.new_at = places[0]
                likely = {(shift or 0) + more for shift in (0, *shifts) for more in (0, grown)}
                if _is_there(seek, new, places[0], ground, likely):
                    seek.done = Placed("already", "exact", places[0], 0, [], "its new lines stand there already")
        grown += delta


def _is_there(seek: Seek, new: list[bytes], at: int, ground: Ground, shifts: set[int]) -> bool:
    """Tells whether the one place where a hunk's new lines stand is certainly the one that it was made for."""
    if (sum(map(bool, new)) < SAID_MIN and new != ground.loose) or not _bounded(seek.hunk, new, at, ground):
        return False
    if seek.stated is not None:
        return any(abs(at - seek.stated - shift) <= NEAR_LINES for shift in shifts)
    others = (other for other in drifting.offsets(seek.wanted, ground, 0, len(ground.loose)) if other >= 0)
    return not any(abs(other - at) >= len(new) and _resembles(seek.wanted, other, ground) for other in others)


def _bounded(hunk: ParsedHunk, new: list[bytes], at: int, ground: Ground) -> bool:
    """Tells whether a hunk has context on both sides, or an end of the file there."""
    starts = hunk.body[0][0] == " " or at == 0
    return starts and (hunk.body[-1][0] == " " or at + len(new) == len(ground.lines))


def _seek_drifted(seeks: list[Seek], ground: Ground, *, merging: bool) -> None:
    """Step 5."""
    tried, bounds, shifts = 0, _bounds(seeks), _shifts(seeks)
    known = [pair for seek in seeks for pair in seek.pairs(ground)][:PATCH_DRIFT_LINES_MAX]
    for number, seek in enumerate(seeks):
        if seek.done is not None or not seek.nowhere:
            continue
        low, high = bounds[number][0], min(bounds[number][1], len(ground.lines))
        if not seek.wanted:
            seek.done = _inserted(seek, seeks, ground, low, high)
            continue
        tried += len(seek.wanted)
        if tried > PATCH_DRIFTS_LINES_MAX or len(seek.wanted) > PATCH_DRIFT_LINES_MAX:
            seek.done = refused(NOWHERE)
            continue
        near = {shift for shift in shifts[number] if shift is not None} or {0}
        predicted = None if seek.stated is None or len(near) != 1 else seek.stated + near.pop()
        seek.done = _likely(seek, ground, low, high, predicted, known)
        if merging and seek.done.status == "refused":
            seek.done = merged(seek.hunk, ground, low, high) or seek.done
        if seek.done.status == "refused" and seek.new_at is not None:
            said = f"its old lines do not stand in the file; its new ones do, at line {seek.new_at + 1}"
            seek.done = refused(f"{said}: it may be applied already")


def _likely(seek: Seek, ground: Ground, low: int, high: int, predicted: int | None, known: list[Pair]) -> Placed:
    found = drifting.drifted(seek.hunk, ground, low, high, predicted)
    if not isinstance(found, Drifted):
        return refused(found)
    manner = Manner([*known, *paired(seek.hunk, ground.lines, found.unedited)])
    placed = rewritten(seek.hunk, ground.lines, found.places, manner, "drift")
    return placed._replace(note=placed.note or drifting.told(seek.hunk, found, ground))


def _inserted(seek: Seek, seeks: list[Seek], ground: Ground, low: int, high: int) -> Placed:
    """Places a hunk without old lines: only the others, if they were all shifted alike, can say where."""
    shifts = {each.shift for each in seeks if each.shift is not None}
    lines = [line for _, line in seek.hunk.body]
    if not ground.lines:
        return Placed("applied", "exact", 0, 0, lines)
    if seek.stated is None or len(shifts) != 1:
        return refused("it has no line that stands in the file: give two or three lines of context around it")
    at = seek.stated + shifts.pop()
    if not low <= at <= high:
        return refused(f"there is no line {at} for it")
    return unless_torn(Placed("applied", "exact", at, 0, lines), ground.lines)


def _ambiguous(seek: Seek) -> str:
    if not seek.places:
        if seek.places is None:
            return "it fits at very many places: give more lines of context around it"
        return seek.why
    named = ", ".join(str(at + 1) for at in seek.places[:3])
    more = f" and {len(seek.places) - 3} more" if len(seek.places) > 3 else ""
    return f"it fits at lines {named}{more}: give more lines of context around it"


def _apart(placed: list[Placed]) -> list[Placed]:
    """Refuses hunks that take lines which another one takes or adds to."""
    made = list(placed)
    taking = sorted((each.at, number) for number, each in enumerate(placed) if each.status == "applied")
    for (_, a), (at, b) in pairwise(taking):
        if placed[a].at + placed[a].taken > at:
            made[b] = refused(f"it fits only where hunk {a + 1} belongs")
    return made
