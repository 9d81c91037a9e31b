"""A watch wakes at every write to the journal's log, at nothing else, and gives back what it took."""

import gc
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from journal import Spool
from journal.workspace import watch
from journal.workspace.watch import HEADER, OVERFLOW, Watch

LONG_S = 60.0
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells of writes")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of a journal, which is no SQLite file here."""
    path = tmp_path / "state" / "journal.db-wal"
    path.parent.mkdir()
    path.write_bytes(b"old")
    return path


@pytest.fixture
def made(log: Path) -> Iterator[Watch]:
    """A watch over it."""
    watch = Watch(str(log.with_name("journal.db")))
    yield watch
    watch.close()


def descriptors() -> list[str]:
    """What this process has open."""
    found = []
    for fd in os.listdir("/dev/fd"):
        try:
            found.append(os.readlink(f"/dev/fd/{fd}"))
        except OSError:
            continue  # the one that listed them
    return sorted(found)


def appended(log: Path) -> None:
    with log.open("ab") as file:
        file.write(b"more")


def overwritten(log: Path) -> None:
    with log.open("r+b") as file:
        file.write(b"new")


def made_anew(log: Path) -> None:
    log.unlink()
    log.write_bytes(b"another")


def renamed_in(log: Path) -> None:
    other = log.with_name("other")
    other.write_bytes(b"another")
    other.rename(log)


@linux
@pytest.mark.parametrize("write", [appended, overwritten, made_anew, renamed_in])
def test_a_write_to_the_log_wakes_every_time(made: Watch, log: Path, write: object) -> None:
    assert callable(write)
    assert made.works
    for _ in range(3):
        assert not made.wait(0)
        write(log)
        assert made.wait(LONG_S)
        assert made.drain()
        assert not made.drain()


@linux
def test_a_burst_wakes_once(made: Watch, log: Path) -> None:
    for _ in range(100):
        overwritten(log)
    assert made.wait(LONG_S) and made.drain()
    assert not made.wait(0)


@linux
@pytest.mark.parametrize("name", ["journal.db", "journal.db-shm", "lease-1", "journal.db-wal2", "x.db-wal"])
def test_what_is_written_beside_the_log_is_not_heard(made: Watch, log: Path, name: str) -> None:
    log.with_name(name).write_bytes(b"x")
    assert made.wait(LONG_S)
    assert not made.drain()
    overwritten(log)
    log.with_name(name).write_bytes(b"x")
    assert made.wait(LONG_S) and made.drain()


def test_reading_is_not_heard(made: Watch, log: Path) -> None:
    assert log.read_bytes() == b"old"
    log.stat()
    assert not made.wait(0) and not made.drain()


def test_another_thread_ends_the_sleep(made: Watch) -> None:
    waker = threading.Thread(target=made.wake)
    waker.start()
    assert made.wait(LONG_S) and made.drain()
    waker.join()
    assert not made.drain()


def test_a_wake_before_the_sleep_is_not_lost_and_many_are_one(made: Watch) -> None:
    for _ in range(100_000):  # more than the pipe holds
        made.wake()
    assert made.wait(LONG_S)
    while made.drain():
        pass
    assert not made.wait(0)


@linux
def test_more_events_than_the_system_keeps_count_as_a_write(made: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_read", lambda fd: HEADER.pack(-1, OVERFLOW, 0, 0))
    assert made.drain()


@linux
def test_a_folder_that_is_removed_is_heard_once_and_watched_no_more(made: Watch, log: Path) -> None:
    shutil.rmtree(log.parent)
    while made.works:
        assert made.wait(LONG_S)
        assert made.drain() or made.works
    assert not made.wait(0)
    made.wake()
    assert made.wait(LONG_S) and made.drain()


def test_where_the_system_does_not_tell_one_can_still_be_woken(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(sys, "platform", "elsewhere")
        made = Watch(str(log))
    assert not made.works
    overwritten(log)
    assert not made.wait(0) and not made.drain()
    made.wake()
    assert made.wait(LONG_S) and made.drain()
    made.close()


def test_a_folder_that_cannot_be_watched_costs_no_descriptor(tmp_path: Path) -> None:
    before = descriptors()
    for _ in range(3):
        made = Watch(str(tmp_path / "none" / "journal.db"))
        assert not made.works
        made.close()
    assert descriptors() == before


def test_closing_gives_everything_back_and_may_be_repeated(log: Path) -> None:
    before = descriptors()
    made = Watch(str(log))
    assert descriptors() != before
    assert made.fileno() > 2
    made.close()
    made.close()
    made.wake()
    assert made.closed
    assert descriptors() == before


def test_one_that_is_dropped_gives_everything_back(log: Path) -> None:
    before = descriptors()
    Watch(str(log))
    gc.collect()
    assert descriptors() == before


@linux
def test_a_watch_opens_no_file_of_the_journal_and_hears_its_commits(root: Path) -> None:
    with Spool.open(root) as spool:
        before = [name for name in descriptors() if "journal.db" in name]
        with_watch = Watch(str(spool.journal.path))
        assert [name for name in descriptors() if "journal.db" in name] == before
        spool.write("a", "1")
        assert with_watch.wait(LONG_S) and with_watch.drain()
        spool.commit()
        assert with_watch.wait(LONG_S) and with_watch.drain()
        with_watch.close()
    assert not [name for name in descriptors() if "journal.db" in name]
