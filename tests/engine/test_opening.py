"""Opening a root: where its journal is, who holds it, and what is refused."""

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

import apsw
import pytest

from journal import (
    BusyError,
    Journal,
    NotAJournal,
    SchemaTooNew,
    Spool,
    StorageError,
    UnknownName,
    UsageError,
)
from journal.database.migrate import SUPPORTED
from journal.workspace import boot, mounts
from tests.engine.looking import counts, held, let_go, names, run, value


def test_the_journal_is_in_the_state_folder_named_after_the_root(root: Path, spool_home: Path) -> None:
    with Spool.open(root) as spool:
        digest = hashlib.sha256(os.fsencode(root)).hexdigest()[:12]
        assert spool.journal.path == spool_home / f"root-{digest}" / "journal.db"
        assert spool.recovery.journal == "created"
        assert spool.journal.path.parent.stat().st_mode & 0o777 == 0o700
        assert spool.journal.path.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in spool.journal.path.parent.iterdir()) == ["journal.db", "lease-1"]


def test_the_root_holds_nothing_but_one_small_folder(root: Path) -> None:
    with Spool.open(root):
        assert names(root) == []
        assert sorted(os.listdir(root / ".spool")) == [".gitignore", "id", "lock", "tmp"]
        assert (root / ".spool/.gitignore").read_text() == "*\n"


def test_a_root_may_be_named_in_any_way(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root.parent / "link").symlink_to(root)
    monkeypatch.chdir(root)
    ids = set()
    for name in (root, str(root), ".", root.parent / "link", f"{root}/", root / "../root"):
        with Spool.open(name) as spool:
            assert spool.root == root
            ids.add(spool.journal.id)
    assert len(ids) == 1


def test_a_journal_elsewhere_is_found_again_without_being_named(root: Path, tmp_path: Path, spool_home: Path) -> None:
    place = tmp_path / "else where/my.db"
    with Spool.open(root, journal=place) as spool:
        assert (spool.journal.path, spool.recovery.journal) == (place, "created")
        spool.write("a", "x")
    with Spool.open(root) as spool:
        assert (spool.journal.path, spool.recovery.journal) == (place, "found")
        assert spool.touched_files() == ["a"]
    assert Journal.locate(root) == place
    assert list(spool_home.iterdir()) == []


@pytest.mark.parametrize("name", ["none", "file", "file/below", "nul\0"])
def test_a_root_is_a_folder_that_exists(root: Path, name: str) -> None:
    (root / "file").write_text("x")
    with pytest.raises(UsageError) as caught:
        Spool.open(root / name)
    assert caught.value.hint


def test_a_root_that_is_everything_or_a_home_must_be_meant(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(root))
    for wide in ("/", root):
        with pytest.raises(UsageError) as caught:
            Spool.open(wide)
        assert "allow_wide_root" in caught.value.hint
    assert not (root / ".spool").exists()
    with Spool.open(root, allow_wide_root=True) as spool:
        assert spool.root == root


def test_without_create_nothing_is_made(root: Path, spool_home: Path) -> None:
    with pytest.raises(UnknownName) as caught:
        Spool.open(root, create=False)
    assert caught.value.name == str(root)
    assert (os.listdir(root), list(spool_home.iterdir())) == ([], [])
    Spool.open(root).close()
    with Spool.open(root, create=False) as spool:
        assert spool.recovery.journal == "found"


@pytest.mark.parametrize("home", ["relative", "~none/x"])
def test_a_state_folder_of_no_use_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch, home: str) -> None:
    monkeypatch.setenv("SPOOL_HOME", home)
    with pytest.raises(UsageError) as caught:
        Spool.open(root)
    assert "SPOOL_HOME" in caught.value.hint


