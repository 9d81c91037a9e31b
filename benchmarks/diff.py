"""Times comparing and rendering 1,000 lines of every kind, and real files, beside libgit2 in the same process.

Budget: p50 <= 2.5 ms for each kind of 1,000 lines; of real files, which two versions of the standard library both have
and differ in, the median of ours beside libgit2 <= 2. Where only one Python is installed, its files are edited.
"""

import functools
import statistics
from types import ModuleType

import _cases
from _bench import Figure, Rounds, conclude, edited, optional, sources, timed
from journal.content.diffing import Side, compare, unified

ROUNDS = 5
REPEATS = 9
FILES = 400


def ours(before: bytes, after: bytes) -> bytes:
    """Compares and renders."""
    found = compare(before, after)
    return unified("file.py", Side(before, 0o644, "file"), Side(after, 0o644, "file"), found.blocks, 3)


def theirs(pygit2: ModuleType, before: bytes, after: bytes) -> bytes:
    """Compares and renders by libgit2, as git does by default."""
    wish = pygit2.enums.DiffOption
    flags = wish.FORCE_TEXT | wish.INDENT_HEURISTIC
    made: bytes = pygit2.Patch.create_from(before, after, "file.py", "file.py", flag=flags).data
    return made


def kinds(pygit2: ModuleType | None) -> list[Figure]:
    """Times every family of 1,000 lines; those made against the search have no budget."""
    figures = []
    families = _cases.families(1000)
    for at, case in enumerate(families + _cases.crafted(1000)):
        before, after = case.texts()
        rounds = Rounds()
        for _ in range(ROUNDS):
            rounds.begin()
            for _ in range(REPEATS):
                rounds.ours(timed(functools.partial(ours, before, after)))
                if pygit2:
                    rounds.reference(timed(functools.partial(theirs, pygit2, before, after)))
        figures.append(rounds.figure(case.name, most=2.5 if at < len(families) else None))
    return figures


def real(pygit2: ModuleType | None) -> list[Figure]:
    """Times real files, each as its best of three; the ratio is the median of the files' own."""
    pairs = [(before, after) for _, before, after in _cases.histories(FILES)]
    pairs = pairs or [(data, edited(data, at, 5)) for at, data in enumerate(sources()[:FILES])]
    mine = [min(timed(functools.partial(ours, *pair)) for _ in range(3)) for pair in pairs]
    figures = [Figure(f"{len(pairs)} real files, the median one", statistics.median(mine))]
    if pygit2:
        other = [min(timed(functools.partial(theirs, pygit2, *pair)) for _ in range(3)) for pair in pairs]
        ratio = statistics.median(one / two for one, two in zip(mine, other, strict=True))
        figures[0] = figures[0]._replace(reference=statistics.median(other))
        figures.append(Figure("all of them together", sum(mine), sum(other)))
        figures.append(Figure("median of their ratios", ratio, most=2, unit=""))
    return figures


def main() -> None:
    """Runs the rounds, and prints what they cost."""
    pygit2 = optional("pygit2")
    conclude([*kinds(pygit2), *real(pygit2)])


if __name__ == "__main__":
    main()
