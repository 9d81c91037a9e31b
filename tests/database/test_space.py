"""Room on disks: asked for before a write, by file system, and told in one form when there is too little."""

import os
from pathlib import Path

import pytest

from journal.database import space
from journal.errors import DiskFull


@pytest.fixture
def scarce(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any disk has 1000 bytes."""
    monkeypatch.setattr(space, "free_bytes", lambda _place: 1000)


def test_what_fits_passes(tmp_path: Path, scarce: None) -> None:
    space.require("write", (str(tmp_path), 1000))
    space.require("write", (str(tmp_path), 0), (str(tmp_path), 1000))
    with pytest.raises(DiskFull):
        space.require("write", (str(tmp_path), 1001))


def test_places_on_one_disk_share_its_room(tmp_path: Path, scarce: None) -> None:
    fd = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(DiskFull, match=r"^cannot write 'a': there is no room for it: ") as caught:
            space.require("write 'a'", (fd, 5000), (str(tmp_path / "not" / "there"), 2000))
    finally:
        os.close(fd)
    assert (caught.value.needed_bytes, caught.value.free_bytes) == (7000, 1000)
    assert "7000 bytes are needed, 1000 are free: make room for 6000 bytes more" in caught.value.hint


def test_other_disks_count_by_themselves(tmp_path: Path, scarce: None) -> None:
    other = "/proc"  # a file system of its own wherever there is one
    if not os.path.ismount(other):
        other = "/dev"
    space.require("write", (str(tmp_path), 900), (other, 900))


def test_a_place_that_cannot_be_looked_at_is_left_to_whoever_writes_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    space.require("write", (-1, 1 << 62))
    monkeypatch.setattr(os, "statvfs", lambda _place: (_ for _ in ()).throw(OSError("no answer")))
    space.require("write", (str(tmp_path), 1 << 62))
    assert space.free_bytes(str(tmp_path)) is None and space.block_bytes(str(tmp_path)) == 1


def test_a_disk_that_is_full_of_something_else_than_bytes(tmp_path: Path, scarce: None) -> None:
    error = space.disk_full("no", 900, None)
    assert error.needed_bytes == 900 and "free_bytes" not in error.to_dict()
    found = space.disk_full("no", space.block_bytes(str(tmp_path)), str(tmp_path))
    assert found.needed_bytes > 1000 and "more" in found.hint


def test_bytes_that_are_free_and_yet_not_given_point_to_quotas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space, "free_bytes", lambda _place: 1 << 40)
    assert "quota" in space.disk_full("no", 1, str(tmp_path)).hint


def test_the_nearest_folder_stands_for_what_is_not_there(tmp_path: Path) -> None:
    assert space.nearest(str(tmp_path / "a" / "b")) == str(tmp_path)
    assert space.nearest("/no/such/place") == "/"
    assert space.nearest("x") == os.getcwd()
