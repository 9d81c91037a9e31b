"""A session from open to close: what it is, what outlives it, and that a closed one does nothing."""

import copy
import os
import pickle
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from journal import Closed, PathRefused, Spool, UsageError, Write, create_diff
from journal.engine import reading, status
from journal.tables.chunks import Chunks
from journal.workspace import calls
from tests.engine.looking import acts, disk, shape

DIFF = create_diff("a", "x", "y").diff
VERBS: dict[str, Callable[[Spool], object]] = {
    "write": lambda spool: spool.write("a", "x"),
    "replace": lambda spool: spool.replace("a", "x", "y"),
    "patch": lambda spool: spool.patch("a", DIFF),
    "apply": lambda spool: spool.apply(DIFF),
    "dry apply": lambda spool: spool.apply(DIFF, dry_run=True),
    "relative": lambda spool: spool.relative("a"),
    "delete": lambda spool: spool.delete("a"),
    "move": lambda spool: spool.move("a", "b"),
    "chmod": lambda spool: spool.chmod("a", 0o600),
    "symlink": lambda spool: spool.symlink("b", "a"),
    "batch": lambda spool: spool.batch([Write("a", "x")]),
    "empty batch": lambda spool: spool.batch([]),
    "read": lambda spool: spool.read("a"),
    "read_text": lambda spool: spool.read_text("a"),
    "open_read": lambda spool: spool.open_read("a"),
    "diff": lambda spool: spool.diff(),
    "status": lambda spool: spool.status(),
    "touched_files": lambda spool: spool.touched_files(),
    "register_validator": lambda spool: spool.register_validator(lambda patches, context: None),
    "validate": lambda spool: spool.validate(),
    "commit": lambda spool: spool.commit("x"),
    "reset": lambda spool: spool.reset(),
    "dry reset": lambda spool: spool.reset(dry_run=True),
    "with": lambda spool: spool.__enter__(),
    "head": lambda spool: spool.journal.head(),
    "query": lambda spool: spool.journal.query("SELECT 1 AS a"),
}


def test_a_session_tells_what_it_is(root: Path) -> None:
    with Spool.open(root, session_id="agent") as spool:
        assert (spool.root, spool.session_id, spool.branch, spool.closed) == (root, "agent", "main", False)
        assert spool.recovery.clean
        assert spool.journal.path.exists()
        assert spool.journal.readonly
    assert spool.closed
    assert (spool.root, spool.session_id, spool.branch) == (root, "agent", "main")
    assert spool.recovery.clean


