"""What a verb tells about what it found and did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from journal.records.base import Record
from journal.records.changes import ChangeType, FilePatch

if TYPE_CHECKING:
    from journal.records.operations import Operation


ExportFormat = Literal["jsonl", "parquet", "git"]


@dataclass(frozen=True, slots=True)
class StatusEntry(Record):
    """One path that is staged, in conflict, or edited by nobody we ran."""

    path: str
    change_type: ChangeType
    state: Literal["staged", "conflict", "untracked-edit"]
    size_before: int | None
    size_after: int | None
    invocation_id: int | None


@dataclass(frozen=True, slots=True)
class Status(Record):
    """Where a session stands: what is staged, what conflicts, what was edited by hand."""

    session_id: str
    head: str | None
    staged: tuple[StatusEntry, ...]
    conflicts: tuple[StatusEntry, ...]
    branch: str
    edits: tuple[StatusEntry, ...]
    digest: str

    @property
    def clean(self) -> bool:
        """Tells that nothing is staged, in conflict or edited."""
        return not (self.staged or self.conflicts or self.edits)


@dataclass(frozen=True, slots=True)
class Problem(Record):
    """What a validator found: where, what, and `code` for programs; `line` counts from 1."""

    path: str
    message: str
    line: int | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class BatchResult(Record):
    """What became of one operation of a batch; not applied: folded away later on, or nothing to do."""

    patch: FilePatch
    applied: bool
    conflicted: bool
    index: int
    operation: "Operation"


@dataclass(frozen=True, slots=True)
class PlanStep(Record):
    """One thing a verb is about to do on disk, and why."""

    path: str
    action: Literal["write", "delete", "mode", "leave"]
    reason: str
    bytes: int


@dataclass(frozen=True, slots=True)
class ResetReport(Record):
    """What `reset` restored, left alone and found in conflict."""

    restored: tuple[str, ...]
    unchanged: int
    plan: tuple[PlanStep, ...]
    conflicts: tuple[str, ...]
    patches: tuple[FilePatch, ...] = ()


@dataclass(frozen=True, slots=True)
class RecoveryReport(Record):
    """What opening a journal found and mended."""

    finished: tuple[str, ...]
    undone: tuple[str, ...]
    conflicts: tuple[str, ...]
    interrupted: tuple[int, ...]
    swept: int
    rescued: tuple[str, ...]
    journal: Literal["found", "created", "moved", "copied", "missing"]

    @property
    def clean(self) -> bool:
        """Tells that nothing had to be mended and the journal was where it belongs."""
        mended = self.finished or self.undone or self.conflicts or self.interrupted or self.swept or self.rescued
        return not mended and self.journal in ("found", "created")


@dataclass(frozen=True, slots=True)
class Finding(Record):
    """One thing that is not as it must be, and its cure."""

    code: str
    severity: Literal["error", "warning"]
    subject: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class VerifyReport(Record):
    """What a verification looked at and found; true when it found no error."""

    ok: bool
    checked: Mapping[str, int] = field(hash=False)
    findings: tuple[Finding, ...]

    def __bool__(self) -> bool:
        return self.ok


@dataclass(frozen=True, slots=True)
class Lost(Record):
    """One path at one commit that a salvage could not bring back; `path` "" where not even that is known.

    `commit_id` None: no commit had it, it was staged or kept aside.
    """

    commit_id: str | None
    path: str
    sha256: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class SalvageReport(VerifyReport):
    """What a salvage brought into the new journal, and what it could not; true when nothing was lost."""

    journal_id: str
    recovered: Mapping[str, int] = field(hash=False)
    lost: tuple[Lost, ...]


@dataclass(frozen=True, slots=True)
class PoolUsage(Record):
    """What the pool of a session does now, and did in all; the times are microseconds."""

    workers: int
    busy: int
    queued: int
    queue_max: int
    completed: int
    wait_us_total: int
    busy_us_total: int
    max_rss_bytes: int
