"""Replays a project's history: what a commit costs, and what its contents weigh beside git's.

Budget: <= 3 ms a commit, its writes, deletions and the commit itself; the content tables (`chunk`, `blob`) take <= 3
times git's pack of the same history after `git gc`, in the same run. The whole file is printed beside it, and what git
takes for a commit by `git fast-import`, which writes no working tree. Where git is not installed there is no ratio.

The history is the one of this checkout where it is a clone with so many commits, else it is made: 120 modules of the
standard library grow by edits with the statistics of small projects, two to three files a commit, some ten lines in two
places each, one commit in ten adding a file, one in thirty deleting one. It is the same on every run.
"""

import shutil

from _bench import Figure, Rounds, conclude, fresh, home
from _history import COMMITS, history, ours, packed
from _weigh import CONTENT, weigh

ROUNDS = 3


def main() -> None:
    """Replays, weighs, and prints both beside git's."""
    home()
    source, changes = history()
    each, mean = Rounds(), Rounds()
    for _ in range(ROUNDS):
        folder = fresh()
        times = ours(folder, changes)
        each.begin()
        for ms in times:
            each.ours(ms)
        mean.begin()
        mean.ours(sum(times) / len(times))
    journal = folder / "state" / "journal.db"
    weights = weigh(journal)
    content = sum(weights[name] for name in CONTENT)
    pack: float | None = None
    if shutil.which("git") is not None:
        took, pack = packed(folder / "git", changes)
        mean.reference(took / len(changes))
    else:
        print("git is not installed: its pack is left out")
    files = sum(map(len, changes[1:])) / COMMITS
    print(f"{len(changes) - 1} commits of {source}, {files:.1f} files each, on a tree of {len(changes[0])}")
    conclude(
        [
            mean.figure("a commit, all of them divided", most=3),
            each.figure("a commit, p50"),
            each.figure("a commit, p95", 0.95),
            Figure("chunk and blob", content / 1e3, None if pack is None else pack / 1e3, None, 3, "kB"),
            Figure("the whole file", journal.stat().st_size / 1e3, unit="kB"),
        ]
    )


if __name__ == "__main__":
    main()
