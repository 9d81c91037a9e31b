"""What stands on disk against what the journal knows: an edit by hand is never written over."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from journal import Move, Spool, WorkspaceChanged, Write
from tests.engine.looking import acts, counts, disk, shape, temp_files

MINE, THEIRS = b"mine\n", b"theirs\n"

VERBS: dict[str, Callable[[Spool], object]] = {
    "write": lambda spool: spool.write("a.txt", "new"),
    "large write": lambda spool: spool.write("a.txt", bytes(2_000_000)),
    "replace": lambda spool: spool.replace("a.txt", "theirs", "ours"),
    "delete": lambda spool: spool.delete("a.txt"),
    "move": lambda spool: spool.move("a.txt", "b.txt"),
    "move over": lambda spool: spool.move("other.txt", "a.txt", overwrite=True),
    "chmod": lambda spool: spool.chmod("a.txt", 0o600),
    "symlink": lambda spool: spool.symlink("a.txt", "elsewhere"),
    "batch": lambda spool: spool.batch([Write("c.txt", "new"), Move("a.txt", "d.txt")]),
}


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def edit_in_place(path: Path) -> None:
    path.write_bytes(THEIRS)


def edit_by_rename(path: Path) -> None:
    (path.parent / "their~").write_bytes(THEIRS)
    os.replace(path.parent / "their~", path)


def edit_unseen(path: Path) -> None:
    """Changes the bytes, keeps size and modification time."""
    before = path.stat()
    path.write_bytes(THEIRS[: len(MINE)])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("committed", [False, True], ids=["staged", "committed"])
def test_no_verb_writes_over_an_edit_by_hand(spool: Spool, root: Path, verb: str, committed: bool) -> None:
    spool.write("a.txt", MINE)
    spool.write("other.txt", "other")
    if committed:
        spool.commit("both")
    edit_in_place(root / "a.txt")
    before, staged = shape(root), spool.touched_files()
    with pytest.raises(WorkspaceChanged) as caught:
        VERBS[verb](spool)
    error = caught.value
    assert (error.path, error.expected, error.found, error.paths) == ("a.txt", sha(MINE), sha(THEIRS), ("a.txt",))
    assert error.hint
    assert (shape(root), spool.touched_files()) == (before, staged)
    assert temp_files(root) == []
    assert acts(spool.journal)[-1][1] == "failed"


@pytest.mark.parametrize("edit", [edit_in_place, edit_by_rename, edit_unseen])
def test_an_edit_is_seen_however_it_was_made(spool: Spool, root: Path, edit: Callable[[Path], None]) -> None:
    spool.write("a.txt", MINE)
    edit(root / "a.txt")
    with pytest.raises(WorkspaceChanged):
        spool.write("a.txt", "new")
    assert (root / "a.txt").read_bytes() in (THEIRS, THEIRS[: len(MINE)])


def test_the_path_can_be_used_again_when_the_edit_is_gone(spool: Spool, root: Path) -> None:
    spool.write("a.txt", MINE)
    edit_in_place(root / "a.txt")
    with pytest.raises(WorkspaceChanged):
        spool.write("a.txt", "new")
    spool.write("b.txt", "the spool goes on")
    spool.reset("a.txt", force=True)
    spool.write("a.txt", "new")
    assert (root / "a.txt").read_bytes() == b"new"


@pytest.mark.parametrize("committed", [False, True], ids=["staged", "committed"])
def test_an_edit_is_taken_over_by_writing_it_as_it_stands(spool: Spool, root: Path, committed: bool) -> None:
    spool.write("a.txt", MINE)
    if committed:
        spool.commit("mine")
    edit_in_place(root / "a.txt")
    before = shape(root)
    patch = spool.write("a.txt", THEIRS)
    assert (patch.changed, patch.sha_before, patch.sha_after) == (True, sha(MINE), sha(THEIRS))
    assert shape(root) == before
    assert spool.status().conflicts == ()
    assert spool.commit("theirs") is not None
    assert spool.journal.blob(sha(THEIRS)).read() == THEIRS
    assert spool.delete("a.txt").changed


def test_a_touch_with_equal_content_is_no_edit(spool: Spool, root: Path) -> None:
    spool.write("a.txt", MINE)
    os.utime(root / "a.txt", ns=(1, 1))
    spool.write("a.txt", "new")
    (root / "their~").write_bytes(b"new")
    os.replace(root / "their~", root / "a.txt")
    assert spool.write("a.txt", "newer").changed
    assert disk(root) == {"a.txt": (b"newer", 0o644, "file")}


def test_an_absent_file_is_nobodys_edit(spool: Spool, root: Path) -> None:
    spool.write("a.txt", MINE)
    (root / "a.txt").unlink()
    assert spool.write("a.txt", "new").change_type == "created"
    (root / "a.txt").unlink()
    assert not spool.delete("a.txt").changed
    assert spool.touched_files() == []


def test_a_symlink_in_place_of_a_file_is_an_edit(spool: Spool, root: Path) -> None:
    spool.write("a.txt", MINE)
    (root / "a.txt").unlink()
    (root / "a.txt").symlink_to("elsewhere")
    with pytest.raises(WorkspaceChanged) as caught:
        spool.write("a.txt", "new")
    assert caught.value.found == sha(b"elsewhere")
    assert os.readlink(root / "a.txt") == "elsewhere"


def test_a_file_that_was_never_tracked_is_taken_in_and_comes_back(spool: Spool, root: Path) -> None:
    (root / "a.txt").write_bytes(THEIRS)
    (root / "a.txt").chmod(0o640)
    patch = spool.write("a.txt", "new")
    assert (patch.change_type, patch.sha_before) == ("modified", sha(THEIRS))
    spool.reset()
    assert disk(root) == {"a.txt": (THEIRS, 0o640, "file")}


def test_an_edit_after_a_new_session_began_is_seen_too(root: Path) -> None:
    with Spool.open(root) as spool:
        spool.write("a.txt", MINE)
    edit_unseen(root / "a.txt")
    with Spool.open(root) as spool:
        rows = counts(spool.journal)
        with pytest.raises(WorkspaceChanged):
            spool.write("a.txt", "new")
        after = counts(spool.journal)
    assert {table for table in rows if rows[table] != after[table]} == {"invocation", "audit_link"}


def test_an_edit_of_the_mode_alone_is_kept_by_a_write(spool: Spool, root: Path) -> None:
    spool.write("a.txt", MINE)
    (root / "a.txt").chmod(0o600)
    spool.write("a.txt", "new")
    assert disk(root) == {"a.txt": (b"new", 0o600, "file")}
