# The public names of the package, their parameters, fields and defaults: programs outside are written against them.
import io
import re
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Literal, Self

ChangeType = Literal["created", "modified", "deleted", "renamed", "mode"]
Kind = Literal["file", "symlink"]
Tolerance = Literal["strict", "tolerant", "fuzzy"]
Content = str | bytes | bytearray | memoryview | Iterable[bytes] | Path
StrPath = str | PathLike[str]
Paths = str | PathLike[str] | Iterable[str | PathLike[str]]
Progress = Callable[[int, int], None]
Metadata = Mapping[str, Any]

class Record:
    def to_dict(self) -> dict[str, Any]: ...

class Reader(io.BufferedIOBase):
    size: int

    def __iter__(self) -> Self: ...
    def __next__(self) -> bytes: ...

@dataclass(frozen=True, slots=True)
class Hunk(Record):
    old_start: int
    old_lines: int
    new_start: int
    new_lines: int
    lines: tuple[str, ...]

    @property
    def added(self) -> tuple[str, ...]: ...
    @property
    def removed(self) -> tuple[str, ...]: ...

@dataclass(frozen=True, slots=True)
class PatchHunkReport(Record):
    hunk: int
    status: Literal["applied", "already", "refused"]
    level: Literal["exact", "trailing-space", "white-space", "drift", "merge"]
    line: int
    note: str

@dataclass(frozen=True, slots=True)
class FilePatch(Record):
    path: str
    change_type: ChangeType
    sha_before: str | None
    sha_after: str | None
    size_before: int | None
    size_after: int | None
    mode_before: int | None
    mode_after: int | None
    kind: Kind
    kind_before: Kind | None
    is_binary: bool
    too_large: bool
    renamed_from: str | None
    invocation_id: int | None
    report: tuple[PatchHunkReport, ...] = ()
    replacements: int | None = None

    @property
    def additions(self) -> int: ...
    @property
    def deletions(self) -> int: ...
    @property
    def preview(self) -> str: ...
    @property
    def changed(self) -> bool: ...
    @property
    def hunks(self) -> tuple[Hunk, ...]: ...
    @property
    def diff(self) -> str: ...
    @property
    def diff_bytes(self) -> bytes: ...
    def unified(self, context: int = 3) -> str: ...
    def side_by_side(self, width: int = 160) -> str: ...
    def html(self) -> str: ...
    def to_dict(self, *, diff: bool = True) -> dict[str, Any]: ...

@dataclass(frozen=True, slots=True)
class Change(Record):
    commit_id: str
    path: str
    change_type: ChangeType
    kind: Kind
    kind_before: Kind | None
    sha_before: str | None
    sha_after: str | None
    mode_before: int | None
    mode_after: int | None
    renamed_from: str | None
    invocation_id: int | None
    cursor: int
    branch: str
    session_id: str
    committed_at: datetime
    ends_commit: bool

    @property
    def patch(self) -> FilePatch: ...
    def to_dict(self, *, patch: bool = False) -> dict[str, Any]: ...

@dataclass(frozen=True, slots=True)
class Commit(Record):
    id: str
    parent_id: str | None
    merged_id: str | None
    branch: str
    session_id: str
    created_at: datetime
    message: str
    metadata: Mapping[str, Any]
    files: int
    additions: int
    deletions: int
    cursor: int

@dataclass(frozen=True, slots=True)
class Entry(Record):
    path: str
    sha256: str
    size: int
    mode: int
    kind: Kind

class Blob(Record):
    sha256: str
    size: int
    is_text: bool

    def read(self) -> bytes: ...
    def open(self) -> Reader: ...

@dataclass(frozen=True, slots=True)
class StatusEntry(Record):
    path: str
    change_type: ChangeType
    state: Literal["staged", "conflict", "untracked-edit"]
    size_before: int | None
    size_after: int | None
    invocation_id: int | None

