"""Whatever a loss of power takes of what was not synced: what was promised is there, and the rest is whole."""

import random
from pathlib import Path

import pytest

from journal.engine import desk
from tests.crash import forked, tally
from tests.crash.conftest import WHOLE, Extent
from tests.crash.loss import Disk, fates
from tests.crash.power import DURABILITIES, PROGRAMS, Durability, Point, machine_at, play, recorded, states
from tests.crash.recording import Recording, Theirs

pytestmark = pytest.mark.timeout(3600)
WORKERS = 2
SINGLES = 4


@pytest.mark.parametrize("durability", DURABILITIES)
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_loss_of_power_takes_only_what_may_be_lost(
    name: str, durability: Durability, extent: Extent, tmp_path: Path
) -> None:
    states(name)  # once for all workers
    shares = forked.spread(lambda worker: share(name, durability, extent, tmp_path, worker), range(WORKERS))
    problems = [found for each in shares for found in each]
    tally.count(f"power {durability}", name, problems)
    assert problems
    bad = [problem for found in problems for problem in found]
    assert not bad, "\n".join(bad[:12])


def share(name: str, durability: Durability, extent: Extent, folder: Path, worker: int) -> list[list[str]]:
    """Plays every second point of a program, on a machine of its own."""
    program = PROGRAMS[name]
    machine = machine_at(folder / str(worker), durability, program)
    events = recorded(machine, program)
    most = SINGLES if extent.powers else 0
    points = [
        Point(event, way)
        for event in range(1, len(events) + 1)
        for way in range(len(fates(Disk(events[:event]), event, most)))
        if not isinstance(events[event - 1], Theirs)  # the next event belongs to it
    ]
    if extent.powers and len(points) > extent.powers:
        points = random.Random(len(points)).sample(points, extent.powers)
    return [play(machine, name, events, point, most) for point in points[worker::WORKERS]]


def test_a_journal_that_does_not_sync_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Recording, "synced", lambda *_: None)
    bad = [problem for found in share("commits", "normal", WHOLE._replace(powers=60), tmp_path, 0) for problem in found]
    assert any("acknowledged commits" in problem or "neither before nor after" in problem for problem in bad)


def test_a_first_change_without_a_mark_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(desk.Desk, "is_marked", lambda *_: True)  # so no act is synced before it touches a file
    found = share("versions of one file", "normal", WHOLE._replace(powers=60), tmp_path, 0)
    assert any("neither before nor after" in problem for problems in found for problem in problems)
