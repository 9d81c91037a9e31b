"""Files that become folders and folders that become files within one batch, and back by reset."""

from pathlib import Path

import pytest

from journal import Chmod, Delete, Move, Operation, PathRefused, Spool, Symlink, UnknownName, WorkspaceChanged, Write
from tests.engine.looking import Contents, disk, names, shape, temp_files
from tests.workspace import foreign

LARGE = bytes(range(256)) * 8_000


@pytest.fixture
def head(spool: Spool, root: Path) -> Contents:
    """A file, and two files in a folder that somebody made."""
    (root / "b/deep").mkdir(parents=True)
    spool.write("a", "a at head", mode=0o755)
    spool.write("b/x", "x at head")
    spool.write("b/deep/y", "y at head")
    spool.commit("head")
    return disk(root)


BATCHES: dict[str, tuple[list[Operation], dict[str, bytes]]] = {
    "a file becomes a folder": ([Delete("a"), Write("a/c/d", "new")], {"a/c/d": b"new"}),
    "a file becomes a symlink's folder": ([Delete("a"), Symlink("a/link", "..")], {"a/link": b".."}),
    "a file moves below its own path": ([Move("a", "aside"), Move("aside", "a/a")], {"a/a": b"a at head"}),
    "a file makes way, and stays": ([Move("a", "c"), Write("a/d", "new")], {"c": b"a at head", "a/d": b"new"}),
    "a file comes back": ([Delete("a"), Write("a/d", "new"), Delete("a/d"), Write("a", "x")], {"a": b"x"}),
    "a folder becomes a file": ([Delete("b/x"), Delete("b/deep/y"), Write("b", "new")], {"b": b"new"}),
    "a folder becomes a symlink": ([Delete("b/x"), Delete("b/deep/y"), Symlink("b", "a")], {"b": b"a"}),
    "a folder below becomes a file": ([Delete("b/deep/y"), Write("b/deep", "new")], {"b/deep": b"new"}),
    "a file takes its folder's place": (
        [Delete("b/x"), Move("b/deep/y", "aside"), Move("aside", "b"), Chmod("b", 0o600)],
        {"b": b"y at head"},
    ),
    "files make way, and stay": (
        [Move("b/x", "x"), Move("b/deep/y", "y"), Write("b", LARGE)],
        {"b": LARGE, "x": b"x at head", "y": b"y at head"},
    ),
    "they change places": (
        [Move("a", "aside"), Delete("b/x"), Move("b/deep/y", "a/y"), Move("aside", "b")],
        {"a/y": b"y at head", "b": b"a at head"},
    ),
}


@pytest.mark.parametrize("name", BATCHES)
def test_a_batch_turns_files_and_folders(spool: Spool, root: Path, head: Contents, name: str) -> None:
    operations, expected = BATCHES[name]
    spool.batch(operations)
    found = {path: content for path, (content, _, _) in disk(root).items()}
    untouched = {path: content for path, (content, _, _) in head.items() if path[0] not in {e[0] for e in expected}}
    stays = {"b/x": b"x at head"} if name == "a folder below becomes a file" else {}
    assert found == untouched | expected | stays
    assert (spool.status().conflicts, spool.status().edits, temp_files(root)) == ((), (), [])
    assert spool.reset().conflicts == ()
    assert disk(root) == head


@pytest.mark.parametrize("name", BATCHES)
def test_what_turned_is_published_and_stands_in_the_next_session(root: Path, name: str) -> None:
    with Spool.open(root) as spool:
        spool.write("a", "a at head")
        spool.batch([Write("b/x", "x at head"), Write("b/deep/y", "y at head")])
        spool.commit("head")
        spool.batch(BATCHES[name][0])
        spool.commit("turned")
        stands = disk(root)
    with Spool.open(root) as spool:
        assert (spool.recovery.clean, spool.status().clean) == (True, True)
        modes = {path: entry.mode for path, entry in spool.journal.tree().items()}
        assert modes == {path: state[1] for path, state in stands.items()}


@pytest.mark.parametrize(
    ("operations", "index"),
    [
        ([Delete("b/x"), Write("b", "new")], 1),  # b/deep/y stays
        ([Delete("b/x"), Delete("b/deep/y"), Write("b/z", "z"), Write("b", "new")], 3),
        ([Delete("b/x"), Delete("b/deep/y"), Delete("b"), Write("b/x", "z"), Write("b", "new")], 4),
        ([Delete("b/x"), Delete("b/deep/y"), Write("b", "new"), Write("b/x", "x")], 3),
        ([Write("b", "new"), Delete("b/x"), Delete("b/deep/y")], 0),  # in the order of the plan
        ([Write("a/c", "new"), Delete("a")], 0),
        ([Delete("a"), Write("a/c", "new"), Write("a", "new")], 2),
        ([Delete("none"), Write("a/c", "new")], 1),
    ],
)
def test_what_does_not_fit_is_refused_up_front(
    spool: Spool, root: Path, head: Contents, operations: list[Operation], index: int
) -> None:
    before = shape(root)
    with pytest.raises(PathRefused) as caught:
        spool.batch(operations)
    assert (caught.value.index, bool(caught.value.hint)) == (index, True)
    assert (shape(root), spool.touched_files(), temp_files(root)) == (before, [], [])


@pytest.mark.parametrize("theirs", ["b/theirs", "b/deep/theirs", "b/empty/"])
def test_a_folder_that_holds_something_of_someone_else_stays(
    spool: Spool, root: Path, head: Contents, theirs: str
) -> None:
    (root / theirs).mkdir() if theirs.endswith("/") else (root / theirs).write_text("theirs")
    before = shape(root)
    with pytest.raises(PathRefused, match="holds more than this batch removes"):
        spool.batch([Delete("b/x"), Delete("b/deep/y"), Write("b", "new")])
    assert shape(root) == before


def test_an_emptied_folder_is_no_file(spool: Spool, root: Path, head: Contents) -> None:
    with pytest.raises(UnknownName):
        spool.batch([Delete("b/x"), Delete("b/deep/y"), Chmod("b", 0o600)])
    spool.batch([Delete("b/x"), Delete("b/deep/y"), Delete("b")])
    assert names(root) == ["a", "b", "b/deep"]


def test_something_that_comes_into_the_folder_meanwhile_takes_the_batch_back(
    spool: Spool, root: Path, head: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign.before(monkeypatch, "rmdir", lambda: (root / "b/deep/theirs").write_text("theirs"))
    with pytest.raises(WorkspaceChanged):
        spool.batch([Delete("b/x"), Delete("b/deep/y"), Write("b", "new")])
    assert disk(root) == head | {"b/deep/theirs": (b"theirs", 0o644, "file")}
    assert spool.status().clean
