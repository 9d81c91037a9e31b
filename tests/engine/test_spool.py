"""A session from open to close: what it is, what outlives it, and that a closed one does nothing."""

import copy
import os
import pickle
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from journal import Closed, Spool, Write
from journal.engine import reading
from journal.tables.chunks import Chunks
from journal.workspace import calls
from tests.engine.looking import acts, disk, shape, temp_files

VERBS: dict[str, Callable[[Spool], object]] = {
    "write": lambda spool: spool.write("a", "x"),
    "replace": lambda spool: spool.replace("a", "x", "y"),
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


def test_verbs_may_be_called_from_many_threads(spool: Spool, root: Path) -> None:
    failures: list[BaseException] = []

    def work(mine: int) -> None:
        try:
            for n in range(20):
                spool.write(f"{mine}/{n % 3}", f"{mine} {n}\n")
                spool.batch([Write(f"{mine}/b{n % 2}", f"{n}\n"), Write("shared", f"{mine} {n}\n")])
                assert spool.read(f"{mine}/{n % 3}") == f"{mine} {n}\n".encode()
                spool.diff(f"{mine}")
                spool.status()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(mine,)) for mine in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(spool.touched_files()) == 4 * 5 + 1
    assert temp_files(root) == []
    assert {state for _, state in acts(spool.journal)} == {"ok"}
    commit = spool.commit("all")
    assert commit is not None
    assert commit.files == 21


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
