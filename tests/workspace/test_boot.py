"""One run of the machine, told from another."""

import os
from pathlib import Path

import pytest

from journal.workspace import boot, places

NAME = "spool-0123"


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that a restart empties."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path


def test_the_boot_id_stays_the_same() -> None:
    assert boot.boot_id() == boot.boot_id()
    assert "\n" not in boot.boot_id()


def test_each_token_is_another_and_is_found_again(memory: Path) -> None:
    first = boot.write_token("0123")
    assert boot.read_tokens("0123") == (first,)
    second = boot.write_token("0123", first)
    assert second != first
    assert boot.read_tokens("0123") == (second, first)
    assert boot.read_tokens("4567") == ()
    assert (memory / NAME).stat().st_mode & 0o777 == 0o600


def test_memory_is_lost_when_the_boot_or_the_token_is_another(memory: Path) -> None:
    now, token = boot.boot_id(), boot.write_token("0123")
    assert not boot.is_lost(None, None, "0123")
    assert not boot.is_lost(now, token, "0123")
    assert boot.is_lost("another boot", token, "0123")
    assert boot.is_lost(now, "another token", "0123")
    newer = boot.write_token("0123", token)
    assert not boot.is_lost(now, token, "0123")  # an opening died before the journal had the newer one
    assert not boot.is_lost(now, newer, "0123")
    boot.write_token("0123", newer)
    assert boot.is_lost(now, token, "0123")
    (memory / NAME).unlink()
    assert boot.is_lost(now, token, "0123")


@pytest.mark.parametrize("kind", ["link", "folder", "fifo"])
def test_what_someone_else_put_there_is_no_token(memory: Path, tmp_path: Path, kind: str) -> None:
    (tmp_path / "other").write_text("token")
    if kind == "link":
        (memory / NAME).symlink_to(tmp_path / "other")
    elif kind == "folder":
        (memory / NAME).mkdir()
    else:
        os.mkfifo(memory / NAME)
    assert boot.read_tokens("0123") == ()


def test_without_a_place_for_tokens_the_boot_id_has_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "token_folder", lambda: None)
    assert (boot.write_token("0123"), boot.read_tokens("0123")) == ("", ())
    assert not boot.is_lost(boot.boot_id(), "", "0123")
    assert boot.is_lost("another boot", "", "0123")
    monkeypatch.setattr(boot, "boot_id", lambda: "")
    assert boot.is_lost("", "", "0123")  # nothing is known, so that everything is looked at


def test_a_place_that_refuses_the_token_is_none(memory: Path) -> None:
    (memory / NAME).mkdir()
    assert boot.write_token("0123") == ""
