"""Pages come by number, as they lie in the file or its log, and the file is only read."""

from __future__ import annotations

from pathlib import Path

import pytest

from journal import NotAJournal, StorageError, UsageError
from journal.limits import PAGE_BYTES
from journal.rescue.pages import MAGIC, Pages


def test_a_page_is_what_the_file_has_and_zeros_beyond(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"a" * PAGE_BYTES + b"b" * 10)
    with Pages(str(path)) as pages:
        assert (pages.size, pages.count, pages.bytes, pages.version) == (PAGE_BYTES, 2, PAGE_BYTES + 10, 0)
        assert pages.page(1) == b"a" * PAGE_BYTES
        assert pages.page(2) == b"b" * 10 + bytes(PAGE_BYTES - 10)
        assert pages.page(99) == bytes(PAGE_BYTES)


def test_the_size_of_a_page_is_what_the_head_says(tmp_path: Path) -> None:
    path = tmp_path / "x"
    for told, size in ((4096, 4096), (1, 65536), (513, PAGE_BYTES), (0, PAGE_BYTES)):
        path.write_bytes(MAGIC + told.to_bytes(2, "big") + bytes(200))
        with Pages(str(path)) as pages:
            assert pages.size == size


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for name, kind in (("none", UsageError), ("empty", NotAJournal), (".", NotAJournal)):
        with pytest.raises(kind):
            Pages(str(tmp_path / name))


def test_a_file_that_changes_meanwhile_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(bytes(5000))
    with Pages(str(path)) as pages:
        pages.refuse_changed()
        path.write_bytes(bytes(6000))
        with pytest.raises(StorageError):
            pages.refuse_changed()
