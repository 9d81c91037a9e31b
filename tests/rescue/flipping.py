"""Which rows of a sound journal the bytes of its file belong to, and what flipped bits must and must not cost."""

from __future__ import annotations

import random
import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from journal import Journal, JournalError, VerifyReport, salvage, verify
from journal.database.connection import Database
from journal.rescue.btrees import Place, survey
from journal.rescue.cells import Cell, Values, cells, kind_of, record
from journal.rescue.pages import Pages
from journal.rescue.shapes import Shape, indexes, shapes
from journal.tables.blobs import ids_of
from tests.rescue.damaging import Sound

Row = tuple[str, int]
"""a table and the number of a row of it."""


class Span(NamedTuple):
    """Bytes of the file that belong to a row; the end is the first byte that does not."""

    start: int
    end: int
    row: Row


class Lay(NamedTuple):
    """Where in the file the rows of chunks and contents lie, and which of them each content is made of."""

    spans: list[Span]
    rows: dict[str, set[Row]]

    def touched(self, bits: Collection[int]) -> set[Row]:
        """Names the rows that bits of the file belong to."""
        found = set[Row]()
        for offset in (bit // 8 for bit in bits):
            at = bisect_right(self.spans, offset, key=lambda span: span.start) - 1
            if at >= 0 and offset < self.spans[at].end:
                found.add(self.spans[at].row)
        return found

    @property
    def bytes(self) -> list[int]:
        """Lists the bytes that are live content: of each row that some content is made of."""
        live = set().union(*self.rows.values())
        return [offset for span in self.spans if span.row in live for offset in range(span.start, span.end)]


def lay(path: Path) -> Lay:
    """Reads the trees of a sound, closed journal."""
    database = Database.open(str(path), readonly=True)
    known, roots = shapes(database.look()), indexes(database.look())
    database.close()
    spans, held = list[Span](), dict[Row, Values]()
    with Pages(str(path)) as pages:
        found = survey(pages, known, roots)
        assert not found.broken
        for table in ("chunk", "blob"):
            for place in found.places[table]:
                for row, values, lies in _of_page(pages, place, known[table]):
                    held[row] = values
                    spans += (Span(start, end, row) for start, end in lies)
    return Lay(sorted(spans), dict(_needed(held)))


def _of_page(pages: Pages, place: Place, shape: Shape) -> Iterator[tuple[Row, Values, list[tuple[int, int]]]]:
    data = pages.page(place.page)
    for cell in cells(place.page, data, kind_of(place.page, data)):
        values = shape.row(record(pages, data, cell), cell.rowid)
        assert isinstance(values[0], int)
        yield (place.table, values[0]), values, list(_lies(pages, place.page, data, cell))


def _lies(pages: Pages, number: int, data: bytes, cell: Cell) -> Iterator[tuple[int, int]]:
    """Tells where a row lies: what stands before its record, the record, and the numbers of the pages it goes on at."""
    size, usable = pages.size, pages.usable
    here, most = cell.size, usable - 35
    if here > most:
        least = (usable - 12) * 32 // 255 - 23
        here = least + (cell.size - least) % (usable - 4)
        here = here if here <= most else least
    left, end = cell.size - here, cell.at + here
    base = (number - 1) * size
    yield base + cell.begin, base + end + (4 if left else 0)
    following = int.from_bytes(data[end : end + 4], "big")
    while left > 0:
        base = (following - 1) * size
        yield base, base + 4 + min(left, usable - 4)
        following = int.from_bytes(pages.page(following)[:4], "big")
        left -= usable - 4


def _needed(held: dict[Row, Values]) -> Iterator[tuple[str, set[Row]]]:
    """Names each content with all rows that it is made of: its own, those of its chunks, of their bases, and so on."""

    def line(number: int | None) -> Iterator[Row]:
        while number is not None:
            yield "chunk", number
            base = held["chunk", number][4]
            assert base is None or isinstance(base, int)
            number = base

    for row, values in held.items():
        if row[0] == "blob":
            sha, packed = values[1], values[7]
            assert isinstance(sha, bytes) and isinstance(packed, bytes)
            yield sha.hex(), {row, *(each for number in ids_of(packed) for each in line(number))}


def flipped(data: bytes, bits: Collection[int]) -> bytes:
    """Turns bits over, each counted from the first one of the file."""
    made = bytearray(data)
    for bit in bits:
        made[bit // 8] ^= 1 << bit % 8
    return bytes(made)


def judge(sound: Sound, laid: Lay, bits: Collection[int], folder: Path) -> VerifyReport:
    """Flips bits in a copy, and holds what is read, found and salvaged of it against what they touched.

    Whatever is read is right or an error. A content that cannot be read is told by name, unless the verification says
    that it did not come to it. What a salvage does not bring back has a row that a bit lies in.
    """
    path, into = folder / "flipped.db", folder / "salvaged.db"
    path.write_bytes(flipped(sound.data, bits))
    into.unlink(missing_ok=True)
    gone = unread(sound, path)
    report = verify(path, full=True)
    assert report.ok is not any(finding.severity == "error" for finding in report.findings)
    if not cut_off(report):
        untold = sorted(sha for sha in gone if not tells(report, sha, laid.rows[sha]))
        assert not untold, f"{untold} cannot be read, and the verification does not say so"
    assert report.ok is False or not gone
    salvage(path, into)
    touched = laid.touched(bits)
    lost = sorted(sha for sha in unread(sound, into) if not laid.rows[sha] & touched)
    assert not lost, f"{lost} were not touched and are gone"
    for left in folder.iterdir():
        left.unlink()
    return report


def unread(sound: Sound, path: Path) -> set[str]:
    """Reads every content by its digest, and names those that cannot be had.

    By its path each gives what some content has, nothing, or an error: which one stood there the verification holds
    against the ids of commits, and reading does not.
    """
    gone, whole = set[str](), set(sound.contents.values())
    try:
        with Journal.open(path) as journal:
            for sha, data in sound.contents.items():
                try:
                    assert journal.blob(sha).read() == data
                except JournalError:
                    gone.add(sha)
            # SQLite looks over the rows of a page when it first has it, and refuses just then what it gives later on.
            for sha in sorted(gone):
                with suppress(JournalError):
                    assert journal.blob(sha).read() == sound.contents[sha]
                    gone.discard(sha)
            commit, tree = next(iter(sound.trees.items()))
            for name in tree:
                with suppress(JournalError):
                    assert journal.read(name, commit) in {None, *whole}
    except JournalError:
        return set(sound.contents)
    return gone


def cut_off(report: VerifyReport) -> bool:
    """Tells whether a verification says that it could not come to the contents or their names, or not to their end."""
    unread = {finding.subject for finding in report.findings if finding.code == "unreadable"}
    return "whole_blobs" not in report.checked or "names" in unread


MISSING = "row {} missing from index sqlite_autoindex_{}_1"


def tells(report: VerifyReport, sha: str, rows: set[Row]) -> bool:
    """Tells whether a report names a content, or one of the rows that it is made of."""
    words = [re.escape(sha), *(rf"{table} {number}\b" for table, number in rows)]
    words += [re.escape(MISSING.format(number, table)) for table, number in rows]
    said = "\n".join(f"{finding.subject} {finding.message}" for finding in report.findings)
    return re.search("|".join(words), said) is not None


def chosen(places: Sequence[int], count: int, seed: int) -> list[int]:
    """Chooses bits of some bytes by chance, by the same chance each time."""
    chance = random.Random(seed)
    return [8 * at + chance.randrange(8) for at in chance.sample(places, count)]
