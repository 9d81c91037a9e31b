"""Which paths that came are paths that went: those a verb moved, then equal contents, then similar ones.

A rename pairs a path that is gone with one that was not there, of one kind; a symlink only with the same target. Which
lines two contents share is worked out once, and remembered by their names: a repeated diff reads no content.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from journal.content import likeness, pairing
from journal.content.likeness import Pieces
from journal.content.pairing import Pair
from journal.engine.reading import Reading
from journal.ids import BranchId, ChunkId, EditId, PathId, Sha256
from journal.limits import (
    DIFF_TEXT_MAX,
    RENAME_BYTES_MAX,
    RENAME_CANDIDATES_MAX,
    RENAME_KEPT_MAX,
    RENAME_PATHS_MAX,
    RENAME_SHARE_MIN,
    WHOLE_BELOW,
)
from journal.tables import blobs, chunks, staged
from journal.tables.staged import Staged
from journal.tables.states import State

States = Mapping[str, State]
LEAST = RENAME_SHARE_MIN * likeness.WHOLE // 100


def of_stage(reading: Reading, branch_id: BranchId, rows: Sequence[Staged]) -> dict[str, Staged]:
    """Gives for each staged path that is a renamed one the row of the path that it was; costs nothing without both."""
    gone = {row.path: row for row in rows if row.after is None}
    come = {row.path: row for row in rows if row.before is None}
    if not (gone and come):
        return {}
    before = {path: row.before for path, row in gone.items() if row.before is not None}
    after = {path: row.after for path, row in come.items() if row.after is not None}
    found = find(reading, before, after, moved(reading, branch_id, rows))
    return {new: gone[old] for new, old in found.items()}


def of_part(reading: Reading, branch_id: BranchId, rows: Sequence[Staged]) -> dict[str, Staged]:
    """Gives the same of a part of what is staged: the renames of the whole that lie in it, and no others.

    All that is staged is looked at only where the part could hold one.
    """
    gone, come = {row.path for row in rows if row.after is None}, {row.path for row in rows if row.before is None}
    if not (gone and come):
        return {}
    whole = of_stage(reading, branch_id, staged.everything(reading.database.look(), branch_id))
    return {new: origin for new, origin in whole.items() if new in come and origin.path in gone}


def moved(reading: Reading, branch_id: BranchId, rows: Iterable[Staged]) -> dict[str, str]:
    """Tells of staged paths that verbs moved, one time or several, where each was at first: a path that is gone."""
    left = {row.path_id: row for row in rows if row.after is None}
    names = {row.path_id: row.path for row in rows if row.after is not None}
    if not (left and names):
        return {}
    low = min(row.edit_id for row in left.values())  # a path went by the edit that is staged of it, or not by a move
    origins, taken = dict[PathId, tuple[PathId, EditId]](), dict[PathId, tuple[PathId, EditId]]()
    for turn in staged.turns(reading.database.look(), branch_id, low):
        if turn.went:
            taken[turn.path_id] = origins.pop(turn.path_id, (turn.path_id, turn.id))
        elif turn.moved_from is not None and turn.moved_from in taken:
            origins[turn.path_id] = taken[turn.moved_from]
        else:
            origins.pop(turn.path_id, None)
    return {
        names[new]: left[old].path
        for new, (old, edit) in origins.items()
        if new in names and old in left and left[old].edit_id == edit
    }


def find(reading: Reading, gone: States, come: States, known: Mapping[str, str]) -> dict[str, str]:
    """Gives for each of the paths that came, and was one of those that are gone, which; `known` are those for certain.

    The lock of the journal is held by the caller.
    """
    found, used = dict[str, str](), set[str]()
    for new, old in known.items():
        if new in come and old in gone and old not in used and _may_be(gone[old], come[new]):
            found[new] = old
            used.add(old)
    left, free = _without(gone, found.values()), _without(come, found)
    if left and free:
        found |= _equal(left, free)
        left, free = _without(gone, found.values()), _without(come, found)
        found |= _similar(reading, _texts(left), _texts(free))
    return found


def _may_be(old: State, new: State) -> bool:
    return old.kind == new.kind and (new.kind == "file" or old.sha256 == new.sha256)


def _without(states: States, paths: Iterable[str]) -> dict[str, State]:
    dropped = set(paths)
    return {path: state for path, state in states.items() if path not in dropped}


def _equal(gone: States, come: States) -> dict[str, str]:
    """Pairs equal contents; that two files are empty says nothing."""
    alike = defaultdict[tuple[Sha256, str], tuple[list[str], list[str]]](lambda: ([], []))
    for side, states in enumerate((gone, come)):
        for path, state in states.items():
            if state.size:
                alike[state.sha256, state.kind][side].append(path)
    pairs = [pair for old, new in alike.values() if old and new for pair in pairing.matched(old, new)]
    return {new: old for old, new in pairs}


def _texts(states: States) -> dict[str, State]:
    """Leaves out what is not compared: symlinks, and empty files."""
    return {path: state for path, state in states.items() if state.kind == "file" and state.size}


def _similar(reading: Reading, gone: States, come: States) -> dict[str, str]:
    """Pairs contents that share enough, those that share most first; large ones by chunks, and what is left by lines.

    Where there are too many pairs to be compared, those that have a name in common come first.
    """
    if not (gone and come) or len(gone) + len(come) > RENAME_PATHS_MAX:
        return {}
    found, lines, most = pairing.best(_by_chunks(reading, gone, come)), _Lines(reading), RENAME_CANDIDATES_MAX
    left, free = _without(gone, found.values()), _without(come, found)
    every = _of_like_size(left, free, most)
    if every is None:
        named = pairing.namesakes(left, free)
        listed = list(islice((pair for pair in named if _comparable(left[pair[0]], free[pair[1]])), most + 1))
        if len(listed) > most:
            return found
        found |= pairing.best(lines.scores(left, free, listed))
        left, free = _without(left, found.values()), _without(free, found)
        every = _of_like_size(left, free, most - len(listed))
    return found | pairing.best(lines.scores(left, free, every or []))


def _comparable(old: State, new: State) -> bool:
    """Tells whether two contents may share enough, and are small enough to be read for it."""
    few, many = sorted((old.size, new.size))
    return old.is_text == new.is_text and few * 100 >= many * RENAME_SHARE_MIN and few + many <= DIFF_TEXT_MAX


def _of_like_size(gone: States, come: States, most: int) -> list[Pair] | None:
    """Lists the pairs that may share enough by their sizes; None when they are more than `most`."""
    ordered = sorted(gone, key=lambda path: (gone[path].size, path))
    sizes = [gone[path].size for path in ordered]
    found = list[Pair]()
    for new, state in come.items():
        least, greatest = -(-state.size * RENAME_SHARE_MIN // 100), state.size * 100 // RENAME_SHARE_MIN
        low, high = bisect_left(sizes, least), bisect_right(sizes, greatest)
        if len(found) + high - low > most:
            return None
        found += [(old, new) for old in ordered[low:high] if _comparable(gone[old], state)]
    return found


def _by_chunks(reading: Reading, gone: States, come: States) -> dict[Pair, int]:
    """Tells how alike large contents are, if enough, by the chunks that they share; no content is read."""
    large = [{path: state for path, state in side.items() if state.size >= WHOLE_BELOW} for side in (gone, come)]
    if not all(large):
        return {}
    look = reading.database.look()
    lists = blobs.lists(look, {state.sha256: None for side in large for state in side.values()})
    sides = [defaultdict[ChunkId, dict[str, int]](dict) for _ in large]
    for side, states in zip(sides, large, strict=True):
        for path, state in states.items():
            for chunk, times in Counter(lists.get(state.sha256, ())).items():
                side[chunk][path] = times
    both = [chunk for chunk in sides[0] if chunk in sides[1]]
    shared = Counter[Pair]()
    for chunk, size in zip(both, chunks.sizes(look, both), strict=True):
        left, free = sides[0][chunk], sides[1][chunk]
        if len(left) * len(free) <= RENAME_CANDIDATES_MAX:  # what so many hold says nothing of any
            for old, times in left.items():
                for new, again in free.items():
                    shared[old, new] += size * min(times, again)
    scores = {(old, new): likeness.share(n, gone[old].size, come[new].size) for (old, new), n in shared.items()}
    return {
        (old, new): score
        for (old, new), score in scores.items()
        if score >= LEAST and gone[old].is_text == come[new].is_text
    }


class _Lines:
    """Contents compared line by line: each is read once, and only as many as limits.RENAME_BYTES_MAX allows."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._pieces: dict[Sha256, Pieces | None] = {}
        self._left = RENAME_BYTES_MAX

    def scores(self, gone: States, come: States, pairs: Iterable[Pair]) -> dict[Pair, int]:
        """Tells how alike some pairs are, where that is enough."""
        found = {(old, new): self._score(gone[old], come[new]) for old, new in pairs}
        return {pair: score for pair, score in found.items() if score >= LEAST}

    def _score(self, old: State, new: State) -> int:
        if not (self._admits(old) and self._admits(new)):
            return 0
        known, name = self._reading.alike, (old.sha256, new.sha256)
        score = known.get(name)
        if score is None:
            shared = likeness.common(self._taken_apart(old), self._taken_apart(new))
            score = known[name] = likeness.share(shared, old.size, new.size)
            for oldest in list(islice(known, max(len(known) - RENAME_KEPT_MAX, 0))):
                del known[oldest]
        return score

    def _admits(self, state: State) -> bool:
        """Counts what a content would cost when it is first asked for, whether or not it has to be read for it."""
        if state.sha256 not in self._pieces:
            if state.size > self._left:
                return False
            self._left -= state.size
            self._pieces[state.sha256] = None
        return True

    def _taken_apart(self, state: State) -> Pieces:
        found = self._pieces[state.sha256]
        if found is None:
            found = self._pieces[state.sha256] = likeness.pieces(self._reading.text(state))
        return found
