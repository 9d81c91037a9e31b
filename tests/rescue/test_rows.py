"""The schema and the rows hold together, whatever number of rows there is."""

from pathlib import Path

import pytest

from journal import Spool
from journal.database.migrate import SUPPORTED
from journal.rescue import rows
from journal.rescue.rows import expected
from tests.rescue.damages import codes, damage, verified


def test_the_schema_is_the_one_that_the_scripts_make() -> None:
    assert ("table", "chunk") in expected(1)
    assert ("table", "follower") not in expected(5)
    assert {("table", "follower"), ("trigger", "edit_stays"), ("view", "audit")} <= expected(SUPPORTED).keys()
    assert expected(0) == {}


@pytest.mark.damaged
@pytest.mark.parametrize(
    ("statement", "subject"),
    [
        ("DROP TABLE verdict", "table verdict"),
        ("DROP VIEW audit", "view audit"),
        ("DROP INDEX session_open", "index session_open"),
    ],
)
def test_what_is_missing_is_named(sound: Path, statement: str, subject: str) -> None:
    damage(sound, [statement])
    assert [(each.code, each.subject) for each in verified(sound).findings] == [("schema", subject)]


@pytest.mark.damaged
def test_a_trigger_that_guards_the_audit_and_was_dropped_is_named(sound: Path) -> None:
    import apsw

    connection = apsw.Connection(str(sound))
    connection.execute("DROP TRIGGER invocation_stays")
    connection.close()
    assert [(each.code, each.subject) for each in verified(sound).findings] == [("schema", "trigger invocation_stays")]


def test_what_sqlite_keeps_for_itself_is_no_foreign_table(sound: Path) -> None:
    damage(sound, ["ANALYZE"])
    assert verified(sound).findings == ()


@pytest.mark.damaged
def test_contents_are_looked_at_some_at_a_time(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "BLOBS_AT_ONCE", 2)
    path = tmp_path / "some.db"
    with Spool.open(root, journal=path) as spool:
        for number in range(5):
            spool.write(f"{number}", f"{number}\n")
    assert verified(path).findings == ()
    damage(path, ["UPDATE blob SET size = 99 WHERE id IN (1, 3, 5)"])
    found = verified(path).findings
    assert [each.code for each in found] == ["blob-size"] * 3
    damage(path, ["DELETE FROM chunk WHERE id = 5"])
    assert codes(verified(path)) == {"blob-size", "chunk-missing"}


@pytest.mark.damaged
def test_an_index_over_other_columns_is_found(sound: Path) -> None:
    columns = "'(branch_id)', '(pid)'"
    damage(
        sound,
        [
            "PRAGMA writable_schema=ON",
            f"UPDATE sqlite_schema SET sql = replace(sql, {columns}) WHERE name = 'session_open'",
        ],
    )
    assert "schema" in codes(verified(sound))
