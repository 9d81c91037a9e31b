"""A rename goes over no file, whatever the file system can do."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from journal.workspace import calls, renames
from journal.workspace.look import look


def unable(*_: object) -> None:
    raise OSError(errno.EINVAL, "unable")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[int]:
    fd = calls.open_dir(str(tmp_path))
    yield fd
    calls.close(fd)


@pytest.mark.parametrize("missing", [[], ["rename_new"], ["rename_new", "link"]])
def test_a_taken_name_is_refused(
    tmp_path: Path, folder: int, monkeypatch: pytest.MonkeyPatch, missing: list[str]
) -> None:
    for name in missing:
        monkeypatch.setattr(calls, name, unable)
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "b").write_bytes(b"2")
    with pytest.raises(FileExistsError):
        renames.rename_new(folder, "a", folder, "b")
    renames.rename_new(folder, "a", folder, "c")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"b": b"2", "c": b"1"}


@pytest.mark.parametrize("missing", ["rename_new", "link"])
def test_other_errors_pass(tmp_path: Path, folder: int, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    def broken(*_: object) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(calls, "rename_new", unable)
    monkeypatch.setattr(calls, missing, broken)
    (tmp_path / "a").touch()
    with pytest.raises(OSError, match="broken"):
        renames.rename_new(folder, "a", folder, "b")


def test_an_unlink_that_fails_is_not_taken_for_a_taken_name(
    tmp_path: Path, folder: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "no")

    monkeypatch.setattr(calls, "rename_new", unable)
    monkeypatch.setattr(calls, "unlink", refuse)
    (tmp_path / "a").touch()
    with pytest.raises(PermissionError):
        renames.rename_new(folder, "a", folder, "b")


def test_two_links_are_two_names(tmp_path: Path, folder: int) -> None:
    (tmp_path / "a").touch()
    found = look(folder, "a")
    assert found is not None and renames.is_one_name(folder, "a", folder, "A", found)
    os.link(tmp_path / "a", tmp_path / "A")
    os.link(tmp_path / "a", tmp_path / "b")
    found = look(folder, "a")
    assert found is not None
    assert not renames.is_one_name(folder, "a", folder, "A", found)
    assert not renames.is_one_name(folder, "a", folder, "b", found)
    os.unlink(tmp_path / "A")
    assert renames.is_one_name(folder, "a", folder, "A", found)  # as where case is folded: one entry, two spellings
