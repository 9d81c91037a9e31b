"""The words that cross rooms: frozen values, each with its JSON form."""

from collections.abc import Callable, Iterable

from journal.records.acts import ActKind, ActState, Invocation
from journal.records.base import Record, micros, plain, when
from journal.records.changes import Change, ChangeType, Commit, FilePatch, Hunk, Kind
from journal.records.content import Blob, Entry
from journal.records.operations import (
    Chmod,
    Content,
    Delete,
    Move,
    Operation,
    Replace,
    StrPath,
    Symlink,
    Write,
    operation,
)
from journal.records.reader import Reader
from journal.records.reports import (
    BatchResult,
    Finding,
    PlanStep,
    RecoveryReport,
    ResetReport,
    Status,
    StatusEntry,
    VerifyReport,
)
from journal.records.source import Source, source_at, supply

Paths = StrPath | Iterable[StrPath]
Progress = Callable[[int, int], None]
"""(done, total), in the unit that the function names; called at most ten times a second."""

__all__ = [
    "ActKind",
    "ActState",
    "BatchResult",
    "Blob",
    "Change",
    "ChangeType",
    "Chmod",
    "Commit",
    "Content",
    "Delete",
    "Entry",
    "FilePatch",
    "Finding",
    "Hunk",
    "Invocation",
    "Kind",
    "Move",
    "Operation",
    "Paths",
    "PlanStep",
    "Progress",
    "Reader",
    "Record",
    "RecoveryReport",
    "Replace",
    "ResetReport",
    "Source",
    "Status",
    "StatusEntry",
    "StrPath",
    "Symlink",
    "VerifyReport",
    "Write",
    "micros",
    "operation",
    "plain",
    "source_at",
    "supply",
    "when",
]
