"""Reading the root: what stands there now, also while it changes."""

import json
import os
import shutil
from pathlib import Path

import pytest

from journal import PathRefused, Spool, UnknownName
from journal.limits import PIECE_BYTES
from tests.engine.looking import acts


def test_read_gives_the_bytes_that_stand_there(spool: Spool, root: Path) -> None:
    spool.write("a", b"\xff\0")
    assert spool.read("a") == b"\xff\0"
    (root / "a").write_bytes(b"theirs")
    assert spool.read("a") == b"theirs"
    (root / "deep").mkdir()
    (root / "deep/untracked").write_bytes(b"u")
    assert spool.read(Path("deep/untracked")) == b"u"


def test_read_of_nothing_is_none(spool: Spool) -> None:
    assert spool.read("none") is None
    assert spool.read("no/folder/either") is None
    assert spool.read_text("none") is None


def test_read_of_a_symlink_gives_where_it_points(spool: Spool, root: Path) -> None:
    (root / "link").symlink_to("ü")
    assert spool.read("link") == "ü".encode()
    with spool.open_read("link") as reader:
        assert (reader.size, reader.read(), reader.read()) == (2, "ü".encode(), b"")


def test_read_text_decodes(spool: Spool) -> None:
    spool.write("a", "ü\r\n")
    assert spool.read_text("a") == "ü\r\n"
    spool.write("latin", b"\xfc")
    assert spool.read_text("latin", "latin-1") == "ü"
    with pytest.raises(UnicodeDecodeError):
        spool.read_text("latin")


def test_open_read_of_nothing_is_an_unknown_name(spool: Spool) -> None:
    for path in ("none", "no/folder/either"):
        with pytest.raises(UnknownName) as caught:
            spool.open_read(path)
        assert caught.value.name == path


def test_open_read_is_a_file_that_can_be_sought(spool: Spool, tmp_path: Path) -> None:
    data = bytes(range(256)) * 12_000
    spool.write("big", data)
    with spool.open_read("big") as reader:
        assert reader.size == len(data)
        assert reader.read(3) == data[:3]
        assert reader.seek(-4, os.SEEK_END) == len(data) - 4
        assert reader.read() == data[-4:]
        reader.seek(0)
        pieces = list(reader)
        assert max(map(len, pieces)) <= PIECE_BYTES
        assert b"".join(pieces) == data
        reader.seek(0)
        with (tmp_path / "copy").open("wb") as copy:
            shutil.copyfileobj(reader, copy)
    assert (tmp_path / "copy").read_bytes() == data


def test_open_read_goes_into_a_parser(spool: Spool) -> None:
    spool.write("a.json", json.dumps({"a": [1]}))
    with spool.open_read("a.json") as reader:
        assert json.load(reader) == {"a": [1]}


def test_an_open_file_stays_the_same_whatever_is_put_in_its_place(spool: Spool) -> None:
    spool.write("a", "old")
    with spool.open_read("a") as reader:
        spool.write("a", "new, and longer")
        assert reader.read() == b"old"
    with spool.open_read("a") as reader:
        spool.delete("a")
        assert reader.read() == b"new, and longer"


def test_reading_leaves_no_descriptor_open(spool: Spool) -> None:
    spool.write("deep/er/a", "x")
    spool.read("deep/er/a")
    before = len(os.listdir("/dev/fd"))
    for _ in range(20):
        spool.read("deep/er/a")
        spool.open_read("deep/er/a").close()
        spool.read("deep/none")
    assert len(os.listdir("/dev/fd")) == before


def test_a_folder_is_not_read(spool: Spool, root: Path) -> None:
    (root / "deep").mkdir()
    with pytest.raises(PathRefused, match="folder"):
        spool.read("deep")
    assert acts(spool.journal) == []
