"""What a row of each table of a journal looks like, and where a sound journal keeps the tables."""

from collections.abc import Mapping
from typing import NamedTuple

from journal.database import Read
from journal.rescue.cells import Value, Values

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
        return len(values) == len(self.columns) and all(map(_fits, self.columns, values))

    def row(self, values: Values, rowid: int | None) -> Values:
        """Gives the row that a record stands for: the number of a row is kept outside its record."""
        if rowid is None or not any(column.is_rowid for column in self.columns):
            return values
        return tuple(rowid if c.is_rowid else value for c, value in zip(self.columns, values, strict=True))


def _fits(column: Column, value: Value) -> bool:
    if value is None:
        return column.is_rowid or not column.required
    return not column.is_rowid and (column.kind is None or type(value) is column.kind)


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
