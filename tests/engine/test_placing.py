"""The disk side of an act: folders, inodes, and files that must go before others can come."""

import os
import shutil
from pathlib import Path

import pytest

from journal import Delete, Move, ReadOnly, Spool, WorkspaceChanged, Write
from journal.workspace import calls
from tests.engine.looking import disk, inode, names, shape, temp_files, value
from tests.workspace.foreign import before, save_by_rename


def test_folders_are_made_on_the_way(spool: Spool, root: Path) -> None:
    spool.batch([Write("a/b/c/d", "1"), Write("a/b/e", "2"), Write("f", "3")])
    assert names(root) == ["a", "a/b", "a/b/c", "a/b/c/d", "a/b/e", "f"]
    made = spool.journal.query("SELECT p.name FROM made_dir AS m JOIN path AS p ON p.id = m.path_id ORDER BY p.name")
    assert [row["name"] for row in made] == ["a", "a/b", "a/b/c"]
    spool.commit("published")
    assert value(spool.journal, "SELECT count(*) FROM made_dir") == 0


def test_new_folders_have_the_bits_of_the_umask(root: Path) -> None:
    old = os.umask(0o027)
    try:
        with Spool.open(root) as spool:
            spool.write("deep/a", "x")
    finally:
        os.umask(old)
    assert (root / "deep").stat().st_mode & 0o777 == 0o750


def test_a_folder_that_cannot_be_written_is_told_before_anything_happens(
    spool: Spool, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool.write("a", "x")
    stood = shape(root)
    monkeypatch.setattr(calls, "may_write", lambda _fd: False)
    with pytest.raises(ReadOnly) as caught:
        spool.batch([Write("a", "y"), Write("b", "y")])
    assert caught.value.hint
    assert shape(root) == stood
    assert temp_files(root) == []


def test_a_write_replaces_the_file_and_a_chmod_does_not(spool: Spool, root: Path) -> None:
    spool.write("a", "x")
    first = inode(root / "a")
    spool.chmod("a", 0o600)
    assert inode(root / "a") == first
    spool.write("a", "y")
    assert inode(root / "a") != first


def test_a_second_name_of_a_file_keeps_its_content(spool: Spool, root: Path) -> None:
    spool.write("a", "x")
    os.link(root / "a", root / "b")
    spool.write("a", "y")
    assert {name: state[0] for name, state in disk(root).items()} == {"a": b"y", "b": b"x"}


def test_an_open_file_of_another_program_goes_on_reading(spool: Spool, root: Path) -> None:
    spool.write("a", "x")
    with (root / "a").open() as reader:
        spool.write("a", "y")
        assert reader.read() == "x"


def test_a_moved_file_that_is_edited_too_is_written_anew(spool: Spool, root: Path) -> None:
    spool.write("a", "x")
    spool.batch([Move("a", "deep/b"), Write("deep/b", "y"), Write("a", "z")])
    assert {name: state[0] for name, state in disk(root).items()} == {"a": b"z", "deep/b": b"y"}
    spool.batch([Delete("a"), Move("deep/b", "a")])
    assert disk(root) == {"a": (b"y", 0o644, "file")}


def test_a_move_whose_target_appears_in_the_very_moment_goes_back(spool: Spool, root: Path) -> None:
    spool.write("a", "x")
    kept = inode(root / "a")
    with pytest.MonkeyPatch.context() as patched:
        before(patched, "rename_new", lambda: save_by_rename(root / "b"))
        with pytest.raises(WorkspaceChanged):
            spool.move("a", "b")
    assert {name: state[0] for name, state in disk(root).items()} == {"a": b"x", "b": b"theirs"}
    assert inode(root / "a") == kept


def test_removing_the_folder_in_the_root_between_two_verbs_is_survived(spool: Spool, root: Path) -> None:
    for n in range(3):
        shutil.rmtree(root / ".spool")
        spool.write("a", f"{n}")
        shutil.rmtree(root / ".spool")
        spool.batch([Write("b", f"{n}"), Write("c", bytes(1_200_000 + n))])
        shutil.rmtree(root / ".spool")
        spool.delete("b")
    assert sorted(disk(root)) == ["a", "c"]
    assert temp_files(root) == []


def test_no_temp_file_is_left_by_any_verb(spool: Spool, root: Path) -> None:
    spool.write("a", "1")
    spool.write("a", "2")
    spool.symlink("l", "a")
    spool.symlink("l", "b")
    spool.move("a", "b")
    spool.write("a", bytes(2_000_000))
    spool.move("a", "b", overwrite=True)
    spool.delete("b")
    spool.reset()
    assert temp_files(root) == []
    assert disk(root) == {}
