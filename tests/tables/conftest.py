"""A migrated journal for each test, with a root, a branch and a session in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from journal.database import Database
from tests.tables import rows
from tests.tables.rows import Home


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a migrated journal: copying it takes a tenth of migrating again."""
    path = tmp_path_factory.mktemp("template") / "journal.sqlite"
    rows.migrated(str(path)).close()
    return path.read_bytes()


@pytest.fixture
def database(template: bytes, tmp_path: Path) -> Iterator[Database]:
    """A journal of this release's format, without data."""
    path = tmp_path / "journal.sqlite"
    path.write_bytes(template)
    made = Database.open(str(path), readonly=False)
    yield made
    made.close()


@pytest.fixture
def home(database: Database) -> Home:
    """A root, its branch and a session, committed."""
    with database.begin() as tx:
        return rows.home(tx)