@dataclass(frozen=True, slots=True)
class Status(Record):
    session_id: str
    head: str | None
    staged: tuple[StatusEntry, ...]
    conflicts: tuple[StatusEntry, ...]
    branch: str
    edits: tuple[StatusEntry, ...]
    digest: str
    covered: int
    uncovered: int

    @property
    def clean(self) -> bool: ...

@dataclass(frozen=True, slots=True)
class BatchResult(Record):
    patch: FilePatch
    applied: bool
    conflicted: bool
    index: int
    operation: Operation

@dataclass(frozen=True, slots=True)
class PlanStep(Record):
    path: str
    action: Literal["write", "delete", "mode", "leave"]
    reason: str
    bytes: int

@dataclass(frozen=True, slots=True)
class ResetReport(Record):
    restored: tuple[str, ...]
    unchanged: int
    plan: tuple[PlanStep, ...]
    conflicts: tuple[str, ...]
    patches: tuple[FilePatch, ...] = ()

@dataclass(frozen=True, slots=True)
class RecoveryReport(Record):
    finished: tuple[str, ...]
    undone: tuple[str, ...]
    conflicts: tuple[str, ...]
    interrupted: tuple[int, ...]
    swept: int
    rescued: tuple[str, ...]
    journal: Literal["found", "created", "moved", "copied", "missing"]

    @property
    def clean(self) -> bool: ...

@dataclass(frozen=True, slots=True)
class Finding(Record):
    code: str
    severity: Literal["error", "warning"]
    subject: str
    message: str
    hint: str

@dataclass(frozen=True, slots=True)
class VerifyReport(Record):
    ok: bool
    checked: Mapping[str, int]
    findings: tuple[Finding, ...]

    def __bool__(self) -> bool: ...

@dataclass(frozen=True, slots=True)
class Lost(Record):
    commit_id: str | None
    path: str
    sha256: str | None
    reason: str

@dataclass(frozen=True, slots=True)
class SalvageReport(VerifyReport):
    journal_id: str
    recovered: Mapping[str, int]
    lost: tuple[Lost, ...]

@dataclass(frozen=True, slots=True)
class Line(Record):
    number: int
    text: str
    commit_id: str | None
    invocation_id: int | None
    session_id: str | None
    at: datetime | None

@dataclass(frozen=True, slots=True)
class Problem(Record):
    path: str
    message: str
    line: int | None = None
    code: str = ""

class ValidationContext:
    session_id: str
    root: Path
    journal: Journal
    metadata: Mapping[str, Any]
    branch: str
    head: str | None
    digest: str

    def before(self, patch: FilePatch) -> bytes | None: ...
    def after(self, patch: FilePatch) -> bytes | None: ...

Validator = Callable[
    [Sequence[FilePatch], ValidationContext], None | Iterable[Problem] | Awaitable[None | Iterable[Problem]]
]

@dataclass(frozen=True, slots=True)
class NamedValidator:
    run: Validator
    name: str
    paths: Paths | None = None
    version: str = "1"

    def __call__(
        self, patches: Sequence[FilePatch], context: ValidationContext
    ) -> None | Iterable[Problem] | Awaitable[None | Iterable[Problem]]: ...

@dataclass(frozen=True, slots=True)
class Write(Record):
    path: StrPath
    content: Content
    mode: int | None = None
    expect: str | None = None

@dataclass(frozen=True, slots=True)
class Replace(Record):
    path: StrPath
    match: str | re.Pattern[str]
    replacement: str
    all: bool = False
    required: bool = False
    count: int | None = None
    unique: bool = False
    expect: str | None = None

@dataclass(frozen=True, slots=True)
class Patch(Record):
    path: StrPath
    diff: str | bytes
    tolerance: Tolerance = "tolerant"
    ignore_conflicts: bool = False
    expect: str | None = None

@dataclass(frozen=True, slots=True)
class Delete(Record):
    path: StrPath
    expect: str | None = None

