"""Audited acts and the hash chain over them."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from journal.database import Read, Write
from journal.ids import FIRST_LINK, InvocationId, SessionRow, audit_digest, audit_link
from journal.tables import shell_runs

INSERT_INVOCATION = """
INSERT INTO invocation (session_id, kind, name, request, decision, decision_reason, rule, state, started_at,
                        finished_at, duration_us, error, sandbox)
VALUES (:session_id, :kind, :name, :request, :decision, :decision_reason, :rule, :state, :started_at,
        :finished_at, :duration_us, :error, :sandbox)
RETURNING id
"""
CLOSE_INVOCATION = """
UPDATE invocation SET state = :state, finished_at = :finished_at, duration_us = :duration_us, error = :error,
                      sandbox = :sandbox
WHERE id = :id AND state = 'running'
RETURNING id
"""
SELECT_RUNNING = """
WITH acts (id) AS (
    SELECT id FROM invocation WHERE state = 'running' AND kind <> 'spool'
    UNION SELECT act_id FROM intent WHERE branch_id = :branch_id
)
SELECT i.id, i.session_id, i.parent_id, i.call_id, i.kind, i.name, i.request, i.decision, i.decision_reason, i.rule,
       i.started_at, i.inverse, i.trace_id
FROM acts CROSS JOIN invocation AS i ON i.id = acts.id JOIN session AS s ON s.id = i.session_id
WHERE i.state = 'running' AND s.branch_id = :branch_id ORDER BY i.id
"""
SELECT_STALE = """
SELECT id, session_id, parent_id, call_id, kind, name, request, decision, decision_reason, rule, started_at, inverse,
       trace_id
FROM invocation WHERE state = 'running' AND kind = 'spool' AND name = :name
"""
SELECT_DONE = """
SELECT id, session_id, parent_id, call_id, kind, name, request, decision, decision_reason, rule, started_at, inverse,
       trace_id
FROM invocation WHERE kind = 'spool' AND name = :name AND state = 'ok' ORDER BY id DESC LIMIT 1
"""
SELECT_SINCE = "SELECT EXISTS (SELECT 1 FROM invocation WHERE id > :id AND kind = 'spool' AND name = :name)"
SELECT_TIP = "SELECT seq, link FROM audit_link ORDER BY seq DESC LIMIT 1"
INSERT_LINK = """
INSERT INTO audit_link (seq, invocation_id, phase, digest, link) VALUES (:seq, :invocation_id, :phase, :digest, :link)
"""

Text = str | None


class Opened(NamedTuple):
    """The columns that are fixed when an act is written, in the order in which its digest covers them."""

    id: InvocationId
    session_id: SessionRow
    parent_id: InvocationId | None
    call_id: Text
    kind: str
    name: str
    request: str
    decision: str
    decision_reason: str
    rule: Text
    started_at: int
    inverse: Text
    trace_id: Text


class Asked(NamedTuple):
    """An act as it is asked for and decided: times are microseconds since the epoch, request is compact JSON."""

    session_id: SessionRow
    kind: str
    name: str
    request: str
    started_at: int
    decision: str = "allow"
    decision_reason: str = ""
    rule: Text = None


class Outcome(NamedTuple):
    """How an act ended; duration_us is None when only recovery saw the end. `sandbox` is what confined a command."""

    state: str
    finished_at: int
    duration_us: int | None
    error: Text = None
    sandbox: Text = None


class Chain:
    """The end of the audit chain inside one write transaction; links are added in the order of the acts."""

    def __init__(self, tx: Write) -> None:
        tip = tx.row(SELECT_TIP)
        self._tx = tx
        self._seq, self.link = (0, FIRST_LINK) if tip is None else (int(tip[0]), bytes(tip[1]))

    def open(self, asked: Asked) -> Opened:
        """Writes an act that is about to run."""
        return self._insert(asked, Outcome("running", 0, None))

    def record(
        self, asked: Asked, outcome: Outcome, beside: Callable[[InvocationId], None] | None = None
    ) -> Opened:
        """Writes an act that is over: refused, failed, or done in this very transaction.

        `beside` writes the row of its command, which the last link covers.
        """
        opened = self._insert(asked, outcome)
        if beside is not None:
            beside(opened.id)
        self._add(opened.id, "closed", [*opened, *outcome, *self._run(opened)])
        return opened

    def close(self, opened: Opened, outcome: Outcome) -> None:
        """Closes an act; it is never changed again, so that closing it twice, as after an interrupt, does nothing.

        The link covers the row of its command too, where it has one, which has to be complete by now.
        """
        if self._tx.value(CLOSE_INVOCATION, id=opened.id, **outcome._asdict()) is None:
            return
        self._add(opened.id, "closed", [*opened, *outcome, *self._run(opened)])

    def pruned(self, act: InvocationId, columns: Iterable[int | str | bytes | None]) -> int:
        """Adds the link of a record of what leaves; gives its place, which is the record's number."""
        self._add(act, "pruned", columns)
        return self._seq

    def _run(self, opened: Opened) -> Iterable[int | str | bytes | None]:
        return shell_runs.covered(self._tx, opened.id) if opened.kind == "shell" else ()

    def _insert(self, asked: Asked, outcome: Outcome) -> Opened:
        values = outcome._asdict()
        if outcome.state == "running":
            values["finished_at"] = None
        found = InvocationId(self._tx.value(INSERT_INVOCATION, **asked._asdict(), **values))
        opened = Opened(
            found,
            asked.session_id,
            None,
            None,
            asked.kind,
            asked.name,
            asked.request,
            asked.decision,
            asked.decision_reason,
            asked.rule,
            asked.started_at,
            None,
            None,
        )
        self._add(found, "opened", opened)
        return opened

    def _add(self, invocation: InvocationId, phase: str, columns: Iterable[int | str | bytes | None]) -> None:
        self._seq += 1
        digest = audit_digest(phase, columns)
        self.link = audit_link(self.link, self._seq, phase, invocation, digest)
        self._tx.run(
            INSERT_LINK, seq=self._seq, invocation_id=invocation, phase=phase, digest=digest, link=self.link
        )


def running(tx: Read, branch_id: int) -> list[Opened]:
    """Lists the acts of a branch that were never closed."""
    return [Opened(*row) for row in tx.rows(SELECT_RUNNING, branch_id=branch_id)]


def running_by_name(tx: Read, name: str) -> list[Opened]:
    """Lists the acts of some name on files, or on the journal itself, that were never closed; a walk through all."""
    return [Opened(*row) for row in tx.rows(SELECT_STALE, name=name)]


def newest_done(tx: Read, name: str) -> Opened | None:
    """Gives the newest act of some name on files, or on the journal itself, that ended well; a walk back to it."""
    row = tx.row(SELECT_DONE, name=name)
    return None if row is None else Opened(*row)


def any_since(tx: Read, name: str, act_id: InvocationId) -> bool:
    """Tells whether there was an act of some name after another one."""
    return bool(tx.value(SELECT_SINCE, name=name, id=act_id))
