"""A checkout writes a commit's tree whole and exactly, and nothing at all where it cannot."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import pytest

from journal import (
    Commit,
    DigestMismatch,
    DiskFull,
    Journal,
    PathRefused,
    Spool,
    UnknownName,
    UsageError,
    WorkspaceChanged,
)
from journal.engine import checkout, pace
from journal.workspace import calls
from journal.workspace.target import Target
from tests.engine.looking import disk, names, run, shape

ODD = os.fsdecode(b"odd/\xff name\n.txt")


@pytest.fixture
def commit(spool: Spool) -> Commit:
    spool.write("a", "one\n")
    spool.write("bin/run", b"\x00" * 70_000, mode=0o755)
    spool.write("bin/secret", "s", mode=0o600)
    spool.write("bin/only", "r", mode=0o444)
    spool.write(ODD, b"")
    spool.symlink("to/nowhere", "../missing/\u00e9")
    found = spool.commit("all kinds")
    assert found is not None
    return found


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "far" / "out"


def test_a_tree_comes_out_as_it_was_committed(spool: Spool, commit: Commit, root: Path, out: Path) -> None:
    before = disk(root)
    spool.write("a", "later\n")
    spool.delete("bin/run")
    spool.commit("later")
    assert spool.journal.checkout(commit.id, out) == 6
    assert disk(out) == before
    assert spool.journal.checkout("main", out.parent / "now") == 5
    assert disk(out.parent / "now") == disk(root)


def test_a_journal_that_is_only_read_is_enough(spool: Spool, commit: Commit, root: Path, out: Path) -> None:
    with Journal.open(root) as journal:
        assert journal.readonly
        assert journal.checkout(commit.id[:7], str(out)) == 6
    assert disk(out) == disk(root)


def test_an_empty_folder_is_filled_and_the_tree_before_the_first_commit_is_none(
    spool: Spool, commit: Commit, out: Path
) -> None:
    out.mkdir(parents=True)
    assert spool.journal.checkout(commit.id, out, paths=[]) == 0
    assert os.listdir(out) == []
    assert spool.journal.checkout(commit.id, out) == 6


def test_only_what_is_named_comes_out(spool: Spool, commit: Commit, out: Path) -> None:
    assert spool.journal.checkout(commit.id, out, paths=["bin/*", "a"]) == 4
    assert names(out) == ["a", "bin", "bin/only", "bin/run", "bin/secret"]
    assert spool.journal.checkout(commit.id, out, paths="nothing") == 0


def test_a_dry_run_makes_nothing(spool: Spool, commit: Commit, out: Path) -> None:
    assert spool.journal.checkout(commit.id, out, dry_run=True) == 6
    assert not out.parent.exists()
    out.mkdir(parents=True)
    (out / "a").write_text("one\n")
    (out / "a").chmod(0o644)
    assert spool.journal.checkout(commit.id, out, paths=["a", "bin"], dry_run=True) == 3
    assert names(out) == ["a"]


def test_a_folder_that_is_not_empty_needs_paths(spool: Spool, commit: Commit, out: Path) -> None:
    out.mkdir(parents=True)
    (out / "theirs").write_text("x")
    with pytest.raises(UsageError, match="theirs") as caught:
        spool.journal.checkout(commit.id, out)
    assert caught.value.hint
    assert names(out) == ["theirs"]
    assert spool.journal.checkout(commit.id, out, paths=".") == 6
    assert (out / "theirs").read_text() == "x"


def same(path: Path) -> None:
    path.write_text("one\n")
    path.chmod(0o644)


def other_content(path: Path) -> None:
    same(path)
    path.write_text("two\n")


def other_size(path: Path) -> None:
    path.write_text("longer than that\n")


def other_mode(path: Path) -> None:
    same(path)
    path.chmod(0o755)


def other_kind(path: Path) -> None:
    path.symlink_to("one")


def a_folder(path: Path) -> None:
    path.mkdir()


def a_fifo(path: Path) -> None:
    os.mkfifo(path)


def test_files_that_stand_there_already_are_left(spool: Spool, commit: Commit, out: Path) -> None:
    assert spool.journal.checkout(commit.id, out) == 6
    before = shape(out)
    assert spool.journal.checkout(commit.id, out, paths=["a", "bin", "to", "odd"]) == 0
    assert shape(out) == before
    (out / "bin/run").unlink()
    assert spool.journal.checkout(commit.id, out, paths=".") == 1
    assert (out / "bin/run").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("stand", [other_content, other_size, other_mode, other_kind, a_folder, a_fifo])
def test_files_that_differ_are_refused_before_anything_is_written(
    spool: Spool, commit: Commit, out: Path, stand: Callable[[Path], None]
) -> None:
    (out / "bin").mkdir(parents=True)
    stand(out / "a")
    (out / "bin/secret").write_text("not so")
    before = shape(out)
    for dry_run in (True, False):
        with pytest.raises(WorkspaceChanged) as caught:
            spool.journal.checkout(commit.id, out, paths=".", dry_run=dry_run)
        assert (caught.value.paths, caught.value.path) == (("a", "bin/secret"), "a")
        assert "nothing was written" in str(caught.value)
    assert shape(out) == before


def test_no_symlink_in_the_folder_is_followed(spool: Spool, commit: Commit, out: Path, tmp_path: Path) -> None:
    out.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (out / "bin").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PathRefused):
        spool.journal.checkout(commit.id, out, paths=".")
    assert names(out) == ["bin"]
    assert os.listdir(tmp_path / "elsewhere") == []


def test_the_folder_itself_may_be_named_by_a_symlink(spool: Spool, commit: Commit, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert spool.journal.checkout(commit.id, tmp_path / "link") == 6
    assert (tmp_path / "real/a").read_text() == "one\n"


def test_a_symlink_that_comes_in_the_middle_is_not_followed(
    spool: Spool, commit: Commit, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    make = calls.mkdir

    def swapped(name: str, dir_fd: int, mode: int = 0o777) -> None:
        make(name, dir_fd, mode)
        if name == "bin":
            (out / "bin").rmdir()
            (out / "bin").symlink_to(tmp_path / "elsewhere")

    monkeypatch.setattr(calls, "mkdir", swapped)
    with pytest.raises(PathRefused) as caught:
        spool.journal.checkout(commit.id, out)
    assert "1 of 6 files stand in" in str(caught.value)
    assert os.listdir(tmp_path / "elsewhere") == []


def test_folders_of_the_journal_are_refused(spool: Spool, commit: Commit, root: Path) -> None:
    home = spool.journal.path.parent
    for folder in (root / ".spool/old", root / ".spool", home, home / "old", root / "a"):
        with pytest.raises(UsageError) as caught:
            spool.journal.checkout(commit.id, folder)
        assert caught.value.hint
    assert not (home / "old").exists()
    assert sorted(os.listdir(root / ".spool")) == [".gitignore", "id", "lock", "tmp"]


def test_a_journal_beside_the_folder_is_in_nobodys_way(root: Path, tmp_path: Path) -> None:
    with Spool.open(root, journal=tmp_path / "my.db") as spool:
        spool.write("a", "x")
        spool.commit("a")
        assert spool.journal.checkout("main", tmp_path / "out") == 1
        with pytest.raises(UsageError, match="where the journal is"):
            spool.journal.checkout("main", tmp_path, paths="a")


@pytest.mark.parametrize("into", ["", "nul\0", 5, None])
def test_a_folder_that_is_none_is_refused(spool: Spool, commit: Commit, into: Any) -> None:
    with pytest.raises(UsageError):
        spool.journal.checkout(commit.id, into)


def test_a_branch_without_commits_has_no_tree(spool: Spool, out: Path) -> None:
    with pytest.raises(UnknownName):
        spool.journal.checkout("main", out)
    assert not out.exists()


def test_paths_that_are_one_file_where_case_is_folded_are_refused_there(
    spool: Spool, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool.write("src/Name", "1")
    spool.write("src/name", "2")
    spool.commit("two spellings")
    assert spool.journal.checkout("main", out.parent / "both") == 2
    monkeypatch.setattr(Target, "folds_case", lambda self: True)
    monkeypatch.setattr(Target, "seems_to_fold_case", lambda self: True)
    for dry_run in (True, False):
        with pytest.raises(PathRefused, match="letters are folded"):
            spool.journal.checkout("main", out, dry_run=dry_run)
    assert not out.exists()
    assert spool.journal.checkout("main", out, paths="src/name") == 1


def test_a_name_that_the_file_system_cannot_hold_is_refused(
    spool: Spool, commit: Commit, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Target, "room", lambda self: (5, 4096))
    with pytest.raises(PathRefused, match="bin/secret"):
        spool.journal.checkout(commit.id, out)
    deep = out.joinpath(*["d" * 200] * 19)
    monkeypatch.undo()
    spool.write("/".join(["e" * 200] * 2), "x")
    spool.commit("deep")
    with pytest.raises(PathRefused, match="longer than"):
        spool.journal.checkout("main", deep)
    assert not out.exists()


@pytest.mark.parametrize("call", ["create", "write", "fchmod", "symlink", "rename_new"])
@pytest.mark.parametrize("nth", [0, 2])
def test_a_disk_that_refuses_in_the_middle_leaves_whole_files_only(
    spool: Spool, commit: Commit, root: Path, out: Path, monkeypatch: pytest.MonkeyPatch, call: str, nth: int
) -> None:
    real, left = getattr(calls, call), [0 if call == "symlink" else nth + (call == "create")]

    def failing(*arguments: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device")
        return real(*arguments)

    monkeypatch.setattr(calls, call, failing)
    with pytest.raises(DiskFull) as caught:
        spool.journal.checkout(commit.id, out)
    monkeypatch.undo()
    written = disk(out) if out.exists() else {}
    assert set(written.items()) <= set(disk(root).items())
    assert (f"{len(written)} of 6 files stand in" in str(caught.value)) == bool(written)
    assert out.exists() == bool(written)
    if written:
        assert spool.journal.checkout(commit.id, out, paths=".") == 6 - len(written)
    assert not any(name.startswith(".spool") for name in names(out.parent))


def test_what_appears_meanwhile_is_not_written_over(
    spool: Spool, commit: Commit, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chmod = calls.fchmod

    def slow(fd: int, mode: int) -> None:
        chmod(fd, mode)
        if mode == 0o755:
            (out / "bin/run").write_text("faster")

    monkeypatch.setattr(calls, "fchmod", slow)
    with pytest.raises(WorkspaceChanged, match="meanwhile") as caught:
        spool.journal.checkout(commit.id, out)
    assert caught.value.paths == ("bin/run",)
    assert (out / "bin/run").read_text() == "faster"
    assert sorted(os.listdir(out / "bin")) == ["only", "run"]


@pytest.mark.damaged
def test_a_damaged_content_is_not_written(root: Path, tmp_path: Path, out: Path) -> None:
    path = tmp_path / "journal.db"
    with Spool.open(root, journal=path) as spool:
        spool.write("a", "x")
        spool.write("big", os.urandom(3_000_000))
        spool.commit("both")
    connection = apsw.Connection(str(path))
    connection.execute("UPDATE chunk SET body = zeroblob(length(body)) WHERE id = (SELECT max(id) FROM chunk)")
    connection.close()
    with Journal.open(path) as journal, pytest.raises(DigestMismatch) as caught:
        journal.checkout("main", out)
    assert caught.value.paths == ("big",)
    assert "1 of 2 files" in str(caught.value)
    assert names(out) == ["a"]


def test_an_interrupt_leaves_no_temporary_file(spool: Spool, commit: Commit, out: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        spool.journal.checkout(commit.id, out, progress=stop)
    assert len(disk(out)) == 6


def test_progress_counts_files_and_ends_with_all_of_them(
    spool: Spool, commit: Commit, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, int]] = []
    spool.journal.checkout(commit.id, out, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (6, 6)
    assert len(told) == len(set(told))
    monkeypatch.setattr(pace, "PROGRESS_INTERVAL_S", 0.0)
    told.clear()
    spool.journal.checkout(commit.id, out.parent / "b", progress=lambda done, total: told.append((done, total)))
    assert told == [(n, 6) for n in range(1, 7)]


def test_a_plan_says_what_would_be_done(spool: Spool, commit: Commit, out: Path) -> None:
    out.mkdir(parents=True)
    same(out / "a")
    with spool.journal.reading() as reading:
        plan = checkout.plan(reading, commit.id, str(out), ["a", "bin/run"])
    assert [(step.path, step.action, step.bytes) for step in plan] == [("a", "leave", 0), ("bin/run", "write", 70_000)]


LARGE = """
import resource, sys
from journal import Journal
with Journal.open(sys.argv[1]) as journal:
    journal.checkout("main", sys.argv[2] + "/small", paths="small")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    journal.checkout("main", sys.argv[2] + "/all")
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_memory_does_not_grow_with_the_file(spool: Spool, root: Path, out: Path, tmp_path: Path) -> None:
    size = 96 << 20
    with (tmp_path / "big").open("wb") as file:
        file.truncate(size)
    spool.write("small", "x")
    spool.write("big", tmp_path / "big")
    spool.commit("big")
    grown = int(run(LARGE, root, out)) * (1 if os.uname().sysname == "Darwin" else 1024)
    assert grown < size // 2
    assert (out / "all/big").stat().st_size == size
    shutil.rmtree(out)


def test_nothing_is_left_open(spool: Spool, commit: Commit, out: Path) -> None:
    spool.journal.checkout(commit.id, out.parent / "warm")
    before = len(os.listdir("/dev/fd"))
    for n in range(3):
        spool.journal.checkout(commit.id, out / f"{n}")
        with pytest.raises(UsageError):
            spool.journal.checkout(commit.id, out)
    assert len(os.listdir("/dev/fd")) == before
