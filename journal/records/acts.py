"""What was asked for, decided and done: an audited act."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from journal.records.base import Record

ActKind = Literal["shell", "fetch", "spool", "tool"]
ActState = Literal["running", "ok", "failed", "denied", "timed_out", "cancelled", "interrupted"]


@dataclass(frozen=True, slots=True)
class Invocation(Record):
    """One audited act: what was asked, what was decided, how it ended.

    `duration_us` is None while it runs, and where only recovery saw the end. `details` are the columns of the row that
    tells of a command or a fetch; other acts have none.
    """

    id: int
    session_id: str
    kind: ActKind
    name: str
    request: Mapping[str, Any] = field(hash=False)
    decision: Literal["allow", "deny"]
    decision_reason: str
    state: ActState
    started_at: datetime
    finished_at: datetime | None
    duration_us: int | None
    error: str | None
    parent_id: int | None
    call_id: str | None
    trace_id: str | None
    details: Mapping[str, Any] = field(hash=False)

    @property
    def duration_s(self) -> float | None:
        """Gives how long it took, in seconds."""
        return None if self.duration_us is None else self.duration_us / 1_000_000
