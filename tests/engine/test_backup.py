"""A backup is one moment of a journal in use, verified, whole or not there, and brought up to date."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import apsw
import pytest

from journal import BusyError, CorruptionError, Journal, Spool, StorageError, UsageError
from journal.database import Database
from journal.engine import backup, pace
from tests.engine.looking import held, run


def messages(path: Path) -> list[str]:
    with Journal.open(path) as journal:
        assert journal.verify().ok
        return [commit.message for commit in journal.commits(newest_first=False)]


def alone(path: Path) -> None:
    """Takes the files along that reading a journal leaves beside it."""
    Database.open(str(path), readonly=False).close()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups" / "copy.db"


@pytest.fixture
def worked(spool: Spool) -> Spool:
    spool.write("a", os.urandom(300_000))
    spool.commit("first")
    spool.write("b", "staged")
    return spool


def test_a_copy_holds_all_of_the_journal_while_a_session_works(worked: Spool, copy: Path) -> None:
    assert worked.journal.backup(copy) == copy
    assert os.listdir(copy.parent) == ["copy.db"]
    assert copy.stat().st_mode & 0o777 == 0o600
    assert messages(copy) == ["first"]
    with Journal.open(copy) as journal:
        assert journal.id == worked.journal.id
        assert journal.query("SELECT count(*) AS n FROM staged") == [{"n": 1}]
    worked.write("c", "still at work")


def test_a_copy_is_made_beside_a_writer_of_another_process(root: Path, copy: Path) -> None:
    with Spool.open(root) as spool:
        spool.write("a", "x")
        spool.commit("first")
    with held(root), Journal.open(root) as journal:
        journal.backup(str(copy))
    assert messages(copy) == ["first"]


def test_a_copy_is_one_moment_however_much_is_written_meanwhile(
    worked: Spool, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "BACKUP_STEP_PAGES", 20)
    monkeypatch.setattr(pace, "PROGRESS_INTERVAL_S", 0.0)
    told: list[tuple[int, int]] = []

    def write(done: int, total: int) -> None:
        told.append((done, total))
        worked.write("busy", f"{done}")
        worked.commit(f"while {done}")

    worked.journal.backup(copy, progress=write)
    assert len(told) > 3
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert told[-1][0] == told[-1][1] == copy.stat().st_size
    assert messages(copy) == ["first"]


def test_an_older_copy_is_brought_up_to_date(worked: Spool, copy: Path) -> None:
    worked.journal.backup(copy)
    worked.commit("second")
    inode = copy.stat().st_ino
    assert messages(copy) == ["first"]
    assert worked.journal.backup(copy) == copy
    assert os.listdir(copy.parent) == ["copy.db"]
    assert copy.stat().st_ino != inode
    assert messages(copy) == ["first", "second"]
    alone(copy)
    worked.journal.backup(copy)
    assert messages(copy) == ["first", "second"]


def test_a_log_beside_an_older_copy_is_not_played_into_the_new_one(worked: Spool, copy: Path, tmp_path: Path) -> None:
    worked.journal.backup(copy)
    code = """
import os, sys
from journal.database import Database
database = Database.open(sys.argv[1], readonly=False)
with database.begin() as tx:
    tx.run("INSERT INTO meta VALUES ('from', 'the copy')")
