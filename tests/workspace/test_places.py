"""The journal is found where it should be, and roots that are too wide are refused."""

import hashlib
import os
import stat
from pathlib import Path

import pytest

from journal.errors import UsageError
from journal.workspace import places


def test_under_spool_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOOL_HOME", str(tmp_path / "state"))
    root = tmp_path / "work"
    root.mkdir()
    digest = hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:12]
    assert places.default_journal(str(root)) == tmp_path / "state" / f"work-{digest}" / "journal.db"
    assert not (tmp_path / "state").exists()


def test_under_the_state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPOOL_HOME", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    found = places.default_journal(str(tmp_path))
    assert found.name == "journal.db" and found.parent.parent.name == "spool"


def test_a_symlink_to_a_root_finds_the_same_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOOL_HOME", str(tmp_path / "state"))
    (tmp_path / "work").mkdir()
    (tmp_path / "link").symlink_to("work")
    assert places.default_journal(str(tmp_path / "link")) == places.default_journal(str(tmp_path / "work"))


def test_hostile_names_have_a_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOOL_HOME", "/state")
    assert places.default_journal("/").parent.name.startswith("root-")
    assert places.default_journal(os.fsdecode(b"/x/\xff\n")).name == "journal.db"


def test_a_relative_home_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOOL_HOME", "state")
    with pytest.raises(UsageError) as caught:
        places.default_journal("/work")
    assert "SPOOL_HOME" in caught.value.hint and "journal=" in caught.value.hint


def test_no_home_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import platformdirs

    monkeypatch.delenv("SPOOL_HOME", raising=False)
    monkeypatch.setattr(platformdirs, "user_state_dir", lambda: "~/.local/state")
    with pytest.raises(UsageError) as caught:
        places.default_journal("/work")
    assert "SPOOL_HOME" in caught.value.hint


def test_the_state_folder_is_private_and_each_name_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    real = os.fsync

    def fsync(fd: int) -> None:
        synced.append(os.fstat(fd).st_ino)
        real(fd)

    monkeypatch.setattr(os, "fsync", fsync)
    places.make_state_folder(tmp_path / "a" / "b")
    for made in (tmp_path / "a", tmp_path / "a" / "b"):
        assert stat.S_IMODE(made.stat().st_mode) == 0o700
        assert made.stat().st_ino in synced
    assert tmp_path.stat().st_ino in synced
    synced.clear()
    places.make_state_folder(tmp_path / "a" / "b")
    assert synced == []


def test_a_state_folder_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "a"):
        with pytest.raises(UsageError) as caught:
            places.make_state_folder(path)
        assert "SPOOL_HOME" in caught.value.hint and "journal=" in caught.value.hint


def test_a_state_folder_that_may_not_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UsageError):
        places.make_state_folder(tmp_path)


@pytest.mark.parametrize("number", [13, 30])
def test_a_place_that_refuses_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "mkdir", refuse)
    with pytest.raises(UsageError) as caught:
        places.make_state_folder(tmp_path / "a")
    assert "SPOOL_HOME" in caught.value.hint


def test_a_lock_that_is_left_tells_of_a_journal(tmp_path: Path) -> None:
    path = str(tmp_path / "state/journal.db")
    assert not places.was_used(path)
    (tmp_path / "state").mkdir()
    (tmp_path / "state/notes").touch()
    assert not places.was_used(path)
    (tmp_path / "state/lease-1").touch()
    assert places.was_used(path)


def test_a_root_is_given_by_its_real_path(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "link").symlink_to("work")
    assert places.real_root(str(tmp_path / "link"), False) == os.path.realpath(tmp_path / "work")


@pytest.mark.parametrize("name", ["missing", "file", "file/below", "nul\0"])
def test_what_is_no_folder_is_no_root(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError) as caught:
        places.real_root(f"{tmp_path}/{name}", False)
    assert caught.value.hint


def test_wide_roots_need_to_be_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pwd

    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    entry = pwd.getpwuid(os.getuid()).pw_dir  # of a service's user it may not exist
    for wide in ("/", str(home), f"{home}/.", entry if os.path.isdir(entry) else "/"):
        with pytest.raises(UsageError) as caught:
            places.real_root(wide, False)
        assert "allow_wide_root" in caught.value.hint
        assert places.real_root(wide, True) == os.path.realpath(wide)
    (home / "project").mkdir()
    assert places.real_root(str(home / "project"), False)


def test_the_token_is_kept_in_the_runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert places.token_folder() == str(tmp_path)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "missing"))
    assert places.token_folder() in ("/dev/shm", None)
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert places.token_folder() is None
