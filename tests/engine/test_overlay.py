"""The verbs one by one: what each makes of a path, also of one that someone else changed."""

import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from journal import (
    Delete,
    LimitExceeded,
    Move,
    Operation,
    Replace,
    Spool,
    UnknownName,
    UsageError,
    WorkspaceChanged,
    Write,
)
from journal.database.transaction import Transaction
from journal.limits import PATH_BYTES_MAX
from tests.engine.hands import (
    HEAD,
    NEW,
    STAGED,
    THEIRS,
    deleted,
    edited,
    is_held,
    made_executable,
    modified,
    standing,
)
from tests.engine.looking import disk, history, inode, mode, rescued, shape, text, value

LARGE = b"a large content of somebody\n" * 70_000
LARGE_VERBS: dict[str, Callable[[Spool], object]] = {
    "write": lambda spool: spool.write("p", NEW),
    "delete": lambda spool: spool.delete("p"),
    "move": lambda spool: spool.move("p", "q"),
    "symlink": lambda spool: spool.symlink("p", "ours"),
    "commit": lambda spool: spool.commit("all"),
}


def test_delete_removes_a_file_and_leaves_its_folder(spool: Spool, root: Path) -> None:
    spool.write("deep/a", "x")
    patch = spool.delete("deep/a")
    assert (patch.change_type, patch.changed, patch.sha_after, patch.size_after) == ("deleted", True, None, None)
    assert os.listdir(root / "deep") == []


def test_delete_of_nothing_is_no_error(spool: Spool, root: Path) -> None:
    for path in ("none", "no/folder/either"):
        patch = spool.delete(path)
        assert (patch.path, patch.changed) == (path, False)
    assert disk(root) == {}
    assert spool.touched_files() == []


def test_move_keeps_inode_and_mode(spool: Spool, root: Path) -> None:
    spool.write("a", "x", mode=0o750)
    before = inode(root / "a")
    patch = spool.move("a", "deep/b")
    assert inode(root / "deep/b") == before
    assert disk(root) == {"deep/b": (b"x", 0o750, "file")}
    assert (patch.change_type, patch.renamed_from, patch.path, patch.changed) == ("renamed", "a", "deep/b", True)


def test_move_of_nothing_is_an_unknown_name(spool: Spool) -> None:
    with pytest.raises(UnknownName) as caught:
        spool.move("none", "b")
    assert caught.value.name == "none"


def test_move_onto_an_existing_file_is_refused_unless_told(spool: Spool, root: Path) -> None:
    spool.write("a", "1")
    (root / "b").write_text("theirs")
    before = shape(root)
    with pytest.raises(WorkspaceChanged, match="exists already") as caught:
        spool.move("a", "b")
    assert caught.value.path == "b"
    assert shape(root) == before
    spool.move("a", "b", overwrite=True)
    assert disk(root) == {"b": (b"1", 0o644, "file")}
    spool.reset()
    assert disk(root) == {"b": (b"theirs", 0o644, "file")}


def test_move_onto_itself_changes_nothing(spool: Spool, root: Path) -> None:
    spool.write("a", "1")
    before = shape(root)
    assert not spool.move("a", "./a").changed
    assert shape(root) == before


def test_a_large_file_is_moved_without_being_written(spool: Spool, root: Path) -> None:
    (root / "big").write_bytes(bytes(2_000_000))
    before = os.lstat(root / "big")
    spool.move("big", "moved")
    after = os.lstat(root / "moved")
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    spool.reset()
    assert (root / "big").read_bytes() == bytes(2_000_000)


def test_chmod_changes_the_bits_and_keeps_the_file(spool: Spool, root: Path) -> None:
    spool.write("a", "x")
    before = os.lstat(root / "a")
    patch = spool.chmod("a", 0o4755)
    after = os.lstat(root / "a")
    assert (stat.S_IMODE(after.st_mode), after.st_ino, after.st_mtime_ns) == (0o4755, before.st_ino, before.st_mtime_ns)
    assert (patch.change_type, patch.mode_before, patch.mode_after) == ("mode", 0o644, 0o4755)
    assert not spool.chmod("a", 0o4755).changed


