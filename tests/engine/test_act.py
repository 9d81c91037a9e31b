"""An act in the steps of the disk: all of it or nothing, also when somebody interferes in the very moment."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from journal import Chmod, Delete, JournalError, Move, Operation, Spool, StorageError, WorkspaceChanged, Write
from journal.tables import marks
from journal.workspace import calls
from tests.engine.looking import acts, counts, disk, inode, temp_files, value
from tests.workspace.foreign import before, save_by_rename, save_in_place, to_folder, to_symlink

PLAN: list[Operation] = [
    Write("a", "new a"),
    Write("deep/new", "new"),
    Delete("b"),
    Move("c", "moved/c"),
    Chmod("d", 0o755),
    Write("e", "new e"),
]


@pytest.fixture
def filled(spool: Spool, root: Path) -> Spool:
    for name in "abcde":
        spool.write(name, f"old {name}")
    spool.commit("base")
    spool.write("a", "staged a")
    return spool


def test_an_act_is_promised_before_it_is_done_and_closed_afterwards(spool: Spool, root: Path) -> None:
    seen: list[tuple[int, bool]] = []
    promised = "SELECT count(*) FROM intent"
    with pytest.MonkeyPatch.context() as patched:
        before(patched, "rename_new", lambda: seen.append((value(spool.journal, promised), (root / "a").exists())))
        spool.write("a", "x")
    assert seen == [(1, False)]
    assert (value(spool.journal, promised), acts(spool.journal)) == (1, [("write", "running")])
    spool.status()
    assert (value(spool.journal, promised), acts(spool.journal)) == (0, [("write", "ok")])


def test_a_batch_is_closed_before_it_returns(spool: Spool) -> None:
    spool.batch([Write("a", "x"), Write("b", "x")])
    assert value(spool.journal, "SELECT count(*) FROM intent") == 0
    assert acts(spool.journal) == [("batch", "ok")]


@pytest.mark.parametrize("edit", [save_in_place, save_by_rename, to_folder, to_symlink])
@pytest.mark.parametrize("path", ["a", "e"])
def test_an_edit_in_the_very_moment_takes_the_whole_act_back(
    filled: Spool, root: Path, edit: Callable[[Path], None], path: str
) -> None:
    rows, staged, inodes = counts(filled.journal), filled.touched_files(), {n: inode(root / n) for n in "abcde"}
    with pytest.MonkeyPatch.context() as patched:
        before(patched, "exchange", lambda: edit(root / path), at=1 if path == "a" else 2)
        with pytest.raises(WorkspaceChanged) as caught:
            filled.batch(PLAN)
    assert (caught.value.path, caught.value.paths) == (path, (path,))
    assert caught.value.hint
    found = disk(root)
    others = {name: found[name] for name in "abcde" if name != path}
    expected = {"a": b"staged a", "b": b"old b", "c": b"old c", "d": b"old d", "e": b"old e"}
    assert {name: state[:2] for name, state in others.items()} == {n: (expected[n], 0o644) for n in others}
    assert {name: inode(root / name) for name in others} == {name: inodes[name] for name in others}
    assert not (root / "deep").exists()
    assert not (root / "moved").exists()
    assert temp_files(root) == []
    assert filled.touched_files() == staged
    assert acts(filled.journal)[-1] == ("batch", "failed")
    after = counts(filled.journal)
    assert {table for table in ("staged", "intent", "made_dir", "rescued") if rows[table] != after[table]} <= {"intent"}
    assert value(filled.journal, "SELECT count(*) FROM intent") == 0


@pytest.mark.parametrize("call", ["exchange", "rename_new", "mkdir", "chmod_fd"])
def test_an_error_of_the_system_takes_the_whole_act_back(filled: Spool, root: Path, call: str) -> None:
    def fails() -> None:
        raise OSError(errno.EIO, "Input/output error")

    expected, staged = disk(root), filled.touched_files()
    with pytest.MonkeyPatch.context() as patched:
        before(patched, call, fails)
        with pytest.raises(StorageError):
            filled.batch(PLAN)
    assert disk(root) == expected
    assert (temp_files(root), filled.touched_files()) == ([], staged)
    assert acts(filled.journal)[-1] == ("batch", "failed")
    filled.batch(PLAN)
    assert disk(root)["moved/c"] == (b"old c", 0o644, "file")


def test_a_file_that_vanishes_in_the_very_moment_is_told(filled: Spool, root: Path) -> None:
    with pytest.MonkeyPatch.context() as patched:
        before(patched, "exchange", (root / "e").unlink)
        with pytest.raises(WorkspaceChanged, match="removed"):
            filled.write("e", "new")
    assert not (root / "e").exists()
    filled.write("e", "new")
    assert disk(root)["e"][0] == b"new"


def test_a_file_that_appears_in_the_very_moment_is_left(spool: Spool, root: Path) -> None:
    with pytest.MonkeyPatch.context() as patched:
        before(patched, "rename_new", lambda: save_by_rename(root / "a"))
        with pytest.raises(WorkspaceChanged):
            spool.write("a", "mine")
    assert disk(root) == {"a": (b"theirs", 0o644, "file")}
    assert (spool.touched_files(), temp_files(root)) == ([], [])


def test_a_folder_that_is_removed_in_the_very_moment_is_made_again(spool: Spool, root: Path) -> None:
    (root / "deep").mkdir()
    with pytest.MonkeyPatch.context() as patched:
        before(patched, "rename_new", (root / "deep").rmdir)
        spool.write("deep/a", "x")
    assert disk(root) == {"deep/a": (b"x", 0o644, "file")}


def test_a_session_goes_on_after_an_interrupt(filled: Spool, root: Path) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    expected = disk(root)
    with pytest.MonkeyPatch.context() as patched:
        before(patched, "exchange", interrupt, at=2)
        with pytest.raises(KeyboardInterrupt):
            filled.batch(PLAN)
    assert (disk(root), temp_files(root)) == (expected, [])
    assert acts(filled.journal)[-1] == ("batch", "failed")
    assert len(filled.batch(PLAN)) == len(PLAN)


def test_new_content_never_stands_under_wider_bits(spool: Spool, root: Path) -> None:
    (root / "secret").write_text("old")
    (root / "secret").chmod(0o600)
    modes: list[int] = []
    real = calls.write

    def write(fd: int, data: bytes) -> None:
        real(fd, data)
        modes.append(os.fstat(fd).st_mode & 0o777)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(calls, "write", write)
        spool.write("secret", "new")
    assert modes
    assert {mode & 0o077 for mode in modes} == {0}
    assert disk(root)["secret"] == (b"new", 0o600, "file")


def test_every_write_is_in_the_history_of_its_file(spool: Spool) -> None:
    spool.write("a", "1")
    spool.write("a", "2")
    commit = spool.commit("a")
    spool.delete("a")
    assert commit is not None
    rows = spool.journal.query("SELECT change_type, commit_id FROM file_history ORDER BY edit_id")
    assert [row["change_type"] for row in rows] == ["created", "modified", "deleted"]
    assert [row["commit_id"] for row in rows] == [None, commit.id, None]


def test_an_error_of_the_journal_takes_the_act_back(filled: Spool, root: Path) -> None:
    expected, rows = disk(root), counts(filled.journal)

    def fails(*_: object) -> None:
        raise StorageError("the disk broke", hint="mend it")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(marks, "mark", fails)
        with pytest.raises(JournalError):
            filled.batch(PLAN)
    assert (disk(root), temp_files(root)) == (expected, [])
    after = counts(filled.journal)
    assert after["edit"] == rows["edit"]
    assert acts(filled.journal)[-1] == ("batch", "failed")
    assert len(filled.batch(PLAN)) == len(PLAN)


def interrupted(patch: pytest.MonkeyPatch, name: str) -> None:
    """Lets an interrupt come when a call was done, and before anybody could note it."""
    real = getattr(calls, name)

    def once(*given: object) -> None:
        patch.undo()
        real(*given)
        raise KeyboardInterrupt

    patch.setattr(calls, name, once)


@pytest.mark.parametrize("call", ["rename_new", "mkdir", "rmdir", "exchange", "chmod_fd", "rename"])
def test_an_interrupt_right_after_a_call_leaves_all_as_it_was_before_a_batch(
    filled: Spool, root: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    filled.write("folder/in/it", "x")
    plan = [Delete("b"), Write("b/in/it", "x"), Delete("folder/in/it"), Write("folder", "x"), *PLAN[:2], *PLAN[3:]]
    states = disk(root), filled.touched_files()
    interrupted(monkeypatch, call)
    with pytest.raises(KeyboardInterrupt):
        filled.batch(plan)
    assert (disk(root), filled.touched_files()) == states
    assert (filled.status().conflicts, temp_files(root)) == ((), [])
    assert acts(filled.journal)[-1] == ("batch", "failed")


@pytest.mark.parametrize("call", ["rename_new", "rmdir", "exchange"])
def test_an_interrupt_right_after_a_call_leaves_all_as_it_was_before_a_reset(
    filled: Spool, root: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    filled.write("folder/in/it", "x")
    filled.delete("b")
    before = disk(root)
    interrupted(monkeypatch, call)
    with pytest.raises(KeyboardInterrupt):
        filled.reset()
    assert (disk(root), filled.touched_files()) == (before, ["a", "b", "folder/in/it"])
    assert (filled.status().conflicts, temp_files(root)) == ((), [])
    assert acts(filled.journal)[-1] == ("reset", "failed")


def test_a_folder_that_goes_while_a_verb_makes_one_in_it_is_made_again(spool: Spool, root: Path) -> None:
    (root / "a/b").mkdir(parents=True)

    def gone() -> None:
        (root / "a/b").rmdir()
        (root / "a").rmdir()

    with pytest.MonkeyPatch.context() as patched:
        before(patched, "mkdir", gone)
        spool.write("a/b/c/d", "x")
    assert disk(root)["a/b/c/d"][0] == b"x"
    assert spool.reset().restored == ("a/b/c/d",)
    assert (root / "a/b").is_dir() and not (root / "a/b/c").exists()