def test_a_moved_root_keeps_its_journal(root: Path) -> None:
    with Spool.open(root) as spool:
        spool.write("a", "x")
        path, name = spool.journal.path, spool.journal.id
    moved = root.rename(root.parent / "moved")
    assert Journal.locate(moved) == path
    with Spool.open(moved) as spool:
        assert (spool.recovery.journal, spool.journal.path, spool.journal.id) == ("moved", path, name)
        assert not spool.recovery.clean
        assert spool.touched_files() == ["a"]
    with Spool.open(moved) as spool:
        assert spool.recovery.journal == "found"
        spool.reset()
    assert names(moved) == []


def test_a_copied_root_gets_a_journal_of_its_own(root: Path) -> None:
    with Spool.open(root) as spool:
        spool.write("a", "x")
        spool.commit("a")
        spool.write("b", "x")
        path, name = spool.journal.path, spool.journal.id
    before = path.read_bytes()
    copy = Path(shutil.copytree(root, root.parent / "copy"))
    with Spool.open(copy) as spool:
        assert spool.recovery.journal == "copied"
        assert (spool.journal.path == path, spool.journal.id == name) == (False, False)
        assert (spool.touched_files(), spool.journal.tree()) == ([], {})
        spool.write("a", "changed in the copy")
        other = spool.journal.id
    assert path.read_bytes() == before
    with Spool.open(root) as spool:
        assert (spool.recovery.journal, spool.journal.id, spool.touched_files()) == ("found", name, ["b"])
    with Spool.open(copy) as spool:
        assert (spool.recovery.journal, spool.journal.id, spool.touched_files()) == ("found", other, ["a"])


def test_a_copy_cannot_share_its_journal_with_the_original(root: Path, tmp_path: Path) -> None:
    place = tmp_path / "my.db"
    Spool.open(root, journal=place).close()
    copy = Path(shutil.copytree(root, root.parent / "copy"))
    with pytest.raises(UsageError, match="is a copy of"):
        Spool.open(copy, journal=place)
    with Spool.open(copy) as spool:
        assert (spool.recovery.journal, spool.journal.path == place) == ("copied", False)


def test_a_removed_folder_in_the_root_is_made_again_and_the_journal_found(root: Path) -> None:
    with Spool.open(root) as spool:
        spool.write("a", "x")
        name = spool.journal.id
        shutil.rmtree(root / ".spool")
        spool.write("b", "x")
        assert sorted(os.listdir(root / ".spool")) == [".gitignore", "id", "tmp"]
    shutil.rmtree(root / ".spool")
    with Spool.open(root) as spool:
        assert (spool.journal.id, spool.recovery.journal) == (name, "found")
        assert spool.touched_files() == ["a", "b"]
        assert (root / ".spool/id").exists()


def test_a_journal_that_is_gone_is_said_to_be_missing(root: Path) -> None:
    with Spool.open(root) as spool:
        spool.write("a", "x")
        path, name = spool.journal.path, spool.journal.id
    shutil.rmtree(path.parent)
    with pytest.raises(UnknownName):
        Spool.open(root, create=False)
    with Spool.open(root) as spool:
        assert (spool.recovery.journal, spool.recovery.clean) == ("missing", False)
        assert spool.journal.id != name
        assert (names(root), spool.touched_files()) == (["a"], [])
    with Spool.open(root) as spool:
        assert spool.recovery.journal == "found"


def test_a_root_does_not_change_its_journal_by_the_way(root: Path, tmp_path: Path) -> None:
    with Spool.open(root) as spool:
        path = spool.journal.path
    with pytest.raises(UsageError) as caught:
        Spool.open(root, journal=tmp_path / "other.db")
    assert str(path) in str(caught.value)
    assert ".spool/id" in caught.value.hint
    assert not (tmp_path / "other.db").exists()
    with Spool.open(root, journal=path) as spool:
        assert spool.recovery.journal == "found"