def test_chmod_of_nothing_and_of_a_symlink_is_refused(spool: Spool, root: Path) -> None:
    spool.symlink("link", "a")
    spool.write("a", "x")
    with pytest.raises(UnknownName):
        spool.chmod("none", 0o600)
    with pytest.raises(UsageError, match="symlink"):
        spool.chmod("link", 0o600)
    assert mode(root / "a") == 0o644


@pytest.mark.parametrize("bits", [-1, 0o10000, "644", None, 6.5, True])
def test_chmod_takes_permission_bits_only(spool: Spool, root: Path, bits: Any) -> None:
    spool.write("a", "x")
    with pytest.raises(UsageError):
        spool.chmod("a", bits)
    assert mode(root / "a") == 0o644


@pytest.mark.parametrize("target", ["a", "no/where", "../out", "/etc/passwd", ".", "e\u0301", "\udcff"])
def test_a_symlink_is_journaled_as_a_symlink(spool: Spool, root: Path, target: str) -> None:
    patch = spool.symlink("link", target)
    assert os.readlink(root / "link") == target
    assert (patch.kind, patch.mode_after) == ("symlink", 0o777)
    spool.commit("link")
    entry = spool.journal.tree()["link"]
    assert (entry.kind, entry.size) == ("symlink", len(os.fsencode(target)))
    assert spool.journal.blob(entry.sha256).read() == os.fsencode(target)
    (root / "link").unlink()
    spool.reset()
    assert os.readlink(root / "link") == target


@pytest.mark.parametrize("target", ["", "a\0b", b"a", None, 5])
def test_a_target_of_no_use_is_refused(spool: Spool, root: Path, target: Any) -> None:
    with pytest.raises(UsageError):
        spool.symlink("link", target)
    assert disk(root) == {}


def test_a_target_has_a_bound(spool: Spool, root: Path) -> None:
    with pytest.raises(LimitExceeded) as caught:
        spool.symlink("link", "x" * PATH_BYTES_MAX)
    assert caught.value.found == PATH_BYTES_MAX
    spool.symlink("link", "/".join(["x" * 200] * 20))
    assert len(os.readlink(root / "link")) == 4019


def test_a_file_becomes_a_symlink_and_a_file_again(spool: Spool, root: Path) -> None:
    spool.write("a", "target", mode=0o755)
    spool.commit("file")
    patch = spool.symlink("a", "target")  # the same bytes, another kind
    assert (patch.change_type, patch.kind_before, patch.kind) == ("modified", "file", "symlink")
    assert os.readlink(root / "a") == "target"
    spool.commit("symlink")
    patch = spool.write("a", "target")
    assert (patch.change_type, patch.kind_before, patch.kind) == ("modified", "symlink", "file")
    assert patch.mode_after == 0o644
    spool.reset()
    assert disk(root) == {"a": (b"target", 0o777, "symlink")}


def test_writing_over_a_symlink_leaves_what_it_points_to(spool: Spool, root: Path) -> None:
    (root / "real").write_text("theirs")
    (root / "link").symlink_to("real")
    spool.write("link", "mine")
    assert disk(root) == {"real": (b"theirs", 0o644, "file"), "link": (b"mine", 0o644, "file")}
    spool.delete("link")
    assert list(disk(root)) == ["real"]


def test_a_symlink_is_moved_as_it_is(spool: Spool, root: Path) -> None:
    spool.symlink("link", "nowhere")
    spool.move("link", "deep/link")
    assert disk(root) == {"deep/link": (b"nowhere", 0o777, "symlink")}


def test_an_adopted_edit_is_an_edit_of_its_own(root: Path) -> None:
    with Spool.open(root, on_conflict="adopt") as spool:
        modified(spool, root)
        edited(root / "p")
        patch = spool.replace("p", "theirs", "new")
        assert (text(spool, patch.sha_before), text(spool, patch.sha_after)) == ("theirs", "new")
        assert history(spool, "p")[2:] == [("replace", "staged", "theirs"), ("replace", "theirs", "new")]
        assert (rescued(spool), [text(spool, p.sha_before) for p in spool.diff()]) == ([], ["head"])
        spool.reset()
        assert standing(root, "p") == HEAD


