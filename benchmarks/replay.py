"""Tells how fast a history is replayed and written out for git, and how much memory that takes.

Budget: a replay of 300 MB in files of 64 KB to 16 MB, over ten commits, writes >= 200 MB/s of content with every check
on, and takes <= 64 MB over the memory of the process before. The reference is a plain copy of the same files to a new
folder, commit by commit, with a SHA-256 of each; beside it stands a checkout of the last commit.
"""

import hashlib
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from _bench import Figure, child, conclude, fresh, home, text, timed
from journal import Journal, Spool

SIZES = [64 << 10] * 64 + [1 << 20] * 10 + [16 << 20]
COMMITS = 10
CALLS = ("replay", "checkout", "git")


def make(folder: Path) -> int:
    """Commits the files ten times, each time other contents, half of them random; gives the bytes of all of them."""
    root, total = folder / "root", 0
    root.mkdir()
    with Spool.open(root, journal=folder / "journal.db") as spool:
        for commit in range(COMMITS):
            for number, size in enumerate(SIZES):
                half = size // 2
                data = os.urandom(half) + (text(commit * 1000 + number, 4096) * (half // 4096 + 1))[:half]
                spool.write(f"d{number % 7}/f{number}", data)
                (folder / f"plain/{commit}").mkdir(parents=True, exist_ok=True)
                (folder / f"plain/{commit}/f{number}").write_bytes(data)
                total += len(data)
            spool.commit(f"{commit}")
    return total


def copy(folder: Path) -> None:
    """Copies the files of every commit over those of the one before, and hashes each."""
    into = folder / "copied"
    into.mkdir()
    for commit in range(COMMITS):
        for path in sorted((folder / f"plain/{commit}").iterdir()):
            data = path.read_bytes()
            hashlib.sha256(data).digest()
            temporary = into / "part"
            temporary.write_bytes(data)
            temporary.rename(into / path.name)


def peak() -> float:
    """Gives the peak memory of this process so far, in MB."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / 1e6 if sys.platform == "darwin" else used / 1e3


def work(folder: Path, what: str) -> None:
    """Does one of the three in a process of its own, and prints its time and its memory over the start."""
    if what == "make":
        print(make(folder))
        return
    with Journal.open(folder / "journal.db") as journal:
        journal.checkout("main", folder / f"warm-{what}", paths="d0/f0")
        calls: dict[str, Callable[[], object]] = {
            "replay": lambda: journal.replay(folder / "replayed"),
            "checkout": lambda: journal.checkout("main", folder / "checked out"),
            "git": lambda: journal.export("git", folder / "stream"),
        }
        before = peak()
        print(timed(calls[what]), peak() - before)


def main() -> None:
    """Runs once, and prints what it took."""
    home()
    folder = fresh()
    total = int(child(__file__, "make", folder)[-1])  # what this process held would count as its children's
    time.sleep(1)
    told = {what: [float(n) for n in child(__file__, what, folder)[-1].split()] for what in CALLS}
    copied = timed(lambda: copy(folder))
    print(f"{total / 1e6:.0f} MB in {COMMITS} commits; replayed at {total / 1e3 / told['replay'][0]:.0f} MB/s")
    conclude(
        [
            Figure("replayed, every check on, beside a copy", told["replay"][0], copied, most=total / 1e3 / 200),
            Figure("its memory over the start", told["replay"][1], most=64, unit="MB"),
            Figure("the last commit checked out, times ten", told["checkout"][0] * COMMITS, copied),
            Figure("written out for git", told["git"][0], copied),
            Figure("its memory over the start", told["git"][1], most=64, unit="MB"),
        ]
    )


if __name__ == "__main__":
    if len(sys.argv) == 3:
        work(Path(sys.argv[2]), sys.argv[1])
    else:
        main()
