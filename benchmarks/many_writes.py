"""Times 1,000 single writes and a commit.

Budget: at most 0.8 s for 1,000 `write` calls of 4 KB, each a path of its own and so each synced, and the commit of all.
The reference is the same files each by temporary file, fsync and rename, in the same run.
"""

import functools
from pathlib import Path

from _bench import Rounds, conclude, durable_write, fresh, text, timed
from journal import Spool

ROUNDS = 3
FILES = 1000


def ours(spool: Spool) -> None:
    """Writes the files and commits them."""
    for number in range(FILES):
        spool.write(f"src/file{number}.py", text(number))
    spool.commit("a thousand writes")


def reference(folder: Path) -> None:
    """Writes the files durably, without a journal."""
    for number in range(FILES):
        durable_write(folder / f"file{number}.py", text(number))


def main() -> None:
    """Runs the rounds, and prints what they cost."""
    rounds = Rounds()
    for _ in range(ROUNDS):
        folder = fresh()
        (folder / "root").mkdir()
        (folder / "bare").mkdir()
        rounds.begin()
        with Spool.open(folder / "root", journal=folder / "state" / "journal.db") as spool:
            rounds.ours(timed(functools.partial(ours, spool)))
        rounds.reference(timed(functools.partial(reference, folder / "bare")))
    conclude([rounds.figure("1,000 writes and a commit", most=800)])


if __name__ == "__main__":
    main()