def test_a_database_of_another_program_is_left_as_it_is(root: Path, tmp_path: Path) -> None:
    place = tmp_path / "theirs.sqlite"
    connection = apsw.Connection(str(place))
    connection.execute("CREATE TABLE t (a)")
    connection.close()
    (tmp_path / "text.sqlite").write_text("no database at all, but long enough to be looked at " * 100)
    for path in (place, tmp_path / "text.sqlite"):
        before = path.read_bytes()
        with pytest.raises(NotAJournal) as caught:
            Spool.open(root, journal=path)
        assert caught.value.hint
        with pytest.raises(NotAJournal):
            Journal.open(path)
        assert path.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["root", "text.sqlite", "theirs.sqlite"]
    assert list(root.iterdir()) == []
    with Spool.open(root) as spool:
        assert spool.recovery.journal == "created"


def test_a_newer_journal_is_left_as_it_is(root: Path, tmp_path: Path) -> None:
    place = tmp_path / "newer.sqlite"
    Spool.open(root, journal=place).close()
    connection = apsw.Connection(str(place))
    connection.execute("PRAGMA journal_mode=DELETE").fetchall()
    connection.execute("PRAGMA user_version=99").fetchall()
    connection.close()
    before = place.read_bytes()
    with pytest.raises(SchemaTooNew) as caught:
        Journal.open(place)
    assert (caught.value.found, caught.value.supported) == (99, SUPPORTED)
    assert place.read_bytes() == before
    with pytest.raises(SchemaTooNew) as caught:
        Spool.open(root)
    assert caught.value.hint
    with pytest.raises(SchemaTooNew):
        Journal.open(root)


def test_a_journal_stands_on_a_local_disk_only(
    root: Path, spool_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mounts, "LOCAL_TYPES", frozenset())
    with pytest.raises(StorageError) as caught:
        Spool.open(root)
    assert "SPOOL_HOME" in caught.value.hint
    assert list(spool_home.iterdir()) == []
    monkeypatch.undo()
    monkeypatch.setenv("SPOOL_HOME", str(root.parent / "Dropbox"))
    with pytest.raises(StorageError, match="cloud"):
        Spool.open(root)
    assert not (root.parent / "Dropbox").exists()


def test_one_session_at_a_time(root: Path) -> None:
    with held(root) as process:
        with pytest.raises(BusyError) as caught:
            Spool.open(root)
        error = caught.value
        assert str(process.pid) in str(error.holder)
        assert str(process.pid) in str(error)
        assert (error.retryable, error.waited_s >= 0) == (True, True)
        assert "wait_s" in error.hint
    with Spool.open(root) as spool:
        with pytest.raises(BusyError) as caught:
            Spool.open(root)
        assert spool.session_id in str(caught.value)


def test_removing_the_folder_in_the_root_lets_no_second_session_in(root: Path) -> None:
    with held(root):
        shutil.rmtree(root / ".spool")
        with pytest.raises(BusyError):
            Spool.open(root)


