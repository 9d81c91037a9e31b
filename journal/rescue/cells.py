"""The rows on one page of a database file, read as SQLite's file format describes them, doubting every byte."""

from collections.abc import Iterator
from typing import NamedTuple

from journal.limits import SALVAGE_ROW_BYTES_MAX
from journal.rescue.pages import Pages

INDEX_INSIDE, TABLE_INSIDE, INDEX_LEAF, TABLE_LEAF = 0x02, 0x05, 0x0A, 0x0D
KINDS = frozenset((INDEX_INSIDE, TABLE_INSIDE, INDEX_LEAF, TABLE_LEAF))
INTEGER_BYTES = (0, 1, 2, 3, 4, 6, 8)

Value = None | int | str | bytes
Values = tuple[Value, ...]


class Unreadable(ValueError):
    """Bytes that are no such thing."""


class Child(NamedTuple):
    """A page below an inner one, and the highest row number that belongs there; None: no bound is told."""

    page: int
    highest: int | None


class Cell(NamedTuple):
    """A row on a page: its number (None where rows have none), and where its record begins and how long it is."""

    rowid: int | None
    at: int
    size: int


def kind_of(number: int, data: bytes) -> int:
    """Tells what a page says it is."""
    return data[100 if number == 1 else 0]


def pointers(number: int, data: bytes, kind: int) -> list[int]:
    """Lists where the cells of a page begin; those that lie outside of it are left out."""
    head = 100 if number == 1 else 0
    first = head + (12 if kind in (INDEX_INSIDE, TABLE_INSIDE) else 8)
    count = min(int.from_bytes(data[head + 3 : head + 5], "big"), (len(data) - first) // 3)
    found = (int.from_bytes(data[first + 2 * at : first + 2 * at + 2], "big") for at in range(count))
    return [at for at in found if first <= at < len(data) - 3]


def children(number: int, data: bytes, kind: int) -> Iterator[Child]:
    """Yields the pages below an inner page, in order."""
    for at in pointers(number, data, kind):
        highest = None
        if kind == TABLE_INSIDE:
            try:
                highest = signed(varint(data, at + 4)[0])
            except Unreadable:
                continue
        yield Child(int.from_bytes(data[at : at + 4], "big"), highest)
    head = 100 if number == 1 else 0
    yield Child(int.from_bytes(data[head + 8 : head + 12], "big"), None)


def cells(number: int, data: bytes, kind: int) -> Iterator[Cell]:
    """Yields the rows of a page in its order; what cannot be one is left out."""
    for at in pointers(number, data, kind):
        try:
            size, after = varint(data, at + (4 if kind == INDEX_INSIDE else 0))
            rowid = None
            if kind == TABLE_LEAF:
                rowid, after = varint(data, after)
                rowid = signed(rowid)
        except Unreadable:
            continue
        if 1 < size <= SALVAGE_ROW_BYTES_MAX:
            yield Cell(rowid, after, size)


def columns(data: bytes, cell: Cell) -> int:
    """Tells how many columns a row says to have, from what of it lies on its page; 0 when it cannot be told."""
    count = 0
    try:
        end, at = varint(data, cell.at)
        while at < min(cell.at + end, len(data)):
            _, at = varint(data, at)
            count += 1
    except Unreadable:
        return 0
    return count


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Reads a number of one to nine bytes, and tells where it ends.

    Raises:
        Unreadable: the bytes end in it.
    """
    value = 0
    try:
        for place in range(at, at + 8):
            byte = data[place]
            if byte < 0x80:
                return value << 7 | byte, place + 1
            value = value << 7 | byte & 0x7F
        return value << 8 | data[at + 8], at + 9
    except IndexError as error:
        raise Unreadable("a number without an end") from error


def signed(value: int) -> int:
    """Reads 64 bits as a number that may be below zero."""
    return value - (1 << 64) if value >> 63 else value


def record(pages: Pages, data: bytes, cell: Cell) -> Values:
    """Reads a row, over as many pages as it has.

    Raises:
        Unreadable: it is none, or a page of it is.
    """
    return decoded(_payload(pages, data, cell))


def _payload(pages: Pages, data: bytes, cell: Cell) -> bytes:
    usable = pages.usable
    least = (usable - 12) * 32 // 255 - 23
    most = usable - 35 if cell.rowid is not None else (usable - 12) * 64 // 255 - 23
    if cell.size <= most:
        return data[cell.at : cell.at + cell.size]
    here = least + (cell.size - least) % (usable - 4)
    here = here if here <= most else least
    parts, left = [data[cell.at : cell.at + here]], cell.size - here
    following = int.from_bytes(data[cell.at + here : cell.at + here + 4], "big")
    while left > 0:
        if not 1 < following <= pages.count:
            raise Unreadable("a row goes on at a page that is not there")
        page = pages.page(following)
        parts.append(page[4 : 4 + min(left, usable - 4)])
        left -= usable - 4
        following = int.from_bytes(page[:4], "big")
    return b"".join(parts)


def decoded(payload: bytes) -> Values:
    """Reads the values of a record.

    Raises:
        Unreadable: it is none.
    """
    end, at = varint(payload, 0)
    if not at <= end <= len(payload):
        raise Unreadable("a record whose head is longer than it")
    body, values = end, list[Value]()
    while at < end:
        serial, at = varint(payload, at)
        size = INTEGER_BYTES[serial] if serial < 7 else 8 if serial == 7 else 0 if serial < 12 else (serial - 12) // 2
        if at > end or body + size > len(payload) or serial in (7, 10, 11):  # no column of a journal is a float
            raise Unreadable("a record that says more than it has")
        values.append(_value(serial, payload[body : body + size]))
        body += size
    if body != len(payload):
        raise Unreadable("a record that has more than it says")
    return tuple(values)


def _value(serial: int, data: bytes) -> Value:
    if serial == 0:
        return None
    if serial < 7:
        return int.from_bytes(data, "big", signed=True)
    if serial < 10:
        return serial - 8
    if serial % 2 == 0:
        return data
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Unreadable("a text that is not UTF-8") from error
