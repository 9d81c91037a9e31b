"""A fresh database for each test: empty, or with the whole schema."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from journal.database import Database
from journal.database.migrate import migrate
from journal.tables.meta import MIGRATIONS


@pytest.fixture
def path(tmp_path: Path) -> str:
    """Where the test's database goes."""
    return str(tmp_path / "journal.sqlite")


@pytest.fixture
def database(path: str) -> Iterator[Database]:
    """An empty journal with one table of the test's own, `word`."""
    made = Database.open(path, readonly=False, create=True)
    with made.begin() as tx:
        tx.run("CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT")
        tx.run("CREATE TABLE rhyme (id INTEGER REFERENCES word (id) DEFERRABLE INITIALLY DEFERRED) STRICT")
    yield made
    made.close()


@pytest.fixture
def migrated(path: str) -> Iterator[Database]:
    """A journal of this release's format, without data."""
    made = Database.open(path, readonly=False, create=True)
    migrate(made, MIGRATIONS)
    yield made
    made.close()
