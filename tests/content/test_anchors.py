"""Anchors: equal runs in order, found where texts surely meet and not where chance would have it."""

import random

from journal.content.anchors import anchors
from tests.content.test_lcs import checked


def test_moved_halves_are_anchored_by_one_of_them() -> None:
    choose = random.Random(1)
    a = [choose.randrange(500) for _ in range(20_000)]
    b = a[10_000:] + a[:10_000]
    assert checked(a, b, anchors(a, b)) == 10_000


def test_lines_that_occur_once_are_anchors_when_blocks_are_not() -> None:
    choose = random.Random(2)
    a = [at if at % 9 == 0 else choose.randrange(-5, 0) + 10**6 for at in range(9000)]
    b = [at if at % 9 == 0 else choose.randrange(-5, 0) + 10**6 for at in range(9000)]
    assert checked(a, b, anchors(a, b)) >= 1000


def test_no_order_no_anchors() -> None:
    choose = random.Random(3)
    a = list(range(20_000))
    b = choose.sample(a, len(a))
    assert anchors(a, b) == []
    assert anchors([1] * 5000, [1] * 6000) == []
    assert anchors([], [1]) == []


def test_runs_never_overlap() -> None:
    for seed in range(40):
        choose = random.Random(seed)
        kinds = choose.choice((3, 50, 5000))
        a = [choose.randrange(kinds) for _ in range(3000)]
        b = list(a)
        for _ in range(choose.randrange(60)):
            at = choose.randrange(len(b))
            b[at : at + choose.randrange(40)] = a[at : at + choose.randrange(40)] * choose.randrange(3)
        checked(a, b, anchors(a, b))
