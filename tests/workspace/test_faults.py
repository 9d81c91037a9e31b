"""Every error of the system has a home among ours."""

import errno
import os
from pathlib import Path

import pytest

from journal.errors import DiskFull, JournalError, PathRefused, ReadOnly, StorageError
from journal.workspace import faults


@pytest.mark.parametrize("number", sorted(errno.errorcode))
@pytest.mark.parametrize("path", [None, "a\nb"])
def test_every_errno_has_a_home(number: int, path: str | None) -> None:
    with pytest.raises(JournalError) as caught, faults.system_errors("write", path):
        raise OSError(number, os.strerror(number))
    error = caught.value
    assert isinstance(error, StorageError | PathRefused)
    assert error.hint and "write" in str(error) and errno.errorcode[number] in str(error)
    assert isinstance(error.__cause__, OSError)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, DiskFull),
        (errno.EDQUOT, DiskFull),
        (errno.EROFS, ReadOnly),
        (errno.EACCES, ReadOnly),
        (errno.EPERM, ReadOnly),
        (errno.ENAMETOOLONG, PathRefused),
        (errno.ELOOP, PathRefused),
        (errno.ENOTDIR, PathRefused),
        (errno.EISDIR, PathRefused),
        (errno.EINVAL, PathRefused),
        (errno.EXDEV, PathRefused),
        (errno.EMFILE, StorageError),
        (errno.EIO, StorageError),
        (errno.ENOENT, StorageError),
    ],
)
def test_the_kinds(number: int, kind: type[JournalError]) -> None:
    assert type(faults.translate(OSError(number, "x"), "write", "a")) is kind


def test_an_invalid_argument_without_a_path_is_not_about_a_name() -> None:
    assert type(faults.translate(OSError(errno.EINVAL, "x"), "sync", None)) is StorageError


def test_an_error_without_a_number_and_an_unknown_number() -> None:
    assert "odd" in str(faults.translate(OSError("odd"), "write", "a"))
    assert "errno 9999" in str(faults.translate(OSError(9999, "x"), "write", "a"))
    assert faults.translate(OSError(), "write", None).hint


def test_a_full_disk_says_how_much_is_free(tmp_path: Path) -> None:
    error = faults.translate(OSError(errno.ENOSPC, "x"), "write", "a", place=str(tmp_path), needed_bytes=7)
    assert isinstance(error, DiskFull)
    assert error.free_bytes >= 0 and error.needed_bytes == os.statvfs(tmp_path).f_frsize, "a block at the least"
    error = faults.translate(OSError(errno.ENOSPC, "x"), "write", "a", place=str(tmp_path), needed_bytes=7_000_000)
    assert isinstance(error, DiskFull) and error.needed_bytes == 7_000_000
    for said in (str(error), error.hint):
        assert f"7000000 bytes are needed, {error.free_bytes} are free" in said


def test_a_block_that_fails_tells_what_it_had_to_write_by_then(tmp_path: Path) -> None:
    size = 0
    with (
        pytest.raises(DiskFull) as caught,
        faults.system_errors("write", "a", place=str(tmp_path), needed=lambda: size),
    ):
        size = 9_000_000
        raise OSError(errno.ENOSPC, "x")
    assert caught.value.needed_bytes == 9_000_000


def test_a_full_disk_whose_place_is_gone_is_still_told() -> None:
    error = faults.translate(OSError(errno.ENOSPC, "x"), "write", "/no/such/place")
    assert isinstance(error, DiskFull) and error.free_bytes > 0, "the innermost folder that is there stands for it"


def test_a_full_disk_at_no_place_in_particular_is_still_told() -> None:
    error = faults.translate(OSError(errno.ENOSPC, "x"), "write", "a", needed_bytes=7)
    assert isinstance(error, DiskFull) and error.to_dict()["needed_bytes"] == 7
    assert "free_bytes" not in error.to_dict() and "7 bytes are needed" in error.hint


def test_an_undecodable_path_is_shown_and_kept() -> None:
    path = os.fsdecode(b"\xff")
    error = faults.translate(OSError(errno.ENOTDIR, "x"), "write", path)
    assert isinstance(error, PathRefused) and error.path == path and error.reason
    str(error).encode("utf-8")


def test_other_errors_pass() -> None:
    with pytest.raises(ValueError), faults.system_errors("write", None):
        raise ValueError
