"""Optimizes a journal that holds a project's history, and weighs its contents beside git's.

Budget: afterwards the content tables (`chunk`, `blob`) take <= 1.5 times git's pack of the same history after `git gc`,
in the same run. Beside it, without a budget: the same before, how long it takes, for how many bytes of content, and how
long it takes to read one of the versions, before and after.

    python benchmarks/optimize.py [CLONE]

CLONE is a clone of any project, whose whole history is taken, along first parents; without one it is the history of
this checkout or a generated one, as `history.py` has it. Where git is not installed there is no ratio.
"""

import random
import shutil
import sys
from pathlib import Path

from _bench import CHECKOUT, Figure, Rounds, conclude, fresh, home, timed
from _history import Change, history, ours, packed
from _weigh import CONTENT, weigh
from journal import Journal, verify

READS = 300


def reads(path: Path, rounds: Rounds) -> None:
    """Times reading some versions with nothing remembered."""
    with Journal.open(path) as journal:
        listed = [row["sha256"] for row in journal.query("SELECT sha256 FROM blob WHERE size > 0 ORDER BY id")]
    rounds.begin()
    for sha in random.Random(1).choices(listed, k=READS):
        with Journal.open(path) as journal:
            rounds.ours(timed(journal.blob(sha.hex()).read))


def weight(path: Path) -> int:
    """Counts the bytes of the content tables."""
    weights = weigh(path)
    return sum(weights[name] for name in CONTENT)


def figures(path: Path, changes: list[Change], pack: float | None) -> list[Figure]:
    """Optimizes, and tells all of it."""
    before, after = Rounds(), Rounds()
    heavy = weight(path)
    reads(path, before)
    with Journal.open(path, readonly=False) as journal:
        took = timed(journal.optimize)
        again = timed(journal.optimize)
    reads(path, after)
    light = weight(path)
    content = sum(len(data) for change in changes for data in change.values() if data is not None)
    per = None if pack is None else pack / 1e3
    return [
        Figure("chunk and blob before", heavy / 1e3, per, unit="kB"),
        Figure("chunk and blob after", light / 1e3, per, None, 1.5, "kB"),
        Figure("the whole file after", path.stat().st_size / 1e3, unit="kB"),
        Figure("optimize", took),
        Figure("a MB of content", took / content * 1e6),
        Figure("optimize again", again),
        before.figure("a version read before, p50"),
        after.figure("a version read after, p50"),
        after.figure("a version read after, p95", 0.95),
    ]


def main() -> None:
    """Replays, optimizes, weighs."""
    home()
    given = len(sys.argv) > 1
    source, changes = history(Path(sys.argv[1]).resolve(), None) if given else history(CHECKOUT)
    folder = fresh()
    ours(folder, changes)
    pack: float | None = None
    if shutil.which("git") is None:
        print("git is not installed: its pack is left out")
    else:
        _, pack = packed(folder / "git", changes)
    print(f"{len(changes)} commits of {source}")
    path = folder / "state" / "journal.db"
    told = figures(path, changes, pack)
    report = verify(path, full=True)
    print("all contents are right" if report.ok else f"DAMAGED: {report.findings}")
    conclude(told)


if __name__ == "__main__":
    main()
