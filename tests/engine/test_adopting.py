"""Taking over what someone else did: staged as it stands, no file touched, and reset removes no file of theirs."""

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from journal import PathRefused, Spool, UsageError
from journal.engine import adopting
from tests.engine.looking import acts, counts, disk, shape, value

LARGE = b"a large content of somebody\n" * 70_000


@pytest.fixture
def tracked(spool: Spool, root: Path) -> Spool:
    """Three committed files and a symlink; one more is staged."""
    for path in ("a", "deep/b", "c"):
        spool.write(path, f"{path} at head")
    spool.symlink("link", "a")
    spool.commit("head")
    spool.write("new", "staged")
    return spool


def told(patches: list[Any]) -> list[tuple[str, str]]:
    return [(patch.path, patch.change_type) for patch in patches]


def test_what_someone_else_changed_is_staged_as_it_stands(tracked: Spool, root: Path) -> None:
    (root / "a").write_text("theirs")
    (root / "deep/b").unlink()
    (root / "c").chmod(0o755)
    (root / "link").unlink()
    (root / "link").write_text("a file now")
    (root / "new").write_text("theirs too")
    (root / "untracked").write_text("nobody's business")
    before = shape(root)
    patches = tracked.adopt()
    assert told(patches) == [
        ("a", "modified"),
        ("c", "mode"),
        ("deep/b", "deleted"),
        ("link", "modified"),
        ("new", "modified"),
    ]
    assert shape(root) == before
    assert [patch.sha_before for patch in patches][4] == hashlib.sha256(b"staged").hexdigest()
    assert {patch.invocation_id for patch in patches} == {value(tracked.journal, "SELECT max(id) FROM invocation")}
    assert (acts(tracked.journal)[-1], tracked.touched_files()) == (("adopt", "ok"), [p.path for p in patches])
    status = tracked.status()
    assert (status.conflicts, status.edits) == ((), ())
    commit = tracked.commit("theirs")
    assert commit is not None
    tree = {path: (entry.mode, entry.kind) for path, entry in tracked.journal.tree().items()}
    assert tree == {path: stands[1:] for path, stands in disk(root).items() if path != "untracked"}


def test_nothing_to_adopt_is_an_empty_list_and_an_act(tracked: Spool) -> None:
    tracked.status()
    rows = counts(tracked.journal)
    assert (tracked.adopt(), tracked.adopt([]), tracked.adopt("none")) == ([], [], [])
    after = counts(tracked.journal)
    assert {table: after[table] - rows[table] for table in rows if after[table] != rows[table]} == {
        "invocation": 3,
        "audit_link": 6,
    }


def test_an_edit_back_to_head_unstages(tracked: Spool, root: Path) -> None:
    tracked.write("a", "staged")
    (root / "a").write_text("a at head")
    assert told(tracked.adopt("a")) == [("a", "modified")]
    assert tracked.touched_files() == ["new"]