@dataclass(frozen=True, slots=True)
class Move(Record):
    path: StrPath
    to: StrPath
    overwrite: bool = False

@dataclass(frozen=True, slots=True)
class Chmod(Record):
    path: StrPath
    mode: int

@dataclass(frozen=True, slots=True)
class Symlink(Record):
    path: StrPath
    target: str

Operation = Write | Replace | Patch | Delete | Move | Chmod | Symlink

def operation(data: Mapping[str, Any]) -> Operation: ...

OPERATION_SCHEMA: Mapping[str, Any]

class Act:
    id: int

    def changes(self) -> list[FilePatch]: ...
    def undo(self, *, dry_run: bool = False) -> ResetReport: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

class Spool:
    @classmethod
    def open(
        cls,
        root: str | PathLike[str] = ".",
        *,
        journal: str | PathLike[str] | None = None,
        session_id: str | None = None,
        validators: Sequence[Validator] = (),
        commit_gate: Validator | None = None,
        metadata: Metadata | None = None,
        durability: Literal["off", "normal", "full"] = "normal",
        on_conflict: Literal["refuse", "adopt", "overwrite"] = "refuse",
        workers: int | Literal["adaptive"] = ...,
        wait_s: float = 0.0,
        allow_git: bool = False,
        branch: str = "main",
        allow_wide_root: bool = False,
        log_brand: str = "brAInwav",
        create: bool = True,
        track: Literal["off", "tree"] | Sequence[str] = "off",
    ) -> Self: ...
    root: Path
    session_id: str
    branch: str
    journal: Journal
    recovery: RecoveryReport
    closed: bool

    def relative(self, path: StrPath) -> str: ...
    def write(
        self, path: StrPath, content: Content, *, mode: int | None = None, expect: str | None = None
    ) -> FilePatch: ...
    def replace(
        self,
        path: StrPath,
        match: str | re.Pattern[str],
        replacement: str,
        *,
        all: bool = False,
        required: bool = False,
        count: int | None = None,
        unique: bool = False,
        expect: str | None = None,
    ) -> FilePatch: ...
    def patch(
        self,
        path: StrPath,
        diff: str | bytes,
        *,
        tolerance: Tolerance = "tolerant",
        ignore_conflicts: bool = False,
        expect: str | None = None,
    ) -> FilePatch: ...
    patch_report: tuple[PatchHunkReport, ...]

    def apply(
        self, diff: str | bytes, *, tolerance: Tolerance = "tolerant", dry_run: bool = False
    ) -> list[FilePatch]: ...
    def delete(self, path: StrPath, *, expect: str | None = None) -> FilePatch: ...
    def move(self, path: StrPath, to: StrPath, *, overwrite: bool = False) -> FilePatch: ...
    def chmod(self, path: StrPath, mode: int) -> FilePatch: ...
    def symlink(self, path: StrPath, target: str) -> FilePatch: ...
    def batch(
        self, operations: Iterable[Operation], *, description: str = "", metadata: Metadata | None = None
    ) -> list[BatchResult]: ...
    def act(
        self,
        name: str,
        *,
        request: Metadata | None = None,
        call_id: str | None = None,
        trace_id: str | None = None,
        on_error: Literal["keep", "undo"] = "keep",
        inverse: Metadata | None = None,
    ) -> Act: ...
    def adopt(self, paths: Paths | None = None) -> list[FilePatch]: ...
    def scan(self) -> list[FilePatch]: ...
    def read(self, path: StrPath) -> bytes | None: ...
    def read_text(self, path: StrPath, encoding: str = "utf-8") -> str | None: ...
    def open_read(self, path: StrPath) -> Reader: ...
    def diff(self, paths: Paths | None = None, *, since: str | None = None) -> list[FilePatch]: ...
    def status(self) -> Status: ...
    def touched_files(self) -> list[str]: ...
    def register_validator(
        self, validator: Validator, *, name: str | None = None, paths: Paths | None = None, version: str = "1"
    ) -> None: ...
    def validate(self) -> list[FilePatch]: ...
    def commit(
        self, message: str = "", *, metadata: Metadata | None = None, expect: str | None = None
    ) -> Commit | None: ...
    def reset(self, paths: Paths | None = None, *, force: bool = False, dry_run: bool = False) -> ResetReport: ...
    def restore(
        self, to: str, paths: Paths | None = None, *, force: bool = False, dry_run: bool = False
    ) -> list[FilePatch]: ...
    def undo(
        self,
        invocation_id: int | None = None,
        *,
        paths: Paths | None = None,
        hunk: int | None = None,
        since: datetime | int | None = None,
        session: str | None = None,
        dry_run: bool = False,
    ) -> ResetReport: ...
    def redo(self, *, dry_run: bool = False) -> ResetReport: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

