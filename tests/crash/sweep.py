"""Plays points: a process that dies at a step of a verb, perhaps another that dies in recovery, then the judgement."""

import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from tests.crash import forked
from tests.crash.judge import Judgement, judge
from tests.crash.learning import FOREIGN, Known, known, perform
from tests.crash.place import Place, fresh, save
from tests.crash.scenarios import SCENARIOS
from tests.crash.state import File, one
from tests.crash.steps import KILLED, Steps

EDITS = ("in place", "in the same tick", "by rename", "delete", "put back")
Each = TypeVar("Each")


class Point(NamedTuple):
    """The n-th step of a verb, then the n-th step of recovery (0: it is let be), then an edit of a path."""

    scenario: str
    step: int
    recovery_step: int = 0
    edit: str = ""
    path: str = ""


class Verdict(NamedTuple):
    """What a point came to, and how many steps the recovery took that was let be."""

    point: Point
    problems: list[str]
    recovery_steps: int


def play(point: Point, folder: Path) -> Verdict:
    """Plays one point."""
    scenario, facts = SCENARIOS[point.scenario], known(point.scenario)
    with fresh(folder) as place:
        problems = _die(lambda: perform(place, scenario, Steps(point.step)))
        if point.recovery_step and not problems:
            problems = _die(lambda: _recover(place, point.recovery_step))
        kept, stands, allowed = facts.kept, dict[str, File](), facts.allowed
        if point.edit:
            stands, allowed = edit(place.root / point.path, point, facts), []
            kept = [content for _, _, content in stands.values()]
            if point.edit == "in the same tick":
                stands = {}  # nobody can tell that file from ours, torn: it is set aside
        end = forked.run(lambda: judge(place, allowed, kept, stands))
        found: Judgement = end.answer or Judgement([f"the judge ended with {end.code}: {end.error}"], 0)
        verdict = Verdict(point, problems + found.problems, found.steps)
        place.spoilt = bool(verdict.problems)
    return verdict


def _die(work: Callable[[], object]) -> list[str]:
    end = forked.run(work)
    return [] if end.code in (0, KILLED) else [f"the process ended with {end.code}: {end.error}"]


def _recover(place: Place, step: int) -> None:
    steps = Steps(step).install()
    steps.arm()
    place.open()
    steps.disarm()
    place.close()


def edit(path: Path, point: Point, facts: Known) -> dict[str, File]:
    """Changes a path as someone else, and tells what must stand there from now on."""
    stood = os.lstat(path) if os.path.lexists(path) else None
    if (path.is_dir() and not path.is_symlink()) or any(above.is_file() for above in path.parents):
        return {}  # nothing that this path's editor would write to
    if point.edit == "delete":
        path.unlink(missing_ok=True)
        return {}
    kind, _, content = "file", 0, FOREIGN
    if point.edit == "put back":
        kind, _, content = facts.allowed[0].disk.get(point.path, ("", 0, b""))
        if kind != "file":
            return {}
    if point.edit.startswith("in") and stood is not None and not path.is_symlink():
        path.write_bytes(content)
        if point.edit == "in the same tick":
            os.utime(path, ns=(stood.st_atime_ns, stood.st_mtime_ns))
    else:
        save(path, content)
    return {point.path: one(path)}


def play_all(points: Sequence[Point], folder: Path) -> list[Verdict]:
    """Plays points of one scenario side by side."""
    for name in {point.scenario for point in points}:
        known(name)  # once for all workers
    numbered = list(enumerate(points))
    return forked.spread(lambda job: play(job[1], folder / str(job[0])), numbered)


def sample(every: Sequence[Each], most: int) -> list[Each]:
    """At most so many of them, in order, and the same ones each time; all when `most` is 0."""
    if not most or len(every) <= most:
        return list(every)
    chosen = random.Random(len(every)).sample(range(len(every)), most)
    return [every[index] for index in sorted(chosen)]
