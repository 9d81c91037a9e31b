"""Connections: the settings in force, whose files are refused, and what closing and forking leave."""

import os
import struct
import threading
import warnings
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from journal import limits
from journal.database import Database
from journal.database.connection import APPLICATION_ID
from journal.errors import (
    BusyError,
    Closed,
    CorruptionError,
    DiskFull,
    JournalError,
    NotAJournal,
    ReadOnly,
    StorageError,
    UsageError,
)

EVERYWHERE = {
    "trusted_schema": 0,
    "cell_size_check": 1,
    "cache_size": -(limits.CACHE_BYTES >> 10),
    "mmap_size": 0,
    "temp_store": 2,
    "journal_mode": "wal",
    "application_id": APPLICATION_ID,
    "auto_vacuum": 2,
    "page_size": limits.PAGE_BYTES,
    "encoding": "UTF-8",
}
WRITING = {
    "foreign_keys": 1,
    "recursive_triggers": 1,
    "synchronous": 1,
    "wal_autocheckpoint": 0,
    "journal_size_limit": limits.WAL_SIZE_LIMIT,
    "fullfsync": 1,
    "checkpoint_fullfsync": 1,
    "query_only": 0,
}


def insert(database: Database, *texts: str) -> None:
    """Commits some words."""
    with database.begin() as tx:
        tx.run_many("INSERT INTO word (text) VALUES (?)", [(text,) for text in texts])


def count(database: Database) -> int:
    """How many words it sees."""
    return int(database.look().value("SELECT count(*) FROM word"))