def test_what_is_written_over_is_kept_and_told(root: Path) -> None:
    with Spool.open(root, on_conflict="overwrite") as spool:
        modified(spool, root)
        edited(root / "p")
        patch = spool.replace("p", "staged", "new")
        assert (text(spool, patch.sha_before), text(spool, patch.sha_after)) == ("theirs", "new")
        assert history(spool, "p")[2:] == [("replace", "theirs", "new")]
        assert rescued(spool) == [("p", "theirs", "overwrite")]
        assert [text(spool, each.sha_before) for each in spool.diff()] == ["head"]


@pytest.mark.parametrize("policy", ["adopt", "overwrite"])
def test_a_batch_meets_edits_of_several_paths(root: Path, policy: Any) -> None:
    with Spool.open(root, on_conflict=policy) as spool:
        for name in "abcd":
            spool.write(name, HEAD)
        spool.commit("head")
        for name in "abc":
            edited(root / name)
        batch: list[Operation] = [
            Replace("a", "line", "place"),
            Move("b", "e"),
            Write("a", "last", mode=0o600),
            Delete("c"),
        ]
        with pytest.raises(UnknownName):
            spool.batch([*batch, Replace("none", "x", "y")])
        assert (spool.touched_files(), [standing(root, name) for name in "abc"]) == ([], [THEIRS] * 3)
        results = spool.batch(batch)
        assert [result.applied for result in results] == [False, True, True, True]
        moved = THEIRS if policy == "adopt" else HEAD
        assert {path: content for path, (content, _, _) in disk(root).items()} == {"a": b"last", "d": HEAD, "e": moved}
        assert is_held(spool, root, THEIRS)
        assert [name for name, _, _ in rescued(spool)] == ([] if policy == "adopt" else ["a", "b", "c"])
        spool.reset()
        assert {content for content, _, _ in disk(root).values()} == {HEAD}


@pytest.mark.parametrize("policy", ["adopt", "overwrite"])
@pytest.mark.parametrize("verb", LARGE_VERBS)
def test_a_large_edit_is_kept_whole(root: Path, policy: Any, verb: str) -> None:
    with Spool.open(root, on_conflict=policy) as spool:
        modified(spool, root)
        (root / "p").write_bytes(LARGE)
        LARGE_VERBS[verb](spool)
        kept = spool.journal.blob(hashlib.sha256(LARGE).hexdigest())
        assert kept.read() == LARGE


@pytest.mark.parametrize("policy", ["adopt", "overwrite"])
def test_bytes_of_someone_else_are_synced_before_they_leave_the_disk(
    root: Path, policy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Spool.open(root, on_conflict=policy) as spool:
        spool.write("p", THEIRS)  # the journal knows these bytes, in a transaction that was not synced
        spool.write("p", STAGED)
        edited(root / "p")
        asked, begin = list[bool](), spool._desk.database.begin

        def noted(*, sync: bool = False) -> Transaction:
            asked.append(sync)
            return begin(sync=sync)

        monkeypatch.setattr(spool._desk.database, "begin", noted)
        spool.write("p", NEW)
        assert asked == [True]


def test_a_move_goes_over_nothing_that_it_was_not_told_to(root: Path) -> None:
    with Spool.open(root, on_conflict="overwrite") as spool:
        deleted(spool, root)
        edited(root / "p")
        spool.write("q", NEW)
        with pytest.raises(WorkspaceChanged, match="exists already"):
            spool.move("q", "p")
        assert standing(root, "p") == THEIRS
        spool.move("q", "p", overwrite=True)
        assert (standing(root, "p"), is_held(spool, root, THEIRS)) == (NEW, True)


def test_a_verb_that_finds_nothing_to_do_stages_nothing_of_an_edited_file(root: Path) -> None:
    policies: tuple[Any, ...] = ("refuse", "adopt", "overwrite")
    for policy in policies:
        with Spool.open(root, on_conflict=policy) as spool:
            spool.write("p", STAGED)
            made_executable(root / "p")
            assert not spool.replace("p", "no such text", "x").changed
            assert [patch.mode_after for patch in spool.diff()] == [0o644]
            assert spool.write("p", STAGED).mode_after == 0o755
            assert [patch.mode_after for patch in spool.diff()] == [0o755]
            assert value(spool.journal, "SELECT count(*) FROM rescued") == 0
            spool.reset()
