"""One of each record, with what is hard to write as JSON in it."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from journal.records import (
    BatchResult,
    Blob,
    Change,
    Chmod,
    Commit,
    Delete,
    Entry,
    FilePatch,
    Finding,
    Hunk,
    Invocation,
    Lost,
    Move,
    Patch,
    PatchHunkReport,
    PlanStep,
    PoolUsage,
    Problem,
    Record,
    RecoveryReport,
    Replace,
    ResetReport,
    SalvageReport,
    Status,
    StatusEntry,
    Symlink,
    VerifyReport,
    Write,
)

JOURNAL = "/somewhere/journal.db"
ODD = os.fsdecode(b"odd/\xff.txt")
ODD_AS_JSON = {"bytes_base64": "b2RkL/8udHh0"}
NOON = datetime(2024, 2, 29, 13, 0, 0, 5, tzinfo=timezone(timedelta(hours=1)))
NOON_AS_JSON = "2024-02-29T12:00:00.000005Z"
ENTRY = StatusEntry("a.txt", "modified", "staged", 1, 2, 7)
HUNK = Hunk(1, 2, 1, 2, (" same", "-old", "+new", "\\ No newline at end of file"))


@dataclass
class FakeSource:
    """Answers as a journal would, and remembers what it was asked."""

    content: bytes = b"some content"
    asked: list[str] = field(default_factory=list)

    def counts(self, patch: FilePatch) -> tuple[int, int]:
        self.asked.append(f"counts {patch.path}")
        return 3, 4

    def hunks(self, patch: FilePatch, context: int) -> tuple[Hunk, ...]:
        self.asked.append(f"hunks {context}")
        return (HUNK,)

    def unified(self, patch: FilePatch, context: int) -> bytes:
        self.asked.append(f"unified {context}")
        return b"@@ -1 +1 @@\n-caf\xe9\n+new\n"

    def side_by_side(self, patch: FilePatch, width: int, context: int) -> str:
        self.asked.append(f"side_by_side {width} {context}")
        return "old | new\n"

    def html(self, patch: FilePatch, context: int, style: bool) -> str:
        self.asked.append(f"html {context} {style}")
        return "<table></table>\n"

    def preview(self, patch: FilePatch) -> str:
        self.asked.append("preview")
        return "-old +new"

    def patch_of(self, change: Change) -> FilePatch:
        self.asked.append(f"patch_of {change.cursor}")
        return file_patch(path=change.path)

    def whole(self, sha256: str) -> bytes:
        self.asked.append(f"whole {sha256[:2]}")
        return self.content

    def pieces(self, sha256: str, offset: int) -> Iterator[bytes]:
        self.asked.append(f"pieces {sha256[:2]} {offset}")
        for start in range(offset, len(self.content), 5):
            yield self.content[start : start + 5]


def file_patch(**other: Any) -> FilePatch:
    """A patch of an ordinary edit."""
    values: dict[str, Any] = {
        "path": "a.txt",
        "change_type": "modified",
        "sha_before": "11" * 32,
        "sha_after": "22" * 32,
        "size_before": 10,
        "size_after": 12,
        "mode_before": 0o644,
        "mode_after": 0o644,
        "kind": "file",
        "kind_before": "file",
        "is_binary": False,
        "too_large": False,
        "renamed_from": None,
        "invocation_id": 7,
        "_journal": JOURNAL,
    }
    return FilePatch(**(values | other))


def change(**other: Any) -> Change:
    """A committed edit."""
    values: dict[str, Any] = {
        "commit_id": "33" * 32,
        "path": ODD,
        "change_type": "renamed",
        "kind": "file",
        "kind_before": None,
        "sha_before": None,
        "sha_after": "22" * 32,
        "mode_before": None,
        "mode_after": 0o755,
        "renamed_from": "old name",
        "invocation_id": None,
        "cursor": 12,
        "branch": "main",
        "session_id": "s-1",
        "committed_at": NOON,
        "ends_commit": True,
        "_journal": JOURNAL,
    }
    return Change(**(values | other))


def commit(metadata: Mapping[str, Any], message: str = "why") -> Commit:
    """A commit of one file."""
    return Commit("33" * 32, None, None, "main", "s-1", NOON, message, metadata, 1, 2, 0, 12)


RECORDS: tuple[Record, ...] = (
    Invocation(
        *(7, "s1", "tool", "edit", {"path": {"bytes_base64": "b2RkL/8="}}, "deny", "path: is absolute", "denied"),
        *(NOON, NOON, 1_500, "no", 3, "call 1", None, {"lane": "main"}),
    ),
    HUNK,
    file_patch(),
    change(),
    commit({"ticket": 7, "tags": ["a", None], "raw": b"\x00"}),
    Entry(ODD, "22" * 32, 12, 0o644, "symlink"),
    Blob("22" * 32, 12, True, JOURNAL),
    ENTRY,
    Status("s-1", None, (ENTRY,), (), "main", (), "44" * 32),
    BatchResult(file_patch(), True, False, 0, Write("a.txt", b"\xff")),
    PlanStep(ODD, "leave", "somebody edited it", 0),
    PoolUsage(4, 1, 2, 1000, 3, 5, 7, 1 << 20),
    Problem(ODD, "no", 3, "E501"),
    ResetReport((ODD, "a"), 3, (PlanStep("a", "write", "r", 1),), (), (file_patch(),)),
    RecoveryReport(("a",), (), (), (3, 4), 0, (ODD,), "moved"),
    Finding("chunk_damaged", "error", "chunk 3", "its digest differs", "restore a backup"),
    VerifyReport(False, {"blob": 3}, (Finding("c", "warning", "s", "m", "h"),)),
    Lost("c" * 64, "a", None, "gone"),
    SalvageReport(False, {"blob": 3}, (), "j", {"blob": 2}, (Lost(None, ODD, "a" * 64, "gone"),)),
    Write(ODD, b"\xff\x00", 0o600),
    Replace("a.txt", re.compile(r"x+", re.IGNORECASE | re.MULTILINE), "y", count=2),
    Delete(Path("folder/a.txt")),
    Patch(ODD, b"@@ -1 +1 @@\n-\xff\n+a\n", "fuzzy", expect="ab" * 32),
    PatchHunkReport(1, "refused", "exact", 0, "line 3 is '\udcff'"),
    Move("a.txt", ODD, overwrite=True),
    Chmod("a.txt", 0o755),
    Symlink("a", "b"),
)

UTC_NOON = NOON.astimezone(UTC)
