"""Audited acts as records: a page at a time, in both orders, by kind, state and session."""

from pathlib import Path
from typing import Any

import pytest

from journal import Invocation, PathRefused, Spool, UnknownName, UsageError, WorkspaceChanged
from journal.engine import acts


@pytest.fixture
def done(spool: Spool, root: Path) -> list[Invocation]:
    """Eight acts, some refused and failed, of two sessions; the last is closed by a commit."""
    for n in range(3):
        spool.write(f"f{n}", "x")
    with pytest.raises(PathRefused):
        spool.write("../out", "x")
    (root / "f0").write_text("by hand")
    with pytest.raises(WorkspaceChanged):
        spool.write("f0", "y")
    spool.reset(force=True)
    spool.close()
    with Spool.open(root, session_id="second") as other:
        other.write("f9", "x")
        other.commit("nine")
        return list(other.journal.invocations())


@pytest.fixture
def again(root: Path, done: list[Invocation]) -> Any:
    with Spool.open(root, session_id="third") as spool:
        yield spool.journal


def test_an_act_tells_what_was_asked_decided_and_done(done: list[Invocation], again: Any) -> None:
    assert [(act.name, act.state) for act in done] == [
        ("write", "ok"),
        ("write", "ok"),
        ("write", "ok"),
        ("write", "denied"),
        ("write", "failed"),
        ("reset", "ok"),
        ("write", "ok"),
        ("commit", "ok"),
    ]
    first, denied, failed = done[0], done[3], done[4]
    assert (first.kind, first.decision, first.request["path"], first.details) == ("spool", "allow", "f0", {})
    assert first.finished_at is not None and first.finished_at >= first.started_at
    assert first.duration_us is not None and first.duration_s == first.duration_us / 1e6
    assert (denied.decision, denied.decision_reason.startswith("path: ")) == ("deny", True)
    assert "f0" in str(failed.error)
    assert [again.invocation(act.id) for act in done] == done


def test_the_row_of_an_error_is_found(spool: Spool) -> None:
    with pytest.raises(PathRefused) as caught:
        spool.write("/etc/passwd", "x")
    number = caught.value.invocation_id
    assert number is not None
    assert spool.journal.invocation(number).state == "denied"


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 20])
def test_pages_join_without_gap_or_overlap(
    done: list[Invocation], again: Any, monkeypatch: pytest.MonkeyPatch, newest_first: bool, size: int
) -> None:
    monkeypatch.setattr(acts, "PAGE_ROWS", 2)
    found: list[Invocation] = []
    after = 0
    while page := list(again.invocations(after=after, limit=size, newest_first=newest_first)):
        found += page
        after = page[-1].id
    assert found == (done[::-1] if newest_first else done)


def test_acts_are_chosen_by_kind_state_and_session(done: list[Invocation], again: Any) -> None:
    assert list(again.invocations(kind="shell")) == []
    assert list(again.invocations(kind="spool")) == done
    assert list(again.invocations(state="failed")) == [done[4]]
    assert list(again.invocations(session_id="second")) == done[6:]
    assert list(again.invocations(session_id="third")) == []
    assert list(again.invocations(state="ok", newest_first=True, limit=2)) == done[:5:-1]
    assert list(again.invocations(limit=0)) == []


def test_an_act_that_comes_meanwhile_is_seen(spool: Spool) -> None:
    spool.write("a", "x")
    found = spool.journal.invocations()
    assert next(found).name == "write"
    spool.delete("a")
    spool.commit("nothing")
    assert [act.name for act in spool.journal.invocations()] == ["write", "delete", "commit"]


@pytest.mark.parametrize(
    "wish",
    [
        {"kind": "shel"},
        {"state": "OK"},
        {"after": -1},
        {"after": "1"},
        {"limit": True},
        {"limit": 2.0},
        {"after": 1 << 63},
    ],
)
def test_a_wish_that_nothing_could_meet_is_refused_at_once(spool: Spool, wish: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        spool.journal.invocations(**wish)
    assert caught.value.hint


def test_an_act_or_session_that_is_not_there_is_unknown(spool: Spool) -> None:
    with pytest.raises(UnknownName):
        spool.journal.invocations(session_id="nobody")
    with pytest.raises(UnknownName) as caught:
        spool.journal.invocation(99)
    assert caught.value.name == "99"
    for wrong in ("1", None, -1, True):
        number: Any = wrong
        with pytest.raises(UsageError):
            spool.journal.invocation(number)
