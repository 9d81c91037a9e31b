"""Every error the package raises, grouped by what the caller does next.

    JournalError                      catch this at the edge of a program; .hint is one sentence of cure
      UsageError        exit  2       fix the call
        Closed                        the spool or journal is closed
        PathRefused                   a path that may not be journaled
        NoMatch                       replace found nothing, or several places where one was meant
        InvalidPatch                  a diff that cannot be read; `line` says where
        UnknownName                   no such commit, blob, session; or a prefix that fits several
          CursorPruned                what follows a cursor is not kept any more
        LimitExceeded                 a bound of `limits` was reached
      BusyError         exit 75       try again: another writer holds the root or the journal
        QueueFull                     as many calls of the session wait as may
      ConflictError     exit  3       look, then redo
        WorkspaceChanged              the disk holds what nobody here wrote
        StageChanged                  what is staged is not what was judged or expected
        ValidationFailed              validators found problems (these two: exit 1)
        GateRefused                   the commit gate found problems
        PatchConflict                 a diff does not fit the file; `report` says which hunks
      SchemaError       exit  4       migrate or upgrade
        SchemaTooNew                  the journal is newer than this code; it was left untouched
        MigrationFailed               a migration did not apply; the journal is as it was
      CorruptionError   exit  5       run `spool verify`
        DigestMismatch                content does not have the digest it was stored under
        NotAJournal                   the file is something else
      StorageError      exit  6       mend the disk
        DiskFull
        ReadOnly

Foreign errors enter by two doors and no other: `database.faults` for SQLite's, `workspace.faults` for the system's.
"""

import re
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from journal.records import PatchHunkReport, PlanStep, Problem


class JournalError(Exception):
    """The common parent: what happened, and in `hint` what to do about it."""

    exit_code: ClassVar[int] = 1
    retryable: ClassVar[bool] = False
    slug: ClassVar[str] = "journal_error"
    fields: ClassVar[tuple[str, ...]] = ()

    def __init__(self, message: str, *, hint: str = "", **fields: Any) -> None:
        super().__init__(message)
        self.hint = hint
        self.invocation_id: int | None = None
        self.index: int | None = None
        for name in self.fields:
            setattr(self, name, fields.pop(name, None))
        if fields:
            raise TypeError(f"{type(self).__name__} has no field {', '.join(sorted(fields))}")

    def __init_subclass__(cls) -> None:
        cls.slug = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), str(self), dict(self.__dict__))

    def to_dict(self) -> dict[str, Any]:
        """Gives the error as JSON types: slug, message, hint and the fields of its class."""
        said = {"message": _plain(str(self)), "hint": _plain(self.hint)}
        known = {"error": self.slug, **said, "retryable": self.retryable}
        extra = {name: getattr(self, name) for name in (*self.fields, "invocation_id", "index")}
        return known | {name: _plain(value) for name, value in extra.items() if value is not None}


def _rebuild(kind: type[JournalError], message: str, state: dict[str, Any]) -> JournalError:
    error = kind(message)
    error.__dict__.update(state)
    return error


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    return value.to_dict() if hasattr(value, "to_dict") else value


class UsageError(JournalError):
    """The call cannot be right as it stands: fix it."""

    exit_code = 2


class Closed(UsageError):
    """The spool or journal was closed before this call."""


class PathRefused(UsageError):
    """The path may not be journaled; `reason` says why."""

    fields = ("path", "reason")
    path: str
    reason: str


class NoMatch(UsageError):
    """`replace` found nothing, though that was required, or another number of places than the one that was meant."""

    fields = ("path", "found", "nearest")
    path: str
    found: int
    nearest: tuple[str, ...]


class InvalidPatch(UsageError):
    """A diff cannot be read; `line` is the line of it, counted from 1, where that shows."""

    fields = ("line",)
    line: int | None


class UnknownName(UsageError):
    """Nothing has this name, or several things have it; `candidates` are the near ones."""

    fields: ClassVar[tuple[str, ...]] = ("name", "candidates")
    name: str
    candidates: tuple[str, ...]


class CursorPruned(UnknownName):
    """What follows a cursor was removed; from `oldest` on everything is there."""

    fields = (*UnknownName.fields, "oldest")
    name: str
    candidates: tuple[str, ...]
    oldest: int


class LimitExceeded(UsageError):
    """A bound was reached: its name, what it allows, what was found."""

    fields = ("limit", "allowed", "found")
    limit: str
    allowed: int
    found: int | None


class BusyError(JournalError):
    """Another writer holds what this call needs; the same call may succeed later."""

    exit_code = 75
    retryable = True
    fields = ("holder", "waited_s")
    holder: str | None
    waited_s: float

    @property
    def retry_after_s(self) -> float | None:
        """Tells how long to wait before the next try; None when that is not known."""
        return None


class QueueFull(BusyError):
    """As many calls of the session wait as may; the same call may be made when some of them have ended."""

    holder: str | None
    waited_s: float


class ConflictError(JournalError):
    """The world is not as the call took it to be: look, then decide."""

    exit_code = 3


class WorkspaceChanged(ConflictError):
    """The disk holds content that was not written here; nothing of it was lost."""

    fields = ("path", "expected", "found", "paths", "plan")
    path: str
    expected: str | None
    found: str | None
    paths: tuple[str, ...]
    plan: "tuple[PlanStep, ...]"


class StageChanged(ConflictError):
    """What is staged is not what was judged or expected."""

    fields = ("expected", "found")
    expected: str
    found: str


class ValidationFailed(ConflictError):
    """Validators disagreed: `validator` was the first, `problems` are those of all; nothing was published.

    What a validator raised is one of the problems; the first of these exceptions is the `__cause__`.
    """

    exit_code = 1
    fields = ("validator", "problems")
    validator: str
    problems: "tuple[Problem, ...]"


class GateRefused(ConflictError):
    """The validators agreed and the commit gate did not; nothing was published. What it raised is the `__cause__`."""

    exit_code = 1
    fields = ("problems",)
    problems: "tuple[Problem, ...]"


class PatchConflict(ConflictError):
    """A diff does not fit what stands at `path`; `report` tells of each hunk whether it would."""

    fields = ("report", "path")
    report: "tuple[PatchHunkReport, ...]"
    path: str


class SchemaError(JournalError):
    """The journal's format and this code do not fit."""

    exit_code = 4


class SchemaTooNew(SchemaError):
    """The journal was written by a newer release; it was left untouched."""

    fields = ("found", "supported")
    found: int
    supported: int


class MigrationFailed(SchemaError):
    """A migration could not be applied, or an applied one is not what this release ships."""


class CorruptionError(JournalError):
    """The journal holds something that cannot be true."""

    exit_code = 5


class DigestMismatch(CorruptionError):
    """Stored content does not have the digest it is named by; `paths` are the files at stake."""

    fields = ("expected", "found", "paths")
    expected: str
    found: str
    paths: tuple[str, ...]


class NotAJournal(CorruptionError):
    """The file exists and is no journal."""


class StorageError(JournalError):
    """The disk or the system refused; mend it, then repeat the call."""

    exit_code = 6


class DiskFull(StorageError):
    """No space is left where it was needed."""

    fields = ("needed_bytes", "free_bytes")
    needed_bytes: int
    free_bytes: int


class ReadOnly(StorageError):
    """The place cannot be written."""
