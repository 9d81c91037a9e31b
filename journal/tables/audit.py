"""Audited acts as they are read, a page at a time."""

from typing import NamedTuple

from journal.database import Read
from journal.ids import FIRST_LINK

SELECT_ACTS = """
SELECT i.id, s.name, i.kind, i.name, i.request, i.decision, i.decision_reason, i.state, i.started_at, i.finished_at,
       i.duration_us, i.error, i.parent_id, i.call_id, i.trace_id
FROM invocation AS i JOIN session AS s ON s.id = i.session_id
"""
ACT = SELECT_ACTS + "WHERE i.id = :id"
PAGE = """
WHERE (:kind IS NULL OR i.kind = :kind) AND (:session IS NULL OR i.session_id = :session)
  AND (:state IS NULL OR i.state = :state)
"""
PAGE_UP = SELECT_ACTS + PAGE + " AND i.id > :after ORDER BY i.id LIMIT :limit"
PAGE_DOWN = SELECT_ACTS + PAGE + " AND (:after = 0 OR i.id < :after) ORDER BY i.id DESC LIMIT :limit"

SELECT_TIP = "SELECT seq, link FROM audit_link ORDER BY seq DESC LIMIT 1"
SELECT_LINK = "SELECT link FROM audit_link WHERE seq = :seq"
SELECT_PRUNED = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'pruned'"
SELECT_START = "SELECT link_seq, link, upto FROM pruned WHERE what = 'acts' ORDER BY link_seq DESC LIMIT 1"


class ActFacts(NamedTuple):
    """An audited act as it is read; times are microseconds since the epoch, request is JSON."""

    id: int
    session: str
    kind: str
    name: str
    request: str
    decision: str
    decision_reason: str
    state: str
    started_at: int
    finished_at: int | None
    duration_us: int | None
    error: str | None
    parent_id: int | None
    call_id: str | None
    trace_id: str | None


class Wanted(NamedTuple):
    """Which acts a reader asks for; None leaves a condition out. The session is given by its number."""

    kind: str | None = None
    session: int | None = None
    state: str | None = None


class Start(NamedTuple):
    """The last link that left, by its place and its value, and the newest act that left; 0 when none has."""

    seq: int
    link: bytes
    act_id: int


def tip(tx: Read) -> tuple[int, bytes]:
    """Gives the end of the audit chain, its place and its link."""
    row = tx.row(SELECT_TIP)
    return (0, FIRST_LINK) if row is None else (int(row[0]), bytes(row[1]))


def link_at(tx: Read, seq: int) -> bytes | None:
    """Gives the link at a place of the audit chain, None past its end; equal links have equal acts below them."""
    if seq == start(tx).seq:
        return start(tx).link
    return FIRST_LINK if seq == 0 else tx.value(SELECT_LINK, seq=seq)


def start(tx: Read) -> Start:
    """Tells from where the audit chain goes on: from its beginning, unless older acts have left."""
    row = tx.row(SELECT_START) if tx.row(SELECT_PRUNED) is not None else None
    return Start(0, FIRST_LINK, 0) if row is None else Start(int(row[0]), bytes(row[1]), int(row[2]))


def by_number(tx: Read, number: int) -> ActFacts | None:
    """Gives an act by its number."""
    row = tx.row(ACT, id=number)
    return None if row is None else ActFacts(*row)


def page(tx: Read, wanted: Wanted, after: int, limit: int, *, newest_first: bool) -> list[ActFacts]:
    """Lists the next acts past one, in the order asked for; 0 stands before the first of either order."""
    rows = tx.rows(PAGE_DOWN if newest_first else PAGE_UP, **wanted._asdict(), after=after, limit=limit)
    return [ActFacts(*row) for row in rows]