os._exit(0)
"""
    run(code, copy)
    assert Path(f"{copy}-wal").stat().st_size > 0
    worked.commit("second")
    worked.journal.backup(copy)
    with Journal.open(copy) as journal:
        assert journal.query("SELECT * FROM meta WHERE key = 'from'") == []
    assert messages(copy) == ["first", "second"]


USES = [
    "open = Journal.open(sys.argv[1]); open.head()",
    "open = Journal.open(sys.argv[1], readonly=False); follower = open.follower('memory').__enter__()",
    "import apsw; open = apsw.Connection(sys.argv[1]); open.execute('SELECT * FROM commits').fetchall()",
]


@pytest.mark.parametrize("use", USES)
def test_a_copy_that_the_dead_had_open_is_brought_up_to_date_and_not_that_of_the_living(
    worked: Spool, copy: Path, use: str
) -> None:
    worked.journal.backup(copy)
    worked.commit("second")
    code = f"import sys\nfrom journal import Journal\n{use}\nprint('ready', flush=True)\nsys.stdin.readline()"
    command = [sys.executable, "-c", code, str(copy)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        with pytest.raises(BusyError) as caught:
            worked.journal.backup(copy)
        assert caught.value.hint
        process.kill()
    assert set(os.listdir(copy.parent)) == {"copy.db", "copy.db-shm", "copy.db-wal"}
    worked.journal.backup(copy)
    assert os.listdir(copy.parent) == ["copy.db"]
    assert messages(copy) == ["first", "second"]


def test_who_comes_to_an_older_copy_meanwhile_is_not_written_over(
    worked: Spool, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "BACKUP_STEP_PAGES", 20)
    monkeypatch.setattr(pace, "PROGRESS_INTERVAL_S", 0.0)
    worked.journal.backup(copy)
    worked.commit("second")
    seen = list[Journal]()

    def come(done: int, total: int) -> None:
        if not seen:
            seen.append(Journal.open(copy))
            assert len(list(seen[0].commits())) == 1

    with pytest.raises(BusyError):
        worked.journal.backup(copy, progress=come)
    assert len(list(seen[0].commits())) == 1
    seen[0].close()
    seen.clear()

    def pass_by(done: int, total: int) -> None:
        come(done, total)
        seen[0].close()

    worked.journal.backup(copy, progress=pass_by)
    assert messages(copy) == ["first", "second"]


def test_a_newer_copy_is_not_taken_back(worked: Spool, copy: Path, tmp_path: Path) -> None:
    worked.journal.backup(tmp_path / "old.db")
    worked.commit("second")
    worked.journal.backup(copy)
    before = copy.read_bytes()
    with Journal.open(tmp_path / "old.db") as old, pytest.raises(UsageError, match="does not know"):
        old.backup(copy)
    assert copy.read_bytes() == before


def test_a_copy_of_what_was_pruned_since_is_told_and_left(root: Path, copy: Path, tmp_path: Path) -> None:
    with Spool.open(root, journal=tmp_path / "pruned.file") as spool:
        for number in range(5):
            spool.write("a", f"{number}")
            spool.commit(f"{number}")
            if number in (1, 4):
                spool.journal.backup(copy.with_name(f"{number}.db"))
    with Journal.open(tmp_path / "pruned.file", readonly=False) as journal:
        journal.prune(keep_commits=2, dry_run=False)
        journal.backup(copy.with_name("4.db"))
        with pytest.raises(UsageError, match="pruned here since"):
            journal.backup(copy.with_name("1.db"))
    assert messages(copy.with_name("1.db")) == ["0", "1"]
    assert messages(copy.with_name("4.db")) == ["3", "4"]


SMALL = """
import os, subprocess, sys
from journal import DiskFull, Journal, ReadOnly, Spool
root, folder = sys.argv[1:]
def mount(*options):
    if subprocess.run(["mount", *options, folder], capture_output=True).returncode:
        sys.exit(77)
def sound(messages):
    assert os.listdir(folder) == ["copy.file"], os.listdir(folder)
    with Journal.open(folder + "/copy.file") as journal:
        assert journal.verify().ok
        assert [commit.message for commit in journal.commits(newest_first=False)] == messages
    for side in "-wal", "-shm":
        if os.path.exists(folder + "/copy.file" + side):
            os.unlink(folder + "/copy.file" + side)
mount("-t", "tmpfs", "-o", "size=2m", "none")
with Spool.open(root) as spool:
    spool.write("a", os.urandom(300_000))
    spool.commit("first")
    spool.journal.backup(folder + "/copy.file")
    spool.write("b", os.urandom(2_000_000))
    spool.commit("second")
    for name in "copy.file", "other.file":
        try:
            spool.journal.backup(folder + "/" + name)
        except DiskFull as error:
            assert error.hint
        else:
            sys.exit("there was room")
        sound(["first"])
    mount("-o", "remount,ro")
    for name in "copy.file", "other.file":
        try:
            spool.journal.backup(folder + "/" + name)
        except ReadOnly as error:
            assert error.hint
        else:
            sys.exit("it was written")
    mount("-o", "remount,rw,size=9m")
    spool.journal.backup(folder + "/copy.file")
    sound(["first", "second"])