def in_a_fork(act: Callable[[], object]) -> str:
    """What a child of this process is told when it acts: the name of the error."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # newer Pythons warn of a fork beside threads
        child = os.fork()
    if child == 0:
        said = "done"
        try:
            act()
        except BaseException as error:
            said = type(error).__name__
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        said = pipe.read().decode()
    os.waitpid(child, 0)
    return said


@pytest.mark.parametrize(("pragma", "value"), [*EVERYWHERE.items(), *WRITING.items()])
def test_the_settings_of_a_writer_are_in_force(database: Database, pragma: str, value: object) -> None:
    assert database.look().value(f"PRAGMA {pragma}") == value


@pytest.mark.parametrize(("pragma", "value"), [*EVERYWHERE.items(), ("query_only", 1)])
def test_the_settings_of_a_reader_are_in_force(database: Database, pragma: str, value: object) -> None:
    other = Database.open(database.path, readonly=True)
    assert other.look().value(f"PRAGMA {pragma}") == value
    other.close()


def test_what_is_made_once_is_in_the_file(database: Database) -> None:
    database.close()
    header = Path(database.path).read_bytes()[:100]
    assert header[:16] == b"SQLite format 3\x00"
    assert struct.unpack_from(">H", header, 16) == (limits.PAGE_BYTES,)
    assert header[18:20] == b"\x02\x02", "WAL"
    assert struct.unpack_from(">I", header, 64) == (1,), "incremental"
    assert header[68:72] == b"SPOL"


def test_a_doctored_schema_has_no_power(database: Database) -> None:
    with pytest.raises(JournalError), database.begin() as tx:
        tx.run("PRAGMA writable_schema=ON")
        tx.run("UPDATE sqlite_schema SET sql = 'x'")
    assert count(database) == 0


def test_a_journal_is_opened_again_with_or_without_create(database: Database) -> None:
    insert(database, "a")
    database.close()
    for create in (True, False):
        again = Database.open(database.path, readonly=False, create=create)
        assert count(again) == 1 and not again.readonly
        again.close()


@pytest.mark.parametrize("empty", [False, True])
@pytest.mark.parametrize("readonly", [False, True])
def test_a_missing_journal_is_a_wrong_call(path: str, readonly: bool, empty: bool) -> None:
    if empty:
        Path(path).touch()
    with pytest.raises(UsageError, match="there is no journal") as caught:
        Database.open(path, readonly=readonly)
    assert "spool init" in caught.value.hint
    assert [entry.stat().st_size for entry in Path(path).parent.iterdir()] == ([0] if empty else [])


def test_an_empty_file_can_become_a_journal(path: str) -> None:
    Path(path).touch()
    made = Database.open(path, readonly=False, create=True)
    assert made.look().value("PRAGMA application_id") == APPLICATION_ID
    made.close()


@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize("mode", ["delete", "wal"])
@pytest.mark.parametrize("application_id", [0, 5])
def test_the_database_of_another_program_is_left_alone(path: str, mode: str, application_id: int, create: bool) -> None:
    other = apsw.Connection(path)
    other.execute(f"PRAGMA journal_mode={mode}; PRAGMA application_id={application_id}; CREATE TABLE t (x)").fetchall()
    other.close()
    before = Path(path).read_bytes()
    for readonly in (False, True):
        with pytest.raises(NotAJournal, match=f"its application id is {application_id}"):
            Database.open(path, readonly=readonly, create=create)
    assert Path(path).read_bytes() == before
    assert all(os.path.getsize(entry) == 0 for entry in Path(path).parent.glob("*-wal"))


@pytest.mark.parametrize("data", [b"xy", b"a text of some length, " * 300, b"SQLite format 3\x00" + bytes(4080)])
@pytest.mark.parametrize("readonly", [False, True])
def test_a_file_that_is_no_database_is_left_alone(path: str, data: bytes, readonly: bool) -> None:
    Path(path).write_bytes(data)
    with pytest.raises(NotAJournal):
        Database.open(path, readonly=readonly, create=not readonly)
    assert Path(path).read_bytes() == data


def test_a_folder_that_is_missing_or_in_the_way_is_the_disk(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="unable to open"):
        Database.open(str(tmp_path / "missing" / "j.sqlite"), readonly=False, create=True)
    with pytest.raises(NotAJournal, match="folder"):
        Database.open(str(tmp_path), readonly=False)


def test_a_name_is_only_a_name(tmp_path: Path) -> None:
    path = str(tmp_path / "odd ?mode=ro#%41&.sqlite")
    for create in (True, False):
        made = Database.open(path, readonly=False, create=create)
        made.close()
    assert os.listdir(tmp_path) == [os.path.basename(path)]


def test_an_old_sqlite_is_refused(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apsw, "sqlite_lib_version", lambda: "3.44.2")
    with pytest.raises(StorageError, match=r"SQLite 3\.44\.2 is too old"):
        Database.open(path, readonly=False, create=True)
    assert not os.path.exists(path)


def test_damage_is_called_damage(database: Database) -> None:
    insert(database, *(f"word {number}" * 50 for number in range(100)))
    database.close()
    with open(database.path, "r+b") as file:
        file.seek(limits.PAGE_BYTES)
        file.write(os.urandom(1) * (os.path.getsize(database.path) - limits.PAGE_BYTES))
    other = Database.open(database.path, readonly=True)
    with pytest.raises(CorruptionError):
        other.look().rows("SELECT * FROM word")
    other.close()


def test_a_full_disk_changes_nothing(database: Database) -> None:
    insert(database, "a")
    pages = database.look().value("PRAGMA page_count")
    database.look().rows(f"PRAGMA max_page_count={pages + 2}")
    with pytest.raises(DiskFull) as caught:
        insert(database, "x" * 100_000)
    assert caught.value.free_bytes > 0 and caught.value.needed_bytes >= 100_000
    insert(database, "b")
    assert count(database) == 2


def test_a_closed_one_answers_nothing(database: Database) -> None:
    states = [database.closed]
    for _ in range(2):
        database.close()
        states.append(database.closed)
    assert states == [False, True, True]

    def read() -> None:
        with database.read():
            raise AssertionError("read")

    for act in (database.begin, database.look, read, database.alive, database.checkpoint):
        with pytest.raises(Closed) as caught:
            act()
        assert caught.value.hint
    with pytest.raises(Closed):
        database.backup_to(database.path + ".copy")


def test_the_last_to_close_leaves_one_file(database: Database) -> None:
    other = Database.open(database.path, readonly=True)
    insert(database, "a")
    assert count(other) == 1
    folder = os.path.dirname(database.path)
    assert len(os.listdir(folder)) == 3
    other.close()
    database.close()
    assert os.listdir(folder) == [os.path.basename(database.path)]


def test_a_fork_is_refused_and_harms_nothing(database: Database) -> None:
    insert(database, "a")

    def read() -> None:
        with database.read():
            pass

    for act in (database.begin, database.look, read, lambda: count(database)):
        assert in_a_fork(act) == "UsageError"
    assert in_a_fork(database.close) == "done"
    insert(database, "b")
    assert count(database) == 2 and not database.closed


def test_a_fork_may_open_its_own(database: Database) -> None:
    insert(database, "a")

    def act() -> None:
        own = Database.open(database.path, readonly=False)
        insert(own, "b")
        own.close()

    assert in_a_fork(act) == "done"
    assert count(database) == 2


def test_a_reader_cannot_write(database: Database) -> None:
    insert(database, "a")
    other = Database.open(database.path, readonly=True)
    with pytest.raises(ReadOnly), other.begin():
        raise AssertionError("it writes")
    for sql in ("INSERT INTO word (text) VALUES ('b')", "DELETE FROM word", "DROP TABLE word", "PRAGMA user_version=9"):
        with pytest.raises(ReadOnly):
            other.look().rows(sql)
    assert count(other) == 1 and other.readonly
    other.close()


def test_a_reader_does_without_a_place_for_its_locks(database: Database) -> None:
    insert(database, "a")
    database.close()
    os.symlink("/nowhere/at/all", database.path + "-shm")
    other = Database.open(database.path, readonly=True)
    assert count(other) == 1
    other.close()
    Path(database.path + "-wal").write_bytes(b"no WAL at all")  # SQLite passes over it, wherever it lies
    with Database.open(database.path, readonly=True).read() as read:
        assert read.value("SELECT count(*) FROM word") == 1


def test_a_reader_on_such_a_place_takes_odd_names(tmp_path: Path) -> None:
    path = str(tmp_path / "odd ?mode=ro#%41&.sqlite")
    Database.open(path, readonly=False, create=True).close()
    os.symlink("/nowhere/at/all", path + "-shm")
    other = Database.open(path, readonly=True)
    assert other.look().value("PRAGMA application_id") == APPLICATION_ID
    other.close()


def test_one_reading_sees_one_moment(database: Database) -> None:
    other = Database.open(database.path, readonly=True)
    insert(database, "a")
    with other.read() as read:
        assert read.value("SELECT count(*) FROM word") == 1
        insert(database, "b")
        assert read.value("SELECT count(*) FROM word") == 1
    assert count(other) == 2
    other.close()


def test_a_reading_that_fails_ends(database: Database) -> None:
    with pytest.raises(ValueError), database.read() as read:
        assert read.value("SELECT count(*) FROM word") == 0
        raise ValueError
    insert(database, "a")
    with database.read() as read:
        assert read.value("SELECT count(*) FROM word") == 1


def test_threads_take_turns_by_the_lock(database: Database) -> None:
    def work(number: int) -> None:
        for turn in range(20):
            with database.lock:
                insert(database, f"{number} {turn}")
                with database.read() as read:
                    assert read.value("SELECT count(*) FROM word WHERE text = :text", text=f"{number} {turn}") == 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(database) == 80


def test_the_wal_is_copied_when_it_is_large(database: Database) -> None:
    database.checkpoint()
    small = os.path.getsize(database.path)
    insert(database, "small")
    database.checkpoint_when_large()
    assert os.path.getsize(database.path) == small
    insert(database, "x" * (limits.WAL_CHECKPOINT_BYTES + limits.PAGE_BYTES))
    wal = os.path.getsize(database.path + "-wal")
    assert wal > limits.WAL_CHECKPOINT_BYTES
    database.checkpoint_when_large()
    assert os.path.getsize(database.path) > limits.WAL_CHECKPOINT_BYTES
    insert(database, "y" * (limits.WAL_CHECKPOINT_BYTES - limits.PAGE_BYTES))
    assert os.path.getsize(database.path + "-wal") == wal, "it is overwritten, not grown"


def test_a_checkpoint_waits_for_no_reader(database: Database) -> None:
    other = Database.open(database.path, readonly=True)
    with other.read() as read:
        assert read.value("SELECT count(*) FROM word") == 0
        insert(database, "a")
        database.checkpoint()
        assert read.value("SELECT count(*) FROM word") == 0
    other.close()
    assert count(database) == 1


def test_a_checkpoint_leaves_the_work_to_whoever_is_at_it(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    class Busy:
        """A connection whose WAL another one is checkpointing."""

        def wal_checkpoint(self, mode: int) -> None:
            raise apsw.BusyError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(database, "_connection", Busy())
        database.checkpoint()
    insert(database, "a")
    assert count(database) == 1


def test_a_function_that_is_taught_is_known_to_sql(database: Database) -> None:
    database.teach("twice", lambda text: text * 2, 1)
    assert database.look().value("SELECT twice('ab')") == "abab"


def test_a_copy_is_one_whole_moment(database: Database, tmp_path: Path) -> None:
    insert(database, "a")
    copy = str(tmp_path / "copy.sqlite")
    database.backup_to(copy)
    insert(database, "b")
    other = Database.open(copy, readonly=False)
    assert count(other) == 1
    assert other.look().value("PRAGMA auto_vacuum") == 2
    other.close()
    with pytest.raises(StorageError):
        database.backup_to(str(tmp_path / "missing" / "copy.sqlite"))


def test_a_copy_over_one_that_is_in_use_is_refused(database: Database, tmp_path: Path) -> None:
    copy = str(tmp_path / "copy.sqlite")
    database.backup_to(copy)
    other = Database.open(copy, readonly=False)
    with other.begin(), pytest.raises(BusyError):
        database.backup_to(copy)
    other.close()
