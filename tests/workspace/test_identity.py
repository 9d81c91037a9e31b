"""The file by which a root names its journal: whole or not there, and never trusted when it is of another form."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from journal.workspace import calls, identity
from journal.workspace.identity import Identity

OURS = Identity("a" * 32, "b" * 32, "/somewhere/journal.db")


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[int]:
    (tmp_path / ".spool").mkdir()
    fd = calls.open_dir(str(tmp_path / ".spool"))
    yield fd
    calls.close(fd)


def test_what_is_written_is_read(spool: int, tmp_path: Path) -> None:
    assert identity.read(spool) is None
    identity.write(spool, OURS)
    assert identity.read(spool) == OURS == identity.read_at(str(tmp_path))
    assert os.listdir(tmp_path / ".spool") == ["id"]


@pytest.mark.parametrize("path", ["/with\nnewline/j.db", "/not-\udcff-text/j.db", "/ /j.db", "/trailing\n"])
def test_a_journal_may_have_any_path(spool: int, path: str) -> None:
    identity.write(spool, OURS._replace(journal=path))
    assert identity.read(spool) == OURS._replace(journal=path)


def test_a_later_one_takes_the_place_of_an_earlier_one(spool: int) -> None:
    identity.write(spool, OURS)
    later = OURS._replace(journal="/elsewhere.db")
    identity.write(spool, later)
    assert identity.read(spool) == later


def test_a_dead_writer_leaves_nothing_in_the_way(spool: int, tmp_path: Path) -> None:
    identity.write(spool, OURS)
    (tmp_path / ".spool" / "id.new").write_bytes(b"jour")
    assert identity.read(spool) == OURS
    identity.write(spool, OURS._replace(root="c" * 32))
    assert os.listdir(tmp_path / ".spool") == ["id"]


@pytest.mark.parametrize("text", [b"", b"journal x\n", b"journal x\nroot y\n", b"journal x\nroot y\nat z", b"\xff\x00"])
def test_another_form_is_no_identity(spool: int, tmp_path: Path, text: bytes) -> None:
    (tmp_path / ".spool" / "id").write_bytes(text)
    assert identity.read(spool) is None


def test_a_folder_or_a_link_in_its_place_is_no_identity(spool: int, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"journal x\nroot y\nat z\n")
    (tmp_path / ".spool" / "id").symlink_to(tmp_path / "elsewhere")
    assert identity.read(spool) is None
    (tmp_path / ".spool" / "id").unlink()
    (tmp_path / ".spool" / "id").mkdir()
    assert identity.read(spool) is None


def test_a_root_without_the_folder_has_no_identity(tmp_path: Path) -> None:
    assert identity.read_at(str(tmp_path)) is None
    (tmp_path / ".spool").write_bytes(b"a file")
    assert identity.read_at(str(tmp_path)) is None