"""


def test_a_disk_that_is_full_or_takes_no_writes_leaves_the_older_copy(root: Path, copy: Path) -> None:
    command = ["unshare", "--mount", sys.executable, "-c", SMALL, str(root), str(copy.parent)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    except FileNotFoundError:
        pytest.skip("this system has no unshare to mount something of one's own with")
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("nothing can be mounted here")
    assert done.returncode == 0, done.stderr


@pytest.mark.damaged
def test_what_is_no_older_copy_stays_as_it_is(worked: Spool, root: Path, copy: Path, tmp_path: Path) -> None:
    (root.parent / "other").mkdir()
    with Spool.open(root.parent / "other", journal=tmp_path / "other.db") as other:
        other.write("a", "x")
        other.commit("elsewhere")
    connection = apsw.Connection(str(tmp_path / "theirs.db"))
    connection.execute("CREATE TABLE t (a)")
    connection.close()
    (tmp_path / "text.db").write_text("a letter " * 1000)
    (tmp_path / "empty.db").touch()
    for name in ("other.db", "theirs.db", "text.db", "empty.db"):
        before = (tmp_path / name).read_bytes()
        with pytest.raises(UsageError) as caught:
            worked.journal.backup(tmp_path / name)
        assert caught.value.hint
        assert (tmp_path / name).read_bytes() == before
    assert sorted(name for name in os.listdir(tmp_path) if name.startswith(".")) == []


def test_a_copy_that_went_its_own_way_is_not_replaced(worked: Spool, root: Path, copy: Path) -> None:
    worked.journal.backup(copy)
    worked.close()
    moved = root.rename(root.parent / "moved")
    shutil.rmtree(moved / ".spool")
    with Journal.open(copy, readonly=False) as journal:
        journal.attach(moved, force=True)
    with Spool.open(moved) as spool:
        spool.commit("on the copy")
    with Journal.open(worked.journal.path) as journal, pytest.raises(UsageError, match="does not know"):
        journal.backup(copy)
    assert messages(copy) == ["first", "on the copy"]


def test_an_older_copy_that_is_open_is_not_replaced(worked: Spool, copy: Path) -> None:
    worked.journal.backup(copy)
    with Journal.open(copy) as journal:
        assert journal.head() is not None
        with pytest.raises(BusyError):
            worked.journal.backup(copy)
        assert journal.verify().ok
    worked.journal.backup(copy)


def test_the_journal_is_not_copied_over_itself(worked: Spool, tmp_path: Path) -> None:
    path = worked.journal.path
    (tmp_path / "link").symlink_to(path)
    os.link(path, tmp_path / "second name")
    (tmp_path / "folder").symlink_to(path.parent)
    places = (path, f"{path}-wal", f"{path}-shm", tmp_path / "link", tmp_path / "second name")
    for into in (*places, tmp_path / "folder" / path.name):
        with pytest.raises(UsageError):
            worked.journal.backup(into)
    (tmp_path / "second name").unlink()
    assert worked.journal.verify().ok


@pytest.mark.parametrize("into", ["", "nul\0", 5, None])
def test_a_file_that_is_none_is_refused(worked: Spool, into: Any) -> None:
    with pytest.raises(UsageError):
        worked.journal.backup(into)


def test_a_place_of_no_use_is_refused(worked: Spool, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for into in (tmp_path, tmp_path / "none" / "copy.db", tmp_path / "fifo"):
        with pytest.raises(UsageError):
            worked.journal.backup(into)


def test_a_copy_that_fails_leaves_nothing(worked: Spool, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        worked.journal.backup(copy, progress=stop)
    assert os.listdir(copy.parent) == []

    def refuse(fd: int) -> None:
        raise OSError(5, "Input/output error")

    worked.journal.backup(copy)
    before = copy.read_bytes()
    monkeypatch.setattr("journal.workspace.calls.fsync", refuse)
    with pytest.raises(StorageError):
        worked.journal.backup(copy)
    assert os.listdir(copy.parent) == ["copy.db"]
    assert copy.read_bytes() == before


@pytest.mark.damaged
def test_a_damaged_journal_is_not_copied(root: Path, copy: Path, tmp_path: Path) -> None:
    with Spool.open(root, journal=tmp_path / "my.db") as spool:
        spool.write("a", "x")
        spool.commit("a")
    connection = apsw.Connection(str(tmp_path / "my.db"))
    connection.execute("DROP TRIGGER invocation_closed_once")
    connection.execute("UPDATE invocation SET name = 'forged'")
    connection.close()
    with Journal.open(tmp_path / "my.db") as journal, pytest.raises(CorruptionError) as caught:
        journal.backup(copy)
    assert caught.value.hint
    assert os.listdir(copy.parent) == []


def test_nothing_is_left_open(worked: Spool, copy: Path) -> None:
    worked.journal.backup(copy)
    before = len(os.listdir("/dev/fd"))
    for _ in range(3):
        worked.journal.backup(copy)
    assert len(os.listdir("/dev/fd")) == before
