"""A transactional journal for machine work on files: stage, diff, commit, take back, and ask, in one SQLite file."""

from typing import TYPE_CHECKING, Any

from journal.content.drawing import create_diff
from journal.content.patching import apply_patch, has_conflicts
from journal.engine.follower import Follower
from journal.engine.following import supply_async
from journal.engine.journal import Journal
from journal.engine.lazy import JournalSource
from journal.engine.salvage import salvage
from journal.engine.spool import Spool
from journal.engine.validators import NamedValidator, ValidationContext, Validator
from journal.engine.verifying import verify
from journal.errors import (
    BusyError,
    Closed,
    ConflictError,
    CorruptionError,
    CursorPruned,
    DigestMismatch,
    DiskFull,
    GateRefused,
    InvalidPatch,
    JournalError,
    LimitExceeded,
    MigrationFailed,
    NoMatch,
    NotAJournal,
    PatchConflict,
    PathRefused,
    QueueFull,
    ReadOnly,
    SchemaError,
    SchemaTooNew,
    StageChanged,
    StorageError,
    UnknownName,
    UsageError,
    ValidationFailed,
    WorkspaceChanged,
)
from journal.executors.following import Following
from journal.records import (
    OPERATION_SCHEMA,
    BatchResult,
    Blob,
    Change,
    ChangeType,
    Chmod,
    Commit,
    Content,
    Delete,
    Entry,
    FilePatch,
    Finding,
    Hunk,
    Invocation,
    Kind,
    Lost,
    Metadata,
    Move,
    Operation,
    Patch,
    PatchHunkReport,
    Paths,
    PlanStep,
    PoolUsage,
    Problem,
    Progress,
    Reader,
    Record,
    RecoveryReport,
    Replace,
    ResetReport,
    SalvageReport,
    Status,
    StatusEntry,
    StrPath,
    Symlink,
    Tolerance,
    VerifyReport,
    Write,
    operation,
    supply,
)

if TYPE_CHECKING:
    from journal.executors.session import Session

__version__ = "0.1.0"

supply(JournalSource)
supply_async(Following)

__all__ = [
    "BatchResult",
    "Blob",
    "BusyError",
    "Change",
    "ChangeType",
    "Chmod",
    "Closed",
    "Commit",
    "ConflictError",
    "Content",
    "CorruptionError",
    "CursorPruned",
    "Delete",
    "DigestMismatch",
    "DiskFull",
    "Entry",
    "FilePatch",
    "Finding",
    "GateRefused",
    "Follower",
    "Hunk",
    "InvalidPatch",
    "Invocation",
    "Journal",
    "JournalError",
    "Kind",
    "LimitExceeded",
    "Lost",
    "MigrationFailed",
    "Move",
    "NamedValidator",
    "NoMatch",
    "NotAJournal",
    "OPERATION_SCHEMA",
    "Operation",
    "Patch",
    "PatchConflict",
    "PatchHunkReport",
    "PathRefused",
    "Paths",
    "PlanStep",
    "PoolUsage",
    "Problem",
    "Metadata",
    "Progress",
    "QueueFull",
    "ReadOnly",
    "Reader",
    "Record",
    "RecoveryReport",
    "Replace",
    "ResetReport",
    "SalvageReport",
    "SchemaError",
    "SchemaTooNew",
    "Session",
    "Spool",
    "StageChanged",
    "Status",
    "StatusEntry",
    "StorageError",
    "StrPath",
    "Symlink",
    "Tolerance",
    "UnknownName",
    "UsageError",
    "ValidationContext",
    "ValidationFailed",
    "Validator",
    "VerifyReport",
    "WorkspaceChanged",
    "Write",
    "apply_patch",
    "create_diff",
    "has_conflicts",
    "operation",
    "salvage",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name == "Session":  # an event loop's library is 30 ms that a program without one never pays
        from journal.executors.session import Session

        globals()["Session"] = Session
        return Session
    raise AttributeError(f"module 'journal' has no attribute {name!r}")
