"""Memory that runs out in the middle of a verb leaves journal and root agreeing, and the next verb works."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from journal import JournalError
from tests.crash import forked, tally
from tests.crash.conftest import Extent
from tests.crash.learning import known
from tests.crash.place import Place, fresh
from tests.crash.scenarios import SCENARIOS, begin
from tests.crash.shortage import NoMemory
from tests.crash.survival import attempt, examine, reopened, repeated
from tests.crash.sweep import sample

pytestmark = pytest.mark.timeout(3600)
STEADY = [name for name, scenario in SCENARIOS.items() if not scenario.meets]


class Point(NamedTuple):
    """The n-th step of a verb that takes memory; there, or from there on, there is none. Or a true limit in bytes."""

    scenario: str
    step: int = 0
    lasting: bool = False
    limit: int = -1


@pytest.mark.parametrize("name", STEADY)
def test_memory_that_runs_out_costs_no_more_than_the_call(name: str, extent: Extent, tmp_path: Path) -> None:
    known(name)
    with fresh(tmp_path / "count") as place:
        steps = forked.answer(lambda: count(place, name))
    assert steps
    points = [Point(name, step, lasting) for step in range(1, len(steps) + 1) for lasting in (False, True)]
    chosen = list(enumerate(sample(points, extent.shortages)))
    found = forked.spread(lambda job: play(job[1], tmp_path / str(job[0])), chosen)
    tally.count("memory", name, found)
    played = zip((point for _, point in chosen), found, strict=True)
    bad = [f"{point}, {steps[point.step - 1]}: {wrong}" for point, wrong in played if wrong]
    assert not bad, "\n".join(bad)


LIMITS = (0, 1 << 18, 1 << 20, 4 << 20, 12 << 20)
"""bytes that a process may still take: from next to none to what the verb can do with"""


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="how much memory a process has is told elsewhere")
@pytest.mark.parametrize("name", ["write over a large file", "reset of a large file", "batch"])
def test_a_process_that_gets_no_more_memory(name: str, tmp_path: Path) -> None:
    known(name)
    points = [Point(name, limit=each) for each in LIMITS]
    found = forked.spread(lambda point: play(point, tmp_path / str(point.limit)), points)
    tally.count("memory", name, found)
    assert not any(found), "\n".join(f"{limit}: {wrong}" for limit, wrong in zip(LIMITS, found, strict=True) if wrong)


def count(place: Place, name: str) -> list[str]:
    """The steps of a verb that take memory, by name."""
    shortage = NoMemory().install()
    begin(place, SCENARIOS[name])
    shortage.armed = True
    SCENARIOS[name].act(place)
    shortage.armed = False
    place.close()
    return shortage.names


def play(point: Point, folder: Path) -> list[str]:
    """Plays one point, and gives what is wrong then."""
    with fresh(folder) as place:
        end = forked.run(lambda: suffer(place, point))
        problems: list[str] = end.answer if end.code == 0 else [f"the process ended with {end.code}: {end.error}"]
        place.spoilt = bool(problems)
    return problems


def suffer(place: Place, point: Point) -> list[str]:
    """Does the verb in this process, and memory runs out in the middle."""
    shortage = NoMemory(point.step, lasting=point.lasting).install()
    begin(place, SCENARIOS[point.scenario])
    shortage.armed = True
    with limited(point.limit):
        raised, problems = attempt(place, point.scenario, lambda error: isinstance(error, JournalError | MemoryError))
    shortage.armed = False
    if not place.is_open:
        place.open()  # the verb was about opening or closing
    if raised:
        problems += repeated(place, point.scenario)
    return problems + examine(place, known(point.scenario)) + reopened(place)


@contextmanager
def limited(left_bytes: int) -> Iterator[None]:
    """Lets this process take no more than so many bytes of memory; any number when it is negative."""
    if left_bytes < 0:
        yield
        return
    with open("/proc/self/statm", "rb") as statm:
        taken = int(statm.read().split()[0]) * resource.getpagesize()
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (taken + left_bytes, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
