"""Which lines two texts have in common, in order: the most there can be, or nearly, when that costs too much."""

from collections.abc import Iterator, Sequence
from itertools import compress, pairwise
from math import isqrt
from typing import Any

from journal.content.anchors import Run, anchors, equal_run

SMALL_WORK = 4096
"""products of the numbers of lines up to which nothing is prepared."""

PLAIN_WORK = 250_000
"""up to which bit vectors beat a search for few differences."""

EXACT_WORK = 16_000_000
"""up to which the result is always the longest."""

BLOCK_LINES = 8192
"""lines of a block that is matched by itself when nothing else helps; 8 MB of rows."""

STEP = 32
"""lines compared at once at the ends of texts."""

ROUNDS_MAX = 8
"""times anchors are looked for between anchors."""


def match(a: list[bytes], b: list[bytes]) -> tuple[bytearray, bytearray]:
    """Marks with 1 the lines of each text that stand in the other too, in the same order."""
    kept_a, kept_b = bytearray(len(a)), bytearray(len(b))
    start, end = _ends(a, b, 0, len(a), 0, len(b))
    _keep(kept_a, kept_b, (0, 0, start))
    _keep(kept_a, kept_b, (len(a) - end, len(b) - end, end))
    inner_a, inner_b = a[start : len(a) - end], b[start : len(b) - end]
    if not inner_a or not inner_b:
        return kept_a, kept_b
    runs: list[Run] | None
    if len(inner_a) * len(inner_b) <= SMALL_WORK:
        runs = bitlcs(inner_a, inner_b)
    else:
        runs = myers(inner_a, inner_b, isqrt(len(inner_a) + len(inner_b)) // 4)
    if runs is None:
        _match_shared(inner_a, inner_b, start, kept_a, kept_b)
    else:
        for i, j, length in runs:
            _keep(kept_a, kept_b, (start + i, start + j, length))
    return kept_a, kept_b


def _match_shared(a: list[bytes], b: list[bytes], start: int, kept_a: bytearray, kept_b: bytearray) -> None:
    """Matches what is left when the lines that only one text has are dropped; very many are numbered first."""
    both = set(a).intersection(b)  # asked for membership only: its order is never seen
    shared_a, shared_b = bytearray(map(both.__contains__, a)), bytearray(map(both.__contains__, b))
    left_a, left_b = list(compress(a, shared_a)), list(compress(b, shared_b))
    runs: Iterator[Run]
    if len(left_a) * len(left_b) > EXACT_WORK:  # only then may anchors be needed, and equal objects compare faster
        numbers = dict(zip(left_a, range(len(left_a)), strict=True))
        runs = core(list(map(numbers.__getitem__, left_a)), list(map(numbers.__getitem__, left_b)))
    else:
        runs = core(left_a, left_b)
    alone_a, alone_b = bytearray(b"\1") * len(left_a), bytearray(b"\1") * len(left_b)
    for i, j, length in runs:
        alone_a[i : i + length] = alone_b[j : j + length] = bytes(length)
    for kept, shared, alone in ((kept_a, shared_a, alone_a), (kept_b, shared_b, alone_b)):
        kept[start : start + len(shared)] = shared
        for at in compress(compress(range(len(shared)), shared), alone):
            kept[start + at] = 0


def core(a: list[Any], b: list[Any]) -> Iterator[Run]:
    """Yields equal runs, each after the ones before it in both texts, though not in that order."""
    stack = [(0, len(a), 0, len(b), 0)]
    while stack:
        a_start, a_end, b_start, b_end, depth = stack.pop()
        head, tail = _ends(a, b, a_start, a_end, b_start, b_end)
        if head:
            yield a_start, b_start, head
        if tail:
            yield a_end - tail, b_end - tail, tail
        part_a, part_b = a[a_start + head : a_end - tail], b[b_start + head : b_end - tail]
        if not part_a or not part_b:
            continue
        runs, gaps = _solved(part_a, part_b, depth)
        for i, j, length in runs:
            yield a_start + head + i, b_start + head + j, length
        i0, j0 = a_start + head, b_start + head
        stack += [(i0 + i, i0 + i_end, j0 + j, j0 + j_end, deeper) for i, i_end, j, j_end, deeper in gaps]


Gap = tuple[int, int, int, int, int]
"""Start and end in each text of what is still to be matched, and the rounds of anchors so far."""


def _solved(a: list[Any], b: list[Any], depth: int) -> tuple[list[Run], list[Gap]]:
    """Matches two texts, or divides them into gaps that can be matched one by one."""
    work = len(a) * len(b)
    if work <= PLAIN_WORK:
        return bitlcs(a, b), []
    if (runs := myers(a, b, min(256, isqrt(len(a) + len(b)) // 4 + 4))) is not None:
        return runs, []
    if work <= EXACT_WORK:
        return bitlcs(a, b), []
    if depth < ROUNDS_MAX and (chain := anchors(a, b)):
        return chain, list(_between(chain, len(a), len(b), depth + 1))
    if (runs := myers(a, b, min(1000, isqrt(work // 10_000)))) is not None:
        return runs, []
    if work <= BLOCK_LINES * BLOCK_LINES:
        return bitlcs(a, b), []
    pieces = -(-max(len(a), len(b)) // BLOCK_LINES)
    cuts = [(len(a) * at // pieces, len(b) * at // pieces) for at in range(pieces + 1)]
    gaps = [(i, i_end, j, j_end, ROUNDS_MAX) for (i, j), (i_end, j_end) in pairwise(cuts)]
    return [], gaps


def _between(chain: list[Run], a_size: int, b_size: int, depth: int) -> Iterator[Gap]:
    a_done = b_done = 0
    for i, j, length in [*chain, (a_size, b_size, 0)]:
        if i > a_done and j > b_done:
            yield a_done, i, b_done, j, depth
        a_done, b_done = i + length, j + length


def bitlcs(a: list[Any], b: list[Any]) -> list[Run]:
    """Finds a longest common subsequence by bit vectors.

    The rows of the dynamic programme are kept as differences, one bit a line, in an integer as long as the longer text,
    whose adder does the work of a whole row (Crochemore and others, "A fast and practical bit-vector algorithm for the
    longest common subsequence problem", 2001; Hyyrö, "Bit-parallel LCS-length computation revisited", 2004). A bit is 0
    where the length grows. The trace walks back from the end and skips lines of the longer text first.
    """
    if len(a) < len(b):
        return [(i, j, length) for j, i, length in bitlcs(b, a)]
    masks = _masks(a, b)
    full = (1 << len(a)) - 1
    vector = full
    rows = []
    for mask in map(masks.__getitem__, b):
        rows.append(vector)
        if hits := vector & mask:
            vector = ((vector + hits) | (vector ^ hits)) & full
    return _walked_back(rows, (~vector & full).bit_length())


def common_length(a: Sequence[Any], b: Sequence[Any]) -> int:
    """Counts the items of a longest common subsequence as `bitlcs` finds it, without the rows to trace it by.

    A thousand unlike letters cost 0.4 ms, a thousandth of a search for all their differences.
    """
    if len(a) < len(b):
        a, b = b, a
    masks = _masks(a, b)
    full = (1 << len(a)) - 1
    vector = full
    for mask in map(masks.__getitem__, b):
        if hits := vector & mask:
            vector = ((vector + hits) | (vector ^ hits)) & full
    return len(a) - vector.bit_count()


def _walked_back(rows: list[int], column: int) -> list[Run]:
    """Walks back over the rows, each as it was before its line; `column` is that of the last common line, from 1."""
    runs: list[Run] = []
    length = 0  # of the run that is being walked along
    bit = 1 << column >> 1
    for j, above in zip(range(len(rows) - 1, -1, -1), reversed(rows), strict=True):
        # The bit is 0 after row j. Was it 0 before, row j is not needed; else its line matches there.
        if above & bit:
            length += 1
            column -= 1
            bit >>= 1
            if not bit or above & bit:
                runs.append((column, j, length))
                length = 0
                column = (~above & (bit - 1)).bit_length() if bit else 0
                bit = 1 << column >> 1
        elif length:
            runs.append((column, j + 1, length))
            length = 0
        elif not bit:
            break
    runs.reverse()
    return runs


def _masks(a: Sequence[Any], b: Sequence[Any]) -> dict[Any, int]:
    """Gives for each item of b the places in a where it stands, as bits."""
    made = dict.fromkeys(b, 0)
    for at, item in enumerate(a):
        if item in made:
            made[item] |= 1 << at
    return made


def myers(a: list[Any], b: list[Any], most: int) -> list[Run] | None:
    """Finds a longest common subsequence when at most so many lines are not in it; None when more are.

    The greedy search of Myers, "An O(ND) difference algorithm and its variations", 1986, forwards, with each round's
    ends kept for the trace. On equal reach it steps down, which is a line of b.
    """
    n, m = len(a), len(b)
    if abs(n - m) > most:
        return None
    middle = most + 1
    reach = [-1] * (2 * most + 3)
    reach[middle + 1] = 0
    trail: list[list[int]] = []
    for d in range(most + 1):
        trail.append(reach[middle - d - 1 : middle + d + 2])
        # Diagonals that have left the texts are not walked on.
        for k in range(-d + 2 * max(0, d - m), d - 2 * max(0, d - n) + 1, 2):
            below, above = reach[middle + k - 1], reach[middle + k + 1]
            x = above if below < above else below + 1
            y = x - k
            if x < n and y < m and a[x] == b[y]:
                x += equal_run(a, b, x, y)
            reach[middle + k] = x
            if x >= n and x - k >= m:
                return _traced(trail, n, m)
    return None


def _traced(trail: list[list[int]], n: int, m: int) -> list[Run]:
    """Walks back from the end over the kept reaches, each round's centre being its diagonal 0."""
    runs: list[Run] = []
    x, y = n, m
    for d in range(len(trail) - 1, -1, -1):
        row, k = trail[d], x - y
        below, above = row[d + k], row[d + k + 2]
        start = above if below < above else below + 1
        if x > start:
            runs.append((start, start - k, x - start))
        # Down from the diagonal above, right from the one below.
        x, y = (above, above - k - 1) if below < above else (below, below - k + 1)
    runs.reverse()
    return runs


def _ends(a: list[Any], b: list[Any], a_start: int, a_end: int, b_start: int, b_end: int) -> tuple[int, int]:
    """Counts the equal lines at the start, and those at the end that are left."""
    most = min(a_end - a_start, b_end - b_start)
    head = tail = 0
    while head + STEP <= most:
        i, j = a_start + head, b_start + head
        if a[i : i + STEP] != b[j : j + STEP]:
            break
        head += STEP
    while head < most and a[a_start + head] == b[b_start + head]:
        head += 1
    most -= head
    while tail + STEP <= most:
        i, j = a_end - tail, b_end - tail
        if a[i - STEP : i] != b[j - STEP : j]:
            break
        tail += STEP
    while tail < most and a[a_end - 1 - tail] == b[b_end - 1 - tail]:
        tail += 1
    return head, tail


def _keep(kept_a: bytearray, kept_b: bytearray, run: Run) -> None:
    i, j, length = run
    kept_a[i : i + length] = kept_b[j : j + length] = b"\1" * length
