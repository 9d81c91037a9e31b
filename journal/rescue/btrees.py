"""Which table each page of a damaged database belongs to.

A page belongs to the tree whose root leads to it. Where an inner page on the way is gone, the pointer map that such a
journal has leads from the page up to its root; where that is gone too, the page is known by the shape of its rows.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from contextlib import suppress
from enum import IntEnum
from typing import NamedTuple

from journal.limits import SALVAGE_DOUBTED_MAX
from journal.rescue.cells import (
    INDEX_INSIDE,
    INDEX_LEAF,
    KINDS,
    TABLE_INSIDE,
    TABLE_LEAF,
    Cell,
    Unreadable,
    Values,
    cells,
    children,
    columns,
    hidden,
    kind_of,
    record,
)
from journal.rescue.pages import PENDING_BYTE, Pages
from journal.rescue.shapes import ALIKE, SCHEMA, Shape

MAP_ROOT, MAP_FREE, MAP_BELOW = 1, 2, 5
SCHEMA_COLUMNS = 5
CLIMB_MAX = 40
"""steps from a page to its root: no tree of this many levels fits a file."""


class Trust(IntEnum):
    """How sure it is that a row belongs where it was found, the surest first."""

    TREE = 0
    """its root leads to it, and its number is where it must be"""
    ORDER = 1
    """its root leads to it, and its number belongs elsewhere"""
    MAP = 2
    """the pointer map leads from it to its root"""
    SHAPE = 3
    """it looks like a row of the table"""
    FREE = 4
    """it looks like one, on a page that was given back: it may be older than what the journal held"""


class Place(NamedTuple):
    """A page of a table, or of one of unknown name (""); `low` and `high` bound the numbers of its rows."""

    page: int
    table: str
    trust: Trust
    low: int | None = None
    high: int | None = None


class Survey(NamedTuple):
    """The pages of every tree by its name, in the order of the tree, and the pages that no tree leads to."""

    places: Mapping[str, list[Place]]
    strays: list[Place]
    broken: list[tuple[str, int]]


def survey(pages: Pages, shapes: Mapping[str, Shape], index_roots: Mapping[str, int]) -> Survey:
    """Finds out what each page of the file belongs to."""
    roots = {name: shape.root for name, shape in shapes.items()} | dict(index_roots)
    roots = {SCHEMA: 1} | roots | _told(pages, roots)
    ordered = {name for name, shape in shapes.items() if shape.has_rowid} | {SCHEMA}
    places, taken, broken = dict[str, list[Place]](), set[int](), list[tuple[str, int]]()
    for name, root in roots.items():
        width = SCHEMA_COLUMNS if name == SCHEMA else len(shapes[name].columns) if name in shapes else 0
        table = name in ordered
        tree = _descend(pages, name, root, taken, broken, table=table)
        places[name] = [place for place in tree if _plausible(pages, place, width, (taken, broken), table=table)]
    unused = free(pages)
    named = {root: name for name, root in roots.items()}
    strays = list[Place]()
    for number in pages.of_kind((TABLE_LEAF, INDEX_LEAF, INDEX_INSIDE)):
        if number in taken or number == map_page(pages, number):
            continue
        owner = "" if number in unused else _climb(pages, number, named)
        if owner:
            places[owner].append(Place(number, owner, Trust.MAP))
        else:
            strays.append(Place(number, "", Trust.FREE if number in unused else Trust.SHAPE))
    return Survey(places, strays, broken)


def rows(pages: Pages, found: Survey, shape: Shape, upto: Trust = Trust.FREE) -> Iterator[Values]:
    """Yields the rows of a table, the surest first, those of its tree in its order; one may come several times."""
    places = [*found.places.get(shape.name, ()), *(found.strays if shape.name not in ALIKE else ())]
    doubted = list[tuple[Trust, Values]]()
    for place in places:
        for trust, values in _of_page(pages, found, place, shape):
            if trust == Trust.TREE:
                yield values
            elif trust <= upto:
                doubted.append((trust, values))
                if len(doubted) > SALVAGE_DOUBTED_MAX:
                    yield doubted.pop(0)[1]
    yield from (values for _, values in sorted(doubted, key=lambda each: each[0]))


def entries(pages: Pages, found: Survey, index: str) -> Iterator[Values]:
    """Yields the entries of an index, for what its table has lost."""
    for place in found.places.get(index, ()):
        data = pages.page(place.page)
        kind = kind_of(place.page, data)
        for cell in cells(place.page, data, kind if kind in (INDEX_LEAF, INDEX_INSIDE) else INDEX_LEAF):
            try:
                yield record(pages, data, cell)
            except Unreadable:
                continue


def _of_page(pages: Pages, found: Survey, place: Place, shape: Shape) -> Iterator[tuple[Trust, Values]]:
    data = pages.page(place.page)
    kind = kind_of(place.page, data)
    if place.table:
        kind = _kind(place.page, data, table=shape.has_rowid)
    if kind == TABLE_INSIDE or (kind == TABLE_LEAF) != shape.has_rowid:
        return
    listed = list(cells(place.page, data, kind))
    right = _in_order(listed) if shape.has_rowid else set(range(len(listed)))
    sound = list[Cell]()
    for at, cell in enumerate(listed):
        try:
            values = record(pages, data, cell)
        except Unreadable:
            if place.table:
                found.broken.append((place.table, place.page))
            continue
        if not shape.fits(values):
            if not place.table:
                return  # a page holds the rows of one table
            found.broken.append((place.table, place.page))
            continue
        sound.append(cell)
        trust = place.trust if at in right and _within(cell, place) else max(place.trust, Trust.ORDER)
        yield trust, shape.row(values, cell.rowid)
    if shape.has_rowid and place.table:
        yield from _hidden(pages, place, shape, sound)


def _kind(number: int, data: bytes, *, table: bool) -> int:
    """Tells what a page says it is; where it says nothing that there is, what its tree makes of it."""
    kind = kind_of(number, data)
    return kind if kind in KINDS else TABLE_LEAF if table else INDEX_LEAF


def _hidden(pages: Pages, place: Place, shape: Shape, sound: list[Cell]) -> Iterator[tuple[Trust, Values]]:
    """Yields rows that the list of their page does not lead to; they may be older than what the journal held."""
    data = pages.page(place.page)
    for cell in hidden(place.page, data, sound, pages.usable):
        with suppress(Unreadable):
            values = record(pages, data, cell)
            if shape.fits(values):
                yield Trust.FREE, shape.row(values, cell.rowid)


def _within(cell: Cell, place: Place) -> bool:
    if cell.rowid is None:
        return True
    return (place.low is None or cell.rowid > place.low) and (place.high is None or cell.rowid <= place.high)


def _in_order(listed: list[Cell]) -> set[int]:
    """Finds the most cells whose numbers rise: a damaged number stands out from among the others."""
    numbers = [cell.rowid or 0 for cell in listed]
    if all(map(int.__lt__, numbers, numbers[1:])):
        return set(range(len(numbers)))
    tails, at_tail, before = list[int](), list[int](), list[int]()
    for at, number in enumerate(numbers):
        place = bisect_left(tails, number)
        tails[place : place + 1] = [number]
        at_tail[place : place + 1] = [at]
        before.append(at_tail[place - 1] if place else -1)
    found, at = set[int](), at_tail[-1]
    while at >= 0:
        found.add(at)
        at = before[at]
    return found


def _plausible(
    pages: Pages, place: Place, width: int, told: tuple[set[int], list[tuple[str, int]]], *, table: bool
) -> bool:
    """Gives a page free again that its tree claims, and whose rows have another number of columns."""
    data, (taken, broken) = pages.page(place.page), told
    listed = list(cells(place.page, data, _kind(place.page, data, table=table))) if width else []
    if not listed or any(columns(data, cell) == width for cell in listed):
        return True
    taken.discard(place.page)
    broken.append((place.table, place.page))
    return False


def _told(pages: Pages, known: Mapping[str, int]) -> dict[str, int]:
    """Reads from the schema of the file where its tables and indexes are, of those that this release knows."""
    told = dict[str, int]()
    for place in _descend(pages, SCHEMA, 1, set(), [], table=True):
        data = pages.page(place.page)
        for cell in cells(place.page, data, TABLE_LEAF):
            try:
                values = record(pages, data, cell)
            except Unreadable:
                continue
            if len(values) != SCHEMA_COLUMNS or values[1] not in known:
                continue
            if isinstance(values[3], int) and 1 < values[3] <= pages.count:
                told[str(values[1])] = values[3]
    twice = {root for root in told.values() if list(told.values()).count(root) > 1}
    return {name: root for name, root in told.items() if root not in twice}


def _descend(
    pages: Pages, name: str, root: int, taken: set[int], broken: list[tuple[str, int]], *, table: bool
) -> Iterator[Place]:
    """Goes through a tree from its root, in order; a page that two trees claim belongs to the first."""
    inside = (TABLE_INSIDE,) if table else (INDEX_INSIDE,)
    todo = [Place(root, name, Trust.TREE)]
    while todo:
        place = todo.pop()
        if not 0 < place.page <= pages.count or place.page in taken:
            broken.append((name, place.page))
            continue
        taken.add(place.page)
        data = pages.page(place.page)
        kind = kind_of(place.page, data)
        if kind not in (*inside, TABLE_LEAF if table else INDEX_LEAF):
            broken.append((name, place.page))
            if kind in KINDS:
                taken.discard(place.page)  # another tree's: it is looked at again on its own
                continue
        if kind not in inside:
            yield place
            continue
        if not table:
            yield place  # an inner page of such a tree holds rows
        below, low = list[Place](), place.low
        for child in children(place.page, data, kind):
            high = place.high if child.highest is None else child.highest
            below.append(Place(child.page, name, Trust.TREE, low, high))
            low = high
        todo += reversed(below)


def map_page(pages: Pages, number: int) -> int:
    """Gives the page that tells of a page in the pointer map; of such a page, itself."""
    if number < 2:
        return 0
    step = pages.usable // 5 + 1
    found = 2 + (number - 2) // step * step
    return found + 1 if found == PENDING_BYTE // pages.size + 1 else found


def _mapped(pages: Pages, number: int) -> tuple[int, int]:
    """Reads of a page from the pointer map what it is, and which page is above it."""
    of = map_page(pages, number)
    at = 5 * (number - of - 1)
    if of < 2 or at < 0:
        return 0, 0
    entry = pages.page(of)[at : at + 5]
    return entry[0], int.from_bytes(entry[1:], "big")


def _climb(pages: Pages, number: int, named: Mapping[int, str]) -> str:
    """Names the tree that the pointer map leads up to; nothing where it does not."""
    for _ in range(CLIMB_MAX):
        if number in named:
            return named[number]
        kind, above = _mapped(pages, number)
        if kind != MAP_BELOW or not 0 < above <= pages.count:
            return ""
        number = above
    return ""


def free(pages: Pages) -> set[int]:
    """Lists the pages that were given back, by their own list and by the pointer map."""
    found, step, trunks = set[int](), pages.usable // 5 + 1, set[int]()
    for first in range(2, pages.count + 1, step):
        of = map_page(pages, first)
        kinds = pages.page(of)[: 5 * (step - 1) : 5]
        at = kinds.find(MAP_FREE)
        while at >= 0:
            found.add(of + 1 + at)
            at = kinds.find(MAP_FREE, at + 1)
    trunk = int.from_bytes(pages.header[32:36], "big")
    while 1 < trunk <= pages.count and trunk not in trunks:
        data = pages.page(trunk)
        trunks.add(trunk)
        count = min(int.from_bytes(data[4:8], "big"), pages.usable // 4 - 2)
        found.update(int.from_bytes(data[at : at + 4], "big") for at in range(8, 8 + 4 * count, 4))
        trunk = int.from_bytes(data[:4], "big")
    return found | trunks
