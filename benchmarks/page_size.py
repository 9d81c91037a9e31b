"""Tells which page size of the journal is best: 2048, 4096 or 8192 bytes.

Answers to limits.PAGE_BYTES, which cannot change once journals are about. Each size runs in a process of its own, the
three in turns: a write of 4 KB on a marked path, the first touch of a new file, 51 versions of a 1 MB file with their
journal, and reading all of those cold. No budget; the reference of each line is the size in use.

On ext4 with two busy cores the times of the three lay within each other's noise, the best size of a line changing from
run to run; the journal of the 51 versions had 403 kB with 2048, 487 kB with 4096 and 639 kB with 8192, every time.
"""

import functools
import statistics
import sys
from pathlib import Path
from typing import Any

import journal.limits
from _bench import Figure, child, conclude, edited, fresh, home, percentile, text, timed
from journal import FilePatch, Journal, Spool
from journal.database import connection

ROUNDS = 5
SIZES = (2048, 4096, 8192)
IN_USE = journal.limits.PAGE_BYTES
CALLS = 200
VERSIONS = 51
LINES = (
    *("marked write, p50", "marked write, p95", "first touch, p50", "first touch, p95"),
    *("51 versions of 1 MB", "their journal", "reading them all cold"),
)


def use(size: int) -> None:
    """Lets new journals have pages of this size."""
    module: Any = connection
    journal.limits.PAGE_BYTES = size
    module.MAKE = tuple(f"PRAGMA page_size={size}" if "page_size" in each else each for each in module.MAKE)


def versions(folder: Path) -> list[float]:
    """Writes the versions, and reads them; gives milliseconds, kilobytes, milliseconds."""
    (folder / "root").mkdir()
    contents = [text(0, 1_000_000)]
    while len(contents) < VERSIONS:
        contents.append(edited(contents[-1], len(contents)))
    with Spool.open(folder / "root", journal=folder / "state" / "journal.db") as spool:
        patches: list[FilePatch] = []
        wrote = timed(lambda: patches.extend(spool.write("large.py", data) for data in contents))
    size = sum(path.stat().st_size for path in (folder / "state").iterdir())
    with Journal.open(folder / "state" / "journal.db") as opened:
        read = timed(lambda: [opened.blob(patch.sha_after or "").read() for patch in patches])
    return [wrote, size / 1e3, read]


def work(size: int, folder: Path) -> None:
    """Prints the figures of one page size, one a line."""
    use(size)
    for name in ("small", "large"):
        (folder / name).mkdir()
    (folder / "small" / "root").mkdir()
    with Spool.open(folder / "small" / "root", journal=folder / "small" / "state" / "journal.db") as spool:
        new = [(f"src/{n}.py", text(n)) for n in range(CALLS)]
        first = [timed(functools.partial(spool.write, path, data)) for path, data in new]
        edits = [(f"src/{n % 8}.py", edited(text(n % 8), n)) for n in range(CALLS)]
        marked = [timed(functools.partial(spool.write, path, data)) for path, data in edits]
        assert spool.journal.query("PRAGMA page_size") == [{"page_size": size}]
    for times in (marked, first):
        print(percentile(times, 0.5), percentile(times, 0.95), sep="\n")
    print(*versions(folder / "large"), sep="\n")


def main() -> None:
    """Runs the rounds, and prints what each size gave."""
    home()
    told: dict[int, list[list[float]]] = {size: [] for size in SIZES}
    for _ in range(ROUNDS):
        for size in SIZES:
            told[size].append([float(line) for line in child(__file__, size, fresh())])
    medians = {size: list(map(statistics.median, zip(*rounds, strict=True))) for size, rounds in told.items()}
    figures = []
    for place, line in enumerate(LINES):
        unit = "kB" if "journal" in line else "ms"
        for size in SIZES:
            figures.append(Figure(f"{line}, {size}", medians[size][place], medians[IN_USE][place], unit=unit))
    for place, line in enumerate(LINES):
        told_by = {medians[size][place]: size for size in SIZES}
        print(f"best for {line}: {told_by[min(told_by)]}")
    conclude(figures)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        work(int(sys.argv[1]), Path(sys.argv[2]))
    else:
        main()
