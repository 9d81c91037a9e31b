"""Tells how much memory a 1 GiB file takes on its way in and out, and how long it takes.

Budget: staged from a Path over a file of the journal's, diffed (as too large) and reset, peak memory <= 128 MB above
that of the process before. The reference for the time is `cp` of the file and a SHA-256 of the copy. Half of each MiB
is random, half repeats, so that the file is about half compressible.
"""

import hashlib
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from _bench import Figure, child, conclude, fresh, home, text, timed
from journal import Spool

PIECES = 1024
HALF = 1 << 19


def make(path: Path, pieces: int = PIECES) -> None:
    """Writes the file, so many MiB of it."""
    words = text(1, 1024)
    with open(path, "wb") as file:
        for number in range(pieces):
            file.write(os.urandom(HALF))
            file.write((b"%8d" % number + words) * (HALF // (len(words) + 8)))
            file.write(b"\0" * (HALF % (len(words) + 8)))


def peak() -> float:
    """Gives the peak memory of this process so far, in MB."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / 1e6 if sys.platform == "darwin" else used / 1e3


def work(folder: Path) -> None:
    """Stages, diffs and resets the file; prints the memory over the start and the time of each step."""
    root = folder / "root"
    root.mkdir()
    with Spool.open(root, journal=folder / "state" / "journal.db") as spool:
        spool.write("data.bin", b"small and known\n")
        spool.commit("before")
        start = peak()
        steps = [timed(lambda: spool.write("data.bin", folder / "large.bin"))]
        staged = peak() - start
        steps.append(timed(lambda: [patch.diff_bytes for patch in spool.diff()]))
        steps.append(timed(spool.reset))
        print(peak() - start, staged, *steps)
        assert spool.read("data.bin") == b"small and known\n"


def reference(folder: Path) -> None:
    """Copies the file, and hashes the copy."""
    subprocess.run(["cp", folder / "large.bin", folder / "copy.bin"], check=True)
    with open(folder / "copy.bin", "rb") as file:
        hashlib.file_digest(file, "sha256")


def main() -> None:
    """Runs once, and prints what it took."""
    home()
    folder = fresh()
    make(folder / "large.bin")
    time.sleep(1)
    over, staged, write, diff, reset = map(float, child(__file__, "work", folder)[-1].split())
    copied = timed(lambda: reference(folder))
    print(f"the journal holds {sum(path.stat().st_size for path in (folder / 'state').iterdir()) / 1e6:.0f} MB")
    conclude(
        [
            Figure("peak memory over the start", over, most=128, unit="MB"),
            Figure("of it when staged", staged, unit="MB"),
            Figure("staged, beside cp and SHA-256", write, copied),
            Figure("diffed", diff),
            Figure("reset", reset),
        ]
    )
    for name in ("large.bin", "copy.bin", "state/journal.db"):
        (folder / name).unlink()  # three large files are no mass deletion, and the disk is not ours alone


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        work(Path(sys.argv[2]))
    else:
        main()
