"""A reader that holds an old state of a journal is named, and said once when the WAL grows because of it."""

import itertools
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from journal import limits
from journal.database import Database, readers
from journal.database.transaction import FRAME_BYTES

READ = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("BEGIN")
connection.execute("SELECT count(*) FROM word").fetchall()
print("reading", flush=True)
sys.stdin.readline()
connection.execute("COMMIT")
print("done", flush=True)
sys.stdin.readline()
"""
NUMBERS = itertools.count()
MEBIBYTE = "x" * (1 << 20)
tells = pytest.mark.skipif(not os.path.exists(readers.LOCKS), reason="the system does not tell who holds a lock")


@contextmanager
def reading(path: str) -> Iterator["subprocess.Popen[str]"]:
    """Holds a state of a journal in another process, by the SQLite that comes with Python."""
    command = [sys.executable, "-c", READ, path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        say(process, "reading")
        yield process
        process.communicate("\n\n")


def say(process: "subprocess.Popen[str]", answer: str) -> None:
    assert process.stdout is not None
    assert process.stdout.readline().strip() == answer


def let_go(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()
    say(process, "done")


def insert(database: Database) -> None:
    """Writes two mebibytes, as each word stands in an index too."""
    with database.begin() as tx:
        tx.run("INSERT INTO word (text) VALUES (:text)", text=f"{next(NUMBERS)}{MEBIBYTE}")
    database.checkpoint_when_large()


@tells
def test_who_reads_an_older_state_is_named(database: Database) -> None:
    insert(database)
    assert readers.readers(database.path) == []
    with reading(database.path) as process:
        named = readers.readers(database.path)
        assert len(named) == 1
        assert named[0].startswith(f"process {process.pid} (")
        let_go(process)
        assert readers.readers(database.path) == []
    with database.read() as read:
        read.value("SELECT count(*) FROM word")
        assert readers.readers(database.path) == ["this process"]
    assert readers.readers(database.path) == []


def test_where_the_system_does_not_tell_nobody_is_named(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "LOCKS", "/nowhere")
    assert readers.readers(database.path) == []


def test_a_wal_that_a_reader_holds_is_said_once(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(limits, "WAL_WARN_BYTES", 8 << 20)
    with caplog.at_level(logging.WARNING):
        for _ in range(10):
            insert(database)
        assert caplog.messages == []  # nobody holds anything, and the WAL is used again and again
        for again in range(2):
            with reading(database.path) as process:
                for _ in range(8):
                    insert(database)
                    large = os.path.getsize(database.path + "-wal") > limits.WAL_WARN_BYTES
                    assert len(caplog.messages) <= again + large
                assert len(caplog.messages) == again + 1
                assert database.path in caplog.messages[again]
                if os.path.exists(readers.LOCKS):
                    assert f"process {process.pid} (" in caplog.messages[again]
                let_go(process)
                database.checkpoint()
                insert(database)
    assert len(caplog.messages) == 2


def test_a_wal_that_was_held_is_used_again(database: Database) -> None:
    with reading(database.path) as process:
        for _ in range(40):
            insert(database)
        held = os.path.getsize(database.path + "-wal")
        assert held > 80 << 20 > limits.WAL_SIZE_LIMIT
        let_go(process)
        database.checkpoint()
        for _ in range(20):
            insert(database)
            assert os.path.getsize(database.path + "-wal") <= limits.WAL_SIZE_LIMIT + limits.PAGE_BYTES + FRAME_BYTES
