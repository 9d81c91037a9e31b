"""The line by which a root finds an attached journal: whole or not there."""

import os
from pathlib import Path

import pytest

from journal.workspace import pointer


@pytest.mark.parametrize("path", ["/somewhere/j.db", "/with\nnewline/j.db", "/not-\udcff-text/j.db", "/trailing\n"])
def test_what_is_written_is_read(tmp_path: Path, path: str) -> None:
    default = str(tmp_path / "journal.db")
    assert pointer.read(default) is None
    pointer.write(default, "/before")
    pointer.write(default, path)
    assert pointer.read(default) == path
    assert os.listdir(tmp_path) == ["attached"]
    pointer.write(default, default)
    pointer.write(default, default)
    assert (pointer.read(default), os.listdir(tmp_path)) == (None, [])


@pytest.mark.parametrize("data", [b"", b"\n", b"/cut/off"])
def test_what_is_not_whole_says_nothing(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "attached").write_bytes(data)
    assert pointer.read(str(tmp_path / "journal.db")) is None
