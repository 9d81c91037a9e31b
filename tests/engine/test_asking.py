"""The audit row of a verb: one for what was done, refused or failed, none for a call that was none."""

import errno
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from journal import Closed, DiskFull, Journal, PathRefused, Spool, UnknownName, UsageError, WorkspaceChanged
from journal.limits import REQUEST_TEXT_MAX
from tests.engine.looking import acts, disk, temp_files


def rows(spool: Spool) -> list[dict[str, Any]]:
    return spool.journal.query("SELECT * FROM audit ORDER BY invocation_id")


def test_every_verb_that_changes_or_publishes_has_a_row(spool: Spool) -> None:
    spool.write("a", "x")
    spool.replace("a", "x", "y")
    spool.chmod("a", 0o600)
    spool.move("a", "b")
    spool.symlink("c", "b")
    spool.delete("b")
    spool.batch([])
    spool.validate()
    spool.commit("done")
    spool.commit("nothing left")
    spool.reset()
    names = ["write", "replace", "chmod", "move", "symlink", "delete", "batch", "validate", "commit", "commit", "reset"]
    assert acts(spool.journal) == [(name, "ok") for name in names]


def test_reading_leaves_no_row(spool: Spool) -> None:
    spool.write("a", "x")
    spool.commit("a")
    before = acts(spool.journal)
    spool.read("a")
    spool.read_text("a")
    spool.open_read("a").close()
    spool.diff()
    spool.status()
    spool.touched_files()
    spool.reset(dry_run=True)
    list(spool.journal.commits())
    assert acts(spool.journal) == before


def test_a_row_tells_who_asked_for_what_and_how_it_ended(spool: Spool) -> None:
    patch = spool.write("a", "xyz", mode=0o600)
    spool.status()
    (row,) = rows(spool)
    assert row["invocation_id"] == patch.invocation_id
    assert (row["session_id"], row["kind"], row["name"]) == (spool.session_id, "spool", "write")
    assert json.loads(row["request"]) == {"op": "write", "path": "a", "size": 3, "mode": 0o600}
    assert (row["decision"], row["state"], row["error"], row["rule"]) == ("allow", "ok", None, None)
    assert row["started_at"] <= row["finished_at"]
    assert row["duration_us"] >= 0


def test_the_act_of_the_last_verb_is_closed_by_the_next_or_by_close(root: Path) -> None:
    with Spool.open(root) as spool:
        spool.write("a", "x")
        assert acts(spool.journal) == [("write", "running")]
        spool.write("b", "x")
        assert acts(spool.journal) == [("write", "ok"), ("write", "running")]
        path = spool.journal.path
    with Journal.open(path) as journal:
        assert acts(journal) == [("write", "ok"), ("write", "ok")]


def test_a_refused_path_is_denied_by_a_rule(spool: Spool) -> None:
    with pytest.raises(PathRefused) as caught:
        spool.write("../out", "x")
    (row,) = rows(spool)
    assert (row["decision"], row["state"], row["rule"]) == ("deny", "denied", "path")
    assert row["decision_reason"] == f"path: {caught.value.reason}"
    assert caught.value.invocation_id == row["invocation_id"]
    assert row["error"] == str(caught.value)


def test_a_failure_tells_its_error(spool: Spool, root: Path) -> None:
    spool.write("a", "x")
    (root / "a").write_text("theirs")
    with pytest.raises(WorkspaceChanged) as caught:
        spool.write("a", "y")
    with pytest.raises(UnknownName) as unknown:
        spool.chmod("none", 0o600)
    assert [row["state"] for row in rows(spool)] == ["ok", "failed", "failed"]
    assert [row["error"] for row in rows(spool)][1:] == [str(caught.value), str(unknown.value)]
    assert [caught.value.invocation_id, unknown.value.invocation_id] == [2, 3]


def test_an_error_of_the_system_becomes_ours_with_a_row(
    spool: Spool, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_fd: int, _data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("journal.workspace.calls.write", full)
        with pytest.raises(DiskFull) as caught:
            spool.write("a", "x")
    assert caught.value.hint
    assert acts(spool.journal) == [("write", "failed")]
    assert (disk(root), temp_files(root), spool.touched_files()) == ({}, [], [])
    assert spool.write("a", "x").changed


@pytest.mark.parametrize("call", ["path", "content", "mode", "message", "metadata", "operation"])
def test_a_call_of_wrong_types_has_no_row(spool: Spool, call: str) -> None:
    wrong: Any = 5
    calls: dict[str, Callable[[], object]] = {
        "path": lambda: spool.write(wrong, "x"),
        "content": lambda: spool.write("a", wrong),
        "mode": lambda: spool.chmod("a", wrong << 20),
        "message": lambda: spool.commit(wrong),
        "metadata": lambda: spool.commit("", metadata=wrong),
        "operation": lambda: spool.batch([wrong]),
    }
    with pytest.raises(UsageError):
        calls[call]()
    assert acts(spool.journal) == []


def test_a_closed_spool_has_no_row(root: Path) -> None:
    spool = Spool.open(root)
    spool.close()
    with pytest.raises(Closed):
        spool.write("a", "x")
    with Journal.open(root) as journal:
        assert acts(journal) == []


def test_long_texts_are_cut_and_say_so(spool: Spool) -> None:
    spool.write("a", "x" * 5000)
    spool.replace("a", "x" * 5000, "\udcff short")
    request = json.loads(rows(spool)[1]["request"])
    assert request["match"] == {"text": "x" * REQUEST_TEXT_MAX, "cut_from": 5000}
    assert request["replacement"] == {"bytes_base64": "/yBzaG9ydA=="}


def test_an_undecodable_name_is_told_by_its_bytes(spool: Spool) -> None:
    spool.write("\udcff", "x")
    spool.status()
    assert json.loads(rows(spool)[0]["request"])["path"] == {"bytes_base64": "/w=="}


def test_a_name_that_cannot_exist_is_told_by_its_escape(spool: Spool) -> None:
    with pytest.raises(PathRefused):
        spool.write("\ud800", "x")
    assert json.loads(rows(spool)[0]["request"])["path"] == "\\ud800"


def test_a_verb_within_a_verb_is_refused_and_leaves_no_trace(root: Path) -> None:
    with Spool.open(root) as spool:

        def content() -> Iterator[bytes]:
            yield b"x"
            spool.write("inner", "1")

        with pytest.raises(UsageError, match="within another verb"):
            spool.write("outer", content())
        assert disk(root) == {}
        spool.write("outer", "2")
        assert spool.status().conflicts == ()
