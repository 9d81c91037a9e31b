"""Roots and journals that are not as a session left them: what is found is said, and nothing is made anew silently."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from journal import BusyError, Journal, NotAJournal, PathRefused, Spool, StorageError, UsageError
from tests.engine.looking import disk, names

STAGED = ["b"]
pytestmark = pytest.mark.damaged  # a folder, or another program's database, where a journal was


def used(root: Path, content: str = "one") -> Path:
    """Gives a root a commit of `a`, and `b` staged; tells where its journal is."""
    root.mkdir(exist_ok=True)
    with Spool.open(root) as spool:
        spool.write("a", f"{content}, at head")
        spool.commit("head")
        spool.write("b", f"{content}, staged")
        return spool.journal.path


def found(root: Path) -> tuple[str, Path, list[str], list[str]]:
    """How a root's journal is found, where, and what is staged and edited there."""
    with Spool.open(root) as spool:
        status = spool.status()
        edited = [each.path for each in (*status.conflicts, *status.edits)]
        assert spool.recovery.clean == (spool.recovery.journal in ("found", "created"))
        assert spool.journal.verify().ok
        return spool.recovery.journal, spool.journal.path, spool.touched_files(), edited


def test_foreign_files_in_the_state_folder_are_let_be(root: Path) -> None:
    path = used(root)
    (path.parent / "notes.txt").write_text("mine")
    (path.parent / "journal.db.bak").write_text("mine")
    (path.parent / "folder").mkdir()
    assert found(root) == ("found", path, STAGED, [])
    kept = {"folder", "journal.db", "journal.db.bak", "lease-1", "notes.txt"}
    assert set(os.listdir(path.parent)) == kept
    assert (path.parent / "notes.txt").read_text() == (path.parent / "journal.db.bak").read_text() == "mine"


def is_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "theirs").write_text("theirs")


