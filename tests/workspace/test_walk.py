"""No path leads out of the root, whatever stands on the way and whenever it came there."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from journal import limits
from journal.errors import PathRefused
from journal.workspace import calls
from journal.workspace.walk import Root


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Root]:
    (tmp_path / "root").mkdir()
    opened = Root.open(os.path.realpath(tmp_path / "root"))
    yield opened
    opened.close()


def at(root: Root, name: str) -> Path:
    return Path(root.path, name)


def test_the_parent_of_a_path(root: Root) -> None:
    at(root, "a/b").mkdir(parents=True)
    assert root.parent("x") == (root.fd, "x")
    fd, name = root.parent("a/b/x")
    assert name == "x" and os.fstat(fd).st_ino == at(root, "a/b").stat().st_ino
    assert root.parent("a/b/y")[0] == fd


@pytest.mark.parametrize("name", ["new\nline", os.fsdecode(b"\xff"), "n" * 255])
def test_hostile_names(root: Root, name: str) -> None:
    assert root.make_parents(root.missing_parents(f"{name}/{name}/x")) == [name, f"{name}/{name}"]
    assert root.parent(f"{name}/{name}/x")[1] == "x"


def test_a_deep_path_needs_no_deep_stack(root: Root) -> None:
    deep = "a/" * 1500 + "x"
    missing = root.missing_parents(deep)
    assert len(missing) == 1500
    assert root.make_parents(missing) == missing
    assert len(root._folders.fds) <= limits.FOLDERS_OPEN_MAX
    assert root.missing_parents(deep) == []
    for folder in reversed(missing):
        assert root.remove_folder(folder)


def test_a_missing_folder_is_not_found(root: Root) -> None:
    with pytest.raises(FileNotFoundError):
        root.parent("a/x")
    at(root, "a").mkdir()
    assert root.missing_parents("a/b/c/x") == ["a/b", "a/b/c"]
    assert root.missing_parents("x") == []
    assert os.fstat(root.nearest("a/b/c/x")).st_ino == at(root, "a").stat().st_ino
    assert root.nearest("x") == root.fd


def test_a_file_on_the_way_is_refused(root: Root) -> None:
    at(root, "a").touch()
    for path in ("a/x", "a/b/x"):
        with pytest.raises(PathRefused) as caught:
            root.parent(path)
        assert caught.value.path == path and "file" in caught.value.reason and caught.value.hint
        with pytest.raises(PathRefused):
            root.missing_parents(path)


def test_a_symlink_that_leaves_the_root_is_refused(root: Root, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    at(root, "link").symlink_to("../outside")
    with pytest.raises(PathRefused) as caught:
        root.parent("link/x")
    assert "../outside" in caught.value.reason and "outside the root" in caught.value.reason
    assert caught.value.path == "link/x"


def test_a_symlink_inside_the_root_names_the_path_to_use(root: Root) -> None:
    at(root, "a/real").mkdir(parents=True)
    at(root, "a/link").symlink_to("real")
    with pytest.raises(PathRefused) as caught:
        root.parent("a/link/b/x")
    assert "'a/real/b/x'" in caught.value.hint and "real" in caught.value.reason


def test_a_folder_swapped_for_a_symlink_between_check_and_use(
    root: Root, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    at(root, "a/b").mkdir(parents=True)
    real = calls.open_dir

    def swap(name: str, dir_fd: int | None = None) -> int:
        if name == "b":
            os.rename(at(root, "a"), at(root, "moved"))
            at(root, "a").symlink_to(outside)
            (outside / "b").mkdir()
        return real(name, dir_fd)

    monkeypatch.setattr(calls, "open_dir", swap)
    fd, name = root.parent("a/b/x")
    calls.close(calls.create(name, fd))
    assert list((outside / "b").iterdir()) == []
    assert at(root, "moved/b/x").exists()
    root.forget()
    with pytest.raises(PathRefused):
        root.parent("a/b/x")


def test_a_symlink_put_in_place_of_a_folder_just_made(
    root: Root, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = calls.mkdir

    def swap(name: str, dir_fd: int, mode: int = 0o777) -> None:
        real(name, dir_fd, mode)
        os.rmdir(name, dir_fd=dir_fd)
        os.symlink(tmp_path, name, dir_fd=dir_fd)

    monkeypatch.setattr(calls, "mkdir", swap)
    with pytest.raises(PathRefused):
        root.make_parents(["a"])


def test_making_what_stands_is_fine(root: Root) -> None:
    at(root, "a").mkdir()
    assert root.make_parents(["a", "a/b"]) == ["a/b"]
    at(root, "file").touch()
    with pytest.raises(PathRefused):
        root.make_parents(["file"])


def test_folders_follow_the_umask(root: Root) -> None:
    before = os.umask(0o027)
    try:
        root.make_parents(["a"])
    finally:
        os.umask(before)
    assert at(root, "a").stat().st_mode & 0o777 == 0o750


def test_a_mount_below_the_root_is_refused(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    at(root, "a").mkdir()
    root.dev += 1
    with pytest.raises(PathRefused) as caught:
        root.parent("a/x")
    assert "mount" in caught.value.reason and "not journaled" in caught.value.hint


def test_removing_folders(root: Root) -> None:
    at(root, "a/b").mkdir(parents=True)
    root.parent("a/b/x")
    assert root.remove_folder("a") is False
    assert root.remove_folder("a/b") is True
    assert root.remove_folder("a/b") is False
    assert root.remove_folder("a/b/c") is False
    at(root, "file").touch()
    assert root.remove_folder("file") is False
    with pytest.raises(FileNotFoundError):
        root.parent("a/b/x")


def test_forget_closes_what_a_verb_opened(root: Root) -> None:
    at(root, "a").mkdir()
    fd, _ = root.parent("a/x")
    root.forget()
    with pytest.raises(OSError):
        os.fstat(fd)
    os.fstat(root.fd)


def test_few_descriptors_are_kept(root: Root) -> None:
    for number in range(limits.FOLDERS_OPEN_MAX + 50):
        at(root, f"d{number}").mkdir()
        root.parent(f"d{number}/x")
        root.parent("d0/x")
    assert len(root._folders.fds) == limits.FOLDERS_OPEN_MAX and "d0" in root._folders.fds


def test_a_verb_in_another_thread_closes_nothing_of_ours(root: Root) -> None:
    import threading

    at(root, "a").mkdir()
    fd, _ = root.parent("a/x")

    def verb() -> None:
        root.parent("a/x")
        root.forget()

    thread = threading.Thread(target=verb)
    thread.start()
    thread.join()
    assert os.fstat(fd).st_ino == at(root, "a").stat().st_ino


def test_a_root_that_was_moved_or_replaced_is_not_alive(root: Root, tmp_path: Path) -> None:
    assert root.alive()
    os.rename(root.path, tmp_path / "moved")
    assert not root.alive()
    os.mkdir(root.path)
    assert not root.alive()


def test_a_file_is_no_root(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        Root.open(str(tmp_path / "file"))


def test_closing_twice(root: Root) -> None:
    root.close()
    root.close()


def test_a_folder_is_known_only_with_all_that_lies_in_it(root: Root) -> None:
    os.makedirs(at(root, "a/b"))
    at(root, "a/b/x").touch()
    assert root.holds_only("a", {"a/b", "a/b/x"})
    assert not root.holds_only("a", {"a/b"})
    at(root, "a/foreign").touch()
    assert not root.holds_only("a", {"a/b", "a/b/x"})


def test_the_folders_below_one_come_each_after_the_one_it_lies_in(root: Root, tmp_path: Path) -> None:
    os.makedirs(at(root, "a/b/c"))
    os.makedirs(at(root, "a/d"))
    at(root, "a/d/x").touch()
    at(root, "a/link").symlink_to(tmp_path)
    found = root.folders_below("a")
    assert sorted(found) == ["a/b", "a/b/c", "a/d"]
    assert found.index("a/b") < found.index("a/b/c")
    assert (root.folders_below("a/d"), root.folders_below("none"), root.folders_below("a/d/x")) == ([], [], [])


def test_folders_that_an_interrupted_caller_made_are_gone_or_known(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    real = calls.mkdir

    def interrupted(name: str, dir_fd: int, mode: int = 0o777) -> None:
        real(name, dir_fd, mode)
        if name == "b":
            raise KeyboardInterrupt

    monkeypatch.setattr(calls, "mkdir", interrupted)
    made: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        root.make_parents(["a", "a/b"], made)
    assert not at(root, "a").exists()
    at(root, "a").mkdir()
    made = []
    with pytest.raises(KeyboardInterrupt):
        root.make_parents(["a", "a/b"], made)
    assert made == ["a/b"]
    assert at(root, "a").is_dir() and not at(root, "a/b").exists()


def test_a_folder_that_was_removed_is_not_taken_for_the_one_made_after_it(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = calls.rmdir

    def interrupted(name: str, dir_fd: int) -> None:
        real(name, dir_fd)
        raise KeyboardInterrupt

    root.make_parents(["a"])
    old = root.parent("a/x")
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(calls, "rmdir", interrupted)
        root.remove_folder("a")
    with pytest.raises(OSError):
        os.fstat(old[0])
    at(root, "a").mkdir()
    os.close(os.open("x", os.O_CREAT | os.O_WRONLY, dir_fd=root.parent("a/x")[0]))
    assert at(root, "a/x").exists()
