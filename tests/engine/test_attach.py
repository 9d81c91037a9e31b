"""A root is given another journal: a copy of its own, or by force one that does not know it."""

import os
import shutil
from pathlib import Path

import pytest

from journal import BusyError, Journal, ReadOnly, Spool, UsageError
from tests.engine.looking import disk, held, names


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """A backup after the first of two commits."""
    with Spool.open(root) as spool:
        spool.write("a", "one\n")
        spool.commit("first")
        path = spool.journal.backup(tmp_path / "copy.db")
        spool.write("a", "two\n")
        spool.commit("second")
    return path


def attach(journal: Path, root: Path, *, force: bool = False) -> None:
    with Journal.open(journal, readonly=False) as opened:
        opened.attach(root, force=force)


def test_a_backup_becomes_the_journal_and_the_root_is_not_touched(root: Path, copy: Path) -> None:
    old = Journal.locate(root)
    before, kept = disk(root), old.read_bytes()
    attach(copy, root)
    assert (disk(root), old.read_bytes(), Journal.locate(root)) == (before, kept, copy)
    with Spool.open(root) as spool:
        assert (spool.journal.path, spool.recovery.journal) == (copy, "found")
        assert [commit.message for commit in spool.journal.commits()] == ["first"]
        assert [edit.path for edit in spool.status().edits] == ["a"]
        spool.reset(force=True)
        spool.write("b", "on the copy")
        spool.commit("third")
    assert (root / "a").read_text() == "one\n"
    assert old.read_bytes() == kept
    attach(copy, root)


def test_removing_the_folder_in_the_root_does_not_bring_the_old_journal_back(root: Path, copy: Path) -> None:
    old = Journal.locate(root)
    attach(copy, root)
    shutil.rmtree(root / ".spool")
    assert Journal.locate(root) == copy
    with Spool.open(root) as spool:
        assert (spool.journal.path, spool.recovery.journal) == (copy, "found")
        assert [commit.message for commit in spool.journal.commits()] == ["first"]
    attach(old, root)
    shutil.rmtree(root / ".spool")
    assert Journal.locate(root) == old
    assert sorted(os.listdir(old.parent)) == ["journal.db", "lease-1"]


def test_the_first_journal_can_be_taken_again(root: Path, copy: Path) -> None:
    old = Journal.locate(root)
    attach(copy, root)
    attach(old, root)
    with Spool.open(root) as spool:
        assert spool.journal.path == old
        assert spool.status().clean


def test_a_journal_that_was_moved_away_is_found_again(root: Path, copy: Path, tmp_path: Path) -> None:
    moved = tmp_path / "far" / "away.db"
    moved.parent.mkdir()
    Journal.locate(root).rename(moved)
    attach(moved, root)
    with Spool.open(root) as spool:
        assert (spool.journal.path, spool.recovery.journal) == (moved, "found")


def test_a_journal_that_was_opened_to_read_is_not_attached(root: Path, copy: Path) -> None:
    before = (root / ".spool/id").read_bytes()
    with Journal.open(copy) as journal, pytest.raises(ReadOnly) as caught:
        journal.attach(root)
    assert "readonly=False" in caught.value.hint
    with Spool.open(root) as spool, pytest.raises(ReadOnly):
        spool.journal.attach(root)
    assert (root / ".spool/id").read_bytes() == before


def test_a_journal_that_does_not_know_the_root_needs_force(root: Path, copy: Path, tmp_path: Path) -> None:
    with Spool.open(root) as spool:
        old, name = spool.journal.path, spool.journal.id
    with Journal.open(tmp_path / "new.db", readonly=False, create=True) as journal:
        other = journal.id
        with pytest.raises(UsageError) as caught:
            journal.attach(root)
        for told in (str(old), name, str(tmp_path / "new.db"), other):
            assert told in str(caught.value)
        assert Journal.locate(root) == old
        journal.attach(root, force=True)
    with Spool.open(root) as spool:
        assert (spool.journal.id, spool.journal.tree()) == (other, {})
        spool.write("b", "x")
        spool.commit("a new life")


def test_a_root_without_a_journal_takes_any(root: Path, tmp_path: Path) -> None:
    with Journal.open(tmp_path / "new.db", readonly=False, create=True) as journal:
        journal.attach(root)
        name = journal.id
    assert names(root) == []
    with Spool.open(root, create=False) as spool:
        assert spool.journal.id == name


def test_the_tree_of_a_root_that_is_gone_goes_on_elsewhere(root: Path, copy: Path, tmp_path: Path) -> None:
    shutil.rmtree(root)
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    attach(copy, fresh)
    with Spool.open(fresh) as spool:
        assert (spool.branch, list(spool.journal.tree())) == ("main", ["a"])
        spool.reset()
    assert (fresh / "a").read_text() == "one\n"


def test_two_folders_are_never_one_root(root: Path, copy: Path) -> None:
    attach(copy, root)
    twin = Path(shutil.copytree(root, root.parent / "twin"))
    for force in (False, True):
        with pytest.raises(UsageError) as caught:
            attach(copy, twin, force=force)
        assert str(root) in str(caught.value)
        assert str(twin) in str(caught.value)


def test_a_root_that_a_session_holds_is_busy(root: Path, copy: Path) -> None:
    before = (root / ".spool/id").read_bytes()
    with held(root):
        with pytest.raises(BusyError) as caught:
            attach(copy, root)
        assert "session" in str(caught.value.holder)
        assert caught.value.hint == "close that session, then repeat the call"  # attach takes no time to wait
        shutil.rmtree(root / ".spool")
        with pytest.raises(BusyError):
            attach(copy, root)
    with Spool.open(root) as spool:
        assert spool.journal.path != copy
    assert (root / ".spool/id").read_bytes() == before
    attach(copy, root)


@pytest.mark.damaged
def test_a_journal_that_cannot_be_read_is_no_hindrance(root: Path, copy: Path) -> None:
    old = Journal.locate(root)
    old.write_bytes(b"nothing of use" * 1000)
    attach(copy, root)
    with Spool.open(root) as spool:
        assert spool.journal.path == copy


def test_without_a_home_a_journal_is_attached_all_the_same(
    tmp_path: Path, root: Path, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPOOL_HOME", "not absolute")
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    shutil.rmtree(root)
    attach(copy, fresh)
    with Spool.open(fresh) as spool:
        assert (spool.journal.path, list(spool.journal.tree())) == (copy, ["a"])


def test_a_folder_that_is_none_is_refused(copy: Path, tmp_path: Path) -> None:
    for root in (tmp_path / "none", copy):
        with pytest.raises(UsageError):
            attach(copy, root)


def test_an_attachment_that_fails_leaves_no_folder_and_no_descriptor(root: Path, copy: Path, tmp_path: Path) -> None:
    attach(copy, root)
    twin = Path(shutil.copytree(root, root.parent / "twin"))
    before = len(os.listdir("/dev/fd"))
    for _ in range(3):
        with pytest.raises(UsageError):
            attach(copy, twin)
        attach(copy, root)
    assert len(os.listdir("/dev/fd")) == before
    assert sorted(os.listdir(root / ".spool")) == [".gitignore", "id", "lock", "tmp"]
