"""A small journal with everything in it, ways to damage copies of it, and what a salvage of one has to bring back."""

from __future__ import annotations

import hashlib
import random
import sqlite3
from pathlib import Path
from typing import NamedTuple

from journal import Journal, JournalError, SalvageReport, Spool, Write, salvage
from journal.database.connection import Database
from journal.limits import PAGE_BYTES
from journal.rescue.btrees import survey
from journal.rescue.cells import cells, kind_of, record
from journal.rescue.pages import Pages
from journal.rescue.shapes import indexes, shapes
from journal.tables.blobs import ids_of


class Sound(NamedTuple):
    """A sound journal, closed: its bytes, its contents by name, what each commit's tree names, what each page holds."""

    path: Path
    data: bytes
    contents: dict[str, bytes]
    trees: dict[str, dict[str, str]]
    pages: int
    needs: dict[str, set[int]]


def made(folder: Path) -> Sound:
    """Makes a journal of commits: small files, a large one with deltas, a symlink, modes, a move, staged work."""
    root, path = folder / "root", folder / "sound.db"
    root.mkdir()
    with Spool.open(root, journal=path) as spool:
        for number in range(40):
            digests = [hashlib.sha256(b"%d %d" % (number, line)).hexdigest() for line in range(number)]
            lines = (f"{number} {line} {digest}\n" for line, digest in enumerate(digests))
            spool.write(f"dir/f{number}.txt", "".join(lines))
        large = bytearray(random.Random(1).randbytes(300_000))
        spool.write("large", bytes(large))
        spool.symlink("link", "large")
        spool.commit("first")
        for number in range(4):
            large[70_000 * number + 50 : 70_000 * number + 60] = b"edit %05d" % number
            spool.write("large", bytes(large))
            spool.write("dir/f5.txt", f"version {number}\n" * 40)
            spool.commit(f"edit {number}", metadata={"number": number})
        spool.move("dir/f7.txt", "moved.txt")
        spool.chmod("dir/f8.txt", 0o755)
        spool.delete("dir/f9.txt")
        spool.commit("move, mode and deletion")
        spool.write("staged.txt", "staged")
        spool.write("dir/f1.txt", "staged over a committed one")
    return known(path)


def made_large(folder: Path) -> Sound:
    """Makes a journal of a thousand small files, versions of a large one that share chunks, and deltas of a text."""
    root, path, chance = folder / "root", folder / "large.db", random.Random(3)
    root.mkdir()
    with Spool.open(root, journal=path) as spool:
        for part in range(4):
            files = [chance.randbytes(chance.randrange(200, 3000)).hex() for _ in range(250)]
            spool.batch([Write(f"{n % 7}/{part}-{n}.txt", text) for n, text in enumerate(files)])
            spool.commit(f"part {part}")
        large = bytearray(chance.randbytes(3_000_000))
        lines = [chance.randbytes(20).hex() for _ in range(500)]
        for number in range(40):
            if number % 8 == 0:
                at = chance.randrange(len(large) - 10)
                large[at : at + 10] = b"edit %05d" % number
                spool.write("large", bytes(large))
            lines[chance.randrange(500)] = f"edit {number}"
            spool.write("versions", "\n".join(lines))
            spool.commit(f"edit {number}")
    return known(path)


def known(path: Path) -> Sound:
    """Reads all that a sound journal holds."""
    contents, trees = dict[str, bytes](), dict[str, dict[str, str]]()
    with Journal.open(path) as journal:
        for row in journal.rows("SELECT lower(hex(sha256)) AS sha FROM blob"):
            contents[row["sha"]] = journal.blob(row["sha"]).read()
        for commit in journal.commits():
            trees[commit.id] = {name: entry.sha256 for name, entry in journal.tree(commit.id).items()}
    closed(path)
    data = path.read_bytes()
    return Sound(path, data, contents, trees, len(data) // PAGE_BYTES, needs(path))


def closed(path: Path) -> None:
    """Takes the log into the file, so that the file is all there is."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()
    for side in ("-wal", "-shm"):
        path.with_name(path.name + side).unlink(missing_ok=True)


def needs(path: Path) -> dict[str, set[int]]:
    """Tells on which pages the rows of each content lie: its own, those of its chunks, of their bases, and so on."""
    database = Database.open(str(path), readonly=True)
    known, roots = shapes(database.look()), indexes(database.look())
    database.close()
    held: dict[str, dict[int, tuple[tuple, set[int]]]] = {"chunk": {}, "blob": {}}  # type: ignore[type-arg]
    with Pages(str(path)) as pages:
        found = survey(pages, known, roots)
        for table, rows in held.items():
            for place in found.places[table]:
                data = pages.page(place.page)
                for cell in cells(place.page, data, kind_of(place.page, data)):
                    watched = Watched(pages)
                    values = known[table].row(record(watched, data, cell), cell.rowid)  # type: ignore[arg-type]
                    rows[int(values[0])] = (values, {place.page, *watched.seen})  # type: ignore[arg-type]

    def of_chunk(number: int) -> set[int]:
        values, lies = held["chunk"][number]
        return lies | (of_chunk(values[4]) if values[4] is not None else set())

    return {
        values[1].hex(): lies.union(*(of_chunk(each) for each in ids_of(values[7])))
        for values, lies in held["blob"].values()
    }


class Watched:
    """Pages that remember which of them were asked for."""

    def __init__(self, pages: Pages) -> None:
        """Stands for these."""
        self.pages, self.usable, self.count = pages, pages.usable, pages.count
        self.seen = set[int]()

    def page(self, number: int) -> bytes:
        """Gives a page."""
        self.seen.add(number)
        return self.pages.page(number)

    def run(self, number: int, most: int) -> bytes:
        """Gives some pages."""
        found = self.pages.run(number, most)
        self.seen.update(range(number, number + len(found) // self.pages.size))
        return found


def salvaged(sound: Sound, damaged: bytes, folder: Path, touched: set[int]) -> SalvageReport:
    """Salvages a damaged copy, and checks all that holds whatever the damage; `touched` are the damaged pages."""
    path, into = folder / "damaged.db", folder / "new.db"
    path.write_bytes(damaged)
    into.unlink(missing_ok=True)
    report = salvage(path, into)
    assert path.read_bytes() == damaged
    assert sorted(each.name for each in folder.iterdir()) == ["damaged.db", "new.db"]
    assert into.stat().st_mode & 0o777 == 0o600
    proven(sound, into, report, touched)
    into.unlink()
    return report


def proven(sound: Sound, into: Path, report: SalvageReport, touched: set[int]) -> None:
    """Checks that a salvaged journal says nothing that the sound one did not, and what had to come over did."""
    with Journal.open(into) as journal:
        for sha, data in sound.contents.items():
            try:
                assert journal.blob(sha).read() == data
            except JournalError:
                assert sound.needs[sha] & touched, f"{sha} was not damaged and is gone"
        listed = {commit.id for commit in journal.commits()}
        for commit, tree in sound.trees.items():
            if commit not in listed:
                assert not report.ok, "a commit is gone without a word"
            elif report.ok:
                assert {name: entry.sha256 for name, entry in journal.tree(commit).items()} == tree
        assert listed <= set(sound.trees)
        if report.ok:
            assert listed == set(sound.trees)
        told = {(finding.code, finding.subject) for finding in report.findings}
        assert {(finding.code, finding.subject) for finding in journal.verify().findings} <= told
    for side in ("-wal", "-shm"):
        into.with_name(into.name + side).unlink(missing_ok=True)
