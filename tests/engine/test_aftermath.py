"""What a power cut may leave of the root's files, as far as a process can show it, and what becomes of it."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from journal import Delete, Spool, WorkspaceChanged, Write
from journal.engine import aftermath
from journal.engine.idle import sync_root
from tests.engine.looking import disk, temp_files
from tests.workspace.foreign import before

COMMITTED, STAGED = "as committed\n", "as staged\n"


@contextmanager
def session(root: Path) -> Iterator[Spool]:
    """A session that never syncs the root."""
    with Spool.open(root) as spool:
        spool._desk.ended = lambda: None
        yield spool


@pytest.fixture
def worked(root: Path) -> Path:
    """A root where files were committed, staged, deleted, and made and taken back."""
    (root / "old").write_text("of a person\n")
    with session(root) as spool:
        spool.write("committed", COMMITTED)
        spool.write("old", COMMITTED)
        spool.write("gone", "was here\n")
        spool.commit("base")
        spool.write("staged", STAGED)
        spool.delete("gone")
        spool.write("made", "and taken back\n")
        spool.reset("made")
    return root


AFTER = {"committed": COMMITTED.encode(), "old": COMMITTED.encode(), "staged": STAGED.encode()}


def contents(root: Path) -> dict[str, bytes]:
    return {path: state[0] for path, state in disk(root).items()}


def lose_memory() -> None:
    """What a restart of the machine does."""
    for token in Path(os.environ["XDG_RUNTIME_DIR"]).iterdir():
        token.unlink()


def kept(spool: Spool) -> set[bytes]:
    """The bytes that were set aside."""
    rows = spool.journal.query("SELECT b.sha256 AS sha FROM rescued AS r JOIN blob AS b ON b.id = r.blob_id")
    return {spool.journal.blob(row["sha"].hex()).read() for row in rows}


def same_stat(path: Path, data: bytes) -> None:
    """Other bytes under the same inode, size and times, as when a disk has the one and not yet the other."""
    before = path.stat()
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _beside(path: Path, text: str) -> Path:
    """A file with a text beside a path."""
    other = path.with_name("beside")
    other.write_text(text)
    return other


TORN: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: os.truncate(path, 5),
    "zeros": lambda path: same_stat(path, bytes(path.stat().st_size)),
    "absent": lambda path: path.unlink(),
    "older": lambda path: path.write_text("of a person\n"),
    "another file": lambda path: os.replace(_beside(path, "nobody knows this\n"), path),
}


@pytest.mark.parametrize("how", TORN)
@pytest.mark.parametrize("name", ["committed", "staged", "old"])
def test_a_marked_file_gets_its_content_back(worked: Path, name: str, how: str) -> None:
    TORN[how](worked / name)
    found = contents(worked).get(name)
    lose_memory()
    with session(worked) as spool:
        assert contents(worked) == AFTER
        assert spool.recovery.finished == (name,)
        assert not spool.recovery.clean
        if found is not None:
            assert spool.journal.blob(hashlib.sha256(found).hexdigest()).read() == found
        assert spool.status().conflicts == ()
        assert temp_files(worked) == []
    with session(worked) as spool:
        assert spool.recovery.clean


@pytest.mark.parametrize("how", [how for how in TORN if how not in ("older", "absent")])
def test_bytes_that_nobody_knows_are_set_aside_first(worked: Path, how: str) -> None:
    TORN[how](worked / "committed")
    found = contents(worked)["committed"]
    lose_memory()
    with session(worked) as spool:
        assert spool.recovery.rescued == ("committed",)
        assert kept(spool) == {found}


def test_a_deleted_file_that_came_back_goes_again(worked: Path) -> None:
    (worked / "gone").write_text("was here\n")
    (worked / "made").write_text("and taken back\n")
    lose_memory()
    with session(worked) as spool:
        assert contents(worked) == AFTER
        assert sorted(spool.recovery.finished) == ["gone", "made"]


def test_a_file_that_was_never_tracked_and_that_nobody_knows_stays(worked: Path) -> None:
    (worked / "made").write_text("made by a person since\n")
    lose_memory()
    with session(worked) as spool:
        assert contents(worked) == {**AFTER, "made": b"made by a person since\n"}
        assert spool.recovery.clean


def test_a_folder_in_the_place_of_a_file_is_reported_and_stays(worked: Path) -> None:
    (worked / "staged").unlink()
    (worked / "staged").mkdir()
    lose_memory()
    with session(worked) as spool:
        assert spool.recovery.conflicts == ("staged",)
        assert (worked / "staged").is_dir()


@pytest.mark.parametrize("how", TORN)
def test_without_a_loss_a_changed_file_is_an_edit_of_someone(worked: Path, how: str) -> None:
    TORN[how](worked / "committed")
    before = contents(worked)
    with session(worked) as spool:
        assert contents(worked) == before
        assert spool.recovery.clean


def test_a_root_that_was_synced_is_believed(root: Path) -> None:
    with Spool.open(root) as spool:
        spool.write("a", COMMITTED)
        spool.commit("base")
        sync_root(spool._desk, spool._desk.root)
        assert spool.journal.query("SELECT * FROM unsynced") == []
    (root / "a").write_text("edited by a person")
    lose_memory()
    with session(root) as spool:
        assert contents(root) == {"a": b"edited by a person"}
        assert (spool.recovery.clean, [each.path for each in spool.status().edits]) == (True, ["a"])


def test_a_death_in_recovery_finds_the_loss_again(worked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (worked / "committed").write_bytes(b"")
    lose_memory()
    with monkeypatch.context() as patched:
        patched.setattr(aftermath, "rewrite", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            Spool.open(worked)
    with session(worked) as spool:
        assert contents(worked) == AFTER
        assert spool.recovery.finished == ("committed",)


PRECIOUS = "of a person, and in no commit\n"


@pytest.fixture
def touched(root: Path) -> Path:
    """A root where verbs touched files that nobody tracks, and a reset or a failure brought them back."""
    for name in ("written", "adopted", "failed"):
        (root / name).write_text(PRECIOUS)
    with session(root) as spool:
        spool.adopt("adopted")
        for name in ("written", "adopted"):
            spool.write(name, STAGED)
        spool.reset()
        plan = [Write("failed", STAGED), Write("failed", COMMITTED), Write("other", STAGED)]
        with pytest.MonkeyPatch.context() as patched, pytest.raises(WorkspaceChanged):
            before(patched, "rename_new", lambda: (root / "other").write_text("somebody was faster\n"))
            spool.batch(plan)
        (root / "other").unlink()
    return root


UNTRACKED = dict.fromkeys(("written", "adopted", "failed"), PRECIOUS.encode())


def test_a_file_that_nobody_tracks_any_more_is_never_removed(touched: Path) -> None:
    assert contents(touched) == UNTRACKED
    lose_memory()
    with session(touched) as spool:
        assert contents(touched) == UNTRACKED
        assert spool.recovery.clean


@pytest.mark.parametrize("how", ["empty", "cut", "zeros", "absent"])
@pytest.mark.parametrize("name", ["written", "adopted"])
def test_a_file_that_a_reset_brought_back_is_made_whole(touched: Path, name: str, how: str) -> None:
    TORN[how](touched / name)
    lose_memory()
    with session(touched) as spool:
        assert contents(touched) == UNTRACKED
        assert spool.recovery.finished == (name,)
    with session(touched) as spool:
        assert spool.recovery.clean


def test_a_file_that_someone_saved_over_an_untracked_one_since_stays(touched: Path) -> None:
    TORN["another file"](touched / "written")
    lose_memory()
    with session(touched) as spool:
        assert contents(touched) == {**UNTRACKED, "written": b"nobody knows this\n"}
        assert spool.recovery.clean


def test_a_folder_and_a_file_change_places_again(root: Path) -> None:
    with session(root) as spool:
        spool.batch([Write("folder/in/a", COMMITTED), Write("folder/b", COMMITTED), Write("file", COMMITTED)])
        spool.commit("base")
        older = contents(root)
        spool.batch([Delete("folder/in/a"), Delete("folder/b"), Write("folder", STAGED)])
        spool.batch([Delete("file"), Write("file/in/it", STAGED)])
        newer = contents(root)
    for path in ("folder", "file/in/it"):
        (root / path).unlink()
    (root / "file/in").rmdir()
    (root / "file").rmdir()
    (root / "folder/in").mkdir(parents=True)
    for path, data in older.items():
        (root / path).write_bytes(data)
    lose_memory()
    with session(root) as spool:
        assert (contents(root), spool.recovery.conflicts) == (newer, ())
        assert spool.status().conflicts == ()


def test_a_loss_that_is_noticed_at_one_root_is_known_at_the_others(root: Path, tmp_path: Path) -> None:
    shared, other = tmp_path / "shared.db", tmp_path / "other"
    other.mkdir()
    for place, branch in ((root, "main"), (other, "aside")):
        with Spool.open(place, journal=shared, branch=branch) as spool:
            spool._desk.ended = lambda: None
            spool.write("a", COMMITTED)
        (place / "a").write_bytes(b"")
    lose_memory()
    for place, branch in ((root, "main"), (other, "aside")):
        with Spool.open(place, journal=shared, branch=branch) as spool:
            spool._desk.ended = lambda: None
            assert (contents(place), spool.recovery.finished) == ({"a": COMMITTED.encode()}, ("a",))
        (place / "a").write_text("edited since\n")
        with Spool.open(place, journal=shared, branch=branch) as spool:
            assert (spool.recovery.clean, spool.read("a")) == (True, b"edited since\n")
