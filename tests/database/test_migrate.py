"""Migrations: forward only, each whole or not at all, and never over what this release does not know."""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import apsw
import pytest

from journal import limits
from journal.database import Database
from journal.database.migrate import SUPPORTED, Migration, Record, migrate, refuse_newer, shipped, version
from journal.errors import BusyError, MigrationFailed, SchemaTooNew
from journal.tables import meta, paths
from tests.database.regenerate import GOLDEN, schema

NUMBERS = range(1, SUPPORTED)
AT_ONCE = """
import os, sys, time
from journal.database import Database
from journal.database.migrate import migrate, shipped, version
from journal.tables import meta
path, start = sys.argv[1:]
shipped()
sys.stdout.write("ready\\n")
sys.stdout.flush()
while not os.path.exists(start):
    time.sleep(0)
database = Database.open(path, readonly=False, create=True)
migrate(database, meta.MIGRATIONS)
sys.stdout.write(f"{version(database)} {len(meta.applied(database.look()))}")
database.close()
"""


def at(path: str, number: int) -> Database:
    """A journal as the release with so many scripts left it, with some data in it."""
    database = Database.open(path, readonly=False, create=True)
    migrate(database, meta.MIGRATIONS, shipped()[:number])
    if number:
        with database.begin() as tx:
            meta.put(tx, "made_at", str(number))
            paths.number(tx, "a/b.txt")
    return database


def more(*texts: str) -> list[Migration]:
    """The shipped scripts with some of a release to come."""
    numbers = range(SUPPORTED + 1, SUPPORTED + 1 + len(texts))
    return [*shipped(), *(Migration(n, f"{n:04d}_new", text) for n, text in zip(numbers, texts, strict=True))]


def test_the_shipped_scripts_are_numbered_without_a_gap() -> None:
    scripts = shipped()
    assert [script.version for script in scripts] == list(range(1, SUPPORTED + 1))
    assert all(script.name.startswith(f"{script.version:04d}_") for script in scripts)
    folder = files("journal.migrations")
    assert [script.text for script in scripts] == [(folder / f"{s.name}.sql").read_text("utf-8") for s in scripts]


def test_a_new_journal_gets_all_of_them(migrated: Database, tmp_path: Path) -> None:
    before = time.time_ns() // 1000
    assert version(migrated) == SUPPORTED
    rows = migrated.look().rows("SELECT version, name, sha256, applied_at FROM schema_migration ORDER BY version")
    digests = [(s.version, s.name, hashlib.sha256(s.text.encode()).digest()) for s in shipped()]
    assert [row[:3] for row in rows] == digests == meta.applied(migrated.look())
    assert all(before - 60_000_000 < row[3] <= before for row in rows)
    assert not list(tmp_path.glob("*.before-*")), "a new one needs no copy"


def test_the_schema_is_the_one_on_record(migrated: Database) -> None:
    assert schema(migrated.look()) == GOLDEN.read_text(encoding="utf-8"), "python -m tests.database.regenerate"


def test_every_table_is_strict_and_tells_what_it_is(migrated: Database) -> None:
    tables = migrated.look().rows(
        "SELECT l.name, l.strict, s.sql FROM pragma_table_list AS l JOIN sqlite_schema AS s ON s.name = l.name"
        " WHERE l.type = 'table' AND l.name NOT LIKE 'sqlite_%'"
    )
    assert len(tables) > 15
    assert [name for name, strict, sql in tables if not strict or "(\n    -- " not in sql] == []


def test_a_migrated_schema_is_sound(migrated: Database) -> None:
    assert migrated.look().rows("PRAGMA integrity_check") == [("ok",)]
    assert migrated.look().rows("PRAGMA foreign_key_check") == []


def test_migrating_again_does_nothing(migrated: Database, tmp_path: Path) -> None:
    changes = migrated.look().value("PRAGMA data_version"), migrated.look().value("SELECT total_changes()")
    migrate(migrated, meta.MIGRATIONS)
    assert (migrated.look().value("PRAGMA data_version"), migrated.look().value("SELECT total_changes()")) == changes
    assert not list(tmp_path.glob("*.before-*"))


