"""A system call that fails in the middle of a verb leaves the state before or after it, and a session that works on."""

import os
from pathlib import Path
from typing import NamedTuple

import pytest

from journal import JournalError, Spool, Write
from tests.crash import forked, tally
from tests.crash.conftest import Extent
from tests.crash.judge import swept
from tests.crash.learning import known
from tests.crash.place import Place, fresh
from tests.crash.scenarios import SCENARIOS, begin
from tests.crash.survival import attempt, examine, reopened
from tests.crash.sweep import sample
from tests.crash.trouble import ERRORS, FULL, NO_MEMORY, Trouble, happening

pytestmark = pytest.mark.timeout(3600)
STEADY = [name for name, scenario in SCENARIOS.items() if not scenario.meets]


class Point(NamedTuple):
    """The n-th call of a verb, and the error that it gets."""

    scenario: str
    call: int
    error: str


@pytest.mark.parametrize("name", STEADY)
def test_an_error_of_the_system_leaves_the_state_before_or_after(name: str, extent: Extent, tmp_path: Path) -> None:
    known(name)
    with fresh(tmp_path / "count") as place:
        calls = forked.answer(lambda: count(place, name))
    points = [Point(name, call, error) for call in range(1, len(calls) + 1) for error in (*ERRORS, FULL, NO_MEMORY)]
    chosen = list(enumerate(sample(points, extent.errors)))
    found = forked.spread(lambda job: play(job[1], tmp_path / str(job[0])), chosen)
    tally.count("errors", name, found)
    played = zip((point for _, point in chosen), found, strict=True)
    bad = [f"{point}, {calls[point.call - 1]}: {wrong}" for point, wrong in played if wrong]
    assert not bad, "\n".join(bad)


def count(place: Place, name: str) -> list[str]:
    """The calls of a verb, by name."""
    trouble = Trouble().install()
    begin(place, SCENARIOS[name])
    trouble.armed = True
    SCENARIOS[name].act(place)
    trouble.armed = False
    place.close()
    return trouble.names


def play(point: Point, folder: Path) -> list[str]:
    """Plays one point, and gives what is wrong then."""
    with fresh(folder) as place:
        end = forked.run(lambda: suffer(place, point))
        problems: list[str] = end.answer if end.code == 0 else [f"the process ended with {end.code}: {end.error}"]
        place.spoilt = bool(problems)
    return problems


def suffer(place: Place, point: Point) -> list[str]:
    """Does the verb in this process, with the error in the middle."""
    trouble = Trouble(point.call, happening(point.error)).install()
    begin(place, SCENARIOS[point.scenario])
    trouble.armed = True
    kinds = (JournalError, MemoryError) if point.error == NO_MEMORY else (JournalError,)
    _, problems = attempt(place, point.scenario, lambda error: isinstance(error, kinds))
    trouble.armed = False
    if not place.is_open:
        place.open()  # the verb was about opening or closing
    problems += examine(place, known(point.scenario))
    if trouble.names[point.call - 1] != "unlink":  # what cannot be removed stays for the next opening
        problems += swept(place.spool)
    return problems + reopened(place)


def test_writes_that_take_a_part_lose_nothing(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    whole = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: whole(fd, bytes(data)[: max(1, len(data) // 2)]))
    with Spool.open(root) as spool:
        spool.write("a.txt", "whole\n" * 1000)
        spool.batch([Write("b.txt", "b\n" * 99), Write("a.txt", "again\n" * 500)])
        assert (root / "a.txt").read_text() == "again\n" * 500
        assert (root / "b.txt").read_text() == "b\n" * 99
        assert spool.commit() is not None
