"""The words that cross rooms: frozen values, each with its JSON form."""

from collections.abc import Iterable

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
    Finding,
    PlanStep,
    Problem,
    RecoveryReport,
    ResetReport,
    Status,
    StatusEntry,
    VerifyReport,
)
from journal.records.source import Source, source_at, supply

Paths = StrPath | Iterable[StrPath]

__all__ = [
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
    "Kind",
    "Move",
    "OPERATION_SCHEMA",
    "Operation",
    "Patch",
    "PatchHunkReport",
    "Paths",
    "PlanStep",
    "Problem",
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
