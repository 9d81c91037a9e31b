"""A folder to fill: found, made, looked at and filled without following what lies in it."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from journal.errors import PathRefused, UsageError, WorkspaceChanged
from journal.workspace import own, target
from journal.workspace.target import Target


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "a" / "b"


@pytest.fixture
def filled(place: Path) -> Iterator[Target]:
    found = Target.find(str(place))
    found.make()
    yield found
    found.close()


def test_a_folder_is_made_with_those_above_and_removed_when_empty(place: Path, tmp_path: Path) -> None:
    found = Target.find(str(place))
    assert (found.root, found.names(), found.look("x")) == (None, [], None)
    assert not place.parent.exists()
    found.make()
    found.make()
    assert place.is_dir()
    found.unmake()
    found.close()
    found.close()
    assert os.listdir(tmp_path) == []


def test_a_folder_that_holds_something_stays(filled: Target, place: Path) -> None:
    (place.parent / "x").write_text("x")
    filled.unmake()
    assert os.listdir(place.parent) == ["x"]


def test_a_folder_that_stood_there_stays(tmp_path: Path) -> None:
    found = Target.find(str(tmp_path))
    found.make()
    found.unmake()
    found.close()
    assert tmp_path.is_dir()


@pytest.mark.parametrize("name", ["file", "nul\0"])
def test_what_is_no_folder_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("x")
    for path in (str(tmp_path / name), ""):
        with pytest.raises(UsageError):
            Target.find(path)


def test_it_is_known_by_its_real_path(place: Path, tmp_path: Path) -> None:
    place.mkdir(parents=True)
    (tmp_path / "link").symlink_to(place)
    found = Target.find(str(tmp_path / "link"))
    assert found.path == str(place)
    found.close()


def test_a_file_comes_whole_with_its_mode(filled: Target, place: Path) -> None:
    filled.lay("deep/er/run", [b"one ", b"two"], 0o4711)
    filled.lay("link", [b"../no", b"where"], None)
    assert (place / "deep/er/run").read_bytes() == b"one two"
    assert os.lstat(place / "deep/er/run").st_mode & 0o7777 == 0o4711
    assert os.readlink(place / "link") == "../nowhere"
    assert filled.names() == ["deep", "link"]


def test_a_file_that_fails_leaves_neither_itself_nor_its_folders(filled: Target, place: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"half"
        assert len(os.listdir(place / "x/y")) == 1
        raise ValueError

    with pytest.raises(ValueError):
        filled.lay("x/y/z", pieces(), 0o644)
    assert os.listdir(place) == []


def test_nothing_is_written_over_or_through(filled: Target, place: Path, tmp_path: Path) -> None:
    (place / "there").write_text("mine")
    (place / "way").symlink_to(tmp_path)
    with pytest.raises(WorkspaceChanged) as caught:
        filled.lay("there", [b"x"], 0o644)
    assert caught.value.paths == ("there",)
    for path in ("way/out", "there/below"):
        with pytest.raises(PathRefused):
            filled.lay(path, [b"x"], 0o644)
        with pytest.raises(PathRefused):
            filled.look(path)
    assert (place / "there").read_text() == "mine"
    assert sorted(os.listdir(tmp_path)) == ["a"]
    assert filled.names() == ["there", "way"]


def test_contents_are_compared_but_never_those_of_an_open_journal(
    filled: Target, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "f").write_bytes(b"x" * 100_000)
    (place / "l").symlink_to("x")
    for name, data in (("f", b"x" * 100_000), ("l", b"x")):
        found = filled.look(name)
        assert found is not None
        assert filled.holds(name, found, hashlib.sha256(data).digest())
        assert not filled.holds(name, found, hashlib.sha256(b"other").digest())
    monkeypatch.setattr(own, "_OPEN", {str(place / "f")})
    found = filled.look("f")
    assert found is not None
    assert not filled.holds("f", found, hashlib.sha256(b"x" * 100_000).digest())


def test_folding_of_case_is_tried_out_and_leaves_nothing(filled: Target, place: Path) -> None:
    folds = filled.folds_case()
    (place / "Name").write_text("x")
    assert folds == (place / "nAME").exists()
    assert filled.seems_to_fold_case() == (place.parent / "B").exists()
    assert filled.names() == ["Name"]


def test_room_is_what_the_file_system_takes(filled: Target, place: Path) -> None:
    name, path = filled.room()
    (place / ("n" * name)).write_text("x")
    with pytest.raises(OSError):
        (place / ("n" * (name + 1))).write_text("x")
    assert path == os.pathconf(place, "PC_PATH_MAX") - len(str(place)) - 2
    assert Target.find(str(place / "none")).room()[0] == name


def test_the_journals_own_folders_are_refused(tmp_path: Path, spool_home: Path) -> None:
    journal = str(spool_home / "root-123456789abc" / "journal.db")
    for path in ("root-123456789abc", "root-123456789abc/x"):
        with pytest.raises(UsageError):
            target.refuse_own(str(spool_home / path), journal)
    for path in ("r/.spool", "r/.spool/tmp/x", "r/.SPOOL"):
        with pytest.raises(UsageError):
            target.refuse_own(str(tmp_path / path), journal)
    for folder in (spool_home, spool_home / "root-123456789abc2", tmp_path, tmp_path / "spool"):
        target.refuse_own(str(folder), journal)
    with pytest.raises(UsageError):
        target.refuse_own(str(tmp_path), str(tmp_path / "my.db"))
    target.refuse_own(str(tmp_path / "out"), str(tmp_path / "my.db"))
