"""Reading a journal from a copy of it and its WAL."""

import os
import shutil
import tempfile
from pathlib import Path

import apsw
import pytest

from journal import StorageError
from journal.database import stranded


@pytest.fixture
def left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database as a process leaves it that dies, without the index of its WAL."""
    path, kept = str(tmp_path / "live"), str(tmp_path / "left")
    live = apsw.Connection(path)
    live.execute("PRAGMA journal_mode=WAL").fetchall()
    live.execute("CREATE TABLE t (n INTEGER)")
    live.execute("PRAGMA wal_checkpoint").fetchall()
    live.execute("INSERT INTO t VALUES (7)")
    shutil.copyfile(path, kept)
    shutil.copyfile(path + "-wal", kept + "-wal")
    live.close()
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return kept


def test_the_last_transactions_are_seen_and_nothing_is_left(left: str, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    connection = stranded.open_copy(left)
    assert connection.execute("SELECT n FROM t").fetchall() == [(7,)]
    assert sorted(tmp_path.rglob("*")) == before
    with pytest.raises(apsw.ReadOnlyError):
        connection.execute("INSERT INTO t VALUES (8)")
    connection.close()
    assert sorted(tmp_path.rglob("*")) == before


def test_files_that_change_are_no_snapshot(left: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copyfile = shutil.copyfile

    def touching(source: str, target: str) -> None:
        copyfile(source, target)
        os.utime(source, ns=(0, os.stat(source).st_mtime_ns + 1))

    monkeypatch.setattr(shutil, "copyfile", touching)
    with pytest.raises(StorageError, match="changed while it was copied") as caught:
        stranded.open_copy(left)
    assert caught.value.hint and list((tmp_path / "temporary").iterdir()) == []


def test_no_room_for_the_copy_is_said(left: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(StorageError, match="not be copied either") as caught:
        stranded.open_copy(left)
    assert caught.value.hint
