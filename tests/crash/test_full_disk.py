"""A disk that is full at any step of a verb costs no more than the call, which succeeds once there is room."""

import os
from pathlib import Path
from typing import NamedTuple

import pytest

from journal import DiskFull
from tests.crash import forked, small_disk, tally
from tests.crash.conftest import Extent
from tests.crash.judge import lost
from tests.crash.learning import known
from tests.crash.place import Place, fresh
from tests.crash.scenarios import SCENARIOS, begin
from tests.crash.shortage import NoRoom
from tests.crash.survival import attempt, examine, reopened, repeated
from tests.crash.sweep import sample

pytestmark = pytest.mark.timeout(3600)
STEADY = [name for name, scenario in SCENARIOS.items() if not scenario.meets]
BLOCK_BYTES = 4096


class Point(NamedTuple):
    """From the n-th step of a verb that takes room on there is none; or so many bytes are left of a real disk."""

    scenario: str
    step: int = 0
    left_bytes: int = -1


@pytest.mark.parametrize("name", STEADY)
def test_a_disk_that_is_full_from_any_step_on(name: str, extent: Extent, tmp_path: Path) -> None:
    with fresh(tmp_path / "count") as place:
        steps = forked.answer(lambda: count(place, name))
    points = [Point(name, step) for step in range(1, len(steps) + 1)]
    bad = played("no room", points, extent, tmp_path)
    assert not bad, "\n".join(bad)


@pytest.mark.parametrize("name", STEADY)
def test_a_real_disk_with_any_number_of_bytes_left(name: str, extent: Extent, tmp_path: Path) -> None:
    with fresh(tmp_path / "count") as place:
        end = forked.run(lambda: taken(place, name))
    if end.code == forked.RAISED and "PermissionError" in end.error:
        pytest.skip("this user may have no disk of its own here")
    assert end.code == 0, end.error
    bytes_taken: int = end.answer
    points = [Point(name, left_bytes=left) for left in range(0, bytes_taken + 1, BLOCK_BYTES)]
    bad = played("full disk", points, extent, tmp_path)
    assert not bad, "\n".join(bad)


def played(kind: str, points: list[Point], extent: Extent, folder: Path) -> list[str]:
    """Plays points of one scenario, counts them, and tells the bad ones."""
    if not points:
        return []
    known(points[0].scenario)
    chosen = list(enumerate(sample(points, extent.shortages)))
    found = forked.spread(lambda job: play(job[1], folder / str(job[0])), chosen)
    tally.count(kind, points[0].scenario, found)
    return [f"{point}: {wrong}" for (_, point), wrong in zip(chosen, found, strict=True) if wrong]


def count(place: Place, name: str) -> list[str]:
    """The steps of a verb that take room, by name."""
    shortage = NoRoom().install()
    begin(place, SCENARIOS[name])
    shortage.armed = True
    SCENARIOS[name].act(place)
    shortage.armed = False
    place.close()
    return shortage.names


def taken(place: Place, name: str) -> int:
    """How many bytes of a disk a verb takes."""
    small_disk.mount(place.folder)
    place.make()
    begin(place, SCENARIOS[name])
    before = os.statvfs(place.folder).f_bavail
    SCENARIOS[name].act(place)
    return (before - os.statvfs(place.folder).f_bavail) * os.statvfs(place.folder).f_frsize


def play(point: Point, folder: Path) -> list[str]:
    """Plays one point, and gives what is wrong then."""
    with fresh(folder) as place:
        end = forked.run(lambda: suffer_steps(place, point) if point.step else suffer_disk(place, point))
        problems: list[str] = end.answer if end.code == 0 else [f"the process ended with {end.code}: {end.error}"]
        place.spoilt = bool(problems)
    return problems


def suffer_steps(place: Place, point: Point) -> list[str]:
    """Does the verb in this process, and room runs out in the middle."""
    shortage = NoRoom(point.step).install()
    begin(place, SCENARIOS[point.scenario])
    shortage.armed = True
    raised, problems = attempt(place, point.scenario, is_told)
    problems += while_full(place, point.scenario)
    shortage.armed = False
    return problems + with_room(place, point.scenario, raised)


def suffer_disk(place: Place, point: Point) -> list[str]:
    """Does the verb in this process on a disk of its own that has little room."""
    small_disk.mount(place.folder)
    place.make()
    begin(place, SCENARIOS[point.scenario])
    filler = place.folder / "filler"
    small_disk.fill(filler, point.left_bytes)
    raised, problems = attempt(place, point.scenario, is_told)
    problems += while_full(place, point.scenario)
    filler.unlink()
    return problems + with_room(place, point.scenario, raised)


def is_told(error: Exception) -> bool:
    """Whether an error tells of a full disk, with figures."""
    if not isinstance(error, DiskFull) or error.needed_bytes <= 0:
        return False
    figures = f"{error.needed_bytes} bytes are needed, {error.free_bytes} are free"
    return figures in str(error) and figures in error.hint


def while_full(place: Place, name: str) -> list[str]:
    """What is lost before there is room again."""
    return lost(place.spool, known(name).kept) if place.is_open else []


def with_room(place: Place, name: str, raised: str) -> list[str]:
    """What is wrong once there is room again."""
    if not place.is_open:
        place.open()  # the verb was about opening or closing
    problems = repeated(place, name) if raised else []
    return problems + examine(place, known(name)) + reopened(place)
