"""Tells how much memory each verb takes that meets a file of 1 GiB.

Budget: each <= 128 MB at its peak above what the process had before the first, when a small file was committed. The
peak of each verb is the high-water mark of the resident memory, set back before the verb where the system allows it.
Half of each MiB of the file is random, half repeats. The seconds that a verb took stand beside its name.

It takes three minutes and 5 GB of disk for a while. `big_verbs.py 64` takes a file of 64 MiB.
"""

import contextlib
import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from _bench import Figure, child, conclude, fresh, home
from big_file import PIECES, make
from journal import Spool

NAME = "data.bin"
PIECE = 1 << 20
MOST = 128

Step = tuple[str, Callable[[], object]]


def memory(field: str) -> float:
    """Gives a field of this process's memory in MB."""
    told = Path("/proc/self/status").read_text()
    return int(next(line for line in told.splitlines() if line.startswith(field)).split()[1]) * 1024 / 1e6


def set_back() -> None:
    """Sets the high-water mark back to what is resident now; without the right to, it is that of the largest so far."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def pieces(path: Path, begin: bytes) -> Iterator[bytes]:
    """Yields the bytes of a file, with others before them."""
    yield begin
    with open(path, "rb") as file:
        while piece := file.read(PIECE):
            yield piece


def append(path: Path) -> None:
    """Edits a file by hand."""
    with open(path, "ab") as file:
        file.write(b"by hand %d\n" % time.monotonic_ns())


def digest(spool: Spool) -> str:
    """Reads a file of the root to its end."""
    found = hashlib.sha256()
    for piece in spool.open_read(NAME):
        found.update(piece)
    return found.hexdigest()


def adopted(spool: Spool, path: Path) -> None:
    """Takes a hand edit over."""
    append(path)
    assert [patch.path for patch in spool.adopt()] == [NAME]


def forced(spool: Spool, path: Path) -> None:
    """Keeps a hand edit in the journal and takes the file back."""
    append(path)
    assert spool.reset(force=True).restored == (NAME,)


def steps(spool: Spool, large: Path, folder: Path) -> Iterator[Step]:
    """Gives every verb that takes the file, in the order in which they run."""
    standing = folder / "root" / NAME
    yield "write from a Path", lambda: spool.write(NAME, large)
    yield "diff, as too large", lambda: [patch.diff_bytes for patch in spool.diff()]
    yield "status", spool.status
    yield "commit", lambda: spool.commit("from a path")
    first = spool.journal.head()
    assert first is not None
    yield "move", lambda: spool.move(NAME, "moved.bin")
    yield "chmod", lambda: spool.chmod("moved.bin", 0o600)
    yield "reset of both", spool.reset
    yield "write from an iterable", lambda: spool.write(NAME, pieces(large, b"another beginning\n"))
    yield "commit over another", lambda: spool.commit("from an iterable")
    yield "restore", lambda: spool.restore(first.id)
    yield "open_read", lambda: digest(spool)
    yield "reset of a restore", spool.reset
    yield "adopt", lambda: adopted(spool, standing)
    yield "reset of an adoption", spool.reset
    yield "reset by force", lambda: forced(spool, standing)
    yield "delete", lambda: spool.delete(NAME)
    yield "reset of a deletion", spool.reset
    yield "checkout", lambda: spool.journal.checkout(first.id, folder / "elsewhere")
    yield "verify", spool.journal.verify


def work(folder: Path) -> None:
    """Runs the verbs; prints of each its name, the peak of the memory over the start, and the seconds it took."""
    (folder / "root").mkdir()
    with Spool.open(folder / "root", journal=folder / "state" / "journal.db") as spool:
        spool.write(NAME, b"small and known\n")
        spool.commit("before")
        start = memory("VmRSS")
        for name, call in steps(spool, folder / "large.bin", folder):
            set_back()
            before = time.monotonic()
            call()
            print(f"{name}\t{memory('VmHWM') - start}\t{time.monotonic() - before}", flush=True)
        assert os.path.getsize(folder / "elsewhere" / NAME) == os.path.getsize(folder / "large.bin")


def main(mebibytes: int) -> None:
    """Runs once, and prints the peaks."""
    home()
    folder = fresh()
    make(folder / "large.bin", mebibytes)
    told = [line.split("\t") for line in child(__file__, "work", folder)]
    conclude([Figure(f"{name} ({float(took):.1f} s)", float(over), most=MOST, unit="MB") for name, over, took in told])
    for name in (f"elsewhere/{NAME}", f"root/{NAME}", "large.bin", "state/journal.db"):
        (folder / name).unlink()  # a few large files are no mass deletion, and the disk is not ours alone


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        work(Path(sys.argv[2]))
    else:
        main(*map(int, sys.argv[1:2] or (PIECES,)))
