"""Times 51 versions of a 1 MB file, and weighs them in the journal.

Budget: <= 0.5 s for 51 writes, one line edited each, and a commit; <= 1 MB of journal, file and WAL, after closing. The
reference is 51 whole copies, each by temporary file, fsync and rename, and the bytes that they take. Beside it, without
a budget: reading any version with nothing remembered, and the same for a file just over the size that goes in pieces.
"""

import hashlib
import random
import shutil
from pathlib import Path

from _bench import Figure, Rounds, conclude, durable_write, edited, fresh, home, text, timed
from journal import Journal, Spool
from journal.limits import STREAM_ABOVE

ROUNDS = 5
VERSIONS = 51
SIZE = 1_000_000
PATH = "src/large.py"


def versions(size: int) -> list[bytes]:
    """Makes the versions: each the one before with one line edited."""
    made = [text(0, size)]
    while len(made) < VERSIONS:
        made.append(edited(made[-1], len(made)))
    return made


def ours(spool: Spool, contents: list[bytes]) -> None:
    """Writes every version, and commits the last."""
    for data in contents:
        spool.write(PATH, data)
    spool.commit("the last of them")


def reference(folder: Path, contents: list[bytes]) -> None:
    """Keeps every version as a file of its own, durably."""
    for number, data in enumerate(contents):
        durable_write(folder / f"{number}.py", data)


def used(folder: Path) -> int:
    """Counts the bytes of a folder's files."""
    return sum(path.stat().st_size for path in folder.iterdir())


def one_round(contents: list[bytes], rounds: Rounds, reads: Rounds) -> int:
    """Writes the versions, then reads some of them cold; gives the bytes of the closed journal."""
    folder = fresh()
    for name in ("root", "copies"):
        (folder / name).mkdir()
    rounds.begin()
    reads.begin()
    with Spool.open(folder / "root", journal=folder / "state" / "journal.db") as spool:
        rounds.ours(timed(lambda: ours(spool, contents)))
    rounds.reference(timed(lambda: reference(folder / "copies", contents)))
    size = used(folder / "state")
    for number in random.Random(1).sample(range(VERSIONS), VERSIONS):
        digest = hashlib.sha256(contents[number]).hexdigest()
        with Journal.open(folder / "state" / "journal.db") as journal:
            blob = journal.blob(digest)
            reads.ours(timed(blob.read))
        reads.reference(timed((folder / "copies" / f"{number}.py").read_bytes))
    return size


def main() -> None:
    """Runs the rounds, and prints what they cost."""
    small, large = versions(SIZE), versions(STREAM_ABOVE + 1000)
    rounds, reads, streamed, streamed_reads = Rounds(), Rounds(), Rounds(), Rounds()
    sizes, streamed_sizes = [], []
    for _ in range(ROUNDS):
        sizes.append(one_round(small, rounds, reads))
        streamed_sizes.append(one_round(large, streamed, streamed_reads))
    copies = sum(map(len, small)) / 1e3
    conclude(
        [
            rounds.figure("51 versions of 1 MB", most=500),
            Figure("their journal", max(sizes) / 1e3, copies, most=1000, unit="kB"),
            reads.figure("one version read cold, p50"),
            reads.figure("one version read cold, p95", 0.95),
            streamed.figure("51 versions of 1 MiB + 1000"),
            Figure("their journal, too", max(streamed_sizes) / 1e3, copies, unit="kB"),
            streamed_reads.figure("one of them read cold, p50"),
        ]
    )
    for folder in home().glob("*/copies"):
        shutil.rmtree(folder)  # half a gigabyte in few files


if __name__ == "__main__":
    main()
