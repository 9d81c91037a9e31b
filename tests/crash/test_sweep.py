"""A process that dies at any step leaves a root that is, once opened again, as before the verb or as after it."""

from pathlib import Path

import pytest

from tests.crash import tally
from tests.crash.conftest import Extent
from tests.crash.learning import known
from tests.crash.scenarios import SCENARIOS
from tests.crash.sweep import EDITS, Point, Verdict, play_all, sample

pytestmark = pytest.mark.timeout(3600)
EDITED = [name for name, scenario in SCENARIOS.items() if scenario.paths]


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_death_at_any_step_leaves_the_state_before_or_after(name: str, extent: Extent, tmp_path: Path) -> None:
    points = sample(all_steps(name), extent.deaths)
    assert points
    check("deaths", name, play_all(points, tmp_path))


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_death_in_recovery_costs_no_more_than_another_recovery(name: str, extent: Extent, tmp_path: Path) -> None:
    first = all_steps(name)
    first = first[:: extent.stride] if extent.stride else sample(first, extent.recoveries // 2)
    died = play_all(first, tmp_path / "first")
    steps = [each.point._replace(recovery_step=n) for each in died for n in range(1, each.recovery_steps + 1)]
    check("recoveries", name, died + play_all(sample(steps, extent.recoveries), tmp_path / "second"))


@pytest.mark.parametrize("name", EDITED)
def test_what_someone_writes_after_a_death_is_never_lost(name: str, extent: Extent, tmp_path: Path) -> None:
    first = all_steps(name)[:: max(extent.stride // 2, 1)]
    paths = SCENARIOS[name].paths
    points = [each._replace(edit=edit, path=path) for each in first for edit in EDITS for path in paths]
    check("edits", name, play_all(sample(points, extent.edits), tmp_path))


def all_steps(name: str) -> list[Point]:
    """A death at each step of a scenario."""
    return [Point(name, step) for step in range(1, len(known(name).labels) + 1)]


def check(kind: str, name: str, verdicts: list[Verdict]) -> None:
    """Counts the points, and fails with the bad ones."""
    tally.count(kind, name, [each.problems for each in verdicts])
    labels = known(name).labels
    bad = [f"{each.point}, {labels[each.point.step - 1]}: {each.problems}" for each in verdicts if each.problems]
    assert not bad, "\n".join(bad)