@pytest.mark.parametrize("name", ["root", "session_id", "branch", "journal", "recovery", "closed"])
def test_what_it_is_cannot_be_set(spool: Spool, name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(spool, name, None)


@pytest.mark.parametrize("verb", VERBS)
def test_a_closed_spool_refuses_every_verb(root: Path, verb: str) -> None:
    with Spool.open(root) as spool:
        spool.write("a", "x")
    before = shape(root)
    with pytest.raises(Closed) as caught:
        VERBS[verb](spool)
    assert caught.value.hint
    assert shape(root) == before


@pytest.mark.parametrize("verb", VERBS)
def test_an_open_spool_carries_every_verb_out(spool: Spool, verb: str) -> None:
    spool.write("a", "x")
    VERBS[verb](spool)
    assert not spool.closed


def test_close_may_be_repeated(root: Path) -> None:
    spool = Spool.open(root)
    spool.close()
    spool.close()
    assert spool.closed


def test_staged_work_outlives_the_session(root: Path) -> None:
    with Spool.open(root) as spool:
        spool.write("a", "1")
        spool.commit("a")
        spool.write("a", "2")
        spool.write("deep/b", "1")
        staged = spool.diff()
        digest = spool.status().digest
    assert disk(root) == {"a": (b"2", 0o644, "file"), "deep/b": (b"1", 0o644, "file")}
    with Spool.open(root) as spool:
        assert spool.recovery.clean
        assert (spool.diff(), spool.status().digest) == (staged, digest)
        spool.write("a", "3")
        assert [patch.sha_before for patch in spool.diff("a")] == [staged[0].sha_before]
        spool.reset()
    assert disk(root) == {"a": (b"1", 0o644, "file")}


def test_an_exception_in_the_block_leaves_staged_what_is_staged(root: Path) -> None:
    def work() -> None:
        with Spool.open(root) as spool:
            spool.write("a", "1")
            raise RuntimeError("the work broke")

    with pytest.raises(RuntimeError, match="the work broke"):
        work()
    with Spool.open(root) as spool:
        assert spool.touched_files() == ["a"]
        assert acts(spool.journal) == [("write", "ok")]
        assert spool.journal.head() is None


@pytest.mark.parametrize("take", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_session_is_neither_pickled_nor_copied(spool: Spool, take: Callable[[Any], object]) -> None:
    spool.write("a", "1")
    with pytest.raises(TypeError):
        take(spool)
    with pytest.raises(TypeError):
        take(spool.journal)


def test_the_working_folder_of_the_process_does_not_matter(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root.parent)
    with Spool.open("root") as spool:
        monkeypatch.chdir("/")
        spool.write("a", "x")
        spool.commit("a")
        assert (root / "a").read_text() == "x"
        assert list(spool.journal.tree()) == ["a"]


def test_a_session_works_on_while_its_root_is_renamed(spool: Spool, root: Path) -> None:
    spool.write("a", "1")
    moved = root.rename(root.parent / "moved")
    spool.write("a", "2")
    assert (moved / "a").read_text() == "2"
    assert not os.path.lexists(root)
    assert spool.commit("a") is not None


def refused(*_: Any, **__: Any) -> Any:
    raise AssertionError("this must not be called")


def test_a_thousand_touched_files_cost_nothing_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1000):
        (root / f"{number}").write_text(f"old {number}\nline\n")
    with Spool.open(root) as spool:
        spool.batch([Write(f"{number}", f"new {number}\nline\n") for number in range(1000)])
        first = spool.diff()
        assert {(patch.additions, patch.deletions) for patch in first} == {(1, 1)}
        for name in ("by_number", "late"):
            monkeypatch.setattr(Chunks, name, refused)
        monkeypatch.setattr(reading, "compare", refused)
        assert spool.diff() == first
        assert len(spool.diff(["1", "2"])) == 2
    with Spool.open(root) as spool:  # nor does a session that computed nothing itself
        again = spool.diff()
        assert again == first
        assert [patch.deletions for patch in again] == [1] * 1000
    monkeypatch.undo()
    with Spool.open(root) as spool:
        spool.commit("all of them are tracked")
        spool.batch([Write(f"{number}", f"once more {number}\n") for number in range(1000)])
        assert len(spool.reset().restored) == 1000
        before = shape(root)
        for name in ("create", "write", "exchange", "rename", "rename_new", "unlink"):
            monkeypatch.setattr(calls, name, refused)
        assert (spool.reset().restored, spool.reset().unchanged) == ((), 1000)
        assert shape(root) == before
        monkeypatch.undo()


def test_a_path_that_a_tool_was_given_has_one_form(spool: Spool, root: Path) -> None:
    (root.parent / "other name").symlink_to(root)
    rows = acts(spool.journal)
    before = shape(root)
    for given in ("a/b", "./a//b", Path("a/b"), root / "a/b", f"{root}//a/./b", root.parent / "other name/a/b"):
        assert spool.relative(given) == "a/b"
    assert spool.relative("é\udcff") == "é\udcff"
    for given in ("", ".", root, f"{root}/", "/etc/passwd", root.parent, "../a", "a/../b", root / "../x", f"{root}/a/"):
        with pytest.raises(PathRefused) as caught:
            spool.relative(given)
        assert caught.value.hint
    for given in (".git/config", root / ".spool/id", "a\0b", f"{root}/a\0b", "\ud800", f"{root}\ud800"):
        with pytest.raises(PathRefused):
            spool.relative(given)
    for wrong in (b"a", 3, None):
        with pytest.raises(UsageError):
            spool.relative(wrong)  # type: ignore[arg-type]
    assert acts(spool.journal) == rows
    assert shape(root) == before
    spool.close()
    with pytest.raises(Closed):
        spool.relative("a")


def test_a_root_that_is_reached_by_a_symlink_is_taken_off_either_way(root: Path) -> None:
    link = root.parent / "link"
    link.symlink_to(root)
    with Spool.open(link) as spool:
        assert spool.relative(link / "a") == spool.relative(root / "a") == "a"
        with pytest.raises(PathRefused):
            spool.write(str(link / "a"), "verbs take no absolute path")


SEVERAL: list[tuple[Any, list[str]]] = [
    (None, ["a", "d/1", "d/2.py", "d/e/3.py", "x[1]"]),
    ([], []),
    ((), []),
    (lambda: iter([]), []),
    ("a", ["a"]),
    (Path("a"), ["a"]),
    (PurePosixPath("d"), ["d/1", "d/2.py", "d/e/3.py"]),
    ("d/", ["d/1", "d/2.py", "d/e/3.py"]),
    ("d/*.py", ["d/2.py"]),
    ("**/*.py", ["d/2.py", "d/e/3.py"]),
    ("x[1]", ["x[1]"]),
    (["a", Path("d/e")], ["a", "d/e/3.py"]),
    (lambda: iter(["a", "none"]), ["a"]),
    ({"d/?": 1}, ["d/1"]),
    (".", ["a", "d/1", "d/2.py", "d/e/3.py", "x[1]"]),
    ("ab", []),
]


@pytest.mark.parametrize(("paths", "found"), SEVERAL, ids=lambda value: repr(value)[:30])
@pytest.mark.parametrize("verb", ["diff", "reset", "dry run", "tree", "changes", "staged"])
def test_paths_are_one_or_several_everywhere(spool: Spool, root: Path, verb: str, paths: Any, found: list[str]) -> None:
    given = paths() if callable(paths) else paths
    names = ["a", "d/1", "d/2.py", "d/e/3.py", "x[1]"]
    spool.batch([Write(name, "1") for name in names])
    calls_of: dict[str, Callable[[], list[str]]] = {
        "diff": lambda: [each.path for each in spool.diff(given)],
        "reset": lambda: list(spool.reset(given).restored),
        "dry run": lambda: [step.path for step in spool.reset(given, dry_run=True).plan],
        "tree": lambda: list(spool.journal.tree(paths=given)),
        "changes": lambda: [each.path for each in spool.journal.changes(paths=given)],
        "staged": lambda: [each.path for each in status.staged(spool.journal, root, given)],
    }
    if verb in ("tree", "changes"):
        spool.commit("all")
    assert calls_of[verb]() == found


@pytest.mark.parametrize("paths", [b"a", [b"a"], 3, ["a", 3], [None], object()])
def test_what_is_no_path_is_refused_everywhere(spool: Spool, paths: Any) -> None:
    spool.write("a", "1")
    spool.commit("a")
    spool.write("a", "2")
    for call in (
        lambda: spool.diff(paths),
        lambda: spool.reset(paths),
        lambda: spool.reset(paths, dry_run=True),
        lambda: spool.journal.tree(paths=paths),
        lambda: spool.journal.changes(paths=paths),
    ):
        with pytest.raises(UsageError) as caught:
            call()
        assert type(caught.value) is UsageError
        assert caught.value.hint
    assert spool.read("a") == b"2"
    assert spool.touched_files() == ["a"]
