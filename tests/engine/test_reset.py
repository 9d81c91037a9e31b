"""Taking back: only what differs is written, and what someone else made is left alone, or kept first."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from journal import JournalError, PathRefused, Spool, UsageError, WorkspaceChanged
from journal.engine import targets
from journal.engine.slots import find
from tests.engine.looking import acts, counts, disk, names, shape, temp_files, value
from tests.workspace import foreign


@pytest.fixture
def head(spool: Spool, root: Path) -> dict[str, tuple[bytes, int, str]]:
    """Three committed files and a symlink."""
    spool.write("a", "a at head")
    spool.write("deep/b", "b at head", mode=0o755)
    spool.write("c", "c at head")
    spool.symlink("link", "a")
    spool.commit("head")
    return disk(root)


def remove_all(root: Path) -> None:
    for path in root.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


Head = dict[str, tuple[bytes, int, str]]


def test_every_kind_of_change_is_taken_back(spool: Spool, root: Path, head: Head) -> None:
    spool.write("a", "new")
    spool.move("deep/b", "moved/b")
    spool.delete("c")
    spool.symlink("link", "c")
    spool.write("new/folder/d", "new")
    report = spool.reset()
    assert disk(root) == head
    assert report.restored == ("a", "c", "deep/b", "link", "moved/b", "new/folder/d")
    assert (report.conflicts, report.unchanged) == ((), 0)
    assert [patch.path for patch in report.patches] == list(report.restored)
    assert (spool.touched_files(), spool.diff()) == ([], [])
    assert acts(spool.journal)[-2:] == [("write", "ok"), ("reset", "ok")]


def test_only_what_differs_is_written(spool: Spool, root: Path, head: Head) -> None:
    before = shape(root)
    spool.write("a", "new")
    spool.write("c", "new")
    spool.write("c", head["c"][0])  # as at head again
    kept = shape(root)
    report = spool.reset()
    after = shape(root)
    assert report.restored == ("a",)
    assert {path: after[path] for path in ("deep/b", "link")} == {path: before[path] for path in ("deep/b", "link")}
    assert after["c"] == kept["c"]


def test_a_second_reset_writes_nothing(spool: Spool, root: Path, head: Head) -> None:
    spool.write("a", "new")
    spool.write("new/d", "new")
    spool.reset()
    before, rows = shape(root), counts(spool.journal)
    report = spool.reset()
    assert (report.restored, report.plan, report.unchanged) == ((), (), 4)
    assert shape(root) == before
    after = counts(spool.journal)
    assert {table for table in rows if rows[table] != after[table]} <= {"invocation", "audit_link", "intent"}


def test_folders_that_had_to_be_made_go_when_they_are_empty(spool: Spool, root: Path) -> None:
    (root / "theirs").mkdir()
    spool.write("new/folder/a", "x")
    spool.write("theirs/below/a", "x")
    spool.reset()
    assert names(root) == ["theirs"]


def test_a_folder_with_a_file_of_someone_else_stays(spool: Spool, root: Path) -> None:
    spool.write("new/folder/a", "x")
    (root / "new/note").write_text("theirs")
    spool.reset()
    assert names(root) == ["new", "new/note"]
    (root / "new/note").unlink()
    spool.write("new/a", "x")
    spool.reset()
    assert names(root) == []


def test_a_committed_folder_is_not_removed(spool: Spool, root: Path, head: Head) -> None:
    spool.delete("deep/b")
    spool.commit("without b")
    spool.write("deep/c", "x")
    spool.reset()
    assert "deep" in names(root)


def test_all_tracked_files_come_back_after_everything_was_removed(spool: Spool, root: Path, head: Head) -> None:
    spool.write("a", "new")
    spool.write("d", "new")
    remove_all(root)
    report = spool.reset()
    assert disk(root) == head
    assert report.restored == ("a", "c", "deep/b", "link")
    assert temp_files(root) == []
    assert (root / ".spool/id").exists()


def test_they_come_back_in_a_new_session_too(root: Path) -> None:
    with Spool.open(root) as spool:
        spool.write("deep/a", "at head")
        spool.commit("head")
        before = disk(root)
    remove_all(root)
    with Spool.open(root) as spool:
        assert spool.reset().restored == ("deep/a",)
        assert disk(root) == before


def test_an_edit_by_hand_is_reported_and_left(spool: Spool, root: Path, head: Head) -> None:
    spool.write("a", "new")
    spool.write("c", "new")
    (root / "a").write_text("theirs")
    (root / "deep/b").write_text("theirs")
    before = shape(root)
    report = spool.reset()
    assert (report.restored, report.conflicts) == (("c",), ("a", "deep/b"))
    assert [(step.path, step.action) for step in report.plan] == [("a", "leave"), ("c", "write"), ("deep/b", "leave")]
    after = shape(root)
    assert (after["a"], after["deep/b"]) == (before["a"], before["deep/b"])
    assert spool.touched_files() == ["a"]


def test_force_takes_an_edit_back_and_keeps_it_in_the_journal(spool: Spool, root: Path, head: Head) -> None:
    spool.write("new", "mine")
    (root / "a").write_text("theirs, small")
    (root / "new").write_bytes(b"theirs, large" * 100_000)
    report = spool.reset(force=True)
    assert disk(root) == head
    assert (report.restored, report.conflicts) == (("new", "a"), ())
    kept = {patch.path: patch.sha_before for patch in report.patches}
    assert spool.journal.blob(str(kept["a"])).read() == b"theirs, small"
    assert spool.journal.blob(str(kept["new"])).read() == b"theirs, large" * 100_000


def test_a_changed_mode_alone_is_set_back(spool: Spool, root: Path, head: Head) -> None:
    before = shape(root)
    (root / "a").chmod(0o600)
    report = spool.reset()
    assert disk(root) == head
    assert [(step.path, step.action) for step in report.plan] == [("a", "mode")]
    assert shape(root)["a"][1] == before["a"][1]


def test_a_dry_run_changes_nothing_and_tells_the_plan(spool: Spool, root: Path, head: Head) -> None:
    spool.write("a", "new")
    spool.delete("c")
    spool.write("new/d", "new")
    (root / "deep/b").write_text("theirs")
    spool.status()  # closes the last act
    before, rows, staged = shape(root), counts(spool.journal), spool.touched_files()
    plan = spool.reset(dry_run=True)
    assert (shape(root), counts(spool.journal), spool.touched_files()) == (before, rows, staged)
    report = spool.reset()
    assert (plan.plan, plan.restored, plan.conflicts) == (report.plan, report.restored, report.conflicts)
    assert [(step.path, step.action, step.bytes) for step in plan.plan] == [
        ("a", "write", 9),
        ("c", "write", 9),
        ("new/d", "delete", 0),
        ("deep/b", "leave", 0),
    ]


@pytest.mark.parametrize(
    ("paths", "restored"),
    [
        ("a", ["a"]),
        (Path("a"), ["a"]),
        (["a", "c"], ["a", "c"]),
        ("deep", ["deep/b", "deep/d"]),
        ("deep/", ["deep/b", "deep/d"]),
        ("*", ["a", "c"]),
        ("**/d", ["deep/d"]),
        ([], []),
        ("none", []),
        (".", ["a", "c", "deep/b", "deep/d"]),
    ],
)
def test_paths_say_what_is_taken_back(spool: Spool, root: Path, head: Head, paths: Any, restored: list[str]) -> None:
    changed = ["a", "c", "deep/b", "deep/d"]
    for path in changed:
        spool.write(path, "new")
    assert list(spool.reset(paths).restored) == restored
    assert spool.touched_files() == [path for path in changed if path not in restored]


def test_paths_may_come_from_an_iterator(spool: Spool, root: Path, head: Head) -> None:
    spool.write("a", "new")
    assert spool.reset(iter(["a"])).restored == ("a",)


@pytest.mark.parametrize("paths", ["/a", "../a", b"a", 5, [5], [None]])
def test_paths_of_no_use_are_refused(spool: Spool, root: Path, head: Head, paths: Any) -> None:
    spool.write("a", "new")
    with pytest.raises(UsageError) as caught:
        spool.reset(paths)
    assert caught.value.hint
    assert spool.touched_files() == ["a"]


def test_a_folder_in_place_of_a_file_is_taken_back(spool: Spool, root: Path, head: Head) -> None:
    spool.delete("a")
    spool.write("a/b/c", "new")
    spool.write("a/d", "new")
    spool.delete("a/d")
    assert spool.reset().restored == ("a", "a/b/c")
    assert disk(root) == head


def test_an_emptied_folder_in_place_of_a_file_is_taken_back(spool: Spool, root: Path, head: Head) -> None:
    spool.delete("a")
    spool.write("a/b/c", "new")
    spool.delete("a/b/c")
    assert spool.reset().restored == ("a",)
    assert disk(root) == head


def test_a_file_in_place_of_a_folder_is_taken_back(spool: Spool, root: Path, head: Head) -> None:
    spool.delete("deep/b")
    (root / "deep").rmdir()
    spool.write("deep", "a file now")
    assert spool.reset().restored == ("deep", "deep/b")
    assert disk(root) == head


def fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "note").write_text("theirs")


def file_above(path: Path) -> None:
    shutil.rmtree(path.parent)
    path.parent.write_text("theirs")


def link_above(path: Path) -> None:
    os.rename(path.parent, path.parent.parent / "elsewhere")
    path.parent.symlink_to("elsewhere")


@pytest.mark.parametrize("block", [fifo, folder, file_above, link_above])
def test_what_cannot_be_taken_back_is_a_conflict_and_the_rest_goes_on(
    spool: Spool, root: Path, head: Head, block: Callable[[Path], None]
) -> None:
    spool.write("a", "new")
    spool.write("c", "new")
    block(root / "deep/b")
    before = shape(root)
    for force in (False, True):
        report = spool.reset(force=force)
        assert report.conflicts == ("deep/b",)
        assert disk(root)["c"] == head["c"]
    after = shape(root)
    assert {path: after[path] for path in after if path not in "ac"} == {p: before[p] for p in before if p not in "ac"}


def test_a_note_in_a_folder_that_stands_in_place_of_a_file_blocks_only_that_file(
    spool: Spool, root: Path, head: Head
) -> None:
    spool.delete("a")
    spool.write("a/b", "new")
    (root / "a/note").write_text("theirs")
    report = spool.reset()
    assert (report.restored, report.conflicts) == (("a/b",), ("a",))
    assert (root / "a/note").read_text() == "theirs"
    (root / "a/note").unlink()
    assert spool.reset().conflicts == ()
    assert disk(root) == head


def test_what_stays_above_blocks_what_lies_below(spool: Spool, root: Path, head: Head) -> None:
    spool.delete("deep/b")
    (root / "deep").rmdir()
    spool.write("deep", "a file now")
    (root / "deep").write_text("theirs")
    report = spool.reset()
    assert (report.restored, report.conflicts) == ((), ("deep", "deep/b"))
    assert spool.reset(force=True).conflicts == ()
    assert disk(root) == head


def test_an_edit_in_the_very_moment_takes_the_whole_reset_back(
    spool: Spool, root: Path, head: Head, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool.write("a", "new a")
    spool.write("c", "new c")
    foreign.before(monkeypatch, "exchange", lambda: foreign.save_by_rename(root / "c"), at=2)
    with pytest.raises(WorkspaceChanged) as caught:
        spool.reset()
    assert caught.value.path == "c"
    assert (disk(root)["a"][0], disk(root)["c"][0]) == (b"new a", b"theirs")
    assert spool.touched_files() == ["a", "c"]
    assert spool.reset(force=True).restored == ("a", "c")
    assert disk(root) == head


def test_a_reset_that_is_taken_back_keeps_what_needed_no_write_staged(
    spool: Spool, root: Path, head: Head, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool.write("a", "new a")
    spool.write("c", "new c")
    spool.write("gone", "new")
    (root / "c").write_bytes(head["c"][0])
    (root / "gone").unlink()
    staged = [(patch.path, patch.sha_after, patch.invocation_id) for patch in spool.diff()]
    foreign.before(monkeypatch, "exchange", lambda: foreign.save_by_rename(root / "a"))
    with pytest.raises(WorkspaceChanged):
        spool.reset()
    assert [(patch.path, patch.sha_after, patch.invocation_id) for patch in spool.diff()] == staged
    assert [entry.path for entry in spool.status().conflicts] == ["a", "c", "gone"]


def test_reset_with_nothing_tracked_is_fine(spool: Spool, root: Path) -> None:
    (root / "theirs").write_text("theirs")
    report = spool.reset(force=True)
    assert (report.restored, report.unchanged, report.conflicts) == ((), 0, ())
    assert names(root) == ["theirs"]
    assert value(spool.journal, "SELECT count(*) FROM blob") == 0


def test_a_closed_spool_plans_nothing(root: Path) -> None:
    with Spool.open(root) as spool:
        pass
    with pytest.raises(JournalError):
        spool.reset(dry_run=True)


def test_an_empty_name_is_not_everything(root: Path) -> None:
    with Spool.open(root) as spool:
        spool.write("a", "1")
        with pytest.raises(PathRefused):
            spool.reset("")
        assert spool.touched_files() == ["a"]


@pytest.mark.parametrize(("paths", "restored"), [("[a]", ["[a]"]), ("[ab]", ["a", "b"]), ("d/[b]", ["d/b"])])
def test_a_name_that_looks_like_a_glob_is_meant_when_it_is_tracked(
    spool: Spool, paths: str, restored: list[str]
) -> None:
    for path in ("[a]", "a", "b", "d/b"):
        spool.write(path, "old")
    spool.commit("head")
    for path in ("[a]", "a", "b", "d/b"):
        spool.delete(path)
    assert list(spool.reset(paths).restored) == restored


def test_a_part_is_taken_back_without_a_look_at_the_rest(
    spool: Spool, root: Path, head: Head, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool.write("a", "new")
    looked: list[str] = []

    def noted(desk: Any, path: str, **kind: Any) -> Any:
        looked.append(path)
        return find(desk, path, **kind)

    monkeypatch.setattr(targets, "find", noted)
    assert spool.reset("a").restored == ("a",)
    assert looked == ["a"]
