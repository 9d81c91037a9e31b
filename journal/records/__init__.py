"""The words that cross rooms: frozen values, each with its JSON form."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from journal.records.acts import ActKind, ActState, Invocation
from journal.records.base import Record, micros, plain, when
from journal.records.changes import (
    Change,
    ChangeType,
    Commit,
    FilePatch,
    Hunk,
    Kind,
    PatchHunkReport,
    Tolerance,
)
from journal.records.content import Blob, Entry
from journal.records.operation_schema import OPERATION_SCHEMA
from journal.records.operations import (
    Chmod,
    Content,
    Delete,
    Move,
    Operation,
    Patch,
    Replace,
    StrPath,
    Symlink,
    Write,
    operation,
)
from journal.records.reader import Reader
from journal.records.reports import (
    BatchResult,
    ExportFormat,
    Finding,
    Lost,
    PlanStep,
    PoolUsage,
    Problem,
    RecoveryReport,
    ResetReport,
    SalvageReport,
    Status,
    StatusEntry,
    VerifyReport,
)
from journal.records.source import Source, source_at, supply

Paths = StrPath | Iterable[StrPath]
Metadata = Mapping[str, Any]
"""JSON types only, at most limits.METADATA_MAX bytes."""

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
    "ExportFormat",
    "FilePatch",
    "Finding",
    "Hunk",
    "Invocation",
    "Kind",
    "Lost",
    "Move",
    "OPERATION_SCHEMA",
    "Operation",
    "Patch",
    "PatchHunkReport",
    "Paths",
    "PlanStep",
    "PoolUsage",
    "Problem",
    "Metadata",
    "Progress",
    "Reader",
    "Record",
    "RecoveryReport",
    "Replace",
    "ResetReport",
    "Source",
    "SalvageReport",
    "Status",
    "StatusEntry",
    "StrPath",
    "Symlink",
    "Tolerance",
    "VerifyReport",
    "Write",
    "micros",
    "operation",
    "plain",
    "source_at",
    "supply",
    "when",
]