class Journal:
    @classmethod
    def open(cls, path: str | PathLike[str], *, readonly: bool = True, create: bool = False) -> Self: ...
    @staticmethod
    def locate(root: str | PathLike[str] = ".") -> Path: ...
    path: Path
    id: str
    readonly: bool
    cursor: int

    def head(self, branch: str = "main") -> Commit | None: ...
    def branches(self) -> Mapping[str, str | None]: ...
    def commits(
        self,
        *,
        after: str | None = None,
        limit: int | None = None,
        newest_first: bool = True,
        path: str | None = None,
        branch: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[Commit]: ...
    def commit(self, id: str) -> Commit: ...
    def commit_at(self, when: datetime, branch: str = "main") -> Commit | None: ...
    def tree(self, at: str | None = None, *, paths: Paths | None = None) -> dict[str, Entry]: ...
    def read(self, path: StrPath, at: str | None = None) -> bytes | None: ...
    def open_read(self, path: StrPath, at: str | None = None) -> Reader: ...
    def blob(self, sha256: str) -> Blob: ...
    def changes(
        self,
        after: int = 0,
        limit: int = 1000,
        *,
        paths: Paths | None = None,
        branch: str | None = None,
        commit: str | None = None,
    ) -> list[Change]: ...
    def follow(
        self,
        after: int = 0,
        *,
        poll_s: float = ...,
        stop: Callable[[], bool] | None = None,
        paths: Paths | None = None,
        branch: str | None = None,
    ) -> Iterator[Change]: ...
    def follow_async(
        self, after: int = 0, *, poll_s: float = ..., paths: Paths | None = None, branch: str | None = None
    ) -> AsyncIterator[Change]: ...
    def follower(self, name: str, *, paths: Paths | None = None, branch: str | None = None) -> Follower: ...
    def followers(self) -> Mapping[str, int]: ...
    def diff(self, before: str | None, after: str | None, paths: Paths | None = None) -> list[FilePatch]: ...
    def invocations(
        self,
        *,
        after: int = 0,
        kind: str | None = None,
        session_id: str | None = None,
        limit: int | None = None,
        state: str | None = None,
        newest_first: bool = False,
    ) -> Iterator[Invocation]: ...
    def invocation(self, id: int) -> Invocation: ...
    def blame(self, path: StrPath, at: str | None = None) -> list[Line]: ...
    def checkout(
        self,
        commit_id: str,
        into: str | PathLike[str],
        *,
        paths: Paths | None = None,
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> int: ...
    def replay(
        self,
        into: str | PathLike[str],
        *,
        upto: str | None = None,
        verify: bool = True,
        progress: Progress | None = None,
    ) -> int: ...
    def verify(
        self, *, full: bool = False, root: str | PathLike[str] | None = None, progress: Progress | None = None
    ) -> VerifyReport: ...
    def backup(self, into: str | PathLike[str], *, progress: Progress | None = None) -> Path: ...
    def prune(
        self,
        *,
        keep_commits: int | None = None,
        keep_days: float | None = None,
        max_bytes: int | None = None,
        dry_run: bool = True,
    ) -> Mapping[str, int]: ...
    def optimize(self, *, progress: Progress | None = None) -> Mapping[str, int]: ...
    def attach(self, root: str | PathLike[str], *, force: bool = False) -> None: ...
    def query(
        self,
        sql: str,
        parameters: Mapping[str, Any] | Sequence[Any] = (),
        *,
        limit: int | None = None,
        timeout_s: float | None = ...,
    ) -> list[dict[str, Any]]: ...
    def rows(
        self, sql: str, parameters: Mapping[str, Any] | Sequence[Any] = (), *, timeout_s: float | None = ...
    ) -> Iterator[dict[str, Any]]: ...
    def ask(self, name: str, **parameters: Any) -> list[dict[str, Any]]: ...
    def questions(self) -> Mapping[str, str]: ...
    def export(
        self, format: Literal["jsonl", "parquet", "git"], into: str | PathLike[str], *, since: int = 0
    ) -> Mapping[str, int]: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

class Follower:
    name: str
    cursor: int

    def next(self, limit: int = 1000, *, wait_s: float = 0.0) -> list[Change]: ...
    def ack(self, cursor: int | None = None) -> None: ...
    def lag(self) -> int: ...
    def rewind(self, cursor: int = 0) -> None: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

def salvage(
    damaged: str | PathLike[str], into: str | PathLike[str], *, progress: Progress | None = None
) -> SalvageReport: ...
def verify(path: str | PathLike[str], *, full: bool = False, progress: Progress | None = None) -> VerifyReport: ...
def create_diff(path: str, before: bytes | str | None, after: bytes | str | None, *, context: int = 3) -> FilePatch: ...
def apply_patch(
    before: bytes | str | None, patch: FilePatch | str | bytes, *, tolerance: Tolerance = "strict"
) -> bytes | None: ...
def has_conflicts(
    before: bytes | str | None, patch: FilePatch | str | bytes, *, tolerance: Tolerance = "strict"
) -> bool: ...

AsyncContent = Content | AsyncIterable[bytes]

class AsyncAct:
    id: int

    async def changes(self) -> list[FilePatch]: ...
    async def undo(self, *, dry_run: bool = False) -> ResetReport: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

class Session:
    @classmethod
    def open(
        cls,
        root: str | PathLike[str] = ".",
        *,
        shell: ShellPolicy | None = None,
        fetch: FetchPolicy | None = None,
        track: Literal["auto", "off", "tree"] | Sequence[str] = "auto",
        workers: int | Literal["adaptive"] = ...,
        queue_max: int = ...,
        journal: str | PathLike[str] | None = None,
        session_id: str | None = None,
        validators: Sequence[Validator] = (),
        commit_gate: Validator | None = None,
        metadata: Metadata | None = None,
        durability: Literal["off", "normal", "full"] = "normal",
        on_conflict: Literal["refuse", "adopt", "overwrite"] = "refuse",
        wait_s: float = 0.0,
        allow_git: bool = False,
        branch: str = "main",
        allow_wide_root: bool = False,
        log_brand: str = "brAInwav",
        create: bool = True,
    ) -> Self: ...
    async def start(self) -> Self: ...
    async def aclose(self) -> None: ...
    shell: Shell
    fetch: Fetch
    spool: Spool
    root: Path
    session_id: str
    branch: str
    journal: Journal
    recovery: RecoveryReport

    def relative(self, path: StrPath) -> str: ...
    async def write(
        self, path: StrPath, content: AsyncContent, *, mode: int | None = None, expect: str | None = None
    ) -> FilePatch: ...
    async def replace(
        self,
        path: StrPath,
        match: str | re.Pattern[str],
        replacement: str,
        *,
        all: bool = False,
        required: bool = False,
        count: int | None = None,
        unique: bool = False,
        expect: str | None = None,
    ) -> FilePatch: ...
    async def patch(
        self,
        path: StrPath,
        diff: str | bytes,
        *,
        tolerance: Tolerance = "tolerant",
        ignore_conflicts: bool = False,
        expect: str | None = None,
    ) -> FilePatch: ...
    async def apply(
        self, diff: str | bytes, *, tolerance: Tolerance = "tolerant", dry_run: bool = False
    ) -> list[FilePatch]: ...
    async def delete(self, path: StrPath, *, expect: str | None = None) -> FilePatch: ...
    async def move(self, path: StrPath, to: StrPath, *, overwrite: bool = False) -> FilePatch: ...
    async def chmod(self, path: StrPath, mode: int) -> FilePatch: ...
    async def symlink(self, path: StrPath, target: str) -> FilePatch: ...
    async def batch(
        self, operations: Iterable[Operation], *, description: str = "", metadata: Metadata | None = None
    ) -> list[BatchResult]: ...
    def act(
        self,
        name: str,
        *,
        request: Metadata | None = None,
        call_id: str | None = None,
        trace_id: str | None = None,
        on_error: Literal["keep", "undo"] = "keep",
        inverse: Metadata | None = None,
    ) -> AsyncAct: ...
    async def adopt(self, paths: Paths | None = None) -> list[FilePatch]: ...
    async def scan(self) -> list[FilePatch]: ...
    async def read(self, path: StrPath) -> bytes | None: ...
    async def read_text(self, path: StrPath, encoding: str = "utf-8") -> str | None: ...
    def open_read(self, path: StrPath) -> AsyncIterator[bytes]: ...
    async def diff(self, paths: Paths | None = None, *, since: str | None = None) -> list[FilePatch]: ...
    async def status(self) -> Status: ...
    async def touched_files(self) -> list[str]: ...
    async def register_validator(
        self, validator: Validator, *, name: str | None = None, paths: Paths | None = None, version: str = "1"
    ) -> None: ...
    async def validate(self) -> list[FilePatch]: ...
    async def commit(
        self, message: str = "", *, metadata: Metadata | None = None, expect: str | None = None
    ) -> Commit | None: ...
    async def reset(self, paths: Paths | None = None, *, force: bool = False, dry_run: bool = False) -> ResetReport: ...
    async def restore(
        self, to: str, paths: Paths | None = None, *, force: bool = False, dry_run: bool = False
    ) -> list[FilePatch]: ...
    async def undo(
        self,
        invocation_id: int | None = None,
        *,
        paths: Paths | None = None,
        hunk: int | None = None,
        since: datetime | int | None = None,
        session: str | None = None,
        dry_run: bool = False,
    ) -> ResetReport: ...
    async def redo(self, *, dry_run: bool = False) -> ResetReport: ...
    def events(self, after: int | None = 0, *, types: str | Sequence[str] | None = None) -> AsyncIterator[Event]: ...
    def usage(self) -> PoolUsage: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

@dataclass(frozen=True, slots=True, kw_only=True)
class ShellPolicy:
    allowed_commands: Iterable[str] | Literal["any"] = ...
    undecidable: Literal["refuse", "allow"] = "refuse"
    env: Mapping[str, str] | None = None
    pass_env: Iterable[str] = ()
    timeout_s: float = 120.0
    max_output_bytes: int = 2000000
    keep_output_bytes: int = 268435456
    cpu_s: float | None = None
    memory_bytes: int | None = None
    file_bytes: int | None = None
    processes: int | None = None
    open_files: int | None = None
    sandbox: Literal["auto", "required", "none"] = "auto"
    writable: Iterable[str] = ()
    readable: Iterable[str] | None = None
    network: bool = False
    strict_mode: bool = True

@dataclass(frozen=True, slots=True)
class Decision(Record):
    verdict: Literal["allow", "deny", "undecidable"]
    reason: str
    commands: tuple[str, ...]
    code: str
    rule: str | None
    span: tuple[int, int] | None
    suggestion: str | None

    @property
    def allowed(self) -> bool: ...
    def __bool__(self) -> bool: ...

@dataclass(frozen=True, slots=True)
class Usage(Record):
    user_cpu_s: float
    system_cpu_s: float
    max_rss_bytes: int | None

@dataclass(frozen=True, slots=True)
class ShellResult(Record):
    invocation_id: int
    state: Literal["ok", "failed", "timed_out", "cancelled", "killed"]
    exit_code: int | None
    signal: int | None
    stdout: str
    stderr: str
    stdout_bytes: bytes
    stderr_bytes: bytes
    truncated: bool
    stdout_sha256: str
    stderr_sha256: str
    stdout_total: int
    stderr_total: int
    cwd: str
    duration_s: float
    usage: Usage
    changes: tuple[FilePatch, ...]
    lane_restarted: bool
    sandbox: str

    @property
    def ok(self) -> bool: ...
    def check(self) -> Self: ...

@dataclass(frozen=True, slots=True)
class Piece(Record):
    stream: Literal["stdout", "stderr"]
    data: bytes

class ShellStream:
    @property
    def invocation_id(self) -> int | None: ...
    @property
    def result(self) -> ShellResult: ...
    async def wait(self) -> ShellResult: ...
    async def aclose(self) -> None: ...
    def __aiter__(self) -> Self: ...
    async def __anext__(self) -> Piece: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

@dataclass(frozen=True, slots=True)
class Lane(Record):
    name: str
    cwd: str
    busy: bool
    queued: int
    services: tuple[str, ...]

class Shell:
    async def run(
        self,
        command: str | Sequence[str],
        *,
        lane: str = "main",
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
        stdin: bytes | str | None = None,
        check: bool = False,
    ) -> ShellResult: ...
    def stream(
        self,
        command: str | Sequence[str],
        *,
        lane: str = "main",
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
        stdin: bytes | str | None = None,
    ) -> ShellStream: ...
    def decide(self, command: str | Sequence[str], *, lane: str = "main") -> Decision: ...
    async def close_lane(self, lane: str) -> None: ...
    def lanes(self) -> list[str]: ...
    def lane(self, name: str = "main") -> Lane: ...

@dataclass(frozen=True, slots=True, kw_only=True)
class FetchPolicy:
    allowed_hosts: Iterable[str] = ()
    schemes: Iterable[str] = ("https",)
    ports: Iterable[int] | None = None
    methods: Iterable[str] = ("GET", "HEAD")
    content_types: Iterable[str] | None = None
    max_bytes: int = ...
    max_decoded_bytes: int = ...
    requests_per_minute: float = 60.0
    burst: int | None = None
    max_wait_s: float | None = None
    timeout_s: float = 60.0
    connect_timeout_s: float = 10.0
    idle_timeout_s: float = 15.0
    max_redirects: int = 5
    allow_private: bool | Iterable[str] = False
    nat64: bool = False
    retries: int = 2
    circuit_failures: int = 5
    circuit_reset_s: float = 5.0
    http2: bool = False
    ssl_context: Any = None
    robots: bool = False
    replay: Literal["live", "replay", "replay_or_live"] = "live"
    resolver: Callable[[str, int], Sequence[str]] | None = None

class FetchResponse(Record):
    invocation_id: int
    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]

    @property
    def body(self) -> bytes: ...
    def text(self) -> str: ...
    def json(self) -> Any: ...
    def open(self) -> Reader: ...
    sha256: str
    content_type: str | None
    bytes_received: int
    bytes_decoded: int
    fetched_at: datetime
    duration_s: float
    redirects: int
    reused_connection: bool
    http_version: str
    from_replay: bool
    coalesced: bool
    attempts: int
    timing: Mapping[str, int]
    encoding: str

    @property
    def ok(self) -> bool: ...
    def raise_for_status(self) -> Self: ...

class Fetch:
    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
        max_bytes: int | None = None,
    ) -> FetchResponse: ...
    async def head(
        self, url: str, *, headers: Mapping[str, str] | None = None, timeout_s: float | None = None
    ) -> FetchResponse: ...
    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | str | None = None,
        json: Any = None,
        timeout_s: float | None = None,
        max_bytes: int | None = None,
    ) -> FetchResponse: ...
    def decide(self, method: str, url: str) -> Decision: ...

