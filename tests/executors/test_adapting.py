"""A pool that follows the load: it finds how many places do most, whatever the calls wait for."""

from collections.abc import Callable

import pytest

from journal.executors.adapting import Climb
from journal.limits import ADAPT_RSS_BYTES

MOST = 64


def climbed(rate: Callable[[int], float], start: int, steps: int = 200) -> list[int]:
    """The places after each look, where so many places do so many calls a second."""
    climb, seen = Climb(start, MOST), list[int]()
    for _ in range(steps):
        seen.append(climb.after(16, 16 / rate(climb.places), 5, 0))
    return seen


@pytest.mark.parametrize("start", [1, 4, 40])
def test_calls_that_sleep_get_most_places(start: int) -> None:
    assert max(climbed(lambda places: places * 10.0, start)[-50:]) > MOST // 2


@pytest.mark.parametrize("start", [1, 4, 40])
def test_calls_that_sleep_after_others_that_compute_get_more_again(start: int) -> None:
    climb = Climb(start, MOST)
    for _ in range(100):
        climb.after(16, 1.0, 5, 0)
    assert climb.places <= 2
    assert max(climb.after(16, 16 / climb.places, 5, 0) for _ in range(100)) > MOST // 2


@pytest.mark.parametrize("start", [1, 4, 40])
def test_calls_that_compute_get_about_as_many_as_do_most(start: int) -> None:
    two_cores = lambda places: min(places, 2) * 100.0 / (1 + 0.05 * max(places - 2, 0))  # noqa: E731
    assert all(1 <= places <= 5 for places in climbed(two_cores, start)[-50:])


def test_calls_that_want_one_lock_come_down_to_few() -> None:
    assert max(climbed(lambda places: 100.0 / (1 + 0.1 * places), 8)[-50:]) <= 3


def test_nothing_changes_while_nobody_waits() -> None:
    climb = Climb(4, MOST)
    assert {climb.after(16, 1.0, 0, 0) for _ in range(20)} == {4}


def test_memory_takes_places_away() -> None:
    climb = Climb(4, MOST)
    assert [climb.after(16, 1.0, 9, ADAPT_RSS_BYTES + 1) for _ in range(5)] == [3, 2, 1, 1, 1]


def test_it_never_leaves_its_bounds() -> None:
    climb = Climb(2, 2)
    assert {climb.after(16, 1.0 / number, 3, 0) for number in range(1, 30)} <= {1, 2}
