"""A file in use is told from one that a dead process left open, in this process too, and is left as it was found."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest

from journal.database import Database
from journal.database.sole import Sole
from journal.errors import BusyError, JournalError, NotAJournal

USES = {
    "reads": "database = Database.open(sys.argv[1], readonly=True)",
    "may write": "database = Database.open(sys.argv[1], readonly=False)",
    "has written": "database = Database.open(sys.argv[1], readonly=False)\nwith database.begin() as tx: tx.run(INSERT)",
    "is writing": "database = Database.open(sys.argv[1], readonly=False)\ntx = database.begin().__enter__()\n"
    "tx.run(INSERT)",
    "is another program": "database = apsw.Connection(sys.argv[1])\ndatabase.execute('SELECT * FROM t').fetchall()",
}
CODE = """
import sys
import apsw
from journal.database import Database
INSERT = "INSERT INTO t VALUES (2)"
{}
print("ready", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "copy.file"
    with_table(made)
    return made


def with_table(path: Path) -> None:
    database = Database.open(str(path), readonly=False, create=True)
    with database.begin() as tx:
        tx.run("CREATE TABLE t (a)")
        tx.run("INSERT INTO t VALUES (1)")
    database.close()


@contextmanager
def used(path: Path, how: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", CODE.format(USES[how]), str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.send_signal(signal.SIGKILL)


def found(path: Path) -> dict[str, bytes]:
    return {name: (path.parent / name).read_bytes() for name in sorted(os.listdir(path.parent))}


def rows(path: Path) -> list[int]:
    sole = Sole.take(str(path))
    try:
        return [row[0] for row in sole.database.look().rows("SELECT a FROM t")]
    finally:
        sole.let_go()


@pytest.mark.parametrize("how", USES)
def test_the_living_are_told_from_the_dead(path: Path, how: str) -> None:
    with used(path, how):
        with pytest.raises(BusyError) as caught:
            Sole.take(str(path))
        assert caught.value.hint
    assert os.path.exists(f"{path}-wal")
    before = found(path)
    assert rows(path) == ([1, 2] if how == "has written" else [1])
    assert found(path) == before


def test_another_user_in_this_process_is_found_too(path: Path) -> None:
    with_table(path.with_name("other.file"))
    database = Database.open(str(path), readonly=True)
    database.look().rows("SELECT a FROM t")
    with pytest.raises(BusyError):
        Sole.take(str(path))
    assert database.look().rows("SELECT a FROM t") == [(1,)]
    with pytest.raises(BusyError):  # looking has dropped none of its locks
        Sole.take(str(path))
    database.close()
    assert rows(path) == [1]
    assert rows(path.with_name("other.file")) == [1]


def test_nobody_comes_in_until_it_is_let_go(path: Path) -> None:
    sole = Sole.take(str(path))
    connection = apsw.Connection(str(path))
    with pytest.raises(apsw.BusyError):
        connection.execute("SELECT * FROM t").fetchall()
    sole.let_go()
    assert connection.execute("SELECT * FROM t").fetchall() == [(1,)]
    connection.close()
    assert list(found(path)) == ["copy.file"]


def test_a_log_is_played_in_before_it_goes(path: Path) -> None:
    with used(path, "has written"):
        pass
    sole = Sole.take(str(path))
    sole.play_in()
    assert Path(f"{path}-wal").stat().st_size == 0
    for side in ("-wal", "-shm"):
        os.unlink(f"{path}{side}")
    sole.let_go()
    assert rows(path) == [1, 2]


def test_what_took_its_name_keeps_its_log(path: Path) -> None:
    with_table(path.with_name("new"))
    sole = Sole.take(str(path))
    sole.play_in()
    os.unlink(f"{path}-wal")
    os.rename(path.with_name("new"), path)
    newer = Database.open(str(path), readonly=False)
    with newer.begin() as tx:
        tx.run("INSERT INTO t VALUES (3)")
    sole.let_go(replaced=True)
    assert Path(f"{path}-wal").stat().st_size > 0
    newer.close()
    assert rows(path) == [1, 3]


def test_what_is_no_journal_stays_as_it_is(tmp_path: Path) -> None:
    connection = apsw.Connection(str(tmp_path / "theirs.file"))
    connection.execute("PRAGMA journal_mode=WAL").fetchall()
    connection.execute("CREATE TABLE t (a)")
    connection.close()
    (tmp_path / "text").write_text("a letter " * 1000)
    (tmp_path / "empty").touch()
    before = found(tmp_path / "text")
    for name in ("theirs.file", "text", "empty"):
        with pytest.raises(NotAJournal):
            Sole.take(str(tmp_path / name))
    for name in ("none", "none/copy.file"):
        with pytest.raises(JournalError):
            Sole.take(str(tmp_path / name))
    assert {name: data for name, data in found(tmp_path / "text").items() if data} == {
        name: data for name, data in before.items() if data
    }
