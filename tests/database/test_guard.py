"""SQL of the user: it reads, and whatever else it tries is refused before it runs."""

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from journal.database import Database, allows_reading
from journal.errors import LimitExceeded, UsageError

ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture
def filled(database: Database) -> Database:
    """The connection that writes, with two words written."""
    with database.begin() as tx:
        tx.run("INSERT INTO word (text) VALUES ('a'), ('b')")
    return database


@pytest.fixture
def reader(filled: Database) -> Iterator[Database]:
    """A reading connection beside the writing one."""
    made = Database.open(filled.path, readonly=True)
    yield made
    made.close()


@pytest.fixture
def guarded(filled: Database) -> Database:
    """A connection that could write, were it not for the guard."""
    filled.guard(allows_reading, lambda: False)
    return filled


def everything(database: Database) -> list[tuple[object, ...]]:
    """The schema and the words."""
    return [*database.look().rows("SELECT * FROM sqlite_schema"), *database.look().rows("SELECT * FROM word")]


def test_a_guard_asks_before_a_statement_runs(reader: Database) -> None:
    asked: list[int] = []

    def allowed(code: int, first: str | None, second: str | None) -> bool:
        asked.append(code)
        return first != "sqlite_master"

    reader.guard(allowed, lambda: False)
    assert reader.look().value("SELECT count(*) FROM word") == 2
    assert asked[0] == apsw.SQLITE_SELECT
    with pytest.raises(UsageError, match="prohibited"):
        reader.look().rows("SELECT * FROM sqlite_schema")


def test_a_guard_stops_what_takes_too_long(reader: Database) -> None:
    looks = iter([False, False, True])
    reader.guard(allows_reading, lambda: next(looks, True))
    with pytest.raises(LimitExceeded):
        reader.look().rows(ENDLESS)
    assert reader.look().value("SELECT 1") == 1


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT text FROM word WHERE length(text) = 1 ORDER BY upper(text)",
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n",
        "SELECT value FROM json_each('[1, 2]')",
        "SELECT sql FROM sqlite_schema",
        "EXPLAIN QUERY PLAN SELECT * FROM word",
        "PRAGMA table_info(word)",
        "PRAGMA USER_VERSION",
        "VALUES (1)",
    ],
)
def test_reading_is_allowed(guarded: Database, sql: str) -> None:
    assert guarded.look().rows(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO word (text) VALUES ('c')",
        "INSERT OR REPLACE INTO word VALUES (1, 'c')",
        "UPDATE word SET text = 'c'",
        "DELETE FROM word",
        "CREATE TABLE t (x)",
        "CREATE TEMP TABLE t (x)",
        "CREATE TEMP TRIGGER t AFTER INSERT ON word BEGIN SELECT 1; END",
        "DROP TABLE word",
        "ALTER TABLE word RENAME TO t",
        "ATTACH 'other.sqlite' AS other",
        "DETACH main",
        "VACUUM",
        "REINDEX",
        "ANALYZE",
        "BEGIN",
        "BEGIN IMMEDIATE",
        "SAVEPOINT s",
        "SELECT load_extension('x')",
        "SELECT LOAD_EXTENSION('x')",
        "PRAGMA journal_mode=DELETE",
        "PRAGMA query_only=OFF",
        "PRAGMA writable_schema=ON",
        "PRAGMA wal_checkpoint",
        "PRAGMA temp_store_directory='/'",
    ],
)
def test_anything_else_is_refused(guarded: Database, sql: str, tmp_path: Path) -> None:
    before = everything(guarded)
    with pytest.raises(UsageError) as caught:
        guarded.look().rows(sql)
    assert isinstance(caught.value.__cause__, apsw.AuthError) or "not authorized" in str(caught.value)
    assert everything(guarded) == before
    assert not (tmp_path / "other.sqlite").exists()
