"""The rows on one page of a database file, read as SQLite's file format describes them, doubting every byte."""

import struct
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from journal.limits import SALVAGE_HEADS, SALVAGE_ROW_BYTES_MAX
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
    """A row on a page: its number (None where rows have none), where its record begins and how long it is.

    Its bytes begin before its record, at `begin`.
    """

    rowid: int | None
    at: int
    size: int
    begin: int


class Head(NamedTuple):
    """What the head of a record says: kind, begin and end of each value, and where the last one ends."""

    values: tuple[tuple[int, int, int], ...]
    end: int


class Bounds(NamedTuple):
    """How many bytes of a record stay on its page when it goes on at others: the least, and the most a kind of page."""

    least: int
    most_table: int
    most_index: int


def kind_of(number: int, data: bytes) -> int:
    """Tells what a page says it is."""
    return data[100 if number == 1 else 0]


def pointers(number: int, data: bytes, kind: int) -> list[int]:
    """Lists where the cells of a page begin; those that lie outside of it are left out."""
    head = 100 if number == 1 else 0
    first = head + (12 if kind in (INDEX_INSIDE, TABLE_INSIDE) else 8)
    count = min(int.from_bytes(data[head + 3 : head + 5], "big"), (len(data) - first) // 3)
    found = struct.unpack_from(f">{count}H", data, first)
    most = len(data) - 3
    return [at for at in found if first <= at < most]


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
        cell = _cell(data, at, kind)
        if cell is not None:
            yield cell


def _cell(data: bytes, begin: int, kind: int) -> Cell | None:
    try:
        at = begin + 4 if kind == INDEX_INSIDE else begin
        size, at = (data[at], at + 1) if data[at] < 0x80 else varint(data, at)
        rowid = None
        if kind == TABLE_LEAF:
            rowid, at = (data[at], at + 1) if data[at] < 0x80 else varint(data, at)
            rowid = signed(rowid)
    except (Unreadable, IndexError):
        return None
    return Cell(rowid, at, size, begin) if 1 < size <= SALVAGE_ROW_BYTES_MAX else None


def hidden(number: int, data: bytes, sound: Sequence[Cell], usable: int) -> Iterator[Cell]:
    """Yields what may be rows of a table's leaf that its list of rows does not lead to.

    Rows lie one after another up to the end of their page: where none of the sound ones lies, others may.
    """
    head = 100 if number == 1 else 0
    top = int.from_bytes(data[head + 5 : head + 7], "big") or 1 << 16
    taken = [(cell.begin, _ends(cell, usable)) for cell in sound]
    if top + sum(end - begin for begin, end in taken) == usable:
        return
    at = top if head + 8 <= top < usable else min((begin for begin, _ in taken), default=usable)
    for begin, end in (*sorted(taken), (usable, usable)):
        while at < begin:
            cell = _cell(data, at, TABLE_LEAF)
            if cell is None or _ends(cell, usable) > begin:
                break
            yield cell
            at = _ends(cell, usable)
        at = max(at, end)


def _ends(cell: Cell, usable: int) -> int:
    """Tells where on its page the row of a table ends, with the number of the page that it goes on at."""
    here = _here(cell, usable)
    return cell.at + here + (4 if here < cell.size else 0)


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
    here = _here(cell, pages.usable)
    if here == cell.size:
        return data[cell.at : cell.at + here]
    parts, left, end = [data[cell.at : cell.at + here]], cell.size - here, cell.at + here
    following, size, each = int.from_bytes(data[end : end + 4], "big"), len(data), pages.usable - 4
    while left > 0:
        if not 1 < following <= pages.count:
            raise Unreadable("a row goes on at a page that is not there")
        run = pages.run(following, -(-left // each))
        told = struct.unpack(f">{f'I{size - 4}x' * (len(run) // size)}", run)
        for place, after in enumerate(told):
            parts.append(run[place * size + 4 : place * size + 4 + min(left, each)])
            left -= each
            if after != following + 1 or left <= 0:  # seldom: the pages of a row lie one after another
                break
            following = after
        following = after
    return b"".join(parts)


def _here(cell: Cell, usable: int) -> int:
    """Tells how many bytes of a record lie on its page."""
    bounds = _bounds(usable)
    most = bounds.most_index if cell.rowid is None else bounds.most_table
    if cell.size <= most:
        return cell.size
    here = bounds.least + (cell.size - bounds.least) % (usable - 4)
    return here if here <= most else bounds.least


@lru_cache(4)
def _bounds(usable: int) -> Bounds:
    return Bounds((usable - 12) * 32 // 255 - 23, usable - 35, (usable - 12) * 64 // 255 - 23)


def decoded(payload: bytes) -> Values:
    """Reads the values of a record.

    Raises:
        Unreadable: it is none.
    """
    end, _ = varint(payload, 0)
    if end > len(payload):
        raise Unreadable("a record whose head is longer than it")
    head = _head(payload[:end])
    if head.end != len(payload):
        raise Unreadable("a record that has more or less than it says")
    return tuple([_value(serial, payload[begin:after]) for serial, begin, after in head.values])


@lru_cache(SALVAGE_HEADS)
def _head(head: bytes) -> Head:
    """Reads the head of a record: many rows of a table have the same.

    Raises:
        Unreadable: it is none.
    """
    body = len(head)
    _, at = varint(head, 0)
    if at > body:
        raise Unreadable("a record whose head ends in its own length")
    values = list[tuple[int, int, int]]()
    while at < len(head):
        serial, at = varint(head, at)
        if serial in (7, 10, 11):  # no column of a journal is a float
            raise Unreadable("a value of no kind that a journal has")
        size = INTEGER_BYTES[serial] if serial < 7 else 0 if serial < 12 else (serial - 12) // 2
        values.append((serial, body, body + size))
        body += size
    return Head(tuple(values), body)


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
