"""Times what is asked again: a reset with nothing to do, and a diff that was computed before.

Budget: reset of 1,000 touched files of which none has to change <= 25 ms, and no file is written; a repeated `diff()`
of 1,000 edited files at least 50 times faster than the first. The reference of the reset is a stat of each file. No
budget have the next reset, which finds in memory what the first one asked the journal, and one after every file got
another modification time, so that each is read and hashed.
"""

import os
from pathlib import Path

from _bench import Figure, Rounds, conclude, edited, fresh, sources, text, timed
from journal import Spool, Write

ROUNDS = 5
FILES = 1000


def stamps(root: Path) -> dict[str, tuple[int, int, int]]:
    """Gives inode and times of every file below a root, the journal's own folder too."""
    found = {}
    for folder, _, names in os.walk(root):
        for name in names:
            stat = os.stat(os.path.join(folder, name))
            found[os.path.join(folder, name)] = (stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns)
    return found


def reset(spool: Spool) -> None:
    """Resets, and makes sure that there was nothing to do.

    Raises:
        AssertionError: something was done.
    """
    report = spool.reset()
    assert report.unchanged == FILES and not report.restored and not report.conflicts, report


def unchanged(folder: Path, rounds: Rounds, again: Rounds, moved: Rounds) -> int:
    """Times a reset right after a commit, and once more with every time moved; counts the files written."""
    root = folder / "root"
    root.mkdir()
    with Spool.open(root, journal=folder / "state" / "journal.db") as spool:
        spool.batch(Write(f"src/{n // 20}/{n}.py", text(n)) for n in range(FILES))
        spool.commit("touched")
        before = stamps(root)
        rounds.ours(timed(lambda: reset(spool)))
        rounds.reference(timed(lambda: [os.stat(path) for path in before]))
        again.ours(timed(lambda: reset(spool)))
        written = sum(before.get(path) != stamp for path, stamp in stamps(root).items())
        for path in before:
            os.utime(path)
        moved.ours(timed(lambda: reset(spool)))
    return written


def diffs(folder: Path, rounds: Rounds) -> None:
    """Times the first diff of edited files, which is the reference, and the next one."""
    (folder / "root").mkdir()
    contents = [data for data in sources() if 500 < len(data) < 64_000][:FILES]
    with Spool.open(folder / "root", journal=folder / "state" / "journal.db") as spool:
        spool.batch(Write(f"src/{n // 20}/{n}.py", data) for n, data in enumerate(contents))
        spool.commit("before")
        spool.batch(Write(f"src/{n // 20}/{n}.py", edited(data, n, 5)) for n, data in enumerate(contents))
        rounds.reference(timed(spool.diff))
        rounds.ours(timed(spool.diff))


def main() -> None:
    """Runs the rounds, and prints what they cost."""
    still, again, moved, diff = Rounds(), Rounds(), Rounds(), Rounds()
    written = 0
    for _ in range(ROUNDS):
        for each in (still, again, moved, diff):
            each.begin()
        written += unchanged(fresh(), still, again, moved)
        diffs(fresh(), diff)
    conclude(
        [
            still.figure("reset, nothing changed", most=25),
            again.figure("the next one"),
            moved.figure("reset, every time moved"),
            Figure("files written by the reset", written, most=0, unit=""),
            diff.figure("repeated diff, beside the first", ratio=1 / 50),
        ]
    )


if __name__ == "__main__":
    main()
