"""What status tells: staged, in conflict, edited by hand, and a name for all that is staged."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from journal import Spool, StatusEntry
from tests.engine.looking import counts, shape


def paths(entries: tuple[StatusEntry, ...]) -> list[tuple[str, str]]:
    return [(entry.path, entry.change_type) for entry in entries]


def test_a_fresh_root_is_clean(spool: Spool, root: Path) -> None:
    (root / "theirs").write_text("never tracked")
    status = spool.status()
    assert status.clean
    assert (status.session_id, status.head, status.branch) == (spool.session_id, None, "main")


def test_what_is_staged_is_listed_by_path(spool: Spool) -> None:
    spool.write("b", "12")
    spool.write("a", "1")
    spool.write("gone", "1")
    commit = spool.commit("base")
    act = spool.write("b", "123").invocation_id
    spool.delete("gone")
    spool.chmod("a", 0o600)
    spool.write("c", "")
    status = spool.status()
    assert commit is not None
    assert (status.clean, status.head) == (False, commit.id)
    assert paths(status.staged) == [("a", "mode"), ("b", "modified"), ("c", "created"), ("gone", "deleted")]
    entry = status.staged[1]
    assert (entry.state, entry.size_before, entry.size_after, entry.invocation_id) == ("staged", 2, 3, act)
    assert (status.conflicts, status.edits) == ((), ())


def change(path: Path) -> None:
    path.write_text("theirs")


def remove(path: Path) -> None:
    path.unlink()


def fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def link(path: Path) -> None:
    path.unlink()
    path.symlink_to("x")


def other_mode(path: Path) -> None:
    path.chmod(0o600)


HANDS: dict[Callable[[Path], None], str] = {
    change: "modified",
    remove: "deleted",
    fifo: "deleted",
    folder: "deleted",
    link: "modified",
}


@pytest.mark.parametrize("act", HANDS)
def test_a_third_content_at_a_staged_path_is_a_conflict(spool: Spool, root: Path, act: Callable[[Path], None]) -> None:
    spool.write("a", "mine")
    act(root / "a")
    status = spool.status()
    assert paths(status.conflicts) == [("a", HANDS[act])]
    assert (paths(status.staged), status.edits) == ([("a", "created")], ())
    assert status.conflicts[0].state == "conflict"


@pytest.mark.parametrize("act", [*HANDS, other_mode])
def test_a_change_of_a_committed_path_is_an_edit_by_hand(
    spool: Spool, root: Path, act: Callable[[Path], None]
) -> None:
    spool.write("a", "mine")
    spool.commit("a")
    act(root / "a")
    status = spool.status()
    assert paths(status.edits) == [("a", HANDS.get(act, "mode"))]
    assert (status.staged, status.conflicts, status.clean) == ((), (), False)
    assert status.edits[0].state == "untracked-edit"


def test_a_folder_where_a_deleted_file_was_is_no_conflict(spool: Spool, root: Path) -> None:
    spool.write("a", "1")
    spool.write("deep/b", "1")
    spool.commit("base")
    spool.delete("a")
    spool.write("a/below", "1")
    spool.delete("deep/b")
    (root / "deep").rmdir()
    spool.write("deep", "1")
    assert (spool.status().conflicts, spool.status().edits) == ((), ())
    assert spool.commit("the other way round") is not None
    assert spool.status().clean


def test_a_touch_is_no_edit(spool: Spool, root: Path) -> None:
    spool.write("a", "mine")
    spool.write("b", "mine")
    spool.commit("both")
    spool.write("a", "new")
    for name in ("a", "b"):
        os.utime(root / name, ns=(1, 1))
    status = spool.status()
    assert (status.conflicts, status.edits) == ((), ())


def test_a_large_file_is_looked_at_too(spool: Spool, root: Path) -> None:
    spool.write("big", bytes(2_000_000))
    (root / "big").write_bytes(bytes(1_999_999) + b"!")
    assert paths(spool.status().conflicts) == [("big", "modified")]


def test_the_digest_names_all_that_is_staged(spool: Spool) -> None:
    seen = [spool.status().digest]
    spool.write("a", "1")
    seen.append(spool.status().digest)
    spool.chmod("a", 0o600)
    seen.append(spool.status().digest)
    spool.write("b", "1")
    seen.append(spool.status().digest)
    assert len(set(seen)) == 4
    spool.delete("b")
    assert spool.status().digest == seen[2]
    spool.reset()
    assert spool.status().digest == seen[0]


def test_looking_writes_nothing(spool: Spool, root: Path) -> None:
    spool.write("a", "1")
    spool.commit("a")
    change(root / "a")
    before, rows = shape(root), counts(spool.journal)
    spool.status()
    assert (shape(root), counts(spool.journal)) == (before, rows)
