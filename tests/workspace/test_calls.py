"""The system calls do what they say, and raise OSError as the os module does."""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from journal.workspace import calls


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[int]:
    fd = calls.open_dir(str(tmp_path))
    yield fd
    calls.close(fd)


def make(path: Path, data: bytes = b"x") -> Path:
    path.write_bytes(data)
    return path


def test_changing_names_functions_of_the_module() -> None:
    assert all(callable(getattr(calls, name)) for name in calls.CHANGING)


def test_exchange_swaps_two_files(tmp_path: Path, folder: int) -> None:
    make(tmp_path / "a", b"1")
    make(tmp_path / "b", b"2")
    calls.exchange(folder, "a", folder, "b")
    assert (tmp_path / "a").read_bytes() == b"2" and (tmp_path / "b").read_bytes() == b"1"


def test_exchange_with_a_missing_name_raises_as_os_does(tmp_path: Path, folder: int) -> None:
    make(tmp_path / "a")
    with pytest.raises(FileNotFoundError) as caught:
        calls.exchange(folder, "a", folder, "b")
    assert caught.value.errno == errno.ENOENT and caught.value.filename == "a" and caught.value.filename2 == "b"


def test_rename_new_refuses_a_taken_name(tmp_path: Path, folder: int) -> None:
    make(tmp_path / "a", b"1")
    make(tmp_path / "b", b"2")
    with pytest.raises(FileExistsError):
        calls.rename_new(folder, "a", folder, "b")
    calls.rename_new(folder, "a", folder, "c")
    assert (tmp_path / "b").read_bytes() == b"2" and (tmp_path / "c").read_bytes() == b"1"


@pytest.mark.parametrize("name", ["a\nb", os.fsdecode(b"\xff\xfe"), "n" * 255, " -rf", "\u00e9"])
def test_any_name_comes_through(tmp_path: Path, folder: int, name: str) -> None:
    calls.close(calls.create(name, folder))
    calls.rename_new(folder, name, folder, "plain")
    calls.rename_new(folder, "plain", folder, name)
    assert os.listdir(os.fsencode(tmp_path)) == [os.fsencode(name)]


def test_create_makes_a_private_file_and_never_takes_an_old_one(tmp_path: Path, folder: int) -> None:
    calls.close(calls.create("a", folder))
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        calls.create("a", folder)


def test_write_goes_on_after_a_short_write(tmp_path: Path, folder: int, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, bytes(data[:3])))
    fd = calls.create("a", folder)
    calls.write(fd, b"0123456789")
    calls.close(fd)
    assert (tmp_path / "a").read_bytes() == b"0123456789"


def test_open_read_refuses_a_symlink_and_does_not_wait_for_a_fifo(tmp_path: Path, folder: int) -> None:
    os.symlink("nowhere", tmp_path / "link")
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(OSError):
        calls.open_read("link", folder)
    calls.close(calls.open_read("fifo", folder))


def test_chmod_fd_reaches_what_open_path_opened(tmp_path: Path, folder: int) -> None:
    make(tmp_path / "a").chmod(0)
    fd = calls.open_path("a", folder)
    calls.chmod_fd(fd, 0o751)
    calls.close(fd)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o751


def set_attribute(path: Path, name: str, value: bytes) -> bool:
    """Whether this file system takes it."""
    try:
        os.setxattr(path, name, value)
    except (OSError, AttributeError):
        return False
    return True


def copied(tmp_path: Path) -> None:
    source, target = calls.open_read(str(tmp_path / "a")), os.open(tmp_path / "b", os.O_WRONLY)
    calls.copy_attributes(source, target)
    calls.close(source)
    calls.close(target)


def test_copy_attributes_takes_user_attributes(tmp_path: Path) -> None:
    source, target = make(tmp_path / "a"), make(tmp_path / "b")
    has = set_attribute(source, "user.origin", b"\x00\xff")
    copied(tmp_path)
    assert not has or os.getxattr(target, "user.origin") == b"\x00\xff"


