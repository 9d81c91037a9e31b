"""Opening a root after its process died in the middle of an act: files and journal agree again."""

import errno
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from journal import Delete, Move, Spool, StorageError, Write
from journal.workspace import calls
from tests.engine.interrupting import Lines, lines_of, watched
from tests.engine.looking import acts, disk, run, temp_files, value

SETUP = """
import os, sys
from journal import Delete, Move, Spool, Write
from journal.workspace import calls
spool = Spool.open(sys.argv[1])
for name in "abc":
    spool.write(name, "old " + name)
spool.write("deep/d", "old d")
spool.commit("base")
def die_at(name, count):
    real, left = getattr(calls, name), [count]
    def dying(*arguments):
        left[0] -= 1
        if left[0] == 0:
            os._exit(7)
        return real(*arguments)
    setattr(calls, name, dying)
die_at(sys.argv[2], int(sys.argv[3]))
"""
BATCH = """
spool.batch([Write("a", "new a"), Write("b", "new b"), Delete("c"), Move("deep/d", "moved/d"), Write("e", "new e")])
"""
OLD = {"a": b"old a", "b": b"old b", "c": b"old c", "deep/d": b"old d"}
NEW = {"a": b"new a", "b": b"new b", "moved/d": b"old d", "e": b"new e"}


Verb = Callable[[Spool], object]
VERBS: dict[str, Verb] = {
    "write": lambda spool: spool.write("a", "new a"),
    "batch": lambda spool: spool.batch([Write("a", "new a"), Delete("b"), Move("c", "d/c"), Write("e", "new e")]),
    "commit": lambda spool: spool.commit("staged"),
    "reset": lambda spool: spool.reset(),
}


@contextmanager
def begun(root: Path) -> Iterator[Spool]:
    """A session in the middle of its work: three files committed, one of them changed since."""
    root.mkdir()
    with Spool.open(root) as spool:
        spool.batch([Write(name, f"old {name}") for name in "abc"])
        spool.commit("base")
        spool.write("b", "staged b")
        yield spool


def changed(verb: Verb, folder: Path) -> dict[str, bytes | None]:
    """What a verb makes of the files that stood before it, when nothing goes wrong."""
    root = folder / "changed"
    if not root.exists():
        with begun(root) as spool:
            verb(spool)
    after = contents(root)
    return {name: after.get(name) for name in "abc"}


def contents(root: Path) -> dict[str, bytes]:
    return {path: state[0] for path, state in disk(root).items()}


def die(root: Path, code: str, call: str, count: int = 1) -> None:
    run(SETUP + code, root, call, str(count), status=7)


@pytest.mark.parametrize(("call", "count"), [("rename_new", 1), ("exchange", 1), ("exchange", 2), ("rename_new", 3)])
def test_an_act_that_was_promised_is_carried_out(root: Path, call: str, count: int) -> None:
    die(root, BATCH, call, count)
    with Spool.open(root) as spool:
        assert contents(root) == NEW
        assert spool.recovery.finished
        assert (spool.recovery.undone, spool.recovery.conflicts, spool.recovery.clean) == ((), (), False)
        assert spool.touched_files() == ["a", "b", "c", "deep/d", "e", "moved/d"]
        assert temp_files(root) == []
        assert acts(spool.journal)[-1] == ("batch", "ok")
        spool.reset()
        assert contents(root) == OLD
    with Spool.open(root) as spool:
        assert spool.recovery.clean


@pytest.mark.parametrize("code", ["spool.write('e', 'new')", BATCH, "spool.write('e', bytes(3_000_000))"])
def test_an_act_that_was_never_promised_did_not_happen(root: Path, code: str) -> None:
    die(root, code, "create")
    with Spool.open(root) as spool:
        assert contents(root) == OLD
        assert (spool.touched_files(), temp_files(root)) == ([], [])
        assert spool.journal.verify().ok


def test_an_act_that_was_done_but_not_closed_is_closed(root: Path) -> None:
    run(SETUP + "spool.write('a', 'new a'); os._exit(7)", root, "listdir", "99", status=7)
    with Spool.open(root) as spool:
        assert acts(spool.journal)[-1] == ("write", "ok")
        assert (spool.touched_files(), spool.recovery.finished) == (["a"], ())
        assert value(spool.journal, "SELECT count(*) FROM intent") == 0


def test_a_third_content_takes_a_batch_back_and_stays(root: Path) -> None:
    die(root, BATCH, "exchange", 2)
    (root / "b").write_text("theirs")
    with Spool.open(root) as spool:
        assert contents(root) == {**OLD, "b": b"theirs"}
        assert spool.recovery.conflicts == ("b",)
        assert "a" in spool.recovery.undone
        assert spool.touched_files() == []
        assert acts(spool.journal)[-1] == ("batch", "failed")
        assert [entry.path for entry in spool.status().edits] == ["b"]


def test_a_third_content_at_the_only_path_is_reported_and_stays(root: Path) -> None:
    die(root, "spool.write('a', 'new a')", "exchange")
    (root / "a").write_text("theirs")
    with Spool.open(root) as spool:
        assert contents(root)["a"] == b"theirs"
        assert spool.recovery.conflicts == ("a",)
        spool.reset(force=True)
        assert contents(root) == OLD


def test_an_interrupted_reset_is_finished(root: Path) -> None:
    die(root, "spool.write('a', 'new'); spool.write('new/x', 'new'); spool.delete('b'); spool.reset()", "exchange", 2)
    with Spool.open(root) as spool:
        assert contents(root) == OLD
        assert not (root / "new").exists()
        assert spool.touched_files() == []
        assert acts(spool.journal)[-1] == ("reset", "ok")