def test_a_tracked_file_that_became_a_folder_is_gone(tracked: Spool, root: Path) -> None:
    (root / "a").unlink()
    (root / "a").mkdir()
    (root / "a/x").write_text("theirs")
    assert told(tracked.adopt()) == [("a", "deleted")]
    assert told(tracked.adopt("a")) == [("a/x", "created")]
    assert tracked.commit("a folder now") is not None
    assert tracked.status().clean


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        ("x", ["x"]),
        (["x", Path("dir/y")], ["dir/y", "x"]),
        ("dir", ["dir/deep/z", "dir/link", "dir/y"]),
        (["dir/", "dir/y"], ["dir/deep/z", "dir/link", "dir/y"]),
        ("dir/*", ["dir/link", "dir/y"]),
        ("**/[yz]", ["dir/deep/z", "dir/y"]),
        ("[b]", ["[b]"]),
        (".", ["[b]", "dir/deep/z", "dir/link", "dir/y", "x"]),
        ([], []),
        (None, []),
    ],
)
def test_untracked_files_are_staged_when_they_are_named(
    tracked: Spool, root: Path, paths: Any, found: list[str]
) -> None:
    for path in ("x", "dir/y", "dir/deep/z", "[b]", ".git/config", "dir/.git"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(path)
    (root / "dir/link").symlink_to("/etc")
    os.mkfifo(root / "dir/fifo")
    before = shape(root)
    assert told(tracked.adopt(paths)) == [(path, "created") for path in found]
    assert (shape(root), tracked.touched_files()) == (before, sorted([*found, "new"]))


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", ".spool/id", ".git/config", ".git/*", "fifo", "way/x", "", 5])
def test_what_may_not_be_journaled_is_refused_by_name(tracked: Spool, root: Path, path: Any) -> None:
    (root / ".git").mkdir()
    (root / ".git/config").write_text("x")
    os.mkfifo(root / "fifo")
    (root / "way").symlink_to("deep")
    (root / "a").write_text("theirs")
    with pytest.raises(UsageError) as caught:
        tracked.adopt(["a", path])
    assert (bool(caught.value.hint), tracked.touched_files()) == (True, ["new"])


def test_git_is_adopted_when_it_is_named_and_allowed(root: Path) -> None:
    (root / ".git/hooks").mkdir(parents=True)
    (root / ".git/hooks/x").write_text("x")
    with Spool.open(root, allow_git=True) as spool:
        assert spool.adopt(".") == []
        assert told(spool.adopt(".git")) == [(".git/hooks/x", "created")]


def test_a_journal_in_the_root_is_left_out(root: Path) -> None:
    (root / "x").write_text("x")
    with Spool.open(root, journal=root / "state/journal.db") as spool:
        os.link(root / "state/journal.db", root / "linked")
        assert told(spool.adopt(".")) == [("x", "created")]
        with pytest.raises(PathRefused):
            spool.adopt("state/journal.db")
        with pytest.raises(PathRefused):
            spool.adopt("linked")


def test_reset_leaves_an_adopted_file_where_it_stood(spool: Spool, root: Path) -> None:
    (root / "theirs").write_text("precious")
    spool.adopt("theirs")
    for force in (False, True):
        before = shape(root)
        report = spool.reset(force=force)
        assert (report.restored, report.conflicts, shape(root)) == ((), (), before)
        assert spool.touched_files() == []
        assert told(spool.adopt("theirs")) == [("theirs", "created")]


def test_reset_brings_an_adopted_file_back_whatever_was_done_to_it(spool: Spool, root: Path) -> None:
    stood = {}
    for name in ("written", "deleted", "moved", "lost", "replaced"):
        (root / name).write_text(f"{name}, precious")
        stood[name] = (f"{name}, precious".encode(), 0o644, "file")
    spool.adopt(".")
    spool.write("written", "x")
    spool.write("written", "y")
    spool.delete("deleted")
    spool.move("moved", "elsewhere")
    (root / "lost").unlink()
    spool.replace("replaced", "precious", "worthless")
    spool.replace("replaced", "nothing", "x")
    spool.reset()
    assert (disk(root), spool.touched_files()) == (stood, [])


def test_an_adopted_file_is_published_as_created(spool: Spool, root: Path) -> None:
    (root / "theirs").write_text("one\ntwo\n")
    spool.adopt("theirs")
    assert [(p.change_type, p.additions) for p in spool.diff()] == [("created", 2)]
    commit = spool.commit("theirs")
    assert commit is not None
    assert [(c.path, c.change_type) for c in spool.journal.changes()] == [("theirs", "created")]
    (root / "theirs").unlink()
    spool.reset()
    assert (root / "theirs").read_text() == "one\ntwo\n"


def test_large_and_many_contents_are_stored_in_pieces(
    spool: Spool, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adopting, "ROWS_BYTES_PER_TX", 5000)
    expected = {f"tree/{number}": os.urandom(2000) for number in range(12)} | {"big": LARGE}
    (root / "tree").mkdir()
    for name, content in expected.items():
        (root / name).write_bytes(content)
    assert len(spool.adopt(".")) == 13
    spool.commit("all")
    shutil.rmtree(root / "tree")
    (root / "big").unlink()
    spool.reset()
    assert {path: content for path, (content, _, _) in disk(root).items()} == expected


def test_the_next_session_need_not_read_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "x").write_text("x")
    os.utime(root / "x", ns=(1, 1_000_000_001))
    with Spool.open(root) as spool:
        spool.adopt("x")
        assert value(spool.journal, "SELECT count(*) FROM seen") == 0
    with Spool.open(root) as spool:
        assert value(spool.journal, "SELECT count(*) FROM seen") == 1
        assert spool.status().conflicts == ()


def test_small_edits_are_stored_as_deltas(spool: Spool, root: Path) -> None:
    lines = [os.urandom(30).hex() for _ in range(150)]
    spool.write("a", "\n".join(lines))
    (root / "a").write_text("\n".join([*lines[:70], "theirs", *lines[70:]]))
    spool.adopt()
    assert value(spool.journal, "SELECT length(body) FROM chunk ORDER BY id DESC LIMIT 1") < 200
