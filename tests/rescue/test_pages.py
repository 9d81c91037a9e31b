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


def test_pages_that_lie_together_come_at_once(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"".join(bytes([n]) * PAGE_BYTES for n in range(1, 6)) + b"end")
    with Pages(str(path)) as pages:
        assert pages.run(2, 3) == b"".join(pages.page(n) for n in (2, 3, 4))
        assert pages.run(5, 9) == pages.page(5) + pages.page(6) and pages.run(99, 9) == pages.page(99)
        assert list(pages.of_kind((1, 3, 5))) == [3, 5]


def test_bytes_kept_at_the_end_of_a_page_are_believed_only_where_no_row_lies_in_them(tmp_path: Path) -> None:
    path = tmp_path / "x"
    head = MAGIC + PAGE_BYTES.to_bytes(2, "big") + bytes([2, 2, 8])
    for last, usable in ((PAGE_BYTES - 8 - 5, PAGE_BYTES - 8), (PAGE_BYTES - 5, PAGE_BYTES)):
        rows = b"\x05\0\0\0\1".ljust(12, b"\0") + last.to_bytes(2, "big")
        path.write_bytes((head.ljust(100, b"\0") + rows).ljust(PAGE_BYTES, b"\0"))
        with Pages(str(path)) as pages:
            assert pages.usable == usable
