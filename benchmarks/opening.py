"""Times opening a root: with a long history that was closed cleanly, and after a process died in the middle of a batch.

Budget: opening 10^4 commits over 10^5 tracked files takes <= 50 ms more than opening a journal without any, which is
the reference of the same run; opening after a death that left 1,000 promised files takes <= 1 s, whether none of them
had its place by then or half of them; the reference is the same files each by temporary file, fsync and rename.

Each opening is in a process of its own that has imported the package. It takes about two minutes to make the history;
`opening.py 3 4` ends with 10^3 commits over 10^4 files.
"""

import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from _bench import Figure, child, conclude, durable_write, fresh, home, text
from journal import Spool, Write
from journal.workspace import calls

ROUNDS = 11
DEATHS = 5
FILES = 1000


def opened(folder: Path) -> Spool:
    """Opens a root."""
    return Spool.open(folder / "root", journal=folder / "state" / "journal.db")


def path(number: int) -> str:
    """Names a file, a hundred in a folder."""
    return f"part{number // 10_000}/folder{number // 100}/file{number}.txt"


def build(folder: Path, files: int, commits: int) -> None:
    """Makes a root of so many tracked files and so many commits, and closes it."""
    (folder / "root").mkdir()
    with opened(folder) as spool:
        spool.batch(Write(path(number), b"file %d\n" % number) for number in range(files))
        for version in range(commits):
            if files:
                spool.write(path(version % files), b"file %d, version %d\n" % (version % files, version))
            spool.commit(f"version {version}")


def die(folder: Path, placed: int) -> None:
    """Begins to write over a thousand committed files, and dies when so many have their place."""
    done = 0
    here: Any = calls
    exchange = calls.exchange

    def deadly(*arguments: Any) -> None:
        nonlocal done
        if done == placed:
            print("died", flush=True)
            os._exit(0)
        done += 1
        exchange(*arguments)

    spool = opened(folder)
    spool.batch(Write(path(number), text(number)) for number in range(FILES))
    spool.commit("a thousand files")
    here.exchange = deadly
    spool.batch(Write(path(number), text(number + FILES)) for number in range(FILES))
    sys.exit("it lives")


def measure(folder: Path) -> None:
    """Opens a root, and prints how many milliseconds that took and how many files were carried forward."""
    start = time.perf_counter()
    spool = opened(folder)
    took = (time.perf_counter() - start) * 1000
    print(took, len(spool.recovery.finished))
    assert all(spool.read(each) is not None for each in spool.recovery.finished)
    spool.close()


def took(folder: Path, finished: int = 0) -> float:
    """Measures one opening in a process of its own."""
    ms, found = child(__file__, "measure", folder)[-1].split()
    assert int(found) == finished, f"{found} files were carried forward"
    return float(ms)


def clean(files: int, commits: int) -> list[Figure]:
    """Opens a journal with a history and one without by turns."""
    full, empty = fresh(), fresh()
    child(__file__, "build", full, files, commits)
    child(__file__, "build", empty, 0, 0)
    times = [(took(full), took(empty)) for _ in range(ROUNDS)]
    ours, reference = (statistics.median(each) for each in zip(*times, strict=True))
    said = f"{commits:,} commits, {files:,} files"
    return [Figure(said, ours, reference), Figure("what that is more", ours - reference, most=50)]


def recovered(placed: int) -> Figure:
    """Opens after a death, each time at another root."""
    times, bare = list[float](), list[float]()
    for _ in range(DEATHS):
        folder = fresh()
        (folder / "root").mkdir()
        assert child(__file__, "die", folder, placed) == ["died"]
        times.append(took(folder, FILES - placed))
        (folder / "bare").mkdir()
        start = time.perf_counter()
        for number in range(FILES - placed):
            durable_write(folder / "bare" / f"file{number}", text(number + FILES))
        bare.append((time.perf_counter() - start) * 1000)
    said = f"1,000 promised files, {placed} in place"
    return Figure(said, statistics.median(times), statistics.median(bare), most=1000)


def main(commits: int, files: int) -> None:
    """Measures both, and prints what they took."""
    home()
    conclude([*clean(10**files, 10**commits), recovered(0), recovered(FILES // 2)])


if __name__ == "__main__":
    if sys.argv[1:2] == ["build"]:
        build(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    elif sys.argv[1:2] == ["die"]:
        die(Path(sys.argv[2]), int(sys.argv[3]))
    elif sys.argv[1:2] == ["measure"]:
        measure(Path(sys.argv[2]))
    else:
        main(*(int(each) for each in sys.argv[1:3] or ("4", "5")))
