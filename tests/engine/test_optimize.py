"""Optimize: the journal gets smaller, every byte reads as before, and a kill in between leaves all of it."""

import random
from pathlib import Path
from typing import Any

import pytest

from journal import BusyError, CorruptionError, Journal, ReadOnly, Spool
from journal.engine import optimize, pace
from journal.limits import COLD_DEPTH_MAX
from tests.engine import looking
from tests.engine.interrupting import dying


def lines(seed: int, count: int = 60) -> list[str]:
    choose = random.Random(seed)
    return [f"    value_{choose.getrandbits(32):x} = {choose.getrandbits(20)}\n" for _ in range(count)]


def made(root: Path, commits: int = 12) -> Path:
    """A journal with versions of a file, copies of it with edits under other names, a picture, and a large one."""
    text, choose = lines(1), random.Random(1)
    with Spool.open(root) as spool:
        spool.write("picture.bin", choose.randbytes(5_000))
        spool.write("large.txt", "".join(lines(2, 9000)))
        for number in range(commits):
            text[choose.randrange(len(text))] = f"    edited = {number}\n"
            spool.write("module.py", "".join(text))
            spool.write(f"copy{number}.py", "".join([f"# copy {number}\n", *text[number:], *lines(number + 50, 3)]))
            spool.commit(f"commit {number}")
        return Path(spool.journal.path)


def contents(path: Path) -> dict[str, bytes]:
    """Every content that the journal names."""
    with Journal.open(path) as journal:
        listed = [row["sha256"].hex() for row in journal.query("SELECT sha256 FROM blob")]
        return {sha: journal.blob(sha).read() for sha in listed}


def optimized(path: Path, **how: Any) -> dict[str, int]:
    with Journal.open(path, readonly=False) as journal:
        return dict(journal.optimize(**how))


def ask(path: Path, sql: str) -> Any:
    with Journal.open(path) as journal:
        return looking.value(journal, sql)


BODIES = "SELECT sum(length(body)) FROM chunk"
DEPTH = """
WITH RECURSIVE line (id, depth) AS (
    SELECT id, 0 FROM chunk WHERE base_id IS NULL
    UNION ALL SELECT c.id, depth + 1 FROM line JOIN chunk AS c ON c.base_id = line.id
) SELECT max(depth) FROM line
"""


def test_it_gets_smaller_and_reads_as_before(root: Path) -> None:
    path = made(root)
    before, bodies = contents(path), ask(path, BODIES)
    done = optimized(path)
    assert contents(path) == before
    assert ask(path, BODIES) < 0.8 * bodies
    assert done["chunks"] > 12 and done["blobs"] == 0
    assert done["bytes_after"] == path.stat().st_size < done["bytes_before"]
    assert ask(path, DEPTH) <= COLD_DEPTH_MAX
    with Journal.open(path) as journal:
        assert journal.verify(full=True, root=root).findings == ()


def test_work_goes_on_afterwards(root: Path) -> None:
    path = made(root)
    optimized(path)
    with Spool.open(root) as spool:
        for number in range(30):
            spool.replace("module.py", "value", f"v{number}alue")
            spool.commit(f"later {number}")
        assert b"v29alue" in (spool.read("module.py") or b"")
        assert spool.journal.verify(full=True).findings == ()
    before = contents(path)
    assert optimized(path)["chunks"] > 0
    assert contents(path) == before


def test_a_second_one_has_nothing_to_do_and_says_nothing(root: Path) -> None:
    path = made(root)
    optimized(path)
    acts = ask(path, "SELECT count(*) FROM invocation")
    told: list[tuple[int, int | None]] = []
    done = optimized(path, progress=lambda *at: told.append(at))
    assert (done["chunks"], done["bytes_before"]) == (0, done["bytes_after"])
    assert told == [] and ask(path, "SELECT count(*) FROM invocation") == acts


def test_it_is_an_act_in_the_audit(root: Path) -> None:
    path = made(root)
    optimized(path)
    with Journal.open(path) as journal:
        assert looking.acts(journal)[-1] == ("optimize", "ok")
        assert '"upto":' in looking.value(journal, "SELECT request FROM invocation WHERE name = 'optimize'")


def test_progress_is_told_in_bytes_of_content(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "PROGRESS_INTERVAL_S", 0.0)
    path = made(root)
    told: list[tuple[int, int | None]] = []
    optimized(path, progress=lambda *at: told.append(at))
    total = ask(path, "SELECT sum(size) FROM chunk")
    assert len(told) > 10 and told == sorted(told) and told[-1] == (total, total)


