"""Somebody changes a path between two system calls of a verb: nothing is lost, and nothing outside is touched."""

from pathlib import Path
from typing import NamedTuple

import pytest

from journal import ConflictError, PathRefused, UnknownName
from tests.crash import forked, tally
from tests.crash.conftest import Extent
from tests.crash.editor import WAYS, Editor, prepared
from tests.crash.judge import lost, sound, swept, usable
from tests.crash.learning import known
from tests.crash.place import Place, fresh
from tests.crash.scenarios import SCENARIOS, begin
from tests.crash.state import difference, disk, look
from tests.crash.sweep import sample
from tests.crash.test_errors import count
from tests.crash.trouble import Trouble

pytestmark = pytest.mark.timeout(3600)
EDITED = [name for name, scenario in SCENARIOS.items() if scenario.paths and not scenario.meets]


class Point(NamedTuple):
    """The n-th call of a verb, and what an editor does just before it."""

    scenario: str
    call: int
    path: str
    way: str


@pytest.mark.parametrize("name", EDITED)
def test_a_race_loses_nothing_of_either_side(name: str, extent: Extent, tmp_path: Path) -> None:
    known(name)
    with fresh(tmp_path / "count") as place:
        calls = forked.answer(lambda: count(place, name))
    edits = [(path, way) for path in SCENARIOS[name].paths for way in WAYS if "/" in path or way != "symlink above"]
    points = [Point(name, call, *edit) for call in range(1, len(calls) + 1) for edit in edits]
    chosen = list(enumerate(sample(points, extent.races)))
    found = forked.spread(lambda job: play(job[1], tmp_path / str(job[0])), chosen)
    tally.count("races", name, found)
    played = zip((point for _, point in chosen), found, strict=True)
    bad = [f"{point}, {calls[point.call - 1]}: {wrong}" for point, wrong in played if wrong]
    assert not bad, "\n".join(bad)


def play(point: Point, folder: Path) -> list[str]:
    """Plays one point, and gives what is wrong then."""
    with fresh(folder) as place:
        end = forked.run(lambda: race(place, point))
        problems: list[str] = end.answer if end.code == 0 else [f"the process ended with {end.code}: {end.error}"]
        place.spoilt = bool(problems)
    return problems


def race(place: Place, point: Point) -> list[str]:
    """Does the verb in this process, with the edit in the middle."""
    problems, scenario = list[str](), SCENARIOS[point.scenario]
    editor = Editor(place, point.path, point.way)
    trouble = Trouble(point.call, editor).install()
    begin(place, scenario)
    prepared(place, point.path)
    outside = disk(place.outside)
    trouble.armed = True
    try:
        scenario.act(place)
    except (ConflictError, PathRefused) as error:
        if not error.hint:
            problems.append(f"an error without a hint: {error!r}")
    except Exception as error:
        if not (isinstance(error, UnknownName) and point.way == "delete"):
            problems.append(f"an error that does not tell of the edit: {error!r}")
    trouble.armed = False
    problems += _examine(place, editor, point)
    if disk(place.outside) != outside:
        problems.append("something outside the root was touched")
    return problems


def _examine(place: Place, editor: Editor, point: Point) -> list[str]:
    before = look(place.spool)
    problems = sound(place.spool)
    place.close()
    after = look(place.open())
    if after != before:
        problems.append(f"another session finds another state: {difference(after, before)}")
    kept = [content for content in known(point.scenario).kept if content not in editor.gone]
    problems += [*lost(place.spool, [*editor.left, *kept]), *swept(place.spool)]
    problems += usable(place.spool, may_commit=not after.conflicts)
    place.close()
    return problems
