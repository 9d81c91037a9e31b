"""A row is known by the number and the kinds of its columns."""

from __future__ import annotations

from itertools import combinations

from journal.database import Database
from journal.rescue.shapes import ALIKE, indexes, shapes


def test_rows_fit_their_own_table(database: Database) -> None:
    known = shapes(database.look())
    path, staged = known["path"], known["staged"]
    assert path.has_rowid and not staged.has_rowid
    assert path.fits((None, "a", None)) and path.row((None, "a", None), 7) == (7, "a", None)
    assert not path.fits((None, None, None)) and not path.fits((None, b"a", None)) and not path.fits((None, "a"))
    assert staged.row((1, 2), None) == (1, 2)


def test_no_two_tables_are_alike_but_those_that_are_named(database: Database) -> None:
    known = shapes(database.look())
    told = {
        name: (shape.has_rowid, len(shape.columns), tuple(column.kind for column in shape.columns))
        for name, shape in known.items()
        if name not in ALIKE
    }
    assert all(told[one] != told[two] for one, two in combinations(told, 2))
    assert "sqlite_autoindex_path_1" in indexes(database.look())