@dataclass(frozen=True, slots=True)
class Invocation(Record):
    id: int
    session_id: str
    kind: Literal["shell", "fetch", "spool", "tool"]
    name: str
    request: Mapping[str, Any]
    decision: Literal["allow", "deny"]
    decision_reason: str
    state: Literal["running", "ok", "failed", "denied", "timed_out", "cancelled", "interrupted"]
    started_at: datetime
    finished_at: datetime | None
    duration_us: int | None
    error: str | None
    parent_id: int | None
    call_id: str | None
    trace_id: str | None
    details: Mapping[str, Any]

    @property
    def duration_s(self) -> float | None: ...

@dataclass(frozen=True, slots=True)
class Event(Record):
    seq: int
    at: datetime
    type: str
    subject: str
    data: Mapping[str, Any]
    session_id: str
    invocation_id: int | None

    def to_cloudevent(self) -> dict[str, Any]: ...

@dataclass(frozen=True, slots=True)
class PoolUsage(Record):
    workers: int
    busy: int
    queued: int
    queue_max: int
    completed: int
    wait_us_total: int
    busy_us_total: int
    max_rss_bytes: int

class JournalError(Exception):
    hint: str
    slug: ClassVar[str]
    exit_code: ClassVar[int]
    retryable: ClassVar[bool]
    invocation_id: int | None
    index: int | None

    def to_dict(self) -> dict[str, Any]: ...

