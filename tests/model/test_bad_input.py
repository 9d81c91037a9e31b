"""Input that is bad in the middle of a verb: contents that fail, plans that contradict themselves, clocks, metadata.

After each of them nothing has changed, and the spool goes on.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from journal import (
    Chmod,
    Delete,
    Journal,
    JournalError,
    LimitExceeded,
    Move,
    NoMatch,
    Operation,
    Patch,
    PathRefused,
    Replace,
    Spool,
    StorageError,
    Symlink,
    UnknownName,
    UsageError,
    WorkspaceChanged,
    Write,
    create_diff,
)
from journal.engine import commit, desk, recover
from journal.limits import METADATA_MAX, PIECE_BYTES
from tests.engine.looking import acts, counts, disk, shape, temp_files

PIECE = bytes(range(256)) * 1024
OTHER = create_diff("x", "1\n", "2\n").diff_bytes


class Broken(Exception):
    """What a content raises."""


@pytest.fixture
def spool(root: Path) -> Iterator[Spool]:
    """A session with a commit, something staged, and a file of somebody."""
    (root / "theirs").write_text("theirs")
    with Spool.open(root) as opened:
        opened.write("kept", "one\n")
        opened.write("deep/kept", "one\n")
        opened.commit("head")
        opened.write("kept", "one\ntwo\n")
        yield opened


@contextmanager
def unchanged(spool: Spool) -> Iterator[None]:
    """Nothing is changed by the block: no file, nothing staged, no row but those of the audit; the spool goes on."""

    def everything() -> tuple[Any, ...]:
        spool.status()
        staged = spool.diff()
        rows = counts(spool.journal)
        # Chunks of a content that did not arrive wait for whoever brings them again.
        ours = {name: rows[name] for name in rows if name not in ("invocation", "audit_link", "chunk")}
        return shape(spool.root), temp_files(spool.root), staged, spool.touched_files(), ours

    before = everything()
    yield
    assert everything() == before
    assert {state for _, state in acts(spool.journal)} <= {"ok", "failed", "denied"}
    assert spool.write("afterwards", "x").changed
    assert spool.commit("afterwards") is not None
    assert spool.journal.verify().ok


class AtOnce:
    """A content that gives nothing."""

    def __iter__(self) -> Iterator[bytes]:
        raise Broken


def at_the_second_piece() -> Iterator[bytes]:
    yield b"a little"
    raise Broken


def past_a_piece() -> Iterator[bytes]:
    for _ in range(2 * PIECE_BYTES // len(PIECE)):
        yield PIECE
    raise Broken


def of_another_type() -> Iterator[Any]:
    yield PIECE * 8
    yield "text"


class BrokenFile:
    """A file whose disk fails."""

    def __init__(self) -> None:
        self.left = 3

    def read(self, size: int) -> bytes:
        self.left -= 1
        if not self.left:
            raise OSError(5, "Input/output error")
        return b"x" * size


CONTENTS: dict[str, tuple[Callable[[], Any], type[Exception]]] = {
    "at once": (AtOnce, Broken),
    "at the second piece": (at_the_second_piece, Broken),
    "past a piece": (past_a_piece, Broken),
    "another type": (of_another_type, UsageError),
    "a failing file": (BrokenFile, JournalError),
    "text that is none": (lambda: "\ud800", UsageError),
    "no content": (lambda: 5, UsageError),
    "a path to nothing": (lambda: Path("nowhere"), UsageError),
    "a path to a folder": (lambda: Path(), UsageError),
}


@pytest.mark.parametrize("name", CONTENTS)
@pytest.mark.parametrize("path", ["kept", "new", "theirs", "new/deep/er"])
def test_a_content_that_fails_changes_nothing(spool: Spool, name: str, path: str) -> None:
    make, kind = CONTENTS[name]
    with unchanged(spool):
        for call in (
            lambda: spool.write(path, make()),
            lambda: spool.batch([Write("first", "1"), Delete("kept"), Write(path, make()), Write("last", "2")]),
        ):
            with pytest.raises(kind):
                call()


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("verb", ["write", "commit", "reset", "close", "read"])
def test_a_content_that_calls_the_spool_again(spool: Spool, verb: str, large: bool) -> None:
    calls: dict[str, Callable[[], object]] = {
        "write": lambda: spool.write("nested", "x"),
        "commit": spool.commit,
        "reset": spool.reset,
        "close": spool.close,
        "read": lambda: spool.read("kept"),
    }

    def content() -> Iterator[bytes]:
        if large:
            yield PIECE * 8
        calls[verb]()
        raise Broken

    with unchanged(spool), pytest.raises(Broken if verb == "read" else UsageError):
        spool.write("new", content())


Plan = list[Operation]
PLANS: dict[str, tuple[Plan, type[JournalError], int]] = {
    "below a file that was just made": ([Write("a", "1"), Write("a/b", "2")], PathRefused, 1),
    "a file above one": ([Write("a/b", "1"), Write("a", "2")], PathRefused, 1),
    "deleted, then edited": ([Delete("kept"), Replace("kept", "one", "1")], UnknownName, 1),
    "deleted, then moved": ([Delete("kept"), Move("kept", "b")], UnknownName, 1),
    "moved twice": ([Move("kept", "a"), Move("kept", "b")], UnknownName, 1),
    "moved onto what was made": ([Write("a", "1"), Move("kept", "a")], WorkspaceChanged, 1),
    "moved below itself": ([Move("kept", "kept/below")], PathRefused, 0),
    "a link, then its mode": ([Symlink("a", "x"), Chmod("a", 0o600)], UsageError, 1),
    "absent, after it was made": ([Write("a", "1"), Write("a", "2", expect="absent")], WorkspaceChanged, 1),
    "there, after it was deleted": ([Delete("kept"), Delete("kept", expect="0" * 64)], WorkspaceChanged, 1),
    "a diff of what was there": ([Write("kept", "else\n"), Patch("kept", OTHER)], JournalError, 1),
    "no match any more": ([Delete("theirs"), Replace("kept", "none", "", required=True)], NoMatch, 1),
    "into a folder that stays": ([Write("deep", "1")], PathRefused, 0),
    "no mode": ([Write("a", "1"), Chmod("a", 0o10000)], UsageError, 1),
    "no operation": ([Write("a", "1"), {"op": "write"}], UsageError, 1),  # type: ignore[list-item]
}


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_that_contradicts_itself_changes_nothing(spool: Spool, name: str) -> None:
    plan, kind, index = PLANS[name]
    with unchanged(spool):
        with pytest.raises(kind) as caught:
            spool.batch([Write("first", "1"), *plan, Write("last", "2")])
        assert (caught.value.index, bool(caught.value.hint)) == (index + 1, True)


def test_a_plan_that_fails_while_it_is_listed_changes_nothing(spool: Spool) -> None:
    def plan() -> Iterator[Operation]:
        yield Write("a", "1")
        raise Broken

    with unchanged(spool), pytest.raises(Broken):
        spool.batch(plan())


def endless() -> dict[str, Any]:
    found: dict[str, Any] = {}
    found["itself"] = found
    return found


METADATA: dict[str, tuple[Callable[[], Any], type[JournalError]]] = {
    "a set": (lambda: {"a": {1}}, UsageError),
    "bytes": (lambda: {"a": b"x"}, UsageError),
    "an object": (lambda: {"a": {"b": [object()]}}, UsageError),
    "no number": (lambda: {"a": float("nan")}, UsageError),
    "infinite": (lambda: {"a": [float("inf")]}, UsageError),
    "a name that is none": (lambda: {1: "x"}, UsageError),
    "a deep name that is none": (lambda: {"a": {1: "x"}}, UsageError),
    "a list": (lambda: ["a"], UsageError),
    "text": (lambda: "a", UsageError),
    "a surrogate": (lambda: {"a": "\ud800"}, UsageError),
    "in a circle": (endless, UsageError),
    "large": (lambda: {"a": "x" * METADATA_MAX}, LimitExceeded),
    "large by its names": (lambda: {str(number): number for number in range(METADATA_MAX // 6)}, LimitExceeded),
}


@pytest.mark.parametrize("name", METADATA)
def test_metadata_that_cannot_be_kept_changes_nothing(spool: Spool, tmp_path: Path, name: str) -> None:
    make, kind = METADATA[name]
    other = tmp_path / "other"
    other.mkdir()
    with unchanged(spool):
        for call in (
            lambda: spool.commit("x", metadata=make()),
            lambda: spool.batch([Write("first", "1")], metadata=make()),
            lambda: Spool.open(other, metadata=make()),
        ):
            with pytest.raises(kind) as caught:
                call()
            assert (type(caught.value), bool(caught.value.hint)) == (kind, True)
    assert list(other.iterdir()) == []


def test_a_clock_that_runs_backwards_disturbs_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [time.time_ns()]

    def back() -> int:
        moment[0] -= 3_600_000_000_000
        return moment[0]

    monkeypatch.setattr(time, "time_ns", back)
    for module in (commit, desk, recover):
        monkeypatch.setattr(module, "now_us", lambda: back() // 1000)
    made = []
    for number in range(4):
        with Spool.open(root) as spool:
            assert spool.recovery.clean
            (root / "theirs").write_text(f"{number}")
            spool.batch([Write("a", f"{number}"), Write(f"b{number}", "x", expect="absent")])
            spool.replace("theirs", str(number), f"edited {number}") if number == 0 else spool.adopt()
            assert (spool.status().conflicts, spool.status().edits) == ((), ())
            found = spool.commit(f"{number}")
            assert found is not None
            made.append(found)
            spool.write("a", "staged")
            assert set(spool.reset().restored) == {"a"}
    assert [each.created_at for each in made] == sorted((each.created_at for each in made), reverse=True)
    with Journal.open(root) as journal:
        assert [each.id for each in journal.commits(newest_first=False)] == [each.id for each in made]
        assert [change.cursor for change in journal.changes()] == list(range(1, journal.cursor + 1))
        assert {path: journal.read(path) for path in journal.tree()} == {path: s[0] for path, s in disk(root).items()}
        assert all((act.duration_us or 0) >= 0 for act in journal.invocations())
        assert journal.verify().ok


@pytest.mark.parametrize("large", [False, True])
def test_a_journal_that_goes_in_the_middle_of_a_content(root: Path, large: bool) -> None:
    spool = Spool.open(root)
    spool.write("kept", "x")
    away = spool.journal.path.with_name("away.db")

    def content() -> Iterator[bytes]:
        yield PIECE * (40 if large else 1)
        spool.journal.path.rename(away)
        yield PIECE

    with pytest.raises(StorageError, match="removed or replaced"):
        spool.write("new", content())
    assert (sorted(disk(root)), temp_files(root)) == (["kept"], [])
    away.rename(spool.journal.path)
    assert spool.write("new", "x").changed
    assert spool.commit("both") is not None
    spool.close()
