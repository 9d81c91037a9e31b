"""What was written reaches the disk, and an error of the disk reaches the caller."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from journal import limits
from journal.errors import StorageError
from journal.workspace import calls
from journal.workspace.sync import sync_files
from journal.workspace.walk import Root


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Root]:
    opened = Root.open(os.path.realpath(tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[int]]:
    seen: dict[str, list[int]] = {"fsync": [], "fdatasync": [], "syncfs": []}
    for name, numbers in seen.items():
        monkeypatch.setattr(calls, name, lambda fd, numbers=numbers: numbers.append(os.fstat(fd).st_ino))
    return seen


def test_few_files_one_by_one_with_all_their_folders(root: Root, tmp_path: Path, synced: dict[str, list[int]]) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/file").touch()
    (tmp_path / "link").symlink_to("x")
    sync_files(root, ["a/b/file", "link", "a/gone", "away/gone"])
    assert synced["fdatasync"] == [(tmp_path / "a/b/file").stat().st_ino]
    assert synced["fsync"] == [path.stat().st_ino for path in (tmp_path, tmp_path / "a", tmp_path / "a/b")]
    assert synced["syncfs"] == []


def test_many_files_at_once(root: Root, tmp_path: Path, synced: dict[str, list[int]]) -> None:
    sync_files(root, [f"f{n}" for n in range(limits.SYNC_FILES_MAX + 1)])
    assert synced == {"fsync": [], "fdatasync": [], "syncfs": [tmp_path.stat().st_ino]}


def test_one_by_one_where_the_system_has_no_other_way(
    root: Root, tmp_path: Path, synced: dict[str, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(fd: int) -> None:
        raise OSError(errno.ENOSYS, "none")

    monkeypatch.setattr(calls, "syncfs", none)
    names = [f"f{n}" for n in range(limits.SYNC_FILES_MAX + 1)]
    for name in names:
        (tmp_path / name).touch()
    sync_files(root, names)
    assert len(synced["fdatasync"]) == len(names)


@pytest.mark.parametrize("count", [1, limits.SYNC_FILES_MAX + 1])
def test_a_disk_that_fails_is_told(root: Root, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    def fail(fd: int) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(calls, "syncfs", fail)
    monkeypatch.setattr(calls, "fdatasync", fail)
    (tmp_path / "f0").touch()
    with pytest.raises(StorageError):
        sync_files(root, [f"f{n}" for n in range(count)])


def test_the_real_thing(root: Root, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    sync_files(root, ["a"])
    sync_files(root, ["a"] * (limits.SYNC_FILES_MAX + 1))
    assert root._folders.fds == {}
