"""Asks whether a verb costs more in a large root, or on top of a long history.

Budget: the p50 of each verb on one path (ten in a batch) over roots of 10^2 to 10^5 tracked files, and over histories
of 10^0 to 10^4 commits of 100 files, has a slope of at most 0.1 on a log-log scale: ten times the files cost at most a
quarter more. The verbs work on a hundred paths of each root, chosen at random, in a session that begins with nothing
remembered. Beside it, without a budget, what may cost a look at every tracked path: `status`, `reset` and `adopt` of
everything, `verify`; and the one batch and commit that build each root, in a process of their own, with the memory that
they took over the start.

It takes about two minutes. `scale.py 3 2` ends with roots of 10^3 files and histories of 10^2 commits.
"""

import contextlib
import math
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from _bench import Figure, child, conclude, fresh, home, percentile, timed
from journal import Spool, Write

ROUNDS = 6
CALLS = 10
TREES = 100
BATCH = 10
SLOPE = 0.1
WHOLE = ("status", "reset of everything", "adopt()", "verify")

Times = dict[str, list[float]]
Verb = Callable[[Spool, list[str], int], Callable[[], object]]


def path(number: int) -> str:
    """Names a file, a hundred in a folder."""
    return f"part{number // 10_000}/folder{number // 100}/file{number}.txt"


def content(number: int, version: int = 0) -> bytes:
    """Makes some 100 bytes that no other file has."""
    return b"file %d, version %d\n" % (number, version) + b"a line that every file has\n" * 3


def peak() -> float:
    """Gives the peak memory of this process so far, in MB."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / 1e6 if sys.platform == "darwin" else used / 1e3


def build(folder: Path, files: int, commits: int) -> None:
    """Makes a root of so many tracked files and so many commits; prints what the first batch and commit took."""
    (folder / "root").mkdir()
    with opened(folder) as spool:
        start = peak()
        batch = timed(lambda: spool.batch(Write(path(n), content(n)) for n in range(files)))
        memory = peak() - start
        commit = timed(lambda: spool.commit("all of it"))
        for version in range(1, commits):
            spool.write(path(version % files), content(version % files, version))
            spool.commit("one more")
        print(batch * 1000 / files, commit * 1000 / files, memory)


def opened(folder: Path) -> Spool:
    """Opens a root."""
    return Spool.open(folder / "root", journal=folder / "state" / "journal.db")


def write(spool: Spool, paths: list[str], version: int) -> Callable[[], object]:
    """Edits a file that was written before."""
    return lambda: spool.write(paths[0], b"written %d\n" % version)


def touch(spool: Spool, paths: list[str], version: int) -> Callable[[], object]:
    """Makes a file in a folder that is there."""
    new = paths[0] + f".{version}"
    return lambda: spool.write(new, b"new %d\n" % version)


def batch(spool: Spool, paths: list[str], version: int) -> Callable[[], object]:
    """Edits ten files."""
    return lambda: spool.batch(Write(each, b"in a batch, %d\n" % version) for each in paths)


def diff(spool: Spool, paths: list[str], version: int) -> Callable[[], object]:
    """Compares one staged file with head."""
    spool.write(paths[0], b"to be compared %d\n" % version)
    return lambda: spool.diff(paths[0])


def reset(spool: Spool, paths: list[str], version: int) -> Callable[[], object]:
    """Takes one staged file back."""
    spool.write(paths[0], b"to be taken back %d\n" % version)
    return lambda: spool.reset(paths[0])


def read(spool: Spool, paths: list[str], _version: int) -> Callable[[], object]:
    """Reads a file of the root."""
    return lambda: spool.read(paths[0])


def commit(spool: Spool, paths: list[str], version: int) -> Callable[[], object]:
    """Publishes one change."""
    spool.commit("what was staged")
    spool.write(paths[0], b"to be published %d\n" % version)
    return lambda: spool.commit("one change")


VERBS: dict[str, Verb] = {
    "read": read,
    "write of a marked path": write,
    "first touch": touch,
    "batch of 10": batch,
    "diff of one": diff,
    "reset of one": reset,
    "commit of one": commit,
}


def one_round(spool: Spool, files: int, times: Times, number: int) -> None:
    """Times each verb on paths chosen at random."""
    choose = random.Random(number)
    worked_on = random.Random(files).sample(range(files), TREES)
    for name, verb in VERBS.items():
        for call in range(CALLS):
            paths = [path(n) for n in choose.sample(worked_on, BATCH)]
            times.setdefault(name, []).append(timed(verb(spool, paths, number * CALLS + call)))
    spool.reset()
    spool.commit("nothing is left staged")


def whole(spool: Spool) -> Times:
    """Times what looks at every tracked path, with nothing staged and nothing changed."""
    calls: list[Callable[[], object]] = [spool.status, spool.reset, spool.adopt, spool.journal.verify]
    return {name: [timed(call)] for name, call in zip(WHOLE, calls, strict=True)}


def measured(sizes: Sequence[tuple[int, int]]) -> list[Times]:
    """Builds a root of each size, files and commits, then times all of them in turns."""
    found: list[Times] = []
    folders = [fresh() for _ in sizes]
    for folder, (files, commits) in zip(folders, sizes, strict=True):
        made = map(float, child(__file__, "build", folder, files, commits)[-1].split())
        names = ("batch that made it, µs/file", "its commit, µs/file", "memory of both over the start, MB")
        found.append({name: [value] for name, value in zip(names, made, strict=True)})
    time.sleep(1)
    with contextlib.ExitStack() as stack:
        spools = [stack.enter_context(opened(folder)) for folder in folders]
        for number in range(ROUNDS):
            for spool, (files, _), times in zip(spools, sizes, found, strict=True):
                one_round(spool, files, times, number)
        for spool, times in zip(spools, found, strict=True):
            times |= whole(spool)
    return found


def slope(sizes: Sequence[int], values: Sequence[float]) -> float:
    """Gives the exponent with which values grow."""
    return statistics.linear_regression(list(map(math.log, sizes)), list(map(math.log, values))).slope


def told(of: str, sizes: Sequence[int], found: list[Times]) -> list[Figure]:
    """Prints each p50, and gives the slopes."""
    width = max(map(len, found[0]))
    print(f"{'p50 in ms, by ' + of:{width}}" + "".join(f"{size:>10,}" for size in sizes))
    figures = []
    for name in found[0]:
        values = [percentile(times[name], 0.5) for times in found]
        print(f"{name:{width}}" + "".join(f"{value:>10.3g}" for value in values))
        if min(values) > 0:  # a small root takes no memory that can be told
            most = SLOPE if name in VERBS else None
            figures.append(Figure(f"slope over {of}: {name}", slope(sizes, values), most=most, unit=""))
    return figures


def main(largest: int, longest: int) -> None:
    """Measures both, and prints the slopes."""
    home()
    files = [10**n for n in range(2, largest + 1)]
    commits = [10**n for n in range(longest + 1)]
    figures = told("files", files, measured([(each, 1) for each in files]))
    print()
    figures += told("commits", commits, measured([(TREES, each) for each in commits]))
    print()
    conclude(figures)


if __name__ == "__main__":
    if sys.argv[1:2] == ["build"]:
        build(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    else:
        main(*(int(each) for each in sys.argv[1:3] or ("5", "4")))