def test_gaps_that_a_prune_left_are_closed(root: Path) -> None:
    path = made(root)
    optimized(path)
    with Journal.open(path, readonly=False) as journal:
        journal.prune(keep_commits=2, dry_run=False)
    before = contents(path)
    assert optimized(path)["bytes_after"] <= path.stat().st_size
    assert looking_done(path) == ["ok", "ok"] and contents(path) == before
    optimized(path)
    assert looking_done(path) == ["ok", "ok"]  # the third had nothing to do


def looking_done(path: Path) -> list[str]:
    with Journal.open(path) as journal:
        return [state for name, state in looking.acts(journal) if name == "optimize"]


ORPHAN = """
import sqlite3, sys
journal = sqlite3.connect(sys.argv[1])
journal.execute("INSERT INTO chunk (id, digest, size, codec, gen, body) VALUES (9001, zeroblob(16), 1, 0, 0, x'78')")
journal.execute("INSERT INTO chunk (id, digest, size, codec, gen, body) SELECT 9002, randomblob(16), 1, 0, 0, x'79'")
journal.commit()
"""


@pytest.mark.damaged
def test_what_nothing_reaches_is_dropped(root: Path) -> None:
    path = made(root, 3)
    looking.run(ORPHAN, path)
    with pytest.raises(CorruptionError):
        optimized(path)  # 9002 stays, as the newest of all, and is not what its digest says
    assert ask(path, "SELECT count(*) FROM chunk WHERE id = 9001") == 0
    assert looking_done(path) == ["failed"]


DAMAGE = """
import sqlite3, sys
journal = sqlite3.connect(sys.argv[1])
journal.execute("UPDATE chunk SET body = zeroblob(length(body)) WHERE id = 4")
journal.commit()
"""


@pytest.mark.damaged
def test_a_damaged_content_ends_it_and_loses_nothing(root: Path) -> None:
    path = made(root, 3)
    looking.run(DAMAGE, path)
    with Journal.open(path) as journal:
        found = journal.verify(full=True).findings
    with pytest.raises(CorruptionError):
        optimized(path)
    with Journal.open(path) as journal:
        assert {each.subject for each in journal.verify(full=True).findings} <= {each.subject for each in found}


def test_a_reader_may_not(root: Path) -> None:
    with Journal.open(made(root, 1)) as journal, pytest.raises(ReadOnly):
        journal.optimize()


def test_a_session_that_holds_the_root_is_not_disturbed(root: Path) -> None:
    path = made(root, 2)
    with looking.held(root), pytest.raises(BusyError):
        optimized(path)
    assert optimized(path)["chunks"] > 0


def test_a_journal_without_anything_is_left_as_it_is(root: Path) -> None:
    with Spool.open(root) as spool:
        path = Path(spool.journal.path)
    done = optimized(path)
    assert (done["chunks"], done["blobs"], done["bytes_before"]) == (0, 0, done["bytes_after"])


def test_a_cut_anywhere_leaves_every_content(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optimize, "COLD_STEP_BYTES", 500)
    path = made(root, 8)
    before, at, done = contents(path), 1, None
    while done is None:
        with dying(at):
            try:
                done = optimized(path)
            except KeyboardInterrupt:
                at += 1
        assert contents(path) == before
        with Journal.open(path) as journal:
            assert journal.verify(full=True).findings == ()
    assert at > 5
    assert optimized(path)["chunks"] == 0


KILLED = """
import os, sys, threading
from journal import Journal
from journal.engine import optimize, pace
optimize.COLD_STEP_BYTES = 2000
threading.Timer(float(sys.argv[2]), os._exit, [9]).start()
with Journal.open(sys.argv[1], readonly=False) as journal:
    while True:
        journal.optimize()
"""


@pytest.mark.parametrize("after_s", [0.02, 0.05, 0.08, 0.12])
def test_a_kill_at_any_moment_leaves_every_content(root: Path, after_s: float) -> None:
    path = made(root, 8)
    before = contents(path)
    looking.run(KILLED, path, str(after_s), status=9)
    assert contents(path) == before
    with Journal.open(path) as journal:
        assert journal.verify(full=True).ok
    optimized(path)
    assert contents(path) == before


READER = """
import hashlib, sqlite3, sys
reader = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True, isolation_level=None)
reader.execute("BEGIN")
def seen():
    found = hashlib.sha256()
    for row in reader.execute("SELECT id, base_id, body FROM chunk ORDER BY id"):
        found.update(repr(row).encode())
    return found.hexdigest()
before = seen()
print("ready", flush=True)
sys.stdin.readline()
assert seen() == before
print("same", flush=True)
"""


def test_a_reader_that_holds_a_snapshot_goes_on_seeing_it(root: Path) -> None:
    path = made(root)
    with looking.held(path, READER) as reader:
        assert optimized(path)["chunks"] > 0
        assert reader.stdin is not None and reader.stdout is not None
        reader.stdin.write("\n")
        reader.stdin.flush()
        assert reader.stdout.readline() == "same\n"
