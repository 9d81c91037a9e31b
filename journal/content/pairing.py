"""Which of the paths that are gone became which of those that came, as far as their names tell."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from journal.content.paths import key

Pair = tuple[str, str]
"""A path that is gone, and one that came."""


def matched(gone: Collection[str], come: Collection[str]) -> list[Pair]:
    """Pairs paths of one content: those first that end in the most equal names, then by path bytes, each path once."""
    left, free = sorted(gone, key=key), sorted(come, key=key)
    found = list[Pair]()
    for length in range(min(_deepest(left), _deepest(free)), -1, -1):
        if not (left and free):
            break
        ends = _by_end(reversed(left), length)
        pairs = [(ends[end].pop(), path) for path in free if (end := _end(path, length)) in ends and ends[end]]
        olds, news = {old for old, _ in pairs}, {new for _, new in pairs}
        left, free = [path for path in left if path not in olds], [path for path in free if path not in news]
        found += pairs
    return found


def namesakes(gone: Collection[str], come: Iterable[str]) -> Iterator[Pair]:
    """Yields for each path that came those that are gone and end in the most equal names, one at least."""
    deepest = _deepest(gone)
    ends = [_by_end(gone, length) for length in range(1, deepest + 1)]
    for path in come:
        for length in range(min(_deepest([path]), deepest), 0, -1):
            there = ends[length - 1].get(_end(path, length))
            if there:
                yield from ((each, path) for each in there)
                break


def best(scores: Mapping[Pair, int]) -> dict[str, str]:
    """Chooses among pairs, the highest score first, each path once; gives what each path that came was before.

    Equal scores: those first that end in the most equal names, then by path bytes.
    """
    found, used = dict[str, str](), set[str]()
    for old, new in sorted(scores, key=lambda pair: (-scores[pair], -_equal(*pair), key(pair[1]), key(pair[0]))):
        if new not in found and old not in used:
            found[new] = old
            used.add(old)
    return found


def _deepest(paths: Iterable[str]) -> int:
    return max((path.count("/") + 1 for path in paths), default=0)


def _end(path: str, length: int) -> str | None:
    """Gives the last so many names of a path; None when it has fewer."""
    parts = path.rsplit("/", length)
    return None if len(parts) < length else "/".join(parts[-length:]) if length else ""


def _by_end(paths: Iterable[str], length: int) -> Mapping[str | None, list[str]]:
    found = defaultdict[str | None, list[str]](list)
    for path in paths:
        found[_end(path, length)].append(path)
    found.pop(None, None)
    return found


def _equal(one: str, other: str) -> int:
    """Counts the equal names at the end of two paths."""
    count = 0
    for a, b in zip(reversed(one.split("/")), reversed(other.split("/")), strict=False):
        if a != b:
            break
        count += 1
    return count