class UsageError(JournalError): ...
class Closed(UsageError): ...

class PathRefused(UsageError):
    path: str
    reason: str

class NoMatch(UsageError):
    path: str
    found: int
    nearest: tuple[str, ...]

class InvalidPatch(UsageError):
    line: int | None

class UnknownName(UsageError):
    name: str
    candidates: tuple[str, ...]

class CursorPruned(UnknownName):
    oldest: int

class LimitExceeded(UsageError):
    limit: str
    allowed: int
    found: int | None

class BusyError(JournalError):
    holder: str | None
    waited_s: float

    @property
    def retry_after_s(self) -> float | None: ...

class QueueFull(BusyError): ...

class RateLimited(BusyError):
    @property
    def retry_after_s(self) -> float: ...

class CircuitOpen(BusyError):
    @property
    def retry_after_s(self) -> float: ...

class ConflictError(JournalError): ...

class WorkspaceChanged(ConflictError):
    path: str
    expected: str | None
    found: str | None
    paths: tuple[str, ...]
    plan: tuple[PlanStep, ...]

class StageChanged(ConflictError):
    expected: str
    found: str

class PatchConflict(ConflictError):
    report: tuple[PatchHunkReport, ...]
    path: str

class ValidationFailed(ConflictError):
    validator: str
    problems: tuple[Problem, ...]

class GateRefused(ConflictError):
    problems: tuple[Problem, ...]

class SchemaError(JournalError): ...

class SchemaTooNew(SchemaError):
    found: int
    supported: int

class MigrationFailed(SchemaError): ...
class CorruptionError(JournalError): ...

class DigestMismatch(CorruptionError):
    expected: str
    found: str
    paths: tuple[str, ...]

class NotAJournal(CorruptionError): ...
class StorageError(JournalError): ...

class DiskFull(StorageError):
    needed_bytes: int
    free_bytes: int

class ReadOnly(StorageError): ...
class ActionError(JournalError): ...

class CommandRefused(ActionError):
    decision: Decision

class CommandFailed(ActionError):
    result: ShellResult

class FetchRefused(ActionError):
    decision: Decision

class FetchFailed(ActionError):
    code: str
    response: FetchResponse | None
