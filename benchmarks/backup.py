"""Copies a journal whole, then over an older copy after one more commit, and after a tenth more of it.

Every copy is verified before it has its name, and synced; what that takes is told by itself, as `verify` of the copy.
The reference is a plain copy of the journal's file, synced, in the same run. There is no budget: a copy that is brought
up to date is made whole beside the older one, which stays valid until then, so that it costs what a whole one does.
"""

import os
import shutil
from pathlib import Path

from _bench import Rounds, conclude, edited, fresh, home, sources, text, timed
from journal import Journal, Spool, Write

ROUNDS = 5
FILES = 5000
MB = 1_000_000
RANDOM = 60
CASES = ("whole", "over an older one, a commit later", "over an older one, a tenth more")


def build(spool: Spool) -> None:
    """Commits source text, versions of a file, and bytes that no packing makes smaller."""
    whole = sources()
    spool.batch([Write(f"{n % 100}/{n}.py", b"# %d\n" % n + whole[n % len(whole)][:8000]) for n in range(FILES)])
    spool.commit("files")
    spool.write("noise", (os.urandom(MB) for _ in range(RANDOM)))
    for number in range(100):
        spool.write("large.py", edited(text(0, MB), number))
        spool.commit(f"version {number}")


def plain(path: Path, into: Path) -> None:
    """Copies a file and syncs it."""
    shutil.copyfile(path, into)
    fd = os.open(into, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def one_round(spool: Spool, number: int, told: dict[str, Rounds], verified: Rounds) -> None:
    """Makes the three copies, each beside a plain one."""
    folder = fresh()
    for case in CASES:
        if case == CASES[1]:
            spool.write("one", f"{number}")
            spool.commit("one more")
        elif case == CASES[2]:
            spool.write(f"more{number}", (os.urandom(MB) for _ in range(RANDOM // 10)))
            spool.commit("a tenth more")
        told[case].begin()
        told[case].ours(timed(lambda: spool.journal.backup(folder / "copy.db")))
        told[case].reference(timed(lambda: plain(spool.journal.path, folder / "plain.db")))
        os.unlink(folder / "plain.db")
    verified.begin()
    with Journal.open(folder / "copy.db") as journal:
        verified.ours(timed(journal.verify))


def main() -> None:
    """Runs the rounds, and prints what they took."""
    home()
    folder = fresh()
    (folder / "root").mkdir()
    told, verified = {case: Rounds() for case in CASES}, Rounds()
    with Spool.open(folder / "root", journal=folder / "state" / "journal.db") as spool:
        build(spool)
        for number in range(ROUNDS):
            one_round(spool, number, told, verified)
        print(f"a journal of {spool.journal.path.stat().st_size / MB:.0f} MB")
    figures = [rounds.figure(case) for case, rounds in told.items()]
    conclude([*figures, verified.figure("to verify one of them")])


if __name__ == "__main__":
    main()