@pytest.mark.parametrize("number", NUMBERS)
def test_an_older_journal_walks_forward_and_leaves_a_copy(path: str, number: int) -> None:
    database = at(path, number)
    old = schema(database.look())
    migrate(database, meta.MIGRATIONS)
    assert version(database) == SUPPORTED and schema(database.look()) == GOLDEN.read_text(encoding="utf-8")
    assert meta.get(database.look(), "made_at") == str(number)
    assert paths.find(database.look(), "a/b.txt") == 1
    database.close()
    copy = Database.open(f"{path}.before-{SUPPORTED:04d}", readonly=False)
    assert version(copy) == number and schema(copy.look()) == old
    assert meta.get(copy.look(), "made_at") == str(number)
    migrate(copy, meta.MIGRATIONS)
    assert version(copy) == SUPPORTED
    copy.close()


def test_a_copy_of_an_earlier_try_is_made_anew(path: str) -> None:
    database = at(path, 1)
    scripts = [*shipped()[:1], Migration(2, "0002_wrong", "nonsense")]
    for _ in range(2):
        with database.begin() as tx:
            paths.number(tx, f"{time.time_ns()}")
        with pytest.raises(MigrationFailed):
            migrate(database, meta.MIGRATIONS, scripts)
    copy = Database.open(f"{path}.before-0002", readonly=True)
    assert copy.look().value("SELECT count(*) FROM path") == 3
    copy.close()
    database.close()


@pytest.mark.parametrize("readonly", [False, True])
def test_a_newer_journal_is_left_byte_for_byte(path: str, readonly: bool) -> None:
    database = at(path, SUPPORTED)
    migrate(database, meta.MIGRATIONS, more("CREATE TABLE hologram (id INTEGER) STRICT"))
    database.close()
    os.remove(f"{path}.before-{SUPPORTED + 1:04d}")
    before = Path(path).read_bytes()
    database = Database.open(path, readonly=readonly)
    for act in ("migrate", "refuse"):
        with pytest.raises(SchemaTooNew) as caught:
            migrate(database, meta.MIGRATIONS) if act == "migrate" else refuse_newer(database)
        assert (caught.value.found, caught.value.supported) == (SUPPORTED + 1, SUPPORTED)
        assert path in str(caught.value) and caught.value.hint
    database.close()
    assert Path(path).read_bytes() == before
    assert not list(Path(path).parent.glob("*.before-*"))


@pytest.mark.parametrize("edited", NUMBERS)
def test_an_edited_script_is_refused(path: str, edited: int) -> None:
    database = at(path, SUPPORTED - 1)
    scripts = shipped()
    scripts[edited - 1] = scripts[edited - 1]._replace(text=scripts[edited - 1].text + " ")
    with pytest.raises(MigrationFailed, match=f"another text of migration {scripts[edited - 1].name}") as caught:
        migrate(database, meta.MIGRATIONS, scripts)
    assert caught.value.hint
    assert version(database) == SUPPORTED - 1
    assert not list(Path(path).parent.glob("*.before-*"))
    database.close()


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE half (id INTEGER) STRICT; INSERT INTO half VALUES (1); INSERT INTO nowhere VALUES (1)",
        "CREATE TABLE half (id INTEGER) STRICT; INSERT INTO half VALUES ('text')",
        "CREATE TABLE half (id INTEGER) STRICT; UPDATE meta SET key = NULL",
        "CREATE TABLE half (id INTEGER) STRICT; INSERT INTO branch (name, root_id) VALUES ('b', 99)",
        "CREATE TABLE half (id INTEGER) STRICT; nonsense",
        "CREATE TABLE half (id INTEGER) STRICT; SELECT :unbound",
    ],
    ids=["table", "type", "check", "reference", "syntax", "parameter"],
)
def test_a_script_that_fails_halfway_leaves_nothing(path: str, text: str) -> None:
    database = at(path, SUPPORTED)
    before = schema(database.look())
    with pytest.raises(MigrationFailed, match=f"{SUPPORTED + 1:04d}_new did not apply to") as caught:
        migrate(database, meta.MIGRATIONS, more(text))
    assert caught.value.__cause__ is not None and path in str(caught.value)
    assert version(database) == SUPPORTED and schema(database.look()) == before
    assert len(meta.applied(database.look())) == SUPPORTED
    assert meta.get(database.look(), "made_at") == str(SUPPORTED)
    assert database.look().value("PRAGMA synchronous") == 1
    migrate(database, meta.MIGRATIONS)
    database.close()


