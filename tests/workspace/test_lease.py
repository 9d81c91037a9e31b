"""One holder at a time, and a lock that stands on the file that has the name."""

import os
import stat
import threading
import time
from pathlib import Path

import pytest

from journal.errors import BusyError, StorageError
from journal.workspace import calls
from journal.workspace.lease import Held, Lease


def test_the_second_is_refused_until_the_first_lets_go(tmp_path: Path) -> None:
    first = Lease.take(str(tmp_path), "lease-1", 0)
    with pytest.raises(BusyError) as caught:
        Lease.take(str(tmp_path), "lease-1", 0)
    assert isinstance(caught.value, Held) and caught.value.retryable and caught.value.waited_s >= 0
    first.release()
    first.release()
    Lease.take(str(tmp_path), "lease-1", 0).release()


def test_a_folder_itself_is_locked_whatever_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    lease = Lease.take(str(tmp_path / "folder"), ".", 0)
    with pytest.raises(Held):
        Lease.take(str(tmp_path / "link"), ".", 0)
    assert list((tmp_path / "folder").iterdir()) == []
    lease.release()
    Lease.take(str(tmp_path / "folder"), ".", 0).release()


def test_the_file_is_private_and_empty(tmp_path: Path) -> None:
    lease = Lease.take(str(tmp_path), "lease", 0)
    found = (tmp_path / "lease").stat()
    assert stat.S_IMODE(found.st_mode) == 0o600 and found.st_size == 0
    lease.release()


def test_by_descriptor_and_by_path_are_one_lease(tmp_path: Path) -> None:
    fd = calls.open_dir(str(tmp_path))
    lease = Lease.take(fd, "lease", 0)
    with pytest.raises(Held):
        Lease.take(str(tmp_path), "lease", 0)
    lease.release()
    calls.close(fd)


def test_waiting_takes_it_when_it_comes_free(tmp_path: Path) -> None:
    first = Lease.take(str(tmp_path), "lease", 0)
    timer = threading.Timer(0.05, first.release)
    timer.start()
    Lease.take(str(tmp_path), "lease", 30).release()
    timer.join()


def test_the_wait_ends(tmp_path: Path) -> None:
    first = Lease.take(str(tmp_path), "lease", 0)
    start = time.monotonic()
    with pytest.raises(Held) as caught:
        Lease.take(str(tmp_path), "lease", 0.05)
    assert time.monotonic() - start >= 0.05 and caught.value.waited_s >= 0.05
    first.release()


@pytest.mark.parametrize("replaced", [True, False])
def test_a_file_removed_before_the_lock_is_not_the_lease(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replaced: bool
) -> None:
    real = calls.flock
    done: list[bool] = []

    def sweep(fd: int, operation: int) -> None:
        if not done:
            done.append(True)
            os.unlink(tmp_path / "lease")
            if replaced:
                (tmp_path / "lease").touch()
        real(fd, operation)

    monkeypatch.setattr(calls, "flock", sweep)
    lease = Lease.take(str(tmp_path), "lease", 0)
    with pytest.raises(Held):
        Lease.take(str(tmp_path), "lease", 0)
    lease.release()


def test_a_child_that_lets_go_does_not_unlock_its_parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lease = Lease.take(str(tmp_path), "lease", 0)
    shared = os.dup(lease._fd)  # what a fork leaves in the other process
    monkeypatch.setattr(os, "getpid", lambda: -1)
    lease.release()
    with pytest.raises(Held):
        Lease.take(str(tmp_path), "lease", 0)
    os.close(shared)
    Lease.take(str(tmp_path), "lease", 0).release()


def test_a_symlink_is_no_lease(tmp_path: Path) -> None:
    os.symlink("elsewhere", tmp_path / "lease")
    with pytest.raises(StorageError, match="no file"):
        Lease.take(str(tmp_path), "lease", 0)
    assert not (tmp_path / "elsewhere").exists()
