"""A sound journal for each test to damage, and an empty one that is open to be filled."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from journal.database import Database, Write
from journal.engine import opening
from journal.rescue import work
from tests.rescue.damages import sound_journal


@pytest.fixture
def sound(root: Path, tmp_path: Path) -> Path:
    """A journal with two commits, and a third change staged."""
    path = tmp_path / "sound.db"
    sound_journal(root, path)
    return path


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
