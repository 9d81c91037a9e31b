"""Times 1,000 files of 4 KB in one batch, committed so that they survive power loss, and counts the journal's syncs.

Budget: new files <= 300 ms and <= 0.7 times write, fsync and rename of each file in the same run; files that stood
there and are touched for the first time <= 350 ms; the journal syncs twice, once for the batch and once for the commit.
The syncs are counted in a process of their own, whose files go through a VFS that counts.
"""

import sys
from pathlib import Path

import apsw

from _bench import Figure, Rounds, child, conclude, durable_write, edited, fresh, home, text, timed
from journal import Spool, Write

ROUNDS = 5
FILES = 1000
SYNCS = 2


class CountingFile(apsw.VFSFile):
    """A file of SQLite's that counts how often it is synced."""

    synced = 0

    def __init__(self, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        super().__init__("unix", name, flags)

    def xSync(self, flags: int) -> None:
        """Counts, then syncs."""
        CountingFile.synced += 1
        super().xSync(flags)


class CountingVFS(apsw.VFS):
    """The way to the disk of every database that is opened after this was made."""

    def __init__(self) -> None:
        super().__init__("counting", "unix", makedefault=True)

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
        """Opens a file that counts."""
        return CountingFile(name, flags)


def path(number: int) -> str:
    """Names a file, twenty in a folder."""
    return f"src/part{number // 20}/file{number}.py"


def lay_out(root: Path) -> None:
    """Puts the files there as somebody else would."""
    for number in range(FILES):
        target = root / path(number)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text(number))


def contents(existing: bool) -> list[bytes]:
    """Gives what is written: new text, or what stood there with one line edited."""
    return [edited(text(n), n) if existing else text(n) for n in range(FILES)]


def ours(spool: Spool, datas: list[bytes]) -> None:
    """Writes the files in one batch and commits them."""
    spool.batch(Write(path(n), data) for n, data in enumerate(datas))
    spool.commit("a thousand files")


def reference(root: Path, datas: list[bytes]) -> None:
    """Writes each file durably, without a journal."""
    for number, data in enumerate(datas):
        target = root / path(number)
        target.parent.mkdir(parents=True, exist_ok=True)
        durable_write(target, data)


def one_round(existing: bool, rounds: Rounds) -> None:
    """Times ours and the reference."""
    folder = fresh()
    for name in ("root", "bare"):
        (folder / name).mkdir()
        if existing:
            lay_out(folder / name)
    datas = contents(existing)
    rounds.begin()
    with Spool.open(folder / "root", journal=folder / "state" / "journal.db") as spool:
        rounds.ours(timed(lambda: ours(spool, datas)))
        rounds.reference(timed(lambda: reference(folder / "bare", datas)))


def count_syncs(folder: Path) -> None:
    """Prints how often the journal is synced for new files, then for existing ones."""
    vfs = CountingVFS()
    for existing in (False, True):
        root = folder / f"root-{existing}"
        root.mkdir()
        if existing:
            lay_out(root)
        with Spool.open(root, journal=folder / f"state-{existing}" / "journal.db") as spool:
            before = CountingFile.synced
            ours(spool, contents(existing))
            print(CountingFile.synced - before)
    vfs.unregister()


def main() -> None:
    """Runs the rounds, counts the syncs, and prints both."""
    new, existing = Rounds(), Rounds()
    home()
    for _ in range(ROUNDS):
        one_round(False, new)
        one_round(True, existing)
    counted = [float(line) for line in child(__file__, "count", fresh())]
    conclude(
        [
            new.figure("1,000 new files", most=300, ratio=0.7),
            existing.figure("1,000 existing files", most=350),
            Figure("syncs for the new files", counted[0], FILES, most=SYNCS, unit=""),
            Figure("syncs for the existing files", counted[1], FILES, most=SYNCS, unit=""),
        ]
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["count"]:
        count_syncs(Path(sys.argv[2]))
    else:
        main()
