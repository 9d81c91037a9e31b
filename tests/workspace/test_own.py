"""The files of an open journal are known by what they are, under whatever name they are found."""

import os
from pathlib import Path

import pytest

from journal import PathRefused, Spool, UsageError, Write
from journal.workspace import own
from journal.workspace.look import look_at_fd


def test_a_journal_is_never_read_as_a_file(root: Path) -> None:
    with Spool.open(root) as spool:
        for suffix in own.SUFFIXES:
            with pytest.raises(UsageError, match="is the journal itself"):
                spool.write("copy", Path(f"{spool.journal.path}{suffix}"))
        (root / "link").symlink_to(spool.journal.path)
        with pytest.raises(UsageError, match="is the journal itself"):
            spool.write("copy", root / "link")
        assert not (root / "copy").exists()


def test_a_hard_link_to_a_journal_is_refused(root: Path) -> None:
    with Spool.open(root) as spool:
        os.link(spool.journal.path, root / "link")
        for verb in (
            lambda: spool.read("link"),
            lambda: spool.open_read("link"),
            lambda: spool.write("link", "x"),
            lambda: spool.delete("link"),
            lambda: spool.batch([Write("link", "x")]),
        ):
            with pytest.raises(PathRefused, match="a link to a journal"):
                verb()
        assert spool.status().clean
        (root / "link").unlink()


def test_a_journal_has_locks_of_its_own_name() -> None:
    assert own.lease_name("/state/root-1/journal.db", 7) == "lease-7"
    assert own.lease_name("/state/one.db", 7) != own.lease_name("/state/two.db", 7)


def test_other_files_with_two_names_are_files(root: Path) -> None:
    with Spool.open(root) as spool:
        (root / "one").write_text("1")
        os.link(root / "one", root / "two")
        assert spool.read("two") == b"1"
        fd = os.open(root / "one", os.O_RDONLY)
        assert not own.is_linked(look_at_fd(fd))
        os.close(fd)