def test_waiting_for_the_other_session(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with held(root) as process:
        with pytest.raises(BusyError) as caught:
            Spool.open(root, wait_s=0.05)
        assert caught.value.waited_s >= 0.05
        waited: list[float] = []

        def sleep(seconds: float) -> None:
            waited.append(seconds)
            let_go(process)

        monkeypatch.setattr("time.sleep", sleep)
        with Spool.open(root, wait_s=1000) as spool:
            assert spool.write("a", "x").changed
        assert len(waited) == 1


def test_a_session_is_continued_by_its_name(root: Path) -> None:
    with Spool.open(root, session_id="agent 7", metadata={"n": 1}) as spool:
        spool.write("a", "x")
    with Spool.open(root, metadata={"n": 2}) as spool:
        assert spool.session_id not in ("agent 7", "")
        spool.write("b", "x")
    with Spool.open(root, session_id="agent 7", metadata={"n": 3}) as spool:
        assert spool.session_id == "agent 7"
        commit = spool.commit("both")
        assert commit is not None
        assert (commit.session_id, commit.files) == ("agent 7", 2)
        assert value(spool.journal, "SELECT count(*) FROM session") == 2
        asked = "SELECT metadata FROM session WHERE name = ?"
        assert value(spool.journal, asked, "agent 7") == '{"n":3}'
        assert value(spool.journal, "SELECT state FROM session WHERE name = ?", "agent 7") == "open"
    with Journal.open(root) as journal:
        assert value(journal, "SELECT count(*) FROM session WHERE state = 'closed'") == 2


def test_a_session_whose_process_died_is_said_to_be_dead(root: Path) -> None:
    run("import os, sys; from journal import Spool; Spool.open(sys.argv[1], session_id='x'); os._exit(0)", root)
    with Spool.open(root) as spool:
        assert value(spool.journal, "SELECT state FROM session WHERE name = 'x'") == "died"


@pytest.mark.parametrize("wish", [{"session_id": ""}, {"session_id": " "}, {"session_id": 5}, {"metadata": {"a": {1}}}])
def test_wishes_of_no_use_are_refused(root: Path, spool_home: Path, wish: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Spool.open(root, **wish)
    assert (os.listdir(root), list(spool_home.iterdir())) == ([], [])


def test_a_root_that_fails_to_open_can_be_opened_after_all(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(boot, "boot_id", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            Spool.open(root)
    with Spool.open(root) as spool:
        assert spool.write("a", "x").changed


def test_opening_and_closing_leaves_no_descriptor_open(root: Path) -> None:
    Spool.open(root).close()
    before = len(os.listdir("/dev/fd"))
    for _ in range(5):
        with Spool.open(root) as spool:
            spool.write("deep/a", "x")
            spool.journal.commits()
            spool.journal.query("SELECT 1 AS a")
    assert len(os.listdir("/dev/fd")) == before


def test_staged_work_is_the_next_sessions_also_in_another_process(root: Path) -> None:
    stage = "import sys; from journal import Spool; Spool.open(sys.argv[1]).write('a', 'theirs')"
    run(stage, root)  # it never closes
    with Spool.open(root) as spool:
        assert spool.touched_files() == ["a"]
        before = counts(spool.journal)
        assert spool.write("a", "mine").sha_before == hashlib.sha256(b"theirs").hexdigest()
        assert counts(spool.journal)["staged"] == before["staged"] == 1


def test_an_opening_that_dies_with_its_token_is_no_loss_of_memory(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*given: Any) -> str:
        write(*given)
        raise MemoryError

    write = boot.write_token
    with Spool.open(root) as spool:
        spool._desk.ended = lambda: None
        spool.write("a", "x")
    (root / "a").write_text("edited since")
    with monkeypatch.context() as patched, pytest.raises(MemoryError):
        patched.setattr(boot, "write_token", dies)
        Spool.open(root)
    with Spool.open(root) as spool:
        assert (spool.recovery.clean, spool.read("a")) == (True, b"edited since")


FORK = """
import os, signal, sys, threading
from journal import BusyError, Spool, UsageError
spool, held, done = Spool.open(sys.argv[1]), threading.Event(), threading.Event()
spool.write("a", "x")

def hold():
    with spool._desk.lock, spool._desk.turns._lock, spool._journal._lock:
        held.set()
        done.wait()

thread = threading.Thread(target=hold)
thread.start()
held.wait()
child = os.fork()
if child == 0:
    signal.alarm(20)
    try:
        spool.close()
    except UsageError:
        os._exit(0 if spool.closed else 1)
    os._exit(2)
assert os.waitpid(child, 0)[1] == 0
done.set()
thread.join()
try:
    Spool.open(sys.argv[1])
except BusyError:
    spool.write("a", "still ours")
spool.close()
print("fine")
"""


def test_a_fork_closes_its_own_side_whatever_a_thread_of_its_parent_was_at(root: Path) -> None:
    assert run(FORK, root) == "fine\n"
