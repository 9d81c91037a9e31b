"""Letting old commits go: planned as a whole, then done in transactions of a bounded number of rows.

1  commits, oldest first: their changes and rows, while the base of the branch takes over their tree
2  edits of that time, then the acts, after a record that keeps the link from which the audit chain goes on
3  contents, then chunks, those before their bases
4  free pages are taken off the end of the file

A kill in between leaves a valid journal, and the next prune finds what this one had not come to.
"""

import math
import time
from collections.abc import Iterator, Sequence
from itertools import groupby

from journal.database import Read
from journal.engine import retaining
from journal.engine.desk import now_us
from journal.engine.retaining import Criteria, Plan
from journal.engine.upkeep import Leases, Upkeep, drop, opened, portions, upkeep
from journal.errors import UsageError
from journal.limits import RETENTION_ROWS
from journal.tables import leaving, retention, sessions
from journal.tables.retention import CommitLine

DAY_US = 86_400_000_000


def criteria(keep_commits: object, keep_days: object, max_bytes: object) -> Criteria:
    """Reads what a caller wants to keep.

    Raises:
        UsageError: nothing was said, or a number makes no sense.
    """
    if keep_commits is None and keep_days is None and max_bytes is None:
        hint = "say how many commits, how many days, or at most how many bytes to keep"
        raise UsageError("prune was not told what to keep", hint=hint)
    for name, given, least in (("keep_commits", keep_commits, 1), ("max_bytes", max_bytes, 0)):
        if given is not None and (not isinstance(given, int) or isinstance(given, bool) or given < least):
            raise UsageError(f"{name} is {given!r}", hint=f"pass a whole number from {least} up")
    since = None
    if keep_days is not None:
        if not isinstance(keep_days, int | float) or isinstance(keep_days, bool) or not 0 <= keep_days < math.inf:
            raise UsageError(f"keep_days is {keep_days!r}", hint="pass a number of days from 0 up")
        since = int(max(time.time_ns() // 1000 - keep_days * DAY_US, 0.0))
    return Criteria(keep_commits, since, max_bytes)  # type: ignore[arg-type]  # checked above


def prune(path: str, wanted: Criteria, *, dry_run: bool) -> dict[str, int]:
    """Lets commits go that nothing asks to keep; a dry run counts them, and estimates `bytes_after`.

    Raises:
        BusyError: a session holds a root of the journal.
    """
    with opened(path, readonly=dry_run) as database:
        if dry_run or sessions.first_branch(database.look()) is None:
            with database.read() as look:
                plan = retaining.plan(look, wanted, RETENTION_ROWS)
            return {**plan.counts, "bytes_before": plan.room.file_bytes, "bytes_after": plan.bytes_after}
        with Leases.take(database, path):
            with database.read() as look:
                plan = retaining.plan(look, wanted, RETENTION_ROWS)
            if any(plan.counts.values()):
                with upkeep(database, "prune", {**wanted._asdict(), **plan.counts}) as work:
                    _carry_out(work, plan)
            return {**plan.counts, "bytes_before": plan.room.file_bytes, "bytes_after": _size(database.look())}


def _size(look: Read) -> int:
    return retention.room(look).file_bytes


def _carry_out(work: Upkeep, plan: Plan) -> None:
    for listed in plan.commits.values():
        for part in _parts(listed):
            with work.step() as (tx, chain):
                leaving.commits(tx, chain, work.act_id, part, now_us())
    for edits in portions(plan.edits, RETENTION_ROWS):
        with work.step() as (tx, _):
            leaving.edits(tx, edits)
    for links in plan.acts:
        with work.step() as (tx, chain):
            leaving.acts(tx, chain, work.act_id, links, now_us())
    drop(work, plan.blobs, plan.chunks)
    work.give_back()


def _parts(listed: Sequence[CommitLine]) -> Iterator[list[CommitLine]]:
    """Cuts the commits of a branch into parts of a bounded number of changes, each at least one commit."""
    rows, number = 0, dict[int, int]()
    for line in listed:
        number[line.id] = rows // RETENTION_ROWS
        rows += line.files + 1
    for _, part in groupby(listed, key=lambda line: number[line.id]):
        yield list(part)
