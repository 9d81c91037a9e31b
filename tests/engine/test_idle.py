"""What a session does when nobody asks it for anything."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from journal import Spool, StorageError
from journal.engine import idle, placing
from journal.engine.idle import Idle
from journal.engine.logs import Branded
from journal.workspace.walk import Root
from tests.engine.looking import acts, value


def soon(happened: Callable[[], bool]) -> bool:
    """Waits until something has happened."""
    end = time.monotonic() + 20
    while not happened() and time.monotonic() < end:
        time.sleep(0.005)
    return happened()


def marked(spool: Spool) -> list[str]:
    rows = spool.journal.query("SELECT p.name FROM unsynced AS u JOIN path AS p ON p.id = u.path_id ORDER BY 1")
    return [row["name"] for row in rows]


@pytest.fixture
def quiet(root: Path) -> Iterator[Spool]:
    """A session whose idle work is done by the test."""
    with Spool.open(root) as spool:
        spool._desk.ended = lambda: None
        yield spool


def test_an_act_is_closed_soon_after_it_is_done(spool: Spool) -> None:
    spool.write("a", "x")
    assert soon(lambda: acts(spool.journal) == [("write", "ok")])
    assert soon(lambda: value(spool.journal, "SELECT count(*) FROM intent") == 0)


def test_the_wal_is_copied_and_the_root_synced_when_nothing_happens(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idle, "IDLE_SYNC_S", 0.01)
    monkeypatch.setattr(idle, "IDLE_CHECKPOINT_S", 0.01)
    with Spool.open(root) as spool:
        spool.write("a", "x")
        assert soon(lambda: marked(spool) == [])
        assert soon(lambda: spool._desk.database._wal_pages == 0 or bool(spool.write("a", "y")))
        spool.write("a", "z")
        assert soon(lambda: marked(spool) == [])
        assert spool.commit("all of it") is not None


def test_a_session_that_ends_does_not_wait_for_the_next_idle_step(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle, "IDLE_CLOSE_S", 5.0)
    for number in range(20):
        spool = Spool.open(root)
        spool.write("a", f"{number}")
        if number % 2:  # else the thread, just woken, has not come to its sleep yet
            time.sleep(number / 2000)
        spool.close()
        assert [thread for thread in threading.enumerate() if thread.name == "spool-idle"] == [], number


def test_nothing_is_synced_in_a_session_that_keeps_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle, "IDLE_SYNC_S", 0.001)
    with Spool.open(root, durability="off") as spool:
        spool.write("a", "x")
        assert soon(lambda: acts(spool.journal) == [("write", "ok")])
        time.sleep(0.05)
        assert marked(spool) == ["a"]


def test_a_mark_made_during_the_sync_stays(quiet: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet.write("a", "x")
    monkeypatch.setattr(idle, "sync_files", lambda root, paths: quiet.write("b", "y"))
    idle.sync_root(quiet._desk, quiet._desk.root)
    assert marked(quiet) == ["b"]


def test_a_disk_that_refuses_once_is_not_believed_again(quiet: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise StorageError("no", hint="look at the disk")

    quiet.write("a", "x")
    with monkeypatch.context() as patched, pytest.raises(StorageError):
        patched.setattr(idle, "sync_files", refuse)
        idle.sync_root(quiet._desk, quiet._desk.root)
    idle.sync_root(quiet._desk, quiet._desk.root)
    assert marked(quiet) == ["a"]


def test_nothing_is_synced_while_a_verb_runs(quiet: Spool) -> None:
    def content() -> Iterator[bytes]:
        thread = threading.Thread(target=idle.sync_root, args=(quiet._desk, quiet._desk.root))
        thread.start()
        thread.join(20)
        yield b"new"

    quiet.write("a", "x")
    quiet.write("b", content())
    assert marked(quiet) == ["a", "b"]
    idle.sync_root(quiet._desk, quiet._desk.root)
    assert marked(quiet) == []


def test_a_path_without_a_mark_is_marked_again(quiet: Spool, root: Path) -> None:
    quiet.write("a", "x")
    idle.sync_root(quiet._desk, quiet._desk.root)
    quiet.write("a", "y")
    assert marked(quiet) == ["a"]


def test_a_step_that_fails_is_logged_and_the_next_ones_are_done(
    quiet: Spool, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = threading.Event()

    def failing(*_: object) -> None:
        raise StorageError("the disk is full", hint="make room")

    monkeypatch.setattr(idle, "close", failing)
    monkeypatch.setattr(idle, "checkpoint", lambda *_: done.set())
    worker = Idle(quiet._desk, Branded("idle", "ours", "s"), syncing=False)
    worker.poke()
    assert done.wait(20)
    worker.stop()
    (record,) = caplog.records
    assert record.getMessage() == f"[ours] failing of {quiet.journal.path} was put off: the disk is full"
    assert (record.name, vars(record)["brand"], vars(record)["session"]) == ("journal.idle", "ours", "s")


def test_it_ends_with_the_session_and_sleeps_in_between(root: Path) -> None:
    with Spool.open(root) as spool:
        before = set(threading.enumerate())
        spool.write("a", "x")
        (thread,) = set(threading.enumerate()) - before
        assert thread.is_alive() and thread.daemon
    assert thread not in threading.enumerate()


def test_closing_does_not_wait_for_a_sync_that_lasts(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    began, go_on = threading.Event(), threading.Event()

    def slow(folder: Root, _paths: object) -> None:
        began.set()
        assert go_on.wait(20)
        assert folder.missing_parents("a") == []  # its descriptor is its own

    monkeypatch.setattr(idle, "IDLE_SYNC_S", 0.001)
    monkeypatch.setattr(idle, "IDLE_CHECKPOINT_S", 0.001)
    monkeypatch.setattr(idle, "sync_files", slow)
    with Spool.open(root) as spool:
        spool.write("a", "x")
        (thread,) = [each for each in threading.enumerate() if each.name == "spool-idle"]
        assert began.wait(20)
    assert thread.is_alive()
    go_on.set()
    thread.join(20)
    assert not thread.is_alive()
    with Spool.open(root) as spool:
        assert marked(spool) == ["a"]


def test_a_mark_that_mending_made_during_the_sync_stays(quiet: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    publish = placing.publish

    def interrupted(*_: object) -> None:
        monkeypatch.setattr(placing, "publish", publish)
        raise KeyboardInterrupt

    def sync(_root: object, _paths: object) -> None:
        monkeypatch.setattr(placing, "publish", interrupted)
        with pytest.raises(KeyboardInterrupt):
            quiet.write("b", "y")

    quiet.write("a", "x")
    monkeypatch.setattr(idle, "sync_files", sync)
    idle.sync_root(quiet._desk, quiet._desk.root)
    assert (quiet.read("b"), marked(quiet)) == (b"y", ["b"])


def test_a_session_that_is_closed_while_its_first_verb_ends_waits_for_no_thread_that_has_not_begun(
    quiet: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, start = Idle(quiet._desk, Branded("idle", "ours", "s"), syncing=False), threading.Thread.start
    closing = threading.Thread(target=worker.stop)

    def slowly(thread: threading.Thread) -> None:
        start(closing)
        time.sleep(0.02)  # enough for `stop` to meet the thread that has not begun
        start(thread)

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", slowly)
        worker.poke()
    closing.join(20)
    assert not closing.is_alive()
    assert [thread for thread in threading.enumerate() if thread.name == "spool-idle"] == []
    late = Idle(quiet._desk, Branded("idle", "ours", "s"), syncing=False)
    late.stop()
    late.poke()
    assert late._thread is None
