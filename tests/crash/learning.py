"""What a scenario comes to when nothing goes wrong: its steps, and the states that it may be found in."""

import functools
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, combinations
from pathlib import Path
from typing import NamedTuple

from journal import WorkspaceChanged
from journal.workspace import calls
from tests.crash import forked
from tests.crash.place import Place, fresh, save
from tests.crash.scenarios import SCENARIOS, Scenario, begin, begun
from tests.crash.state import State, look
from tests.crash.steps import Steps

FOREIGN = b"somebody else wrote this\n"


class Known(NamedTuple):
    """The labels of the steps, the states it may end in (the one before comes first), the bytes that must survive."""

    labels: list[str]
    allowed: list[State]
    kept: list[bytes]


@functools.cache
def known(name: str) -> Known:
    """Runs a scenario without any death, in several ways when it meets an edit."""
    scenario = SCENARIOS[name]
    with tempfile.TemporaryDirectory() as folder:
        before = _state(Path(folder, "before"), lambda place: begun(place, scenario))
        after = _state(Path(folder, "after"), lambda place: perform(place, scenario, Steps()))
        allowed = [before, after]
        unmet = scenario._replace(meets="")
        if scenario.meets:
            allowed.append(_state(Path(folder, "unmet"), lambda place: perform(place, unmet, Steps())))
        if scenario.reported:
            allowed.append(_state(Path(folder, "reported"), lambda place: _edited_late(place, scenario)))
        allowed += [_without(state, empty) for state in allowed for empty in _subsets(scenario.empty)]
        with fresh(Path(folder, "steps")) as place:
            labels = forked.answer(lambda: perform(place, scenario, Steps()))
    kept = [content for kind, _, content in before.disk.values() if kind != "folder"]
    return Known(labels, allowed, kept)


def perform(place: Place, scenario: Scenario, steps: Steps) -> list[str]:
    """Does a scenario in this process, which may die of it; gives the labels of its steps."""
    steps.install()
    begin(place, scenario)
    if scenario.meets:
        _meet(place.root / scenario.meets)
    steps.arm()
    try:
        scenario.act(place)
    except WorkspaceChanged:
        assert scenario.meets
    steps.disarm()
    place.close()
    return steps.labels


def _state(folder: Path, work: Callable[[Place], object]) -> State:
    with fresh(folder) as place:
        forked.answer(lambda: work(place))
        state: State = forked.answer(lambda: look(place.open()))
    return state


def _edited_late(place: Place, scenario: Scenario) -> None:
    perform(place, scenario._replace(meets=""), Steps())
    save(place.root / scenario.meets, FOREIGN)


def _subsets(paths: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return chain.from_iterable(combinations(paths, number) for number in range(1, len(paths) + 1))


def _without(state: State, paths: Sequence[str]) -> State:
    return state._replace(disk={path: file for path, file in state.disk.items() if path not in paths})


def _meet(path: Path) -> None:
    """Lets an editor save a file just before the first exchange of two names."""
    original = calls.exchange

    def exchange(src_dir: int, src: str, dst_dir: int, dst: str) -> None:
        calls.exchange = original
        save(path, FOREIGN)
        original(src_dir, src, dst_dir, dst)

    calls.exchange = exchange
