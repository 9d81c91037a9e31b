"""The rows of a shell command: there before it starts, complete once it ended, and true whatever happens in between."""

import random
import time
from pathlib import Path
from typing import Any

import pytest

from journal import Journal, Spool, salvage
from journal.engine import shell_runs
from journal.engine.desk import Desk, now_us
from journal.limits import CHUNK_MAX
from journal.tables import shell_runs as rows
from journal.tables.invocations import Asked, Opened, Outcome
from journal.tables.shell_runs import RunEnd, RunStart
from tests.engine import looking

START = RunStart("main", "make test", "src")
END = RunEnd(0, None, 0, user_cpu_us=1500, system_cpu_us=20, max_rss_bytes=4096, cwd_after="src", lane_restarted=0)
KEEP = 1 << 20


def asked(desk: Desk, **more: str) -> Asked:
    request = '{"command":"make test","cwd":"src","lane":"main"}'
    return Asked(desk.place.session_id, "shell", "run", request, now_us(), **more)


def ended(state: str = "ok", error: str | None = None) -> Outcome:
    return Outcome(state, now_us(), 5, error, "landlock")


def run(spool: Spool, out: bytes, err: bytes = b"", keep: int = KEEP, piece: int = 1 << 16) -> Opened:
    """A command that prints so much, in pieces."""
    desk = spool._desk
    running = shell_runs.begin(desk, asked(desk), START, keep)
    for printed, data in ((running.stdout, out), (running.stderr, err)):
        for at in range(0, len(data), piece):
            printed.take(data[at : at + piece])
            shell_runs.store(desk, running)
    shell_runs.finish(desk, running, ended(), END)
    return running.opened


def output(spool: Spool, running: shell_runs.Running) -> tuple[Any, Any]:
    return rows.output(spool._desk.database.look(), running.opened.id)


def row(journal: Journal, act: int) -> dict[str, Any]:
    (found,) = journal.query("SELECT * FROM audit_shell WHERE invocation_id = :act", {"act": act})
    return found


def test_a_command_is_there_before_it_starts(spool: Spool) -> None:
    running = shell_runs.begin(spool._desk, asked(spool._desk), START, KEEP)
    found = row(spool.journal, running.opened.id)
    assert (found["state"], found["command"], found["lane"], found["cwd"]) == ("running", "make test", "main", "src")
    assert found["exit_code"] is None and found["stdout_sha"] is None
    shell_runs.finish(spool._desk, running, ended(), END)
    assert row(spool.journal, running.opened.id)["state"] == "ok"


@pytest.mark.parametrize(
    ("out", "err"),
    [
        (b"", b""),
        (b"one\n", b""),
        (b"\xff\0", b"x" * 70_000),
        (random.Random(1).randbytes(3 * CHUNK_MAX + 5), b"some\n" * 100_000),
    ],
    ids=["nothing", "a line", "bytes", "much"],
)
def test_all_that_it_printed_is_kept(spool: Spool, out: bytes, err: bytes) -> None:
    act = run(spool, out, err)
    found = row(spool.journal, act.id)
    assert spool.journal.blob(found["stdout_sha"]).read() == out
    assert spool.journal.blob(found["stderr_sha"]).read() == err
    assert (found["stdout_size"], found["stderr_size"], found["truncated"]) == (len(out), len(err), 0)
    assert (found["user_cpu_us"], found["cwd_after"], found["sandbox"]) == (1500, "src", "landlock")
    assert spool.journal.verify(full=True).findings == ()


@pytest.mark.parametrize("keep", [0, 1, 100_000, 400_000])
def test_what_is_beyond_the_bound_is_counted(spool: Spool, keep: int) -> None:
    out = random.Random(2).randbytes(700_000)
    found = row(spool.journal, run(spool, out, b"err", keep).id)
    assert spool.journal.blob(found["stdout_sha"]).read() == out[:keep]
    assert spool.journal.blob(found["stderr_sha"]).read() == b"err"[:keep]
    assert (found["stdout_size"], found["stderr_size"], found["truncated"]) == (700_000, 3, 1)


def test_equal_output_is_kept_once(spool: Spool) -> None:
    run(spool, b"same\n")
    blobs = looking.value(spool.journal, "SELECT count(*) FROM blob")
    run(spool, b"same\n")
    large = b"0123456789abcdef" * 40_000
    run(spool, large)
    run(spool, large)
    assert looking.value(spool.journal, "SELECT count(*) FROM blob") == blobs + 1


def test_a_refused_command_has_its_rows(spool: Spool) -> None:
    desk = spool._desk
    how = {"decision": "deny", "decision_reason": "command: rm is not allowed", "rule": "command"}
    opened = shell_runs.refuse(desk, asked(desk, **how), START._replace(command="rm -rf /"))
    (found,) = spool.journal.query("SELECT * FROM denied WHERE kind = 'shell'")
    assert (found["invocation_id"], found["target"], found["rule"]) == (opened.id, "rm -rf /", "command")
    assert spool.journal.verify().ok


def test_the_record_of_an_act_has_its_columns(spool: Spool) -> None:
    act = run(spool, b"out")
    found = spool.journal.invocation(act.id)
    assert (found.kind, found.state, found.details["exit_code"], found.details["lane"]) == ("shell", "ok", 0, "main")
    assert spool.journal.blob(found.details["stdout_sha"]).read() == b"out"
    (listed,) = spool.journal.invocations(kind="shell")
    assert listed == found and listed.details == found.details
    spool.write("a", "1")
    assert all(each.details == {} for each in spool.journal.invocations(kind="spool"))


