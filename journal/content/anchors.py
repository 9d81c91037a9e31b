"""Where two long texts surely meet: places that divide a comparison too large to be done at once."""

from array import array
from bisect import bisect_left
from math import isqrt
from typing import Any

Run = tuple[int, int, int]
"""A start in each text, and the number of lines that are equal from there on."""

WIDTH_BYTES = array("I").itemsize


def anchors(a: list[int], b: list[int]) -> list[Run]:
    """Finds equal runs in the same order in both texts, from the surest kind on; none when chance may have made them.

    Blocks of 32 lines (rsync's way: sampled in a, looked for at every line of b), then lines that each text has once
    (patience diff), then blocks of 8 lines.
    """
    raw_a, raw_b = array("I", a).tobytes(), array("I", b).tobytes()
    for size in (32, 1, 8):
        pairs = _unique_lines(a, b) if size == 1 else _blocks(raw_a, raw_b, size)
        chain = _longest_chain(pairs)
        if _sure(len(chain), len(pairs), size, min(len(a), len(b))):
            return _extended(a, b, chain)
    return []


def _sure(length: int, candidates: int, size: int, lines: int) -> bool:
    """Tells whether a chain divides well and is longer than chance makes it: about twice the root of the candidates."""
    if length * 1024 < lines:
        return False
    return length > 3 * isqrt(candidates) + 8 or (length == candidates and length * size >= 32)


def _blocks(raw_a: bytes, raw_b: bytes, size: int) -> list[tuple[int, int]]:
    """Pairs the blocks of a that stand once among its samples and once in b, in the order of b."""
    step = size * WIDTH_BYTES
    samples: dict[bytes, int] = {}
    for at in range(0, len(raw_a) - step + 1, step):
        block = raw_a[at : at + step]
        samples[block] = -1 if block in samples else at // WIDTH_BYTES
    found: dict[int, int] = {}
    for at in range(0, len(raw_b) - step + 1, WIDTH_BYTES):
        place = samples.get(raw_b[at : at + step], -1)
        if place >= 0:
            found[place] = -1 if place in found else at // WIDTH_BYTES
    return [(i, j) for i, j in found.items() if j >= 0]


def _unique_lines(a: list[int], b: list[int]) -> list[tuple[int, int]]:
    once_a, once_b = _once(a), _once(b)
    return [(once_a[line], j) for line, j in once_b.items() if line in once_a]


def _once(lines: list[int]) -> dict[int, int]:
    """Gives the places of the lines that occur once, in their order."""
    places: dict[int, int] = {}
    for at, line in enumerate(lines):
        places[line] = -1 if line in places else at
    return {line: at for line, at in places.items() if at >= 0}


def _longest_chain(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Finds a longest rising sequence of first places in pairs sorted by the second (Fredman 1975)."""
    tops: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for at, (i, _) in enumerate(pairs):
        pile = bisect_left(tops, i)
        before.append(ends[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(i)
            ends.append(at)
        else:
            tops[pile], ends[pile] = i, at
    chain = []
    at = ends[-1] if ends else -1
    while at >= 0:
        chain.append(pairs[at])
        at = before[at]
    chain.reverse()
    return chain


def _extended(a: list[int], b: list[int], chain: list[tuple[int, int]]) -> list[Run]:
    """Makes each anchor as long as its lines are equal, passing over those that this overtakes."""
    runs: list[Run] = []
    i_done = j_done = 0
    for i, j in chain:
        if i < i_done or j < j_done:
            continue
        while i > i_done and j > j_done and a[i - 1] == b[j - 1]:
            i, j = i - 1, j - 1
        length = equal_run(a, b, i, j)
        runs.append((i, j, length))
        i_done, j_done = i + length, j + length
    return runs


def equal_run(a: list[Any], b: list[Any], x: int, y: int) -> int:
    """Counts the equal lines from a place on, by slices that double while they are equal and are halved when not."""
    room = min(len(a) - x, len(b) - y)
    done = 0
    while done < 8:
        if done == room or a[x + done] != b[y + done]:
            return done
        done += 1
    step = 16
    while step:
        size = min(step, room - done)
        if size and a[x + done : x + done + size] == b[y + done : y + done + size]:
            done += size
            step *= 2
        elif not size:
            return done
        else:
            step = size // 2
            break
    while step:  # a difference is within the next 2 * step + 1 lines
        size = min(step, room - done)
        if a[x + done : x + done + size] == b[y + done : y + done + size]:
            done += size
            if not size:
                return done
        step //= 2
    while done < room and a[x + done] == b[y + done]:
        done += 1
    return done
