"""Staging what takes the tree to an older commit: all of it or nothing, and back again."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from journal import Chmod, Commit, Delete, Move, Spool, Symlink, UnknownName, UsageError, WorkspaceChanged, Write
from tests.engine.looking import Contents, acts, by_path, counts, disk, names, shape, temp_files
from tests.workspace import foreign

LARGE = bytes(range(256)) * 8_000
STEPS: list[list[Any]] = [
    [Write("a", "one"), Write("run", "x", mode=0o755), Write("dir/x", "x"), Write("dir/y", "y"), Symlink("link", "a")],
    [Write("a", "two"), Chmod("run", 0o644), Delete("dir/x"), Write("new/deep/z", "z"), Write("big", LARGE)],
    [Delete("dir/y"), Write("dir", "a file"), Delete("link"), Write("link", "a file"), Delete("a"), Write("a/b", "b")],
    [Move("a/b", "c"), Write("a", "three"), Delete("new/deep/z"), Delete("dir"), Delete("big")],
]


class Past:
    """Four commits, and what the root held at each."""

    def __init__(self, spool: Spool, root: Path) -> None:
        self.commits: list[Commit] = []
        self.trees: list[Contents] = []
        for step in STEPS:
            spool.batch(step)
            commit = spool.commit("step")
            assert commit is not None
            self.commits.append(commit)
            self.trees.append(disk(root))

    def id(self, at: int) -> str:
        return self.commits[at].id


@pytest.fixture
def past(spool: Spool, root: Path) -> Past:
    return Past(spool, root)


@pytest.mark.parametrize("at", range(4))
def test_the_tree_goes_to_a_commit_and_back(spool: Spool, root: Path, past: Past, at: int) -> None:
    patches = spool.restore(past.id(at))
    assert disk(root) == past.trees[at]
    assert [patch.path for patch in patches] == spool.touched_files()
    assert by_path(spool.diff()) == by_path(patches)
    assert (spool.status().conflicts, spool.status().edits, temp_files(root)) == ((), (), [])
    assert acts(spool.journal)[-1] == ("restore", "ok")
    assert spool.reset().conflicts == ()
    assert disk(root) == past.trees[3]


@pytest.mark.parametrize("first", range(4))
@pytest.mark.parametrize("second", range(4))
def test_one_restore_after_another_folds(spool: Spool, root: Path, past: Past, first: int, second: int) -> None:
    spool.restore(past.id(first))
    spool.restore(past.id(second))
    assert disk(root) == past.trees[second]
    commit = spool.commit("restored")
    assert (commit is None) == (second == 3)
    tree = {path: (entry.mode, entry.kind) for path, entry in spool.journal.tree().items()}
    assert tree == {path: stands[1:] for path, stands in past.trees[second].items()}


def test_what_was_staged_is_folded_and_head_stays_the_base(spool: Spool, root: Path, past: Past) -> None:
    spool.write("a", "staged")
    spool.write("fresh", "staged")
    spool.delete("run")
    spool.write("dir/x", "staged below")
    spool.restore(past.id(1))
    assert disk(root) == past.trees[1]
    assert spool.touched_files() == sorted(path for path in {*past.trees[1], *past.trees[3]} if path != "run")
    spool.reset()
    assert disk(root) == past.trees[3]


def test_a_commit_is_named_by_prefix_or_branch(spool: Spool, root: Path, past: Past) -> None:
    spool.restore(past.id(0)[:7])
    assert disk(root) == past.trees[0]
    spool.restore("main")
    assert (disk(root), spool.touched_files()) == (past.trees[3], [])
    for name in ("none", past.id(0)[:6], "f" * 64):
        with pytest.raises(UnknownName):
            spool.restore(name)
    with pytest.raises(UsageError):
        spool.restore(None)  # type: ignore[arg-type]  # what a caller may do


@pytest.mark.parametrize(
    ("paths", "changed"),
    [
        ("run", ["run"]),
        (["run", Path("c")], ["c", "run"]),
        ("dir", ["dir/x", "dir/y"]),
        ("**/y", ["dir/y"]),
        ("none", []),
        ([], []),
    ],
)
def test_paths_say_what_is_restored(spool: Spool, root: Path, past: Past, paths: Any, changed: list[str]) -> None:
    patches = spool.restore(past.id(0), paths)
    assert [patch.path for patch in patches] == changed
    then, now = past.trees[0], past.trees[3]
    expected = {path: tree[path] for tree in (now, then) for path in tree if (path in changed) == (tree is then)}
    assert disk(root) == expected


def test_nothing_to_restore_writes_nothing(spool: Spool, root: Path, past: Past) -> None:
    spool.status()
    before, rows = shape(root), counts(spool.journal)
    assert spool.restore(past.id(3)) == []
    after = counts(spool.journal)
    assert shape(root) == before
    assert {table for table in rows if rows[table] != after[table]} == {"invocation", "audit_link"}


def test_a_dry_run_tells_and_changes_nothing(spool: Spool, root: Path, past: Past) -> None:
    spool.status()
    before, rows = shape(root), counts(spool.journal)
    planned = spool.restore(past.id(0), dry_run=True)
    assert (shape(root), counts(spool.journal), spool.touched_files()) == (before, rows, [])
    done = spool.restore(past.id(0))
    plan = [(patch.path, patch.change_type, patch.sha_after) for patch in planned]
    assert plan == [(patch.path, patch.change_type, patch.sha_after) for patch in done]
    assert {patch.invocation_id for patch in planned} == {None}


def test_an_edit_by_hand_refuses_all_of_it(spool: Spool, root: Path, past: Past) -> None:
    spool.write("c", "staged")
    (root / "a").write_text("theirs")
    (root / "c").write_text("theirs too")
    before = shape(root)
    for dry_run in (True, False):
        with pytest.raises(WorkspaceChanged) as caught:
            spool.restore(past.id(0), dry_run=dry_run)
        error = caught.value
        assert (error.path, error.paths, bool(error.hint)) == ("a", ("a", "c"), True)
        steps = {step.path: (step.action, step.reason, step.bytes) for step in error.plan}
        assert steps["a"] == ("leave", "someone else changed it", 0)
        assert steps["dir/y"] == ("write", "it is absent", 1)
        assert (shape(root), spool.touched_files(), temp_files(root)) == (before, ["c"], [])
    assert acts(spool.journal)[-1] == ("restore", "failed")


def test_force_keeps_what_it_writes_over(spool: Spool, root: Path, past: Past) -> None:
    (root / "a").write_text("theirs")
    (root / "c").write_bytes(b"theirs" * 300_000)
    patches = {patch.path: patch for patch in spool.restore(past.id(0), force=True)}
    assert disk(root) == past.trees[0]
    for path, content in (("a", b"theirs"), ("c", b"theirs" * 300_000)):
        assert spool.journal.blob(str(patches[path].sha_before)).read() == content
    kept = spool.journal.query("SELECT p.name, r.reason FROM rescued AS r JOIN path AS p ON p.id = r.path_id")
    assert kept == [{"name": "a", "reason": "force"}, {"name": "c", "reason": "force"}]
    spool.reset()
    assert disk(root) == past.trees[3]


def test_an_untracked_file_in_the_way_is_somebodys(spool: Spool, root: Path, past: Past) -> None:
    (root / "dir").mkdir()
    (root / "dir/x").write_text("theirs")
    (root / "dir/y").write_text("y")  # as it was then
    (root / "dir/theirs").write_text("nobody's business")
    with pytest.raises(WorkspaceChanged) as caught:
        spool.restore(past.id(0))
    assert caught.value.paths == ("dir/x",)
    spool.restore(past.id(0), force=True)
    assert disk(root) == past.trees[0] | {"dir/theirs": (b"nobody's business", 0o644, "file")}
    spool.reset()
    assert (root / "dir/x").read_text() == "theirs"
    assert {path: stands for path, stands in disk(root).items() if not path.startswith("dir/")} == past.trees[3]


def test_what_someone_did_already_is_taken_over(spool: Spool, root: Path, past: Past) -> None:
    then = past.trees[0]
    (root / "a").write_bytes(then["a"][0])
    (root / "c").unlink()
    (root / "run").chmod(0o755)
    before = shape(root)
    told = {patch.path: patch.change_type for patch in spool.restore(past.id(0), ["a", "c", "run"])}
    assert told == {"a": "modified", "c": "deleted", "run": "mode"}
    assert (shape(root), spool.touched_files()) == (before, ["a", "c", "run"])


def test_lost_files_and_modes_come_back(spool: Spool, root: Path, past: Past) -> None:
    for path in root.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    spool.restore("main")
    assert disk(root) == past.trees[3]
    (root / "c").chmod(0o600)
    assert [patch.change_type for patch in spool.restore("main")] == ["mode"]
    assert (disk(root), spool.touched_files()) == (past.trees[3], [])


@pytest.mark.parametrize("block", ["fifo", "folder", "file above", "link above"])
def test_what_bars_the_way_refuses_all_of_it_also_by_force(spool: Spool, root: Path, past: Past, block: str) -> None:
    if block == "fifo":
        os.mkfifo(root / "link~")
        os.replace(root / "link~", root / "link")
    elif block == "folder":
        (root / "a").unlink()
        (root / "a").mkdir()
        (root / "a/note").write_text("theirs")
    elif block == "file above":
        (root / "dir").write_text("theirs")
    else:
        (root / "dir").symlink_to("elsewhere")
    before = names(root)
    for force in (False, True):
        with pytest.raises(WorkspaceChanged) as caught:
            spool.restore(past.id(0), force=force)
        assert caught.value.hint
        assert all(step.reason for step in caught.value.plan)
    assert (names(root), spool.touched_files()) == (before, [])


def test_an_edit_in_the_very_moment_takes_it_all_back(
    spool: Spool, root: Path, past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool.write("c", "staged")
    before = disk(root)
    foreign.before(monkeypatch, "exchange", lambda: foreign.save_by_rename(root / "a"))
    with pytest.raises(WorkspaceChanged):
        spool.restore(past.id(0))
    assert disk(root) == before | {"a": (b"theirs", 0o644, "file")}
    assert (spool.touched_files(), temp_files(root)) == (["c"], [])
    assert [patch.sha_after for patch in spool.diff()] == [spool.write("c", "staged").sha_after]


def test_folders_that_were_made_for_what_is_staged_go(spool: Spool, root: Path, past: Past) -> None:
    spool.write("made/for/this", "x")
    spool.restore("main")
    assert "made" not in names(root)


def test_an_adopted_file_that_was_not_there_then_goes_and_comes_back(spool: Spool, root: Path, past: Past) -> None:
    (root / "theirs").write_text("precious")
    spool.adopt("theirs")
    assert [patch.path for patch in spool.restore("main")] == ["theirs"]
    assert "theirs" not in names(root)
    spool.reset()
    assert (root / "theirs").read_text() == "precious"


def test_empty_folders_make_room_for_a_file_and_what_holds_something_does_not(
    spool: Spool, root: Path, past: Past
) -> None:
    spool.batch([Delete("c"), Write("c/of/verbs", "x"), Write("c/kept", "x")])
    spool.commit("a folder")
    spool.delete("c/of/verbs")
    spool.commit("partly empty")
    (root / "c/of/theirs/deep").mkdir(parents=True)
    (root / "c/of/theirs/note").write_text("precious")
    with pytest.raises(WorkspaceChanged, match="a folder stands there"):
        spool.restore(past.id(3), "c", force=True)
    assert (root / "c/of/theirs/deep").is_dir()
    (root / "c/of/theirs/note").unlink()
    assert [patch.path for patch in spool.restore(past.id(3), "c", dry_run=True)] == ["c", "c/kept"]
    assert (root / "c/of/theirs/deep").is_dir()
    spool.restore(past.id(3), "c")
    assert disk(root)["c"] == past.trees[3]["c"]
    spool.reset()
    assert (root / "c/kept").read_text() == "x"
