"""A look tells what stands at a name, and reading gives the content of that and of nothing else."""

import hashlib
import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from journal import limits
from journal.errors import PathRefused, WorkspaceChanged
from journal.workspace import calls
from journal.workspace import look as looking
from journal.workspace.look import Look, look, same_file, settled

Change = Callable[[Path], None]
Reader = Callable[[int, str, Look], object]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[int]:
    fd = calls.open_dir(str(tmp_path))
    yield fd
    calls.close(fd)


def seen(fd: int, name: str) -> Look:
    """A look at what must be there."""
    found = look(fd, name)
    assert found is not None
    return found


def test_kinds(tmp_path: Path, folder: int) -> None:
    (tmp_path / "file").write_bytes(b"abc")
    (tmp_path / "file").chmod(0o6751)
    os.link(tmp_path / "file", tmp_path / "twin")
    (tmp_path / "link").symlink_to("nowhere")
    (tmp_path / "dir").mkdir()
    os.mkfifo(tmp_path / "fifo")
    kinds = {name: seen(folder, name).kind for name in ("file", "link", "dir", "fifo")}
    assert kinds == {"file": "file", "link": "symlink", "dir": "folder", "fifo": "other"}
    found = seen(folder, "file")
    assert (found.size, found.mode, found.nlink) == (3, 0o6751, 2)
    assert look(folder, "missing") is None


@pytest.mark.parametrize("name", ["a\nb", os.fsdecode(b"\xff"), "n" * 255])
def test_hostile_names(tmp_path: Path, folder: int, name: str) -> None:
    (tmp_path / name).write_bytes(b"abc")
    assert looking.read(folder, name, seen(folder, name)) == b"abc"


def test_the_same_file_until_it_is_written(tmp_path: Path, folder: int) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"1")
    first = seen(folder, "a")
    os.rename(path, tmp_path / "b")
    assert same_file(first, seen(folder, "b"))
    os.utime(tmp_path / "b", ns=(0, first.mtime_ns + 1))
    assert not same_file(first, seen(folder, "b"))


def test_settled_only_when_the_window_is_over(tmp_path: Path, folder: int) -> None:
    (tmp_path / "a").touch()
    found = seen(folder, "a")._replace(mtime_ns=1_000_000_001, ctime_ns=1_000_000_001)
    end = 1_000_000_001 + limits.RACY_WINDOW_NS
    assert settled(found._replace(taken_ns=end))
    assert not settled(found._replace(taken_ns=end - 1))
    assert not settled(found._replace(taken_ns=end, ctime_ns=1_000_000_002))
    assert not settled(found._replace(taken_ns=end, mtime_ns=2_000_000_001))


def test_coarse_times_need_the_longer_window(tmp_path: Path, folder: int) -> None:
    (tmp_path / "a").touch()
    found = seen(folder, "a")._replace(mtime_ns=1_000_000_000, ctime_ns=1_000_000_000)
    end = 1_000_000_000 + limits.RACY_WINDOW_UNKNOWN_NS
    assert settled(found._replace(taken_ns=end)) and not settled(found._replace(taken_ns=end - 1))


@pytest.mark.parametrize("size", [0, 1, limits.WHOLE_BELOW + 1, limits.PIECE_BYTES, limits.PIECE_BYTES * 2 + 1])
def test_reading_and_digest(tmp_path: Path, folder: int, size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "a").write_bytes(data)
    found = seen(folder, "a")
    assert looking.read(folder, "a", found) == data
    assert b"".join(looking.pieces(folder, "a")) == data
    assert all(len(piece) <= limits.PIECE_BYTES for piece in looking.pieces(folder, "a", found))
    assert looking.digest(folder, "a", found) == hashlib.sha256(data).digest()


def test_short_reads_are_gone_on_with(tmp_path: Path, folder: int, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"0123456789")
    real = calls.read
    monkeypatch.setattr(calls, "read", lambda fd, size: real(fd, min(size, 3)))
    assert looking.read(folder, "a", seen(folder, "a")) == b"0123456789"


def test_a_symlink_s_content_is_its_target(tmp_path: Path, folder: int) -> None:
    os.symlink(b"\xff\n", tmp_path / "a")
    found = seen(folder, "a")
    assert looking.read(folder, "a", found) == b"\xff\n"
    assert looking.digest(folder, "a", found) == hashlib.sha256(b"\xff\n").digest()


def rename_over(path: Path) -> None:
    (path.parent / "new").write_bytes(b"other")
    os.rename(path.parent / "new", path)


def save_in_place(path: Path) -> None:
    path.write_bytes(b"longer than before")
    os.utime(path, ns=(1, 1))


def to_symlink(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def to_fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def to_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


CHANGES = [rename_over, save_in_place, to_symlink, to_fifo, to_folder, Path.unlink]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("reader", [looking.read, looking.digest, lambda *a: list(looking.pieces(*a))])
def test_what_changed_since_the_look_is_not_read(tmp_path: Path, folder: int, change: Change, reader: Reader) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    found = seen(folder, "a")
    change(tmp_path / "a")
    with pytest.raises(WorkspaceChanged) as caught:
        reader(folder, "a", found)
    assert caught.value.path == "a" and caught.value.hint


def test_an_edit_while_reading_is_seen(tmp_path: Path, folder: int, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    found = seen(folder, "a")
    real = calls.read

    def edit(fd: int, size: int) -> bytes:
        save_in_place(tmp_path / "a")
        return real(fd, size)

    monkeypatch.setattr(calls, "read", edit)
    with pytest.raises(WorkspaceChanged):
        looking.read(folder, "a", found)
    with pytest.raises(WorkspaceChanged) as caught:
        looking.digest(folder, "a", seen(folder, "a")._replace(size=limits.PIECE_BYTES), path="dir/a")
    assert caught.value.path == "dir/a"


def test_a_symlink_that_changed_is_not_read(tmp_path: Path, folder: int) -> None:
    os.symlink("one", tmp_path / "a")
    found = seen(folder, "a")
    os.symlink("two", tmp_path / "new")
    os.rename(tmp_path / "new", tmp_path / "a")
    with pytest.raises(WorkspaceChanged):
        looking.read(folder, "a", found)
    os.unlink(tmp_path / "a")
    with pytest.raises(WorkspaceChanged):
        looking.read(folder, "a", found)
    (tmp_path / "a").touch()
    with pytest.raises(WorkspaceChanged):
        looking.read(folder, "a", found)


def test_special_files_are_refused_by_name(tmp_path: Path, folder: int, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("x")
    (tmp_path / "dir").mkdir()
    os.mkfifo(tmp_path / "fifo")
    monkeypatch.chdir(tmp_path)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("sock")
    listener.close()
    looking.refuse_special("file", seen(folder, "file"))
    looking.refuse_special("link", seen(folder, "link"))
    for name, word in (("dir", "folder"), ("fifo", "fifo"), ("sock", "socket")):
        with pytest.raises(PathRefused) as caught:
            looking.refuse_special(name, seen(folder, name))
        assert word in caught.value.reason and caught.value.path == name and caught.value.hint
    devices = calls.open_dir("/dev")
    with pytest.raises(PathRefused, match="character device"):
        looking.refuse_special("null", seen(devices, "null"))
    calls.close(devices)


def test_the_moment_is_taken_before_the_stat(tmp_path: Path, folder: int) -> None:
    before = time.time_ns()
    (tmp_path / "a").touch()
    assert before <= seen(folder, "a").taken_ns <= time.time_ns()
