"""Memory or room that runs out in a verb on a whole journal: the journal is sound, and the same call succeeds."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from journal import DiskFull, Journal, JournalError, salvage
from tests.crash import forked, tally
from tests.crash.conftest import Extent
from tests.crash.place import Place, fresh
from tests.crash.scenarios import SCENARIOS, begin
from tests.crash.shortage import NoMemory, NoRoom, Shortage
from tests.crash.sweep import sample

pytestmark = pytest.mark.timeout(3600)
VERBS: dict[str, Callable[[Journal, Path], object]] = {
    "checkout": lambda journal, out: journal.checkout(newest(journal), out / "tree", paths="."),
    "replay": lambda journal, out: journal.replay(out / "replayed"),
    "backup": lambda journal, out: journal.backup(out / "copy.db"),
    "export for git": lambda journal, out: journal.export("git", out / "stream"),
    "export as lines": lambda journal, out: journal.export("jsonl", out / "views"),
    "optimize": lambda journal, _out: journal.optimize(),
    "prune": lambda journal, _out: journal.prune(keep_commits=1, dry_run=False),
    "salvage": lambda journal, out: salvage(journal.path, out / "salvaged.db"),
}
KINDS: dict[str, type[NoMemory | NoRoom]] = {"memory": NoMemory, "no room": NoRoom}


class Point(NamedTuple):
    """From the n-th step of a verb on that takes some, there is none; or only there."""

    verb: str
    kind: str
    step: int
    lasting: bool


def newest(journal: Journal) -> str:
    """The id of the newest commit."""
    return next(iter(journal.commits())).id


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_on_a_journal_costs_no_more_than_the_call(verb: str, kind: str, extent: Extent, tmp_path: Path) -> None:
    with fresh(tmp_path / "count") as place:
        steps: list[str] = forked.answer(lambda: count(place, verb, KINDS[kind]().install()))
    assert steps
    points = [Point(verb, kind, step, lasting) for step in range(1, len(steps) + 1) for lasting in (False, True)]
    chosen = list(enumerate(sample(points, 2 * extent.shortages)))
    found = forked.spread(lambda job: play(job[1], tmp_path / str(job[0])), chosen)
    tally.count(kind, verb, found)
    played = zip((point for _, point in chosen), found, strict=True)
    bad = [f"{point}, {steps[point.step - 1]}: {wrong}" for point, wrong in played if wrong]
    assert not bad, "\n".join(bad)


def prepared(place: Place) -> Path:
    """Leaves a journal of three commits, one of a large file, that nobody has open; gives a folder to write into."""
    begin(place, SCENARIOS["write over a large file"])
    place.spool.commit("large")
    SCENARIOS["write over a large file"].act(place)
    place.spool.commit("larger")
    place.close()
    out = place.folder / "out"
    out.mkdir()
    return out


def count(place: Place, verb: str, shortage: Shortage) -> list[str]:
    """The steps of a verb, by name."""
    out = prepared(place)
    with opened(place) as journal:
        shortage.armed = True
        VERBS[verb](journal, out)
        shortage.armed = False
    return shortage.names


def opened(place: Place) -> Journal:
    """The journal of a place; nothing else of it is open."""
    with place.open() as spool:
        path = spool.journal.path
    return Journal.open(path, readonly=False)


def play(point: Point, folder: Path) -> list[str]:
    """Plays one point, and gives what is wrong then."""
    with fresh(folder) as place:
        end = forked.run(lambda: suffer(place, point))
        problems: list[str] = end.answer if end.code == 0 else [f"the process ended with {end.code}: {end.error}"]
        place.spoilt = bool(problems)
    return problems


def suffer(place: Place, point: Point) -> list[str]:
    """Does the verb in this process, and something runs out in the middle; then does it again."""
    shortage = KINDS[point.kind](point.step, lasting=point.lasting).install()
    out, problems, done = prepared(place), list[str](), False
    with opened(place) as journal:
        shortage.armed = True
        try:
            VERBS[point.verb](journal, out)
            done = True
        except JournalError as error:
            if point.kind == "no room" and not (isinstance(error, DiskFull) and error.needed_bytes > 0):
                problems.append(f"not told as a full disk: {error!r}")
        except MemoryError:
            problems += ["memory was there"] if point.kind == "no room" else []
        shortage.armed = False
        if not journal.verify(full=True).ok:
            problems.append(f"not sound: {journal.verify(full=True).findings}")
        if not done:
            VERBS[point.verb](journal, out)
    left = [name for name in os.listdir(out) if name.startswith(".spool")]
    return problems + ([f"left behind: {left}"] if left else [])
