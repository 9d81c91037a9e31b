"""Shell commands: each beside its audit row."""

from typing import NamedTuple

from journal.database import Read, Write
from journal.ids import BlobId, InvocationId

INSERT_RUN = """
INSERT INTO shell_run (invocation_id, lane, command, cwd) VALUES (:invocation_id, :lane, :command, :cwd)
"""
HOLD_OUTPUT = """
UPDATE shell_run
SET stdout_blob = coalesce(:stdout_blob, stdout_blob), stderr_blob = coalesce(:stderr_blob, stderr_blob)
WHERE invocation_id = :invocation_id
"""
RELEASE_OUTPUT = "UPDATE shell_run SET stdout_blob = NULL, stderr_blob = NULL WHERE invocation_id = :invocation_id"
COMPLETE_RUN = """
UPDATE shell_run
SET exit_code = :exit_code, signal = :signal, timed_out = :timed_out, stdout_blob = :stdout_blob,
    stderr_blob = :stderr_blob, stdout_size = :stdout_size, stderr_size = :stderr_size, truncated = :truncated,
    user_cpu_us = :user_cpu_us, system_cpu_us = :system_cpu_us, max_rss_bytes = :max_rss_bytes,
    cwd_after = :cwd_after, lane_restarted = :lane_restarted
WHERE invocation_id = :invocation_id
"""
SELECT_OUTPUT = "SELECT stdout_blob, stderr_blob FROM shell_run WHERE invocation_id = :invocation_id"
SELECT_DETAILS = """
SELECT lane, command, cwd, exit_code, signal, timed_out, stdout_sha, stderr_sha, stdout_size, stderr_size, truncated,
       user_cpu_us, system_cpu_us, max_rss_bytes, cwd_after, lane_restarted
FROM audit_shell WHERE invocation_id = :invocation_id
"""
COVERED = """
    r.lane, r.command, r.cwd, r.exit_code, r.signal, r.timed_out, x.sha256, y.sha256, r.stdout_size, r.stderr_size,
    r.truncated, r.user_cpu_us, r.system_cpu_us, r.max_rss_bytes, r.cwd_after, r.lane_restarted"""
JOIN_RUN = """
LEFT JOIN shell_run AS r ON r.invocation_id = i.id
LEFT JOIN blob AS x ON x.id = r.stdout_blob LEFT JOIN blob AS y ON y.id = r.stderr_blob"""
SELECT_THERE = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'shell_run'"
SELECT_COVERED = f"""
SELECT {COVERED}
FROM shell_run AS r LEFT JOIN blob AS x ON x.id = r.stdout_blob LEFT JOIN blob AS y ON y.id = r.stderr_blob
WHERE r.invocation_id = :invocation_id
"""
DETAILS = (
    *("lane", "command", "cwd", "exit_code", "signal", "timed_out", "stdout_sha", "stderr_sha", "stdout_size"),
    *("stderr_size", "truncated", "user_cpu_us", "system_cpu_us", "max_rss_bytes", "cwd_after", "lane_restarted"),
)


class RunStart(NamedTuple):
    """What a command is: its lane, its text with secrets taken out, and the folder it begins in."""

    lane: str
    command: str
    cwd: str


class RunEnd(NamedTuple):
    """How a command ended; None where nobody knows."""

    exit_code: int | None = None
    signal: int | None = None
    timed_out: int | None = None
    stdout_blob: BlobId | None = None
    stderr_blob: BlobId | None = None
    stdout_size: int | None = None
    stderr_size: int | None = None
    truncated: int | None = None
    user_cpu_us: int | None = None
    system_cpu_us: int | None = None
    max_rss_bytes: int | None = None
    cwd_after: str | None = None
    lane_restarted: int | None = None


def start(tx: Write, act: InvocationId, run: RunStart) -> None:
    """Writes a command that is about to run, or was refused."""
    tx.run(INSERT_RUN, invocation_id=act, **run._asdict())


def hold(tx: Write, act: InvocationId, stdout: BlobId | None, stderr: BlobId | None) -> None:
    """Names the contents that output is on its way into, so that they are found when nobody lives to complete them."""
    tx.run(HOLD_OUTPUT, invocation_id=act, stdout_blob=stdout, stderr_blob=stderr)


def release(tx: Write, act: InvocationId) -> None:
    """Names no contents any more, as one that proves to be here already is dropped for that one."""
    tx.run(RELEASE_OUTPUT, invocation_id=act)


def complete(tx: Write, act: InvocationId, end: RunEnd) -> None:
    """Tells how a command ended; its audit row is closed after that, in the same transaction."""
    tx.run(COMPLETE_RUN, invocation_id=act, **end._asdict())


def output(tx: Read, act: InvocationId) -> tuple[BlobId | None, BlobId | None]:
    """Gives the contents that a command's output is in, or on its way into."""
    row = tx.row(SELECT_OUTPUT, invocation_id=act)
    return (None, None) if row is None else (row[0], row[1])


def details(tx: Read, act: int) -> dict[str, int | str | None]:
    """Gives the columns of a command by their names, digests for its output; nothing for another act."""
    row = tx.row(SELECT_DETAILS, invocation_id=act)
    return {} if row is None else dict(zip(DETAILS, row, strict=True))


def there(tx: Read) -> bool:
    """Tells whether the journal has such rows: one of an earlier release, opened to be read, has none."""
    return tx.value(SELECT_THERE) is not None


def covered(tx: Read, act: InvocationId) -> tuple[int | str | bytes | None, ...]:
    """Gives what the link that closes an act covers of its command; nothing for an act that is none."""
    return tx.row(SELECT_COVERED, invocation_id=act) or ()
