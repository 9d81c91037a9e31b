"""Plain SQL over a journal: what it may ask, for how long, and that it can change nothing."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from journal import Closed, Journal, LimitExceeded, Spool, UsageError
from journal.database.migrate import SUPPORTED
from tests.engine.looking import counts, run

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS i FROM n"

WRITING = [
    "INSERT INTO meta (key, value) VALUES ('a', 'b')",
    "INSERT OR REPLACE INTO meta (key, value) VALUES ('journal_id', 'b')",
    "REPLACE INTO meta (key, value) VALUES ('journal_id', 'b')",
    "UPDATE meta SET value = 'x'",
    "UPDATE invocation SET state = 'ok'",
    "DELETE FROM invocation",
    "DELETE FROM meta RETURNING key",
    "WITH x AS (SELECT 1) DELETE FROM meta",
    "CREATE TABLE t (a)",
    "CREATE TEMP TABLE t (a)",
    "CREATE TEMP TRIGGER t AFTER INSERT ON meta BEGIN SELECT 1; END",
    "CREATE INDEX i ON meta (value)",
    "CREATE VIEW v AS SELECT 1",
    "CREATE VIRTUAL TABLE v USING fts5(a)",
    "DROP TABLE meta",
    "DROP VIEW audit",
    "ALTER TABLE meta ADD COLUMN x",
    "ATTACH 'other.db' AS other",
    "ATTACH ':memory:' AS other",
    "DETACH main",
    "PRAGMA writable_schema=ON",
    "PRAGMA journal_mode=DELETE",
    "PRAGMA query_only=OFF",
    "PRAGMA user_version=99",
    "PRAGMA user_version(99)",
    "PRAGMA application_id=1",
    "PRAGMA foreign_keys=OFF",
    "PRAGMA wal_checkpoint(TRUNCATE)",
    "PRAGMA optimize",
    "PRAGMA incremental_vacuum",
    "BEGIN",
    "BEGIN IMMEDIATE",
    "COMMIT",
    "SAVEPOINT s",
    "VACUUM",
    "VACUUM INTO 'copy.db'",
    "ANALYZE",
    "REINDEX",
    "SELECT load_extension('x')",
    "SELECT writefile('x', 'y')",
    "SELECT 1; DELETE FROM meta",
    "SELECT 1; DROP TABLE meta; SELECT 2",
    "EXPLAIN SELECT 1; UPDATE meta SET value = 'x'",
]


@pytest.fixture
def filled(spool: Spool) -> Spool:
    spool.write("a", "one\n")
    spool.commit("first")
    spool.write("a", "two\n")
    spool.commit("second")
    return spool


@pytest.mark.parametrize("sql", WRITING)
def test_what_would_write_is_refused_and_changes_nothing(
    filled: Spool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    monkeypatch.chdir(tmp_path)
    before = counts(filled.journal)
    schema = filled.journal.query("SELECT name, sql FROM sqlite_schema ORDER BY name")
    with pytest.raises(UsageError) as caught:
        filled.journal.query(sql)
    assert type(caught.value) is UsageError
    assert caught.value.hint
    assert counts(filled.journal) == before
    assert filled.journal.query("SELECT name, sql FROM sqlite_schema ORDER BY name") == schema
    assert filled.journal.query("SELECT user_version FROM pragma_user_version") == [{"user_version": SUPPORTED}]
    assert [path.name for path in tmp_path.iterdir() if path.name != "root"] == []
    assert filled.write("b", "the spool goes on").changed


@pytest.mark.parametrize("sql", ["SELEKT 1", "SELECT nothing", "SELECT * FROM nowhere", "SELECT (", "SELECT 1 AS a)"])
def test_wrong_sql_is_a_usage_error(filled: Spool, sql: str) -> None:
    with pytest.raises(UsageError) as caught:
        filled.journal.query(sql)
    assert caught.value.hint


@pytest.mark.parametrize("sql", [None, 5, b"SELECT 1"])
def test_a_query_is_text(filled: Spool, sql: Any) -> None:
    with pytest.raises(UsageError):
        filled.journal.query(sql)


@pytest.mark.parametrize("sql", ["", "  -- nothing\n", ";"])
def test_no_sql_gives_no_rows(filled: Spool, sql: str) -> None:
    assert filled.journal.query(sql) == []


def test_parameters_are_bound_by_name_and_by_place(filled: Spool) -> None:
    query = filled.journal.query
    assert query("SELECT ? AS a, ? AS b", ("x", 2)) == [{"a": "x", "b": 2}]
    assert query("SELECT :a AS a, $b AS b", {"a": None, "b": b"\0"}) == [{"a": None, "b": b"\0"}]
    assert query("SELECT message FROM history WHERE cursor > ?", [1]) == [{"message": "second"}]


@pytest.mark.parametrize("parameters", [(1, 2), (), {"a": object()}, [object()], [1 << 64], ["\ud800"]])
def test_parameters_that_do_not_fit_are_refused(filled: Spool, parameters: Any) -> None:
    with pytest.raises(UsageError):
        filled.journal.query("SELECT :a AS a", parameters)


def test_limit_cuts(filled: Spool) -> None:
    assert len(filled.journal.query("SELECT cursor FROM history", limit=1)) == 1
    assert filled.journal.query("SELECT cursor FROM history", limit=0) == []
    assert len(filled.journal.query("SELECT cursor FROM history", limit=99)) == 2


def test_a_query_that_takes_too_long_is_ended(filled: Spool) -> None:
    with pytest.raises(LimitExceeded) as caught:
        filled.journal.query(ENDLESS, timeout_s=0.05)
    assert caught.value.limit == "QUERY_TIMEOUT_S"
    assert "0.05" in str(caught.value)
    assert filled.write("b", "x").changed


def test_a_reader_that_dawdles_is_ended_too(filled: Spool) -> None:
    rows = filled.journal.rows("SELECT cursor FROM history", timeout_s=0)
    with pytest.raises(LimitExceeded):
        list(rows)


def test_no_time_limit_is_none_or_infinite(filled: Spool) -> None:
    for timeout_s in (None, math.inf):
        assert len(filled.journal.query("SELECT cursor FROM history", timeout_s=timeout_s)) == 2


def test_two_columns_of_one_name_are_refused(filled: Spool) -> None:
    with pytest.raises(UsageError, match="cursor"):
        filled.journal.query("SELECT cursor, message, cursor FROM history")
    assert filled.journal.query("SELECT cursor, cursor AS again FROM history LIMIT 1") == [{"cursor": 1, "again": 1}]


def test_contents_and_diffs_can_be_asked_for(filled: Spool) -> None:
    query = filled.journal.query
    text = "SELECT blob_text(sha_after) AS text, patch_text(sha_before, sha_after) AS diff FROM history ORDER BY cursor"
    first, second = query(text)
    assert (first["text"], second["text"]) == ("one\n", "two\n")
    assert "@@ -0,0 +1 @@\n+one\n" in first["diff"]
    assert second["diff"].endswith("@@ -1 +1 @@\n-one\n+two\n")
    by_number = query("SELECT blob_text(after_blob) AS t FROM change ORDER BY seq")
    assert [row["t"] for row in by_number] == ["one\n", "two\n"]
    assert query("SELECT blob_text(NULL) AS t") == [{"t": None}]


@pytest.mark.parametrize("argument", ["'abc'", "'zz'", "x'00'", f"'{'0' * 64}'"])
def test_contents_that_are_not_there_are_a_usage_error(filled: Spool, argument: str) -> None:
    with pytest.raises(UsageError):
        filled.journal.query(f"SELECT blob_text({argument}) AS t")


def test_rows_stream_and_may_be_dropped(filled: Spool) -> None:
    rows = filled.journal.rows("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n")
    assert [next(rows)["i"] for _ in range(3)] == [1, 2, 3]
    del rows
    assert filled.write("b", "x").changed


def test_rows_see_one_snapshot(filled: Spool) -> None:
    rows = filled.journal.rows("SELECT path FROM file_history ORDER BY edit_id")
    first = next(rows)
    filled.write("late", "x")
    assert [row["path"] for row in [first, *rows]] == ["a", "a"]


def test_a_closed_journal_answers_nothing(filled: Spool) -> None:
    journal = Journal.open(filled.journal.path)
    journal.close()
    with pytest.raises(Closed):
        journal.query("SELECT 1")


STOCK = """
import json, sqlite3, sys
connection = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
views = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name")]
print(json.dumps({view: len(connection.execute(f"SELECT * FROM {view}").fetchall()) for view in views}))
"""


def test_a_stock_client_reads_every_view_while_the_spool_is_open(filled: Spool) -> None:
    filled.write("b", "staged")
    found = json.loads(run(STOCK, filled.journal.path))
    assert (found["audit"], found["history"], found["file_history"]) == (5, 2, 3)
    assert found["storage"] > 0
    assert filled.commit("still at work") is not None
