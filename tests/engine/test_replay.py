"""A replay ends in the tree of its commit, however often it is cut off, and finds what is not as it was committed."""

import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from journal import (
    BusyError,
    CorruptionError,
    DigestMismatch,
    DiskFull,
    Journal,
    PathRefused,
    Spool,
    UnknownName,
    UsageError,
    WorkspaceChanged,
)
from journal.engine import pace
from journal.workspace import calls
from journal.workspace.replica import Replica
from journal.workspace.target import Target
from tests.engine.looking import disk, names, run
from tests.engine.walks import files, lively, tree

CUT = ("create", "write", "fchmod", "symlink", "rename_new", "rename", "unlink", "mkdir", "rmdir", "rewrite")


class Cut(BaseException):
    """The end of a process, at a system call."""


@pytest.fixture
def commits(spool: Spool, root: Path) -> list[str]:
    return lively(spool, root)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "far" / "out"


def test_every_commit_is_rebuilt(spool: Spool, commits: list[str], root: Path, out: Path) -> None:
    for n, commit in enumerate(commits):
        assert spool.journal.replay(out / str(n), upto=commit) == n + 1
        assert disk(out / str(n)) == tree(spool, commit)
    assert spool.journal.replay(out / "now", verify=False) == len(commits)
    assert disk(out / "now") == disk(root)
    assert names(out / "now") == names(out / str(len(commits) - 1))
    assert "bin" in names(out / "now") and not (out / "now/odd/is").exists()
    assert not (out / "now/.spool").exists()


def test_folders_that_become_empty_vanish(spool: Spool, out: Path) -> None:
    spool.write("x/y/z", "1")
    spool.write("x/k", "1")
    spool.commit("1")
    spool.delete("x/y/z")
    spool.commit("2")
    spool.journal.replay(out)
    assert names(out) == ["x", "x/k"]
    spool.delete("x/k")
    spool.commit("3")
    spool.journal.replay(out.parent / "b")
    assert names(out.parent / "b") == []


def test_a_journal_that_is_only_read_is_enough_and_an_empty_folder_is_filled(
    commits: list[str], root: Path, out: Path
) -> None:
    out.mkdir(parents=True)
    with Journal.open(root) as journal:
        assert journal.replay(str(out), upto=commits[-1][:9]) == len(commits)
    assert disk(out) == disk(root)


def test_before_the_first_commit_there_is_nothing_to_walk(spool: Spool, out: Path) -> None:
    assert spool.journal.replay(out) == 0
    assert not out.exists()
    with pytest.raises(UnknownName):
        spool.journal.replay(out, upto="abcdef0")


def test_another_branch_is_walked_by_its_name(root: Path, tmp_path: Path, out: Path) -> None:
    (tmp_path / "second").mkdir()
    path = tmp_path / "both.db"
    with Spool.open(root, journal=path) as one, Spool.open(tmp_path / "second", journal=path, branch="side") as two:
        for n in range(3):
            one.write("mine", f"{n}")
            one.commit("mine")
            two.write("theirs", f"{n}")
            two.commit("theirs")
        assert one.journal.replay(out, upto="side") == 3
        assert names(out) == ["theirs"]
        assert one.journal.replay(out.parent / "main") == 3
        assert (out.parent / "main/mine").read_text() == "2"


def test_foreign_content_is_refused(spool: Spool, commits: list[str], root: Path, out: Path) -> None:
    out.mkdir(parents=True)
    (out / "theirs").write_text("x")
    for into in (out, root, out / "theirs", root / ".spool", spool.journal.path.parent, ""):
        with pytest.raises(UsageError) as caught:
            spool.journal.replay(into)
        assert caught.value.hint
    assert names(out) == ["theirs"]
    assert not (out / ".spool").exists()


def cut_at(monkeypatch: pytest.MonkeyPatch, nth: int) -> Iterator[int]:
    """Ends the process at the nth system call that changes the disk."""
    left = [nth]

    def cutting(real: Any) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                raise Cut
            return real(*arguments, **named)

        return call

    with monkeypatch.context() as patch:
        for name in CUT:
            patch.setattr(calls, name, cutting(getattr(calls, name)))
        yield nth


