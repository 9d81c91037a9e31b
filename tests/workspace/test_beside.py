"""A file made beside its place appears whole or not at all, and takes no log of another along."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from journal.workspace import beside, calls, parts
from journal.workspace.beside import Beside


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder" / "copy.db"


def made(place: Path, text: str) -> Beside:
    found = Beside.make(str(place))
    Path(found.temp).write_text(text)
    return found


def test_it_has_its_name_when_it_is_whole(place: Path) -> None:
    file = made(place, "new")
    assert len(os.listdir(place.parent)) == 1
    assert stat.S_IMODE(os.stat(file.temp).st_mode) == 0o600
    assert not place.exists()
    file.publish(over=False)
    assert (os.listdir(place.parent), place.read_text()) == (["copy.db"], "new")


def test_what_stands_there_is_replaced_only_when_that_is_meant(place: Path) -> None:
    place.write_text("old")
    file = made(place, "new")
    with pytest.raises(FileExistsError):
        file.publish(over=False)
    assert place.read_text() == "old"
    file.publish(over=True)
    assert (os.listdir(place.parent), place.read_text()) == (["copy.db"], "new")


def test_no_log_stays_beside_it(place: Path) -> None:
    place.write_text("old")
    file = made(place, "new")
    for path in (str(place), file.temp):
        for side in parts.SIDES:
            Path(path + side).write_text("log")
    file.publish(over=True)
    assert os.listdir(place.parent) == ["copy.db"]


def test_what_is_thrown_away_leaves_nothing(place: Path) -> None:
    place.write_text("old")
    file = made(place, "new")
    Path(file.temp + "-shm").write_text("x")
    file.discard()
    assert (os.listdir(place.parent), place.read_text()) == (["copy.db"], "old")


def test_it_is_on_disk_before_it_has_its_name(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []

    def noted(name: str, real: Callable[..., None]) -> Callable[..., None]:
        def call(*arguments: Any) -> None:
            steps.append(name)
            real(*arguments)

        return call

    for name in ("fsync", "rename", "rename_new"):
        monkeypatch.setattr(calls, name, noted(name, getattr(calls, name)))
    made(place, "1").publish(over=False)
    made(place, "2").publish(over=True)
    assert steps == ["fsync", "rename_new", "fsync", "fsync", "rename", "fsync"]


def test_nothing_is_left_open(place: Path) -> None:
    before = len(os.listdir("/dev/fd"))
    made(place, "1").publish(over=False)
    made(place, "2").discard()
    with pytest.raises(FileNotFoundError):
        Beside.make(str(place.parent / "none" / "copy.db"))
    assert len(os.listdir("/dev/fd")) == before


def test_a_content_is_put_in_and_an_empty_file_makes_room(tmp_path: Path) -> None:
    path = str(tmp_path / "file")
    assert not beside.is_empty(path)
    beside.drop_empty(path)
    Path(path).touch()
    assert beside.is_empty(path)
    made = Beside.make(path)
    made.fill(iter([b"one", b"", b"two"]))
    beside.drop_empty(path)
    made.publish(over=False)
    assert Path(path).read_bytes() == b"onetwo"
    assert not beside.is_empty(path)
    beside.drop_empty(path)
    assert os.listdir(tmp_path) == ["file"]
    assert Path(path).stat().st_mode & 0o777 == 0o600
