"""Common subsequences: the kernels against a dynamic programme, and every stage of the whole."""

import random
from collections.abc import Callable
from itertools import pairwise

import pytest

from journal.content import lcs
from journal.content.anchors import Run
from tests.content.texts import common


def checked(a: list[int], b: list[int], runs: list[Run]) -> int:
    """Checks that runs are equal lines in order, and counts them."""
    ends = [(0, 0, 0), *runs, (len(a), len(b), 0)]
    for (i, j, length), (next_i, next_j, _) in pairwise(ends):
        assert i + length <= next_i
        assert j + length <= next_j
    assert all(length > 0 and a[i : i + length] == b[j : j + length] for i, j, length in runs)
    return sum(length for _, _, length in runs)


def longest(a: list[int], b: list[int]) -> int:
    return common([b"%d" % item for item in a], [b"%d" % item for item in b])


def samples(count: int, size: int) -> list[tuple[list[int], list[int]]]:
    choose = random.Random(size)
    made = []
    for _ in range(count):
        kinds = choose.choice((1, 2, 3, 5, 20, 1000))
        a = [choose.randrange(kinds) for _ in range(choose.randrange(size))]
        b = [choose.randrange(kinds) for _ in range(choose.randrange(size))]
        if choose.random() < 0.5:
            b = a[: choose.randrange(size)] + b[: choose.randrange(5)] + a[choose.randrange(size) :]
        made.append((a, b))
    return made


KERNELS: dict[str, Callable[[list[int], list[int]], list[Run]]] = {
    "bitlcs": lcs.bitlcs,
    "myers": lambda a, b: lcs.myers(a, b, len(a) + len(b)) or [],
    "core": lambda a, b: sorted(lcs.core(a, b)),
}


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_kernels_find_the_longest(kernel: str) -> None:
    for a, b in samples(1500, 24):
        assert checked(a, b, KERNELS[kernel](a, b)) == longest(a, b)


def test_the_kernels_agree_on_longer_texts() -> None:
    for a, b in samples(60, 900):
        wanted = checked(a, b, lcs.bitlcs(a, b))
        assert checked(a, b, KERNELS["myers"](a, b)) == wanted
        assert checked(a, b, KERNELS["core"](a, b)) == wanted


def test_the_bound_of_myers_is_exact() -> None:
    for a, b in samples(600, 16):
        differences = len(a) + len(b) - 2 * longest(a, b)
        assert lcs.myers(a, b, differences) is not None
        if differences:
            assert lcs.myers(a, b, differences - 1) is None


def test_snakes_of_any_length() -> None:
    for length in [*range(70), 127, 128, 129, 1000]:
        a, b = [0] * length + [1, 5], [0] * length + [2, 5]
        runs = lcs.myers(a, b, 2)
        assert runs is not None
        assert checked(a, b, runs) == length + 1
        assert checked(a[:-2], a[:-2], lcs.myers(a[:-2], a[:-2], 0) or []) == length


@pytest.mark.parametrize(
    "bounds",
    [
        {"SMALL_WORK": 0},
        {"SMALL_WORK": 0, "PLAIN_WORK": 0},
        {"SMALL_WORK": 0, "PLAIN_WORK": 0, "STEP": 2},
        {"SMALL_WORK": 0, "PLAIN_WORK": 0, "EXACT_WORK": 0},
        {"SMALL_WORK": 0, "PLAIN_WORK": 0, "EXACT_WORK": 0, "ROUNDS_MAX": 1},
        {"SMALL_WORK": 0, "PLAIN_WORK": 0, "EXACT_WORK": 0, "ROUNDS_MAX": 0, "BLOCK_LINES": 4},
        {"SMALL_WORK": 0, "PLAIN_WORK": 9, "EXACT_WORK": 9, "BLOCK_LINES": 1},
    ],
)
def test_every_stage_by_lower_bounds(monkeypatch: pytest.MonkeyPatch, bounds: dict[str, int]) -> None:
    for name, value in bounds.items():
        monkeypatch.setattr(lcs, name, value)
    for numbers_a, numbers_b in samples(150, 300):
        a, b = [b"%d" % item for item in numbers_a], [b"%d" % item for item in numbers_b]
        kept_a, kept_b = lcs.match(a, b)
        left_a = [line for line, kept in zip(a, kept_a, strict=True) if kept]
        left_b = [line for line, kept in zip(b, kept_b, strict=True) if kept]
        assert left_a == left_b
        if "BLOCK_LINES" not in bounds and "EXACT_WORK" not in bounds:
            best = sum(length for _, _, length in lcs.bitlcs(a, b))
            assert len(left_a) == best


def test_large_texts_are_divided() -> None:
    choose = random.Random(4)
    lines = [b"%d" % choose.randrange(4000) for _ in range(12_000)]
    swapped = lines[6000:] + lines[:6000]
    kept, _ = lcs.match(lines, swapped)
    assert sum(kept) == 6000
    shuffled = choose.sample(lines, len(lines))
    kept_a, kept_b = lcs.match(lines, shuffled)
    assert [line for line, kept in zip(lines, kept_a, strict=True) if kept] == [
        line for line, kept in zip(shuffled, kept_b, strict=True) if kept
    ]
    assert sum(kept_a) > 350  # about twice the root of the pairs of equal lines


def test_one_short_and_one_very_long_text() -> None:
    long = [at % 1000 for at in range(400_000)]
    assert checked(long, [5, 1, 999, 0, 7], sorted(lcs.core(long, [5, 1, 999, 0, 7]))) == 5