EDIT = """
import sqlite3, sys
journal = sqlite3.connect(sys.argv[1])
for name in ("shell_run_is_completed_once", "shell_run_stays", "invocation_closed_once"):
    journal.execute(f"DROP TRIGGER {name}")
journal.execute(sys.argv[2])
journal.commit()
"""


@pytest.mark.damaged
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE shell_run SET exit_code = 1",
        "UPDATE shell_run SET command = 'another'",
        "UPDATE shell_run SET stdout_blob = stderr_blob",
        "DELETE FROM shell_run",
        "UPDATE invocation SET sandbox = NULL",
    ],
)
def test_who_edits_a_command_breaks_the_chain(root: Path, sql: str) -> None:
    with Spool.open(root) as spool:
        run(spool, b"out", b"err")
        path = spool.journal.path
    looking.run(EDIT, path, sql)
    with Journal.open(path) as journal:
        assert "audit-edited" in {found.code for found in journal.verify().findings}


CHANGE = """
import sqlite3, sys
try:
    sqlite3.connect(sys.argv[1]).execute(sys.argv[2])
except sqlite3.IntegrityError:
    sys.exit(3)
"""


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE shell_run SET exit_code = 1",
        "UPDATE shell_run SET command = 'x'",
        "DELETE FROM shell_run",
    ],
)
def test_a_command_that_ended_is_never_changed(root: Path, sql: str) -> None:
    with Spool.open(root) as spool:
        run(spool, b"out")
        path = spool.journal.path
    looking.run(CHANGE, path, sql, status=3)


DYING = """
import os, sys
from journal import Spool
from journal.engine import shell_runs
from tests.engine.test_shell_runs import START, asked
spool = Spool.open(sys.argv[1])
running = shell_runs.begin(spool._desk, asked(spool._desk), START, 1 << 30)
for number in range(40):
    running.stdout.take(b"%d" % number * 20_000)
    shell_runs.store(spool._desk, running)
print(running.stdout.size, flush=True)
os._exit(9)
"""


def test_what_came_before_the_host_died_is_there(root: Path) -> None:
    looking.run(DYING, root, status=9)
    expected = b"".join(b"%d" % number * 20_000 for number in range(40))
    with Spool.open(root) as spool:
        (act,) = spool.journal.invocations(kind="shell")
        assert (act.state, act.details["exit_code"]) == ("interrupted", None)
        kept = spool.journal.blob(act.details["stdout_sha"]).read()
        assert expected.startswith(kept) and len(kept) > len(expected) // 2
        assert act.details["stdout_size"] == len(kept)
        assert spool.journal.verify(full=True).findings == ()
        assert spool.recovery.interrupted == (act.id,)


def test_output_that_waits_is_stored_after_a_while(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell_runs, "OUTPUT_HELD_S", 0.01)
    running = shell_runs.begin(spool._desk, asked(spool._desk), START, KEEP)
    running.stdout.take(b"a line\n")
    shell_runs.store(spool._desk, running)
    before = running.stdout.blob
    time.sleep(0.02)
    shell_runs.store(spool._desk, running)
    assert (before, running.stdout.blob) == (None, output(spool, running)[0])
    running.stdout.take(b"another\n")
    shell_runs.finish(spool._desk, running, ended(), END)
    assert spool.journal.blob(row(spool.journal, running.opened.id)["stdout_sha"]).read() == b"a line\nanother\n"


def test_a_prune_takes_commands_along_with_their_acts(root: Path) -> None:
    with Spool.open(root) as spool:
        for number in range(4):
            run(spool, b"output %d\n" % number * 1000)
            spool.write("a", f"{number}")
            spool.commit(f"{number}")
        path = spool.journal.path
    with Journal.open(path, readonly=False) as journal:
        journal.prune(keep_commits=1, dry_run=False)
        left = list(journal.invocations(kind="shell"))
        assert 1 <= len(left) < 4
        assert [journal.blob(act.details["stdout_sha"]).size for act in left] == [9000] * len(left)
        assert looking.value(journal, "SELECT count(*) FROM shell_run") == len(left)
        assert journal.verify(full=True).findings == ()


STOCK = """
import sqlite3, sys
journal = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
ask = "SELECT acts, cpu_us_total, output_bytes, max_rss_bytes FROM audit_daily WHERE kind = 'shell'"
assert journal.execute(ask).fetchall() == [(1, 1520, 4, 4096)]
assert journal.execute("SELECT command FROM slow_invocations WHERE kind = 'shell'").fetchall() == [("make test",)]
assert journal.execute("SELECT stdout_size, sandbox FROM audit_shell").fetchall() == [(4, "landlock")]
assert journal.execute("SELECT * FROM denied").fetchall() == []
"""


def test_the_views_are_read_by_a_stock_client(root: Path) -> None:
    with Spool.open(root) as spool:
        run(spool, b"out\n")
        path = spool.journal.path
    looking.run(STOCK, path)


def test_a_salvage_brings_commands_over(root: Path, tmp_path: Path) -> None:
    with Spool.open(root) as spool:
        act = run(spool, b"out\n" * 100_000, b"err\n")
        path = spool.journal.path
    report = salvage(path, tmp_path / "new.db")
    assert report.ok and report.findings == ()
    with Journal.open(tmp_path / "new.db") as journal:
        found = row(journal, act.id)
        assert journal.blob(found["stdout_sha"]).read() == b"out\n" * 100_000
        assert (found["command"], found["exit_code"]) == ("make test", 0)
