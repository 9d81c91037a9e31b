"""The audit row of a verb: one for what was done, refused or failed, none for a call that was none."""

import errno
import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from journal import Closed, DiskFull, Journal, PathRefused, Spool, UnknownName, UsageError, WorkspaceChanged
from journal.ids import ChunkDigest
from journal.limits import REQUEST_TEXT_MAX, WHOLE_BELOW
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


def contents(root: Path) -> dict[str, bytes]:
    """What stands on disk, without modes and kinds."""
    return {path: data for path, (data, _, _) in disk(root).items()}


def held_up(started: threading.Event, go_on: threading.Event) -> Iterator[bytes]:
    """A content whose giver takes his time."""
    started.set()
    assert go_on.wait(20)
    yield b"late"


def test_a_verb_that_waits_for_its_content_holds_up_only_verbs_on_its_path(spool: Spool, root: Path) -> None:
    started, go_on, done = threading.Event(), threading.Event(), list[str]()

    def slow() -> None:
        spool.write("a/slow", held_up(started, go_on))
        done.append("slow")

    def same() -> None:
        spool.write("a/slow", "later")
        done.append("same")

    threads = [threading.Thread(target=slow), threading.Thread(target=same)]
    threads[0].start()
    assert started.wait(20)
    threads[1].start()
    spool.write("a/other", "meanwhile")
    assert spool.touched_files() == ["a/other"]
    assert spool.read("a/other") == b"meanwhile"
    go_on.set()
    for thread in threads:
        thread.join(20)
    assert done == ["slow", "same"]
    assert contents(root) == {"a/slow": b"later", "a/other": b"meanwhile"}
    names = [patch.path for patch in spool.diff()]
    assert names == ["a/other", "a/slow"]


def test_threads_on_their_own_files_and_on_a_common_one(spool: Spool, root: Path) -> None:
    def work(number: int) -> None:
        for turn in range(10):
            spool.write(f"own/{number}", f"{number} {turn}\n" * 3000)
            spool.write("common", f"{number} {turn}")
            if turn % 4 == 3:
                spool.commit(f"{number} {turn}")
            if turn % 5 == 4:
                with suppress(WorkspaceChanged):
                    spool.move(f"own/{number}", f"moved/{number}", overwrite=True)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert {path: data for path, data in contents(root).items() if path != "common"} == {
        f"moved/{number}": f"{number} 9\n".encode() * 3000 for number in range(4)
    }
    spool.commit("the rest")
    tree = spool.journal.tree()
    assert {path: spool.journal.blob(entry.sha256).read() for path, entry in tree.items()} == contents(root)
    assert temp_files(root) == []


def test_one_that_fails_does_not_disturb_those_beside_it(spool: Spool, root: Path) -> None:
    started, go_on = threading.Event(), threading.Event()
    thread = threading.Thread(target=lambda: spool.write("slow", held_up(started, go_on)))
    thread.start()
    assert started.wait(20)
    with pytest.raises(UnknownName):
        spool.move("missing", "b")
    with pytest.raises(PathRefused):
        spool.write("../b", "x")
    go_on.set()
    thread.join(20)
    assert contents(root) == {"slow": b"late"}
    assert spool.commit("slow") is not None


def test_one_that_fails_takes_no_base_from_those_beside_it(
    spool: Spool, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> None:
        with pytest.raises(UnknownName):
            spool.move("missing", "b")

    def lineage(digest: ChunkDigest) -> Sequence[tuple[ChunkDigest, int]]:
        found = ask(digest)
        thread = threading.Thread(target=fails)
        thread.start()
        thread.join(20)
        return found

    (root / "a").write_bytes(data := os.urandom(WHOLE_BELOW))
    ask = spool._desk.bases.lineage
    monkeypatch.setattr(spool._desk.bases, "lineage", lineage)
    spool.write("a", data + b"more")
    assert contents(root) == {"a": data + b"more"}
    assert spool.reset().restored == ("a",)
    assert contents(root) == {"a": data}


def test_close_waits_for_verbs_and_is_refused_within_one(root: Path) -> None:
    spool = Spool.open(root)
    started, go_on, closed = threading.Event(), threading.Event(), threading.Event()

    def closing() -> Iterator[bytes]:
        yield b"a"
        with pytest.raises(UsageError, match="close was called from within a verb"):
            spool.close()

    spool.write("closing", closing())
    writer = threading.Thread(target=lambda: spool.write("slow", held_up(started, go_on)))
    writer.start()
    assert started.wait(20)

    def close() -> None:
        spool.close()
        closed.set()

    closer = threading.Thread(target=close)
    closer.start()
    assert not closed.wait(0.05)
    go_on.set()
    for thread in (writer, closer):
        thread.join(20)
    assert closed.is_set()
    assert contents(root) == {"closing": b"a", "slow": b"late"}
    with pytest.raises(Closed):
        spool.write("a", "x")
