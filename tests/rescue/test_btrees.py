"""Pages are given to their tables: by the tree, by the pointer map, by the shape of their rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from journal import Spool, Write
from journal.database import Database
from journal.limits import PAGE_BYTES
from journal.rescue.btrees import Survey, Trust, map_page, rows, survey
from journal.rescue.pages import Pages
from journal.rescue.shapes import indexes, shapes
from tests.rescue.damaging import closed

PATHS = 300
"""and the folder that they lie in is one more."""


@pytest.fixture
def journal(root: Path, tmp_path: Path) -> Path:
    """A journal whose table of paths has an inner page."""
    path = tmp_path / "many.file"
    with Spool.open(root, journal=path) as spool:
        spool.batch([Write(f"{'long' * 20}/{number}", "same") for number in range(PATHS)])
    closed(path)
    return path


def names(path: Path, database: Database) -> tuple[list[object], Survey]:
    known = shapes(database.look())
    with Pages(str(path)) as pages:
        found = survey(pages, known, indexes(database.look()))
        return [row[1] for row in rows(pages, found, known["path"])], found


def test_a_tree_gives_its_rows_in_order(journal: Path, database: Database) -> None:
    listed, found = names(journal, database)
    assert len(listed) == PATHS + 1 and found.broken == []
    assert all(stray.trust == Trust.FREE for stray in found.strays)


def test_without_the_root_the_map_leads_to_it(journal: Path, database: Database) -> None:
    whole, _ = names(journal, database)
    root = shapes(database.look())["path"].root
    data = journal.read_bytes()
    journal.write_bytes(data[: (root - 1) * PAGE_BYTES] + bytes(PAGE_BYTES) + data[root * PAGE_BYTES :])
    listed, found = names(journal, database)
    assert sorted(listed, key=str) == sorted(whole, key=str) and ("path", root) in found.broken


def test_without_root_and_map_the_shape_tells(journal: Path, database: Database) -> None:
    whole, found = names(journal, database)
    root = shapes(database.look())["path"].root
    with Pages(str(journal)) as pages:
        maps = {map_page(pages, number) for number in range(2, pages.count + 1)}
    data = bytearray(journal.read_bytes())
    for number in (root, *maps):
        data[(number - 1) * PAGE_BYTES : number * PAGE_BYTES] = bytes(PAGE_BYTES)
    journal.write_bytes(data)
    listed, found = names(journal, database)
    assert set(whole) <= set(listed) and found.strays
