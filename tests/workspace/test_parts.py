"""A leftover of a dead process is told from what a living one is filling, and only what is ours is ever removed."""

import fcntl
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from journal.workspace import calls, parts
from journal.workspace.parts import Part
from journal.workspace.walk import Root


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Root]:
    (tmp_path / "folder" / "below").mkdir(parents=True)
    opened = Root.open(os.path.realpath(tmp_path / "folder"))
    yield opened
    opened.close()


def left(folder: Root, below: str | None = None) -> str:
    """Lets a process die that had made one; gives its name."""
    pid = os.fork()
    if pid == 0:
        part = Part.make(folder.fd)
        for name in (parts.FILE, *(parts.FILE + side for side in parts.SIDES)):
            calls.close(calls.create(name, part.fd))
        if below is not None:
            part.note(below)
            Path(folder.path, below, part.prefix + "1").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    (name,) = [each for each in os.listdir(folder.path) if each.endswith(".part")]
    return name


def test_a_leftover_goes_and_what_lives_stays(folder: Root) -> None:
    dead = left(folder)
    living = Part.make(folder.fd)
    assert (parts.is_left(folder.fd, dead), parts.is_left(folder.fd, living.name)) == (True, False)
    assert parts.sweep(folder) == 1
    assert sorted(os.listdir(folder.path)) == [living.name, "below"]
    assert os.listdir(Path(folder.path, living.name)) == [parts.LOCK]
    living.remove()
    living.remove()
    assert os.listdir(folder.path) == ["below"]
    assert parts.sweep(folder) == 0


@pytest.mark.parametrize("below", ["", "below"])
def test_what_it_wrote_beside_its_places_goes_with_it(folder: Root, below: str) -> None:
    others = [".spool-0123456789ab-1", ".spool-note", "mine"]
    for name in others:
        Path(folder.path, below, name).touch()
    left(folder, below)
    assert parts.sweep(folder) == 1
    assert sorted(os.listdir(Path(folder.path, below))) == sorted([*others, *([] if below else ["below"])])


def test_a_note_says_only_where_it_is_now(folder: Root) -> None:
    part = Part.make(folder.fd)
    for where in ("below/long/way", "below", ""):
        part.note(where)
        noted = Path(folder.path, part.name, parts.LOCK).read_bytes()
        assert noted.partition(b"\0")[0] == os.fsencode(where)
    part.remove()


@pytest.mark.parametrize("noted", ["..", "/etc", "link", "none", "below/none"])
def test_a_note_that_leads_elsewhere_removes_nothing(folder: Root, tmp_path: Path, noted: str) -> None:
    (tmp_path / "folder" / "link").symlink_to(tmp_path)
    name = left(folder)
    Path(folder.path, name, parts.LOCK).write_bytes(noted.encode() + b"\0")
    theirs = tmp_path / (name.removesuffix(".part") + "-1")
    theirs.touch()
    assert parts.sweep(folder) == 1
    assert theirs.exists()


def test_what_is_not_ours_alone_is_left(folder: Root) -> None:
    name = left(folder)
    Path(folder.path, name, "theirs").touch()
    Path(folder.path, ".spool-0123456789ab.part").touch()
    Path(folder.path, ".spool-0123.part").mkdir()
    before = sorted(os.listdir(folder.path))
    assert not any(parts.is_left(folder.fd, each) for each in before)
    assert parts.sweep(folder) == 0
    assert sorted(os.listdir(folder.path)) == before
    assert len(os.listdir(Path(folder.path, name))) == 6


def test_without_a_lock_only_an_empty_folder_goes(folder: Root) -> None:
    for name, inside in (("a" * 12, None), ("b" * 12, parts.FILE)):
        made = Path(folder.path, f".spool-{name}.part")
        made.mkdir()
        if inside is not None:
            (made / inside).touch()
    assert parts.sweep(folder) == 1
    assert sorted(os.listdir(folder.path)) == [f".spool-{'b' * 12}.part", "below"]


def test_where_nothing_can_be_locked_nothing_counts_as_left(folder: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(fd: int, operation: int) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(calls, "flock", none)
    part = Part.make(folder.fd)
    calls.close(calls.create(parts.FILE, part.fd))
    part.note("below")
    assert parts.sweep(folder) == 0
    assert os.listdir(Path(folder.path, part.name)) == [parts.FILE]
    part.remove()
    assert os.listdir(folder.path) == ["below"]


def test_one_that_is_swept_before_it_is_locked_is_made_anew(folder: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    flock, swept = calls.flock, list[int]()

    def slow(fd: int, operation: int) -> None:
        if not swept:
            swept.append(0)  # first: the sweep locks as well
            swept.append(parts.sweep(folder))
        flock(fd, operation)

    monkeypatch.setattr(calls, "flock", slow)
    part = Part.make(folder.fd)
    assert swept == [0, 1]
    assert sorted(os.listdir(folder.path)) == [part.name, "below"]
    with pytest.raises(BlockingIOError), Path(folder.path, part.name, parts.LOCK).open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    part.remove()


def test_nothing_is_left_open(folder: Root) -> None:
    before = len(os.listdir("/dev/fd"))
    for _ in range(3):
        left(folder, "below")
        Part.make(folder.fd).remove()
        assert parts.sweep(folder) == 1
    assert len(os.listdir("/dev/fd")) == before
