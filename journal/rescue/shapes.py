"""What a row of each table of a journal looks like, and where a sound journal keeps the tables."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from journal.database import Read
from journal.limits import SALVAGE_HEADS
from journal.rescue.cells import Values

SELECT_TABLES = """
SELECT t.name, t.wr, s.rootpage FROM pragma_table_list AS t JOIN sqlite_schema AS s ON s.name = t.name
WHERE t.schema = 'main' AND t.type = 'table' AND s.type = 'table' ORDER BY s.rootpage
"""
SELECT_COLUMNS = 'SELECT type, "notnull", pk FROM pragma_table_info(:name) ORDER BY cid'
SELECT_INDEXES = "SELECT name, rootpage FROM sqlite_schema WHERE type = 'index'"
SCHEMA = "sqlite_schema"
KINDS: Mapping[str, type] = {"INTEGER": int, "INT": int, "TEXT": str, "BLOB": bytes}

ALIKE = frozenset({"made_dir", "meta", "follower", "head_entry", "base_entry"})
"""tables whose rows look like the entries of some index, or like each other's: a page of unknown place is not taken for
theirs."""


class Column(NamedTuple):
    """What a column may hold; None: anything."""

    kind: type | None
    required: bool
    is_rowid: bool


class Shape(NamedTuple):
    """A table as its rows show it."""

    name: str
    has_rowid: bool
    columns: tuple[Column, ...]
    root: int

    def fits(self, values: Values) -> bool:
        """Tells whether a record can be a row of this table."""
        return _fit(self.columns, tuple(map(type, values)))

    def row(self, values: Values, rowid: int | None) -> Values:
        """Gives the row that a record stands for: the number of a row is kept outside its record."""
        at = -1 if rowid is None else _numbered(self.columns)
        return values if at < 0 else (*values[:at], rowid, *values[at + 1 :])


@lru_cache(SALVAGE_HEADS)
def _fit(columns: tuple[Column, ...], kinds: tuple[type, ...]) -> bool:
    """Tells whether values of these kinds can be a row: most rows of a table have the same."""
    return len(kinds) == len(columns) and all(map(_fits, columns, kinds))


@lru_cache(SALVAGE_HEADS)
def _numbered(columns: tuple[Column, ...]) -> int:
    """Gives the place of the column that is the number of a row; -1: there is none."""
    return next((at for at, column in enumerate(columns) if column.is_rowid), -1)


def _fits(column: Column, kind: type) -> bool:
    if kind is type(None):
        return column.is_rowid or not column.required
    return not column.is_rowid and (column.kind is None or kind is column.kind)


def shapes(sound: Read) -> dict[str, Shape]:
    """Describes the tables by a journal that was just made: its scripts made the damaged one too."""
    found = dict[str, Shape]()
    for name, without_rowid, root in sound.rows(SELECT_TABLES):
        rows = sound.rows(SELECT_COLUMNS, name=name)
        keys = sum(pk > 0 for *_, pk in rows)
        columns = tuple(
            Column(KINDS.get(kind), bool(required or (pk and without_rowid)), not without_rowid and pk == 1 == keys
                   and kind == "INTEGER")
            for kind, required, pk in rows
        )  # fmt: skip
        found[name] = Shape(name, not without_rowid, columns, root)
    return found


def indexes(sound: Read) -> dict[str, int]:
    """Tells where a journal that was just made keeps its indexes."""
    return {name: root for name, root in sound.rows(SELECT_INDEXES)}