def is_a_database(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (a)")
    connection.commit()
    connection.close()


def leads_to_a_database(path: Path) -> None:
    is_a_database(path)
    path.rename(path.with_name("their database"))
    path.symlink_to("their database")


def is_text(path: Path) -> None:
    path.write_text("their text, long enough to be taken for a database\n" * 100)


@pytest.mark.parametrize("become", [is_a_folder, is_a_database, leads_to_a_database, is_text])
def test_what_is_no_journal_is_refused_and_left(root: Path, become: Callable[[Path], None]) -> None:
    path = used(root)
    become(path)
    before, root_before = disk(path.parent), disk(root)
    for named in (None, path):
        with pytest.raises(NotAJournal) as caught:
            Spool.open(root, journal=named)
        assert str(path) in str(caught.value)
        assert caught.value.hint
    if path.is_file():
        with pytest.raises(NotAJournal):
            Journal.open(path)
    assert (disk(path.parent), disk(root)) == (before, root_before)
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert found(root) == ("missing", path, [], [])


def test_a_journal_behind_a_symlink_is_the_same(root: Path, tmp_path: Path) -> None:
    path = used(root)
    path.rename(tmp_path / "real.db")
    path.symlink_to(tmp_path / "real.db")
    assert found(root)[0::2] == ("found", STAGED)
    assert path.is_symlink()


def is_gone(path: Path) -> None:
    path.unlink()


def is_gone_with_its_folder(path: Path) -> None:
    shutil.rmtree(path.parent)


def is_empty(path: Path) -> None:
    path.write_bytes(b"")


def leads_nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to("gone.db")


def is_gone_with_the_roots_folder(path: Path) -> None:
    path.unlink()
    shutil.rmtree(path.parent.parent.parent / "roots" / "root" / ".spool")


@pytest.mark.parametrize(
    "vanish", [is_gone, is_gone_with_its_folder, is_empty, leads_nowhere, is_gone_with_the_roots_folder]
)
def test_a_journal_that_vanished_is_never_made_anew_silently(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vanish: Callable[[Path], None]
) -> None:
    monkeypatch.setenv("SPOOL_HOME", str(tmp_path / "home"))
    root = tmp_path / "roots" / "root"
    root.parent.mkdir()
    path = used(root)
    before = disk(root)
    vanish(path)
    assert found(root) == ("missing", path, [], [])
    assert (found(root)[0], disk(root)) == ("found", before)


def test_a_journal_that_is_another_roots_now_is_refused(root: Path, tmp_path: Path) -> None:
    path, other = used(root), used(tmp_path / "other", "other")
    shutil.copy(other, path)
    with pytest.raises(UsageError, match="other") as caught:
        Spool.open(root)
    assert caught.value.hint
    assert found(tmp_path / "other") == ("found", other, STAGED, [])


@pytest.mark.parametrize("also_open", [False, True])
def test_the_name_tag_copied_by_hand_gives_no_journal_away(root: Path, tmp_path: Path, also_open: bool) -> None:
    path, other = used(root), tmp_path / "other"
    (other / ".spool").mkdir(parents=True)
    (other / "a").write_text("theirs")
    shutil.copy(root / ".spool/id", other / ".spool/id")
    if also_open:
        with Spool.open(root):
            assert found(other)[0] == "copied"
    else:
        assert found(other)[0] == "copied"
    assert found(other)[0::2] == ("found", [])
    assert found(root) == ("found", path, STAGED, [])
    assert (other / "a").read_text() == "theirs"


def test_the_name_tag_of_another_root_over_ones_own(root: Path, tmp_path: Path) -> None:
    path, other = used(root), used(tmp_path / "other", "other")
    shutil.copy(root / ".spool/id", tmp_path / "other/.spool/id")
    assert found(tmp_path / "other") == ("copied", other, STAGED, [])
    assert found(root) == ("found", path, STAGED, [])


def test_roots_that_change_places_keep_their_journals(root: Path, tmp_path: Path) -> None:
    path, other = used(root), used(tmp_path / "other", "other")
    root.rename(tmp_path / "between")
    (tmp_path / "other").rename(root)
    (tmp_path / "between").rename(tmp_path / "other")
    for _ in range(2):
        assert found(root)[1:] == (other, STAGED, [])
        assert found(tmp_path / "other")[1:] == (path, STAGED, [])


def test_a_new_folder_where_a_moved_root_was_has_no_part_in_its_journal(root: Path, tmp_path: Path) -> None:
    path, moved = used(root), tmp_path / "moved"
    root.rename(moved)
    root.mkdir()
    (root / "a").write_text("something else")
    assert found(moved) == ("moved", path, STAGED, [])
    with pytest.raises(UsageError, match="moved") as caught:
        Spool.open(root)
    assert "journal=" in caught.value.hint
    assert (names(root), found(moved)) == (["a"], ("found", path, STAGED, []))


def test_a_new_folder_that_comes_first_finds_its_journal_and_edits_only(root: Path, tmp_path: Path) -> None:
    path, moved = used(root), tmp_path / "moved"
    root.rename(moved)
    root.mkdir()
    (root / "a").write_text("something else")
    assert found(root) == ("found", path, STAGED, ["b", "a"])  # as after `rm -rf root`: all of it can come back
    before = disk(moved)
    assert found(moved)[0::2] == ("copied", [])
    assert (disk(moved), (root / "a").read_text()) == (before, "something else")


def test_journals_in_one_folder_do_not_hold_each_other_up(root: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with Spool.open(root, journal=tmp_path / "state/one.db") as one:
        with Spool.open(tmp_path / "other", journal=tmp_path / "state/two.db") as two:
            assert one.write("a", "1").changed and two.write("a", "2").changed
        with pytest.raises(BusyError):
            Spool.open(root)


@pytest.mark.parametrize("name", ["id", "lock", "tmp", ""])
def test_what_stands_in_the_place_of_our_own_files_is_refused_and_left(root: Path, tmp_path: Path, name: str) -> None:
    path, place = used(root), root / ".spool" / name
    theirs = tmp_path / "theirs"
    place.rename(theirs)
    if theirs.is_dir():
        place.write_text("precious")
    else:
        place.mkdir()
        (place / "precious").write_text("precious")
    with pytest.raises((PathRefused, StorageError)) as caught:
        Spool.open(root)
    assert "Move it away" in caught.value.hint
    shutil.rmtree(place) if place.is_dir() else place.unlink()
    assert found(root) == ("found", path, STAGED, [])


def test_the_folder_in_the_root_may_go_at_any_time(root: Path) -> None:
    path = used(root)
    verbs: list[Callable[[Spool], object]] = [
        lambda spool: spool.write("c/d", "new"),
        lambda spool: spool.replace("a", "one", "two"),
        lambda spool: spool.write("large", (b"x" * 65_536 for _ in range(40))),
        lambda spool: spool.move("b", "e"),
        lambda spool: spool.status(),
        lambda spool: spool.commit("all"),
        lambda spool: spool.delete("a"),
        lambda spool: spool.reset(),
    ]
    with Spool.open(root) as spool:
        for verb in verbs:
            shutil.rmtree(root / ".spool", ignore_errors=True)
            verb(spool)
            assert (spool.status().conflicts, spool.status().edits) == ((), ())
        shutil.rmtree(root / ".spool", ignore_errors=True)
    assert found(root) == ("found", path, [], [])


@pytest.mark.parametrize("named", [True, False])
def test_a_second_journal_gets_no_root_that_is_worked_in_though_its_lock_was_taken_away(
    root: Path, tmp_path: Path, named: bool
) -> None:
    with Spool.open(root, journal=tmp_path / "one" / "journal.db") as spool:
        spool.write("a", "1")
        shutil.rmtree(root / ".spool")
        with pytest.raises(BusyError):
            Spool.open(root, journal=tmp_path / "two" / "journal.db" if named else None)
        spool.write("a", "2")
        assert spool.commit("goes on") is not None
    assert (root / "a").read_text() == "2"


@pytest.mark.parametrize("back", [False, True])
def test_a_journal_that_goes_while_it_is_used_is_said_at_the_next_verb(root: Path, tmp_path: Path, back: bool) -> None:
    path = used(root)
    spool = Spool.open(root)
    before = disk(root)
    path.parent.rename(tmp_path / "away")
    calls: list[Callable[[], object]] = [lambda: spool.write("c", "x"), lambda: spool.delete("a")]
    calls += [spool.commit, spool.reset, spool.adopt]
    for call in calls:
        with pytest.raises(StorageError, match="removed or replaced") as caught:
            call()
        assert caught.value.hint
    assert disk(root) == before
    if back:
        (tmp_path / "away").rename(path.parent)
        assert spool.commit("after all") is not None
        spool.close()
        assert found(root) == ("found", path, [], [])
    else:
        with pytest.raises(StorageError):
            spool.close()
        assert spool.closed
        assert found(root)[0::2] == ("missing", [])


WORK = """
import os, sys
from journal import Spool
with Spool.open(sys.argv[1]) as spool:
    spool.write("a", "0")
spool = Spool.open(sys.argv[1])
spool.write("a", "1")
spool.commit("head")
if sys.argv[2] != "nothing":
    os._exit(0)
spool.close()
"""

READ_ONLY = """
import glob, os, subprocess, sys, tempfile
from journal import Journal, ReadOnly, Spool, UsageError
root, home, folder, left, work = sys.argv[1:]
subprocess.run([sys.executable, "-c", work, root, left], check=True)
found = glob.glob(home + "/**/journal.db-*", recursive=True)
assert len(found) == (0 if left == "nothing" else 2), found
for name in found if left == "wal" else ():
    if name.endswith("-shm"):
        os.unlink(name)
for options in (["--bind", folder, folder], ["-o", "remount,ro,bind", folder]):
    if subprocess.run(["mount", *options], capture_output=True).returncode:
        sys.exit(77)
try:
    Spool.open(root)
except (ReadOnly, UsageError) as error:
    assert error.hint
else:
    sys.exit("it was opened")
with Journal.open(root) as journal:
    assert (journal.read("a"), journal.verify().ok) == (b"1", True)
assert glob.glob(tempfile.gettempdir() + "/spool-*") == []
"""


MEDIA = [("root", "nothing"), ("home", "nothing"), ("home", "both"), ("home", "wal")]


@pytest.mark.parametrize(("part", "left"), MEDIA)
def test_a_medium_that_takes_no_writes_is_read(
    root: Path, spool_home: Path, tmp_path: Path, part: str, left: str
) -> None:
    folder = root if part == "root" else spool_home
    (tmp_path / "temporary").mkdir()
    command = ["unshare", "--mount", sys.executable, "-c", READ_ONLY, root, spool_home, folder, left, WORK]
    environment = {**os.environ, "TMPDIR": str(tmp_path / "temporary")}
    try:
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, env=environment)
    except FileNotFoundError:
        pytest.skip("this system has no unshare to mount something of one's own with")
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("nothing can be mounted here, and a superuser writes to whatever is not")
    assert done.returncode == 0, done.stderr
