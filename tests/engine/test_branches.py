"""Several branches of one journal: each with a root and a writer of its own, all in one feed."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from journal import BusyError, Journal, Spool, UsageError
from tests.engine.looking import held, run, value


@pytest.fixture
def shared(root: Path, tmp_path: Path) -> Path:
    """A journal that `root` has main of, with a commit."""
    with Spool.open(root, journal=tmp_path / "shared.db") as spool:
        spool.write("a", "main\n")
        spool.commit("on main")
    return tmp_path / "shared.db"


@pytest.fixture
def second(root: Path) -> Path:
    folder = root.parent / "second"
    folder.mkdir()
    return folder


def test_two_roots_share_a_journal_each_with_its_branch(root: Path, second: Path, shared: Path) -> None:
    with Spool.open(second, journal=shared, branch="work/b") as spool, Spool.open(root) as other:
        assert (spool.branch, other.branch, spool.journal.path) == ("work/b", "main", shared)
        assert spool.journal.branches() == {"main": other.journal.head().id, "work/b": None}  # type: ignore[union-attr]
        assert (spool.journal.head("work/b"), spool.status().head, spool.diff()) == (None, None, [])
        spool.write("a", "b\n")
        other.write("c", "c\n")
        assert (spool.touched_files(), other.touched_files()) == (["a"], ["c"])
        on_work, on_main = spool.commit("on b"), other.commit("on main again")
        assert on_work is not None and on_main is not None
        assert (on_work.branch, on_work.parent_id, on_main.branch) == ("work/b", None, "main")
        journal = other.journal
        assert [change.branch for change in journal.changes()] == ["main", "work/b", "main"]
        assert [commit.branch for commit in journal.commits(branch="work/b")] == ["work/b"]
        assert (list(journal.tree("work/b")), list(journal.tree())) == (["a"], ["a", "c"])
        assert journal.read("a", "work/b") == b"b\n"
        found = journal.diff("main", "work/b")
        assert [(patch.path, patch.change_type) for patch in found] == [("a", "modified"), ("c", "deleted")]
        assert [patch.path for patch in spool.diff(since="main")] == ["a", "c"]
        assert journal.commit_at(on_main.created_at, "work/b") == on_work
        assert spool.status().clean and other.status().clean


def test_a_branch_is_found_again_with_its_root(second: Path, shared: Path) -> None:
    with Spool.open(second, journal=shared, branch="b") as spool:
        spool.write("x", "1")
    for name in ("b", None):
        with Spool.open(second, branch=name) as spool:
            assert (spool.branch, spool.touched_files()) == ("b", ["x"])
    moved = second.rename(second.parent / "moved")
    with Spool.open(moved, branch=None) as spool:
        assert (spool.branch, spool.recovery.journal) == ("b", "moved")
        spool.commit("x")


def test_a_branch_that_another_root_has_is_refused_with_both_named(root: Path, second: Path, shared: Path) -> None:
    for name in ("main", None):
        with pytest.raises(UsageError) as caught:
            Spool.open(second, journal=shared, branch=name)
        assert (str(root) in str(caught.value), str(second) in str(caught.value)) == (True, True)
        assert "branch=" in caught.value.hint
    assert os.listdir(second) == []
    with Journal.open(shared) as journal:
        assert (list(journal.branches()), value(journal, "SELECT count(*) FROM root")) == (["main"], 1)


def test_a_root_has_one_branch(root: Path, shared: Path) -> None:
    with pytest.raises(UsageError, match="'main' is checked out in") as caught:
        Spool.open(root, branch="other")
    assert "main" in caught.value.hint
    with Spool.open(root) as spool:
        assert list(spool.journal.branches()) == ["main"]


def test_a_new_journal_may_begin_with_any_branch(root: Path) -> None:
    with Spool.open(root, branch="work") as spool:
        spool.write("a", "x")
        spool.commit("a")
        assert (spool.journal.head(), spool.journal.tree(), list(spool.journal.tree("work"))) == (None, {}, ["a"])
    with pytest.raises(UsageError):
        Spool.open(root)


@pytest.mark.parametrize("name", ["", " ", "a b", "-x", "/x", ".", "a\n", "deadbeef", "0" * 64, "x" * 101, 5, b"main"])
def test_a_branch_is_called_nothing_that_a_commit_could_be(root: Path, name: Any) -> None:
    with pytest.raises(UsageError):
        Spool.open(root, branch=name)
    assert os.listdir(root) == []


def test_a_session_of_one_root_is_not_told_of_at_another(root: Path, second: Path, shared: Path) -> None:
    with Spool.open(second, journal=shared, branch="b"), held(root) as process:
        with pytest.raises(BusyError) as caught:
            Spool.open(root)
        assert str(process.pid) in str(caught.value.holder)
        with pytest.raises(BusyError) as caught:
            Spool.open(second, branch="b")
        assert str(os.getpid()) in str(caught.value.holder)


def test_recovery_at_one_root_leaves_a_content_on_its_way_in_at_another(root: Path, second: Path, shared: Path) -> None:
    kill = "import os, sys; from journal import Spool; s = Spool.open(sys.argv[1]); s.write('n', '1'); os._exit(0)"
    Spool.open(second, journal=shared, branch="b").close()

    def content() -> Iterator[bytes]:
        for _ in range(12):
            yield os.urandom(2_000_000)
        run(kill.replace("sys.argv[1]", "sys.argv[1], branch='b'"), second)
        with Spool.open(second, branch="b") as other:
            assert other.touched_files() == ["n"]
            other.commit("n")
        yield b"the end"

    with Spool.open(root) as spool:
        assert spool.write("big", content()).size_after == 24_000_007
        spool.commit("big")
        assert spool.journal.verify().ok