@pytest.mark.parametrize(("call", "count"), [("rename_new", 3), ("rmdir", 1), ("rename_new", 4)])
def test_an_interrupted_reset_of_a_folder_in_place_of_a_file_is_finished(root: Path, call: str, count: int) -> None:
    die(root, "spool.delete('a'); spool.write('a/x', 'new'); spool.reset()", call, count)
    with Spool.open(root) as spool:
        spool.reset()
        assert contents(root) == OLD
        assert spool.touched_files() == []


def test_what_a_dead_process_left_in_the_temp_folder_is_swept_or_rescued(root: Path) -> None:
    with Spool.open(root) as spool:
        spool.write("a", "known")
    temp = root / ".spool/tmp"
    (temp / "w-5").write_text("on its way in")
    (temp / "x-6").write_text("known")
    (temp / "x-7").write_text("nobody knows this")
    (temp / "x-8").write_bytes(os.urandom(2_000_000))
    large = (temp / "x-8").read_bytes()
    with Spool.open(root) as spool:
        assert temp_files(root) == []
        assert spool.recovery.swept == 4
        assert spool.recovery.rescued == (".spool/tmp/x-7", ".spool/tmp/x-8")
        rows = spool.journal.query("SELECT b.sha256 FROM rescued AS r JOIN blob AS b ON b.id = r.blob_id ORDER BY r.id")
        kept = [spool.journal.blob(row["sha256"].hex()).read() for row in rows]
        assert kept == [b"nobody knows this", large]


def test_a_large_content_that_was_half_stored_is_dropped(root: Path) -> None:
    code = "from journal.tables import blobs; blobs.finish = lambda *_: os._exit(7); "
    code += "spool.write('a', os.urandom(3_000_000))"
    run(SETUP + code, root, "listdir", "99", status=7)
    with Spool.open(root) as spool:
        assert value(spool.journal, "SELECT count(*) FROM blob WHERE state = 'pending'") == 0
        assert (contents(root), temp_files(root)) == (OLD, [])


def test_a_clean_end_needs_no_mending(root: Path) -> None:
    with Spool.open(root) as spool:
        spool.write("a", "x")
    with Spool.open(root) as spool:
        report = spool.recovery
        assert report.clean
        assert (report.finished, report.undone, report.interrupted, report.swept, report.rescued) == ((), (), (), 0, ())


def interrupted(spool: Spool, verb: Verb, line: int) -> bool:
    """Tells whether a verb was cut short at a line."""
    try:
        with watched(Lines(line)):
            verb(spool)
    except KeyboardInterrupt:
        return True
    return False


@pytest.mark.parametrize("name", VERBS)
def test_a_session_goes_on_after_an_interrupt_at_any_line(name: str, tmp_path: Path) -> None:
    verb, played = VERBS[name], 0
    with begun(tmp_path / "count") as spool:
        lines = lines_of(lambda: verb(spool))
    for line in range(1, lines + 1, max(lines // 60, 1)):
        root = tmp_path / f"at-{line}"
        with begun(root) as spool:
            before = contents(root)
            played += interrupted(spool, verb, line)
            spool.write("later", f"{line}")
            after = contents(root)
            assert {path: after.get(path) for path in before} in (before, changed(verb, tmp_path)), line
            assert spool.status().conflicts == (), line
            spool.commit("later")
            assert {path: spool.journal.blob(e.sha256).read() for path, e in spool.journal.tree().items()} == after
            assert temp_files(root) == [], line
        with Spool.open(root) as spool:
            assert not (spool.recovery.undone or spool.recovery.conflicts), line
            assert spool.journal.verify().ok
    assert played > 50


def test_what_the_system_did_not_let_go_back_goes_back_with_the_next_verb(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        (root / name).write_text("precious")
    left, real = [2], calls.exchange

    def failing(*arguments: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(*arguments)

    with Spool.open(root) as spool:
        monkeypatch.setattr(calls, "exchange", failing)
        with pytest.raises(StorageError):
            spool.batch([Write(name, "new") for name in "abc"])
        monkeypatch.setattr(calls, "exchange", real)
        assert spool.status().clean
        assert contents(root) == {name: b"precious" for name in "abc"}
        assert value(spool.journal, "SELECT state FROM audit") == "failed"


def test_a_clock_that_is_set_back_makes_no_negative_duration(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter(range(10**18, 0, -(10**12)))
    with Spool.open(root) as spool:
        monkeypatch.setattr(time, "time_ns", lambda: next(times))
        spool.write("a", "1")
        spool.batch([Write("a", "2"), Write("b", "3")])
        assert spool.commit("back in time") is not None
        monkeypatch.undo()
        assert value(spool.journal, "SELECT min(duration_us) FROM audit") == 0


def test_an_act_that_cannot_go_back_yet_is_not_forgotten_by_the_verbs_between(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        (root / name).write_text("precious")
    left, real = [2], calls.exchange

    def failing(*arguments: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(*arguments)

    with Spool.open(root) as spool:
        monkeypatch.setattr(calls, "exchange", failing)
        with pytest.raises(StorageError):
            spool.batch([Write(name, "new") for name in "abc"])
        spool.write("other", "the disk takes this one")
        with pytest.raises(StorageError, match="could not be undone"):
            spool.commit("half of it")
        monkeypatch.setattr(calls, "exchange", real)
        assert spool.touched_files() == ["other"]
        assert contents(root) == {name: b"precious" for name in "abc"} | {"other": b"the disk takes this one"}
