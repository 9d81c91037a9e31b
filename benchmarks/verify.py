"""Verifies a journal in full: how fast contents are read and digested, and how much memory that takes.

Budget: >= 200 MB of content a second, told as the milliseconds of 200 MB; peak memory <= 256 MB. The reference is one
SHA-256 over as many bytes in the same run. There are three journals: one large file, many versions of a file of 1 MB,
and many small files. The last has as many rows as contents, which cost more than the bytes: its time has no budget.
"""

import hashlib
import os
import resource
import sys
import time
from pathlib import Path

from _bench import Figure, child, conclude, edited, fresh, home, sources, text
from journal import Journal, Spool, Write

LARGE = 300
VERSIONS = 400
FILES = 20_000
MB = 1_000_000


def peak() -> float:
    """Gives the peak memory of this process so far, in MB."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / 1e6 if sys.platform == "darwin" else used / 1e3


def make_large(spool: Spool) -> None:
    """Stages one file, half of it random."""
    words = text(1, MB // 2)
    spool.write("large.bin", (part for _ in range(LARGE) for part in (os.urandom(MB // 2), words)))


def make_versions(spool: Spool) -> None:
    """Stages many versions of a file, one line edited each."""
    data = text(0, MB)
    for number in range(VERSIONS):
        spool.write("src/large.py", data)
        data = edited(data, number)


def make_files(spool: Spool) -> None:
    """Commits many small files in ten commits."""
    whole = sources()
    for part in range(10):
        names = range(part * FILES // 10, (part + 1) * FILES // 10)
        spool.batch([Write(f"{n % 100}/{n}.py", b"# %d\n" % n + whole[n % len(whole)][:8000]) for n in names])
        spool.commit(f"part {part}")


MOST_MS = {"a large file": 1000, "versions of a file": 1000, "small files": None}
MAKERS = {"a large file": make_large, "versions of a file": make_versions, "small files": make_files}


def work(path: Path) -> None:
    """Verifies one journal, quick and then in full; prints content bytes, milliseconds of each, peak memory."""
    with Journal.open(path) as journal:
        start = time.perf_counter()
        assert journal.verify()
        middle = time.perf_counter()
        report = journal.verify(full=True)
        end = time.perf_counter()
    assert report.ok, report.findings
    print(report.checked["content_bytes"], (middle - start) * 1000, (end - middle) * 1000, peak())


def reference(size: int) -> float:
    """Digests so many bytes; gives the milliseconds."""
    piece = os.urandom(1 << 16)
    start, state = time.perf_counter(), hashlib.sha256()
    for _ in range(size >> 16):
        state.update(piece)
    return (time.perf_counter() - start) * 1000


def main() -> None:
    """Makes the journals, verifies each in a process of its own, and prints what it took."""
    home()
    figures = []
    for what, make in MAKERS.items():
        folder = fresh()
        (folder / "root").mkdir()
        with Spool.open(folder / "root", journal=folder / "journal.db") as spool:
            make(spool)
        told = [list(map(float, child(__file__, "work", folder / "journal.db")[-1].split())) for _ in range(3)]
        size, quick, full, memory = min(told, key=lambda each: each[2])
        scale = 200 * MB / size
        digested = reference(int(size)) * scale
        figures.append(Figure(f"{what}, 200 MB in full", full * scale, digested, most=MOST_MS[what]))
        figures.append(Figure("its peak memory", memory, most=256, unit="MB"))
        figures.append(Figure("all of it quick", quick))
    conclude(figures)


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        work(Path(sys.argv[2]))
    else:
        main()