def test_scripts_before_the_one_that_fails_stay_applied(path: str) -> None:
    database = at(path, SUPPORTED)
    with pytest.raises(MigrationFailed):
        migrate(database, meta.MIGRATIONS, more("CREATE TABLE whole (id INTEGER) STRICT", "nonsense"))
    assert version(database) == SUPPORTED + 1
    assert database.look().value("SELECT count(*) FROM whole") == 0
    database.close()


def test_a_record_that_cannot_be_written_takes_its_script_back(path: str) -> None:
    def add(*_: object) -> None:
        raise ValueError("no room in the book")

    database = Database.open(path, readonly=False, create=True)
    with pytest.raises(MigrationFailed, match="no room in the book"):
        migrate(database, Record(meta.applied, add))
    assert version(database) == 0 and schema(database.look()) == ""
    database.close()


def test_a_new_journal_is_made_whole_or_not_at_all(path: str) -> None:
    database = Database.open(path, readonly=False, create=True)
    with pytest.raises(MigrationFailed, match="nonsense"):
        migrate(database, meta.MIGRATIONS, more("CREATE TABLE whole (id INTEGER) STRICT", "nonsense"))
    assert version(database) == 0 and schema(database.look()) == ""
    commits = database.commits
    migrate(database, meta.MIGRATIONS)
    assert (version(database), database.commits - commits) == (SUPPORTED, 1)
    database.close()


def test_a_writer_that_does_not_end_is_waited_for_and_no_failure(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    at(path, 1).close()
    monkeypatch.setattr(limits, "BUSY_TIMEOUT_S", 0.01)
    one = Database.open(path, readonly=False)
    other = Database.open(path, readonly=False)
    with one.begin(), pytest.raises(BusyError):
        migrate(other, meta.MIGRATIONS)
    migrate(other, meta.MIGRATIONS)
    assert version(one) == SUPPORTED
    one.close()
    other.close()


@pytest.mark.parametrize("number", [0, *NUMBERS])
def test_processes_that_migrate_at_once_agree(path: str, number: int, tmp_path: Path) -> None:
    if number:
        at(path, number).close()
    start = tmp_path / "start"
    command = [sys.executable, "-c", AT_ONCE, path, str(start)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for each in running:
        assert each.stdout is not None and each.stdout.readline() == "ready\n"
    start.touch()
    assert [each.communicate()[0] for each in running] == [f"{SUPPORTED} {SUPPORTED}"] * 2
    database = Database.open(path, readonly=True)
    assert schema(database.look()) == GOLDEN.read_text(encoding="utf-8")
    database.close()
    copies = [Database.open(str(copy), readonly=False) for copy in tmp_path.glob("*.before-????")]
    assert [version(copy) for copy in copies] == ([number] if number else [])
    for copy in copies:
        copy.close()


def test_a_late_process_does_not_copy_over_the_copy_of_the_first(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    late = at(path, 1)
    first = Database.open(path, readonly=False)
    begin: Callable[..., object] = late.begin

    def begin_late(*, sync: bool = False) -> object:
        if version(first) == 1:
            migrate(first, meta.MIGRATIONS)
        return begin(sync=sync)

    monkeypatch.setattr(late, "begin", begin_late)
    migrate(late, meta.MIGRATIONS)
    first.close()
    late.close()
    copy = apsw.Connection(f"{path}.before-{SUPPORTED:04d}", flags=apsw.SQLITE_OPEN_READONLY)
    assert copy.pragma("user_version") == 1
    copy.close()
