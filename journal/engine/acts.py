"""Audited acts as records, a page at a time."""

import json
from collections.abc import Iterator
from typing import get_args

from journal.database import Database, Read
from journal.errors import UnknownName, UsageError
from journal.limits import PAGE_ROWS, WHOLE_NUMBER_MAX
from journal.records import ActKind, ActState, Invocation, when
from journal.tables import audit, sessions, shell_runs
from journal.tables.audit import ActFacts, Wanted


def record(look: Read, facts: ActFacts) -> Invocation:
    """Makes the record of an act, with what there is beside it."""
    return Invocation(
        id=facts.id,
        session_id=facts.session,
        kind=facts.kind,  # type: ignore[arg-type]  # one of the four, the schema says
        name=facts.name,
        request=json.loads(facts.request),
        decision=facts.decision,  # type: ignore[arg-type]  # one of the two, the schema says
        decision_reason=facts.decision_reason,
        state=facts.state,  # type: ignore[arg-type]  # one of the seven, the schema says
        started_at=when(facts.started_at),
        finished_at=None if facts.finished_at is None else when(facts.finished_at),
        duration_us=facts.duration_us,
        error=facts.error,
        parent_id=facts.parent_id,
        call_id=facts.call_id,
        trace_id=facts.trace_id,
        details=shell_runs.details(look, facts.id) if facts.kind == "shell" else {},
    )


def one(database: Database, number: int) -> Invocation:
    """Gives an act by its number.

    Raises:
        UnknownName: there is none.
    """
    _refuse_no_number("id", number)
    with database.lock:
        look = database.look()
        found = audit.by_number(look, number)
        if found is not None:
            return record(look, found)
    hint = "see `spool audit` for the numbers"
    raise UnknownName(f"there is no act number {number}", hint=hint, name=str(number), candidates=())


def listed(
    database: Database,
    after: int,
    limit: int | None,
    *,
    kind: str | None,
    session_id: str | None,
    state: str | None,
    newest_first: bool,
) -> Iterator[Invocation]:
    """Yields acts, a page a read, so that no read transaction stays open between two of them.

    Raises:
        UnknownName, UsageError: at once, and not when the first act is asked for.
    """
    _refuse_no_number("after", after)
    if limit is not None:
        _refuse_no_number("limit", limit)
    _refuse_others("kind", kind, get_args(ActKind))
    _refuse_others("state", state, get_args(ActState))
    session = None
    if session_id is not None:
        with database.lock:
            found = sessions.find(database.look(), session_id)
        if found is None:
            hint = '`spool sql "SELECT name FROM session"` lists them'
            raise UnknownName(f"no session is called {session_id!r}", hint=hint, name=session_id, candidates=())
        session = found[0]
    return _pages(database, Wanted(kind, session, state), after, limit, newest_first=newest_first)


def _pages(
    database: Database, wanted: Wanted, at: int, left: int | None, *, newest_first: bool
) -> Iterator[Invocation]:
    while left is None or left > 0:
        size = PAGE_ROWS if left is None else min(left, PAGE_ROWS)
        with database.lock:
            look = database.look()
            page = [record(look, each) for each in audit.page(look, wanted, at, size, newest_first=newest_first)]
        yield from page
        if len(page) < size:
            return
        at, left = page[-1].id, None if left is None else left - len(page)


def _refuse_no_number(name: str, number: object) -> None:
    if type(number) is not int or not 0 <= number <= WHOLE_NUMBER_MAX:
        raise UsageError(f"{name} is {number!r}", hint="pass a number from 0 to 2**63 - 1")


def _refuse_others(name: str, given: str | None, known: tuple[str, ...]) -> None:
    if given is not None and given not in known:
        raise UsageError(f"{name} is {given!r}", hint=f"it is one of {', '.join(known)}")
