"""Salvages a sound journal into a new one: how fast all of it comes over, and how much memory that takes.

Budget: >= 200 MB of content a second, told as the milliseconds of 200 MB; peak memory <= 256 MB. The reference is one
SHA-256 over as many bytes in the same run. The journals are those that `verify.py` makes. The one of many small files
has as many rows as contents, which are read byte by byte and cost more than the bytes: its time has no budget.
"""

import sys
import time
from pathlib import Path

from _bench import Figure, child, conclude, fresh, home
from journal import Journal, Spool, salvage
from verify import MAKERS, MB, MOST_MS, peak, reference

SELECT_SIZE = "SELECT sum(size) AS bytes FROM blob"


def work(path: Path, into: Path) -> None:
    """Salvages one journal; prints content bytes, milliseconds, peak memory."""
    with Journal.open(path) as journal:
        size = int(next(iter(journal.rows(SELECT_SIZE)))["bytes"])
    start = time.perf_counter()
    report = salvage(path, into)
    end = time.perf_counter()
    assert report.ok, report.findings
    print(size, (end - start) * 1000, peak())


def main() -> None:
    """Makes the journals, salvages each in a process of its own, and prints what it took."""
    home()
    figures = []
    for what, make in MAKERS.items():
        folder = fresh()
        (folder / "root").mkdir()
        with Spool.open(folder / "root", journal=folder / "journal.db") as spool:
            make(spool)
        told = [
            list(map(float, child(__file__, "work", folder / "journal.db", folder / f"{n}.db")[-1].split()))
            for n in range(3)
        ]
        size, took, memory = min(told, key=lambda each: each[1])
        scale = 200 * MB / size
        figures.append(Figure(f"{what}, 200 MB", took * scale, reference(int(size)) * scale, most=MOST_MS[what]))
        figures.append(Figure("its peak memory", memory, most=256, unit="MB"))
    conclude(figures)


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        work(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