def test_wherever_it_is_cut_off_the_same_call_ends_in_the_same_tree(
    spool: Spool, commits: list[str], root: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, cuts, nth = disk(root), 0, 0
    while True:
        into = out / str(nth)
        try:
            for _ in cut_at(monkeypatch, nth):
                spool.journal.replay(into)
            break
        except Cut:
            cuts += 1
        assert spool.journal.replay(into) <= len(commits)
        assert disk(into) == wanted
        assert not (into / ".spool").exists()
        nth += 3
    assert cuts > 20


def test_a_replay_that_is_cut_off_again_and_again_ends(
    spool: Spool, commits: list[str], root: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for turn in range(30):
        try:
            for _ in cut_at(monkeypatch, 14 + turn % 7):
                spool.journal.replay(out)
            break
        except Cut:
            continue
    else:
        spool.journal.replay(out)
    assert disk(out) == disk(root)


CHANGES: list[Callable[[Path], object]] = [
    lambda at: at.write_text("s3"),
    lambda at: at.chmod(0o640),
    lambda at: at.unlink(),
    lambda at: at.rename(at.parent / "other"),
    lambda at: (at.parent / "more").mkdir(),
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_folder_that_holds_all_of_it_is_done(spool: Spool, commits: list[str], out: Path, change: Any) -> None:
    spool.journal.replay(out)
    assert spool.journal.replay(out, upto=commits[-1]) == 0
    change(out / "bin/secret")
    with pytest.raises(UsageError, match="not empty"):
        spool.journal.replay(out)


KILLED = """
import os, sys
from journal import Journal
from journal.engine import pace
pace.PROGRESS_INTERVAL_S = 0.0
with Journal.open(sys.argv[1]) as journal:
    journal.replay(sys.argv[2], progress=lambda done, total: os._exit(9) if done == 7 else None)
"""


def test_a_process_that_dies_leaves_what_the_next_one_goes_on_with(
    spool: Spool, commits: list[str], root: Path, out: Path
) -> None:
    run(KILLED, root, out, status=9)
    assert (out / ".spool/replay").read_text().endswith(" 1}\n")
    assert spool.journal.replay(out, upto=commits[-1]) == len(commits) - 1
    assert disk(out) == disk(root)


@pytest.mark.parametrize("path", ["a", "new", "bin/new", "bin/secret"])
def test_what_came_to_an_interrupted_replay_is_refused_and_left(
    spool: Spool, commits: list[str], root: Path, out: Path, path: str
) -> None:
    run(KILLED, root, out, status=9)
    (out / path).write_text("by hand")
    before = disk(out)
    with pytest.raises(WorkspaceChanged) as caught:
        spool.journal.replay(out)
    assert caught.value.paths == (path,)
    assert disk(out) == before
    (out / path).unlink()
    spool.journal.replay(out)
    assert disk(out) == disk(root)


def test_another_call_does_not_go_on_with_it(
    spool: Spool, commits: list[str], root: Path, out: Path, tmp_path: Path
) -> None:
    run(KILLED, root, out, status=9)
    with pytest.raises(UnknownName):
        spool.journal.replay(out, upto="side")
    (tmp_path / "other").mkdir()
    with Spool.open(tmp_path / "other") as other:
        other.write("a", "x")
        other.commit("a")
        with pytest.raises(UsageError, match="holds a part of"):
            other.journal.replay(out)
    mark = out / ".spool/replay"
    mark.write_text(mark.read_text().replace(" 1}", " 4}"))
    with pytest.raises(UsageError, match="past"):
        spool.journal.replay(out, upto=commits[1])
    mark.write_text("not so")
    with pytest.raises(UsageError, match="how far"):
        spool.journal.replay(out)


def test_two_at_once_are_refused(spool: Spool, commits: list[str], root: Path, out: Path) -> None:
    run(KILLED, root, out, status=9)
    with (out / ".spool/replay").open() as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        with pytest.raises(BusyError):
            spool.journal.replay(out)
    spool.journal.replay(out)


def test_an_edit_in_the_middle_is_not_written_over(
    spool: Spool, commits: list[str], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "PROGRESS_INTERVAL_S", 0.0)

    def edit(done: int, total: int) -> None:
        if done == 5:
            (out / "a").write_text("mine")

    with pytest.raises(WorkspaceChanged, match="1 of 6 commits stand") as caught:
        spool.journal.replay(out, progress=edit)
    assert caught.value.paths == ("a",)
    assert (out / "a").read_text() == "mine"


def test_paths_that_do_not_fit_are_named_before_anything_is_written(
    spool: Spool, commits: list[str], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Target, "room", lambda self: (6, 4096))
        with pytest.raises(PathRefused, match="longer than"):
            spool.journal.replay(out)
    assert not out.exists()
    spool.write("src/Name", "1")
    spool.commit("one spelling")
    spool.move("src/Name", "src/name")
    spool.commit("the other")
    monkeypatch.setattr(Replica, "folds_case", lambda self: True)
    assert spool.journal.replay(out) == len(commits) + 2
    spool.write("SRC/NAME", "2")
    spool.commit("both")
    with pytest.raises(PathRefused, match="letters are folded"):
        spool.journal.replay(out.parent / "b")
    assert not (out.parent / "b").exists()


def test_a_full_disk_is_told_with_how_far_it_came(
    spool: Spool, commits: list[str], root: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, left = calls.write, [4]

    def full(fd: int, data: bytes) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device")
        write(fd, data)

    monkeypatch.setattr(calls, "write", full)
    with pytest.raises(DiskFull, match="the same call goes on"):
        spool.journal.replay(out)
    monkeypatch.undo()
    spool.journal.replay(out)
    assert disk(out) == disk(root)


def test_progress_counts_changes(
    spool: Spool, commits: list[str], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "PROGRESS_INTERVAL_S", 0.0)
    told: list[tuple[int, int]] = []
    spool.journal.replay(out, progress=lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert {total for _, total in told} == {len(spool.journal.changes())}
    assert told[-1][0] == told[-1][1]


DAMAGE = [
    ("UPDATE commits SET message = 'forged' WHERE n = 2", "its id"),
    ("UPDATE change SET after_mode = 511 WHERE commit_id = 3 AND after_mode IS NOT NULL", "its id"),
    ("UPDATE commits SET parent_id = 1 WHERE n = 3", "its id"),
    ("UPDATE head_entry SET mode = 1 WHERE path_id = 1", "the tree at it"),
    ("DELETE FROM change WHERE commit_id = 2", "its id"),
]


def doctored(root: Path, path: Path, sql: str) -> None:
    with Spool.open(root, journal=path) as spool:
        for n in range(3):
            spool.write("a", f"{n}")
            spool.write(f"b{n}", os.urandom(100_000))
            spool.commit(f"{n}")
    connection = apsw.Connection(str(path))
    for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(sql)
    connection.close()


@pytest.mark.damaged
@pytest.mark.parametrize(("sql", "said"), DAMAGE)
def test_what_is_not_as_it_was_committed_is_found(root: Path, tmp_path: Path, out: Path, sql: str, said: str) -> None:
    doctored(root, tmp_path / "my.db", sql)
    with Journal.open(tmp_path / "my.db") as journal, pytest.raises(CorruptionError, match=said) as caught:
        journal.replay(out)
    assert "of 3 commits stand in" in str(caught.value)
    assert caught.value.hint


@pytest.mark.damaged
def test_a_damaged_content_is_named(root: Path, tmp_path: Path, out: Path) -> None:
    doctored(root, tmp_path / "my.db", "UPDATE chunk SET body = zeroblob(length(body)) WHERE size > 1000")
    with Journal.open(tmp_path / "my.db") as journal, pytest.raises(DigestMismatch) as caught:
        journal.replay(out)
    assert caught.value.paths == ("b0",)
    assert names(out) == ["a"]


def test_nothing_is_left_open(spool: Spool, commits: list[str], out: Path) -> None:
    spool.journal.replay(out / "warm")
    before = len(os.listdir("/dev/fd"))
    for n in range(3):
        spool.journal.replay(out / str(n))
        assert spool.journal.replay(out / str(n)) == 0
        (out / str(n) / "theirs").touch()
        with pytest.raises(UsageError):
            spool.journal.replay(out / str(n))
    assert len(os.listdir("/dev/fd")) == before


@pytest.mark.parametrize("kept", [1, 2, 4])
def test_what_a_prune_left_is_walked_from_the_tree_it_begins_with(
    root: Path, tmp_path: Path, out: Path, kept: int
) -> None:
    with Spool.open(root, journal=tmp_path / "pruned.file") as spool:
        made = lively(spool, root)
        whole = tree(spool, made[-1])
    seen: list[tuple[int, int]] = []
    with Journal.open(tmp_path / "pruned.file", readonly=False) as journal:
        assert journal.prune(keep_commits=kept, dry_run=False)["commits"] == len(made) - kept
        assert journal.replay(out, progress=lambda done, total: seen.append((done, total))) == kept
        assert journal.export("git", tmp_path / "stream")["commits"] == kept
    assert files(disk(out)) == whole
    assert seen[-1][0] == seen[-1][1]


def test_a_path_of_a_pruned_tree_that_does_not_fit_is_named_before_anything_is_written(
    root: Path, tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Spool.open(root, journal=tmp_path / "pruned.file") as spool:
        spool.write("long" * 20, "from the beginning")
        for number in range(3):
            spool.write("a", f"{number}")
            spool.commit(f"{number}")
    monkeypatch.setattr(Target, "room", lambda _self: (60, 4000))
    with Journal.open(tmp_path / "pruned.file", readonly=False) as journal:
        journal.prune(keep_commits=1, dry_run=False)
        with pytest.raises(PathRefused, match="longlong"):
            journal.replay(out)
    assert not out.exists()
