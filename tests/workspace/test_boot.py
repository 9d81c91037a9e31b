"""One run of the machine, told from another."""

import os
from pathlib import Path

import pytest

from journal.workspace import boot, places

JOURNAL = "/somewhere/journal.db"


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that a restart empties."""
    folder = tmp_path / "memory"
    folder.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder


def only(memory: Path) -> Path:
    """The one file that is there."""
    (found,) = memory.iterdir()
    return found


def test_the_boot_id_stays_the_same() -> None:
    assert boot.boot_id() == boot.boot_id()
    assert "\n" not in boot.boot_id()


def test_each_token_is_another_and_stands_beside_the_one_before(memory: Path) -> None:
    first = boot.write_token(JOURNAL, "")
    assert boot.read_tokens(JOURNAL) == [first]
    second = boot.write_token(JOURNAL, first)
    assert boot.read_tokens(JOURNAL) == [second, first]
    third = boot.write_token(JOURNAL, second)
    assert boot.read_tokens(JOURNAL) == [third, second]
    assert boot.read_tokens("/elsewhere/journal.db") == []
    assert only(memory).stat().st_mode & 0o777 == 0o600


def test_memory_is_lost_when_the_boot_or_the_token_is_another(memory: Path) -> None:
    now, token = boot.boot_id(), boot.write_token(JOURNAL, "")
    assert not boot.is_lost(None, "", JOURNAL)
    assert not boot.is_lost(now, token, JOURNAL)
    assert boot.is_lost("another boot", token, JOURNAL)
    assert boot.is_lost(now, "another token", JOURNAL)
    only(memory).unlink()
    assert boot.is_lost(now, token, JOURNAL)


def test_a_death_between_memory_and_journal_is_no_loss(memory: Path) -> None:
    now, token = boot.boot_id(), boot.write_token(JOURNAL, "")
    boot.write_token(JOURNAL, token)  # and the journal never heard of it
    assert not boot.is_lost(now, token, JOURNAL)


@pytest.mark.parametrize("kind", ["link", "folder", "fifo"])
def test_what_someone_else_put_there_is_no_token(memory: Path, tmp_path: Path, kind: str) -> None:
    boot.write_token(JOURNAL, "")
    path = only(memory)
    path.unlink()
    (tmp_path / "other").write_text("token")
    if kind == "link":
        path.symlink_to(tmp_path / "other")
    elif kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    assert boot.read_tokens(JOURNAL) == []


def test_without_a_place_for_tokens_the_boot_id_has_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "token_folder", lambda: None)
    assert (boot.write_token(JOURNAL, ""), boot.read_tokens(JOURNAL)) == ("", [])
    assert not boot.is_lost(boot.boot_id(), "", JOURNAL)
    assert boot.is_lost("another boot", "", JOURNAL)
    monkeypatch.setattr(boot, "boot_id", lambda: "")
    assert boot.is_lost("", "", JOURNAL)  # nothing is known, so that everything is looked at


def test_a_place_that_refuses_the_token_is_none(memory: Path) -> None:
    boot.write_token(JOURNAL, "")
    path = only(memory)
    path.unlink()
    path.mkdir()
    (path / "below").touch()
    assert boot.write_token(JOURNAL, "") == ""
