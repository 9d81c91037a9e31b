"""A journal that was just made, open to be filled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from journal.database import Database, Write
from journal.engine import opening
from journal.rescue import work


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty journal, whose rows may come in any order."""
    found = Database.open(str(tmp_path / "new.file"), readonly=False, create=True)
    opening.prepare(found)
    work.in_any_order(found.look())
    yield found
    found.close()


@pytest.fixture
def tx(database: Database) -> Iterator[Write]:
    """A transaction in it."""
    with database.begin() as found:
        yield found