def test_copy_attributes_takes_the_acl(tmp_path: Path) -> None:
    # version 2; owner rw-, user 12 r--, group r--, mask r--, other ---
    entries = [(1, 6, 0xFFFFFFFF), (2, 4, 12), (4, 4, 0xFFFFFFFF), (16, 4, 0xFFFFFFFF), (32, 0, 0xFFFFFFFF)]
    acl = (2).to_bytes(4, "little") + b"".join(
        tag.to_bytes(2, "little") + bits.to_bytes(2, "little") + who.to_bytes(4, "little") for tag, bits, who in entries
    )
    source, target = make(tmp_path / "a"), make(tmp_path / "b")
    has = set_attribute(source, "system.posix_acl_access", acl)
    copied(tmp_path)
    assert not has or os.getxattr(target, "system.posix_acl_access") == acl


def test_copy_attributes_without_any_does_nothing(tmp_path: Path) -> None:
    make(tmp_path / "a")
    before = make(tmp_path / "b").stat()
    copied(tmp_path)
    assert (tmp_path / "b").stat() == before


def test_copy_attributes_goes_on_where_an_owner_may_not_be_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / "a")
    make(tmp_path / "b")
    asked = []

    def refuse(fd: int, uid: int, gid: int) -> None:
        asked.append((uid, gid))
        raise PermissionError(errno.EPERM, "no")

    real = os.fstat
    source: list[int] = []

    def owned(fd: int) -> Owned:
        source.append(fd)
        return Owned(real(fd), len(source))

    with monkeypatch.context() as patch:  # no longer: pytest itself looks at descriptors
        patch.setattr(os, "fchown", refuse)
        patch.setattr(os, "fstat", owned)
        copied(tmp_path)
    assert asked == [(2, 2), (-1, 2)]


class Owned:
    """A stat whose owner is a number."""

    def __init__(self, found: os.stat_result, owner: int) -> None:
        self.st_uid = self.st_gid = owner
        self.st_mode = found.st_mode


def test_inherit_takes_the_group_of_a_set_gid_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(os, "fchown", lambda fd, uid, gid: asked.append((uid, gid)))
    make(tmp_path / "a")
    os.chmod(tmp_path, 0o2700)
    folder, fd = calls.open_dir(str(tmp_path)), os.open(tmp_path / "a", os.O_WRONLY)
    calls.inherit(calls.inheritance(folder), fd)
    assert asked == [(-1, tmp_path.stat().st_gid)]
    os.chmod(tmp_path, 0o700)
    asked.clear()
    assert calls.inheritance(folder) == calls.Inheritance()
    calls.close(folder)
    calls.close(fd)


def test_without_renameat2_the_call_says_so(tmp_path: Path, folder: int, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "a")
    monkeypatch.setattr(calls, "_rename_function", lambda: calls._no_rename2)
    with pytest.raises(OSError) as caught:
        calls.rename_new(folder, "a", folder, "b")
    assert caught.value.errno == errno.ENOSYS


def test_the_call_by_number_is_the_same_call(tmp_path: Path, folder: int, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "a")
    real = calls._libc_function
    monkeypatch.setattr(calls, "_libc_function", lambda name: None if name == "renameat2" else real(name))
    calls._rename_function.cache_clear()
    if os.uname().machine not in calls._RENAMEAT2:
        return
    calls.rename_new(folder, "a", folder, "b")
    with pytest.raises(FileNotFoundError):
        calls.rename_new(folder, "a", folder, "b")
    monkeypatch.undo()
    calls._rename_function.cache_clear()
    assert (tmp_path / "b").exists()


def test_syncing_files_folders_and_the_file_system(tmp_path: Path) -> None:
    make(tmp_path / "a")
    for path, sync in ((tmp_path / "a", calls.fdatasync), (tmp_path, calls.fsync), (tmp_path, calls.syncfs)):
        fd = calls.open_read(str(path))
        sync(fd)
        calls.close(fd)


def test_may_write_tells_of_the_folder(tmp_path: Path, folder: int) -> None:
    assert calls.may_write(folder) is True
