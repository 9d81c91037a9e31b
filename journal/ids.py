"""The names of things by their content, in bytes that anyone can compute again.

Three kinds of names leave the journal: the SHA-256 of a content (what `sha256sum` prints), the id of a commit, and the
links of the audit chain. The last two are SHA-256 over *canonical bytes*: a sequence of fields, each preceded by its
length in bytes as 8-byte big-endian integer.

    integer    8 bytes, big-endian, two's complement
    text       UTF-8; paths as their raw bytes
    bytes      as they are
    mapping    compact JSON, keys sorted, UTF-8, nothing escaped that need not be
    nothing    the length 2**64 - 1 and no bytes

A commit id covers, in this order: the word `spool commit 1`, parent id (32 bytes or nothing), merged id, time in
microseconds, message, metadata, number of changes; then for each change, sorted by path bytes: path, sha before (or
nothing), mode before, kind before, sha after, mode after, kind after, renamed from. An audit digest covers the word
`spool audit 1`, the phase and the columns that the phase fixes; the link covers the link before it (32 bytes, zeros for
the first), its own number, the phase, the number of the invocation and the digest.

A chunk is named by the first 16 bytes of the SHA-256 of its bytes.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, NewType

from journal.errors import UsageError

Sha256 = NewType("Sha256", bytes)
"""32 bytes that name a content or a commit."""

ChunkDigest = NewType("ChunkDigest", bytes)
"""16 bytes that name a chunk."""

BlobId = NewType("BlobId", int)
ChunkId = NewType("ChunkId", int)
PathId = NewType("PathId", int)
RootId = NewType("RootId", int)
BranchId = NewType("BranchId", int)
SessionRow = NewType("SessionRow", int)
EditId = NewType("EditId", int)
CommitRow = NewType("CommitRow", int)
InvocationId = NewType("InvocationId", int)

NOTHING = b"\xff" * 8
INTEGER = (8).to_bytes(8, "big")
FIRST_LINK = bytes(32)
EMPTY = Sha256(hashlib.sha256(b"").digest())

Field = int | str | bytes | None


class ChangeFields(NamedTuple):
    """One change as a commit id covers it."""

    path: str
    sha_before: bytes | None
    mode_before: int | None
    kind_before: str | None
    sha_after: bytes | None
    mode_after: int | None
    kind_after: str | None
    renamed_from: str | None


def sha256(data: bytes | bytearray | memoryview) -> Sha256:
    """Names a content."""
    return Sha256(hashlib.sha256(data).digest())


def chunk_digest(data: bytes | bytearray | memoryview) -> ChunkDigest:
    """Names a chunk."""
    return ChunkDigest(hashlib.sha256(data).digest()[:16])


COMPACT = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def canonical(fields: Iterable[Field]) -> bytes:
    """Encodes fields so that no two different sequences of the same types give the same bytes."""
    encoded = bytearray()
    for value in fields:
        if value is None:
            encoded += NOTHING
        elif isinstance(value, int):
            encoded += INTEGER + value.to_bytes(8, "big", signed=True)
        else:
            data = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
            encoded += len(data).to_bytes(8, "big")
            encoded += data
    return bytes(encoded)


def compact_json(value: Mapping[str, Any]) -> str:
    """Writes a mapping the one way it is stored and hashed.

    Raises:
        UsageError: a value is no JSON type.
    """
    try:
        text = COMPACT(value)
        text.encode()  # a lone surrogate is no text: SQLite would refuse it later
    except (TypeError, ValueError, RecursionError) as error:
        hint = "use str, int, float, bool, None, lists and dicts"
        raise UsageError(f"metadata must hold JSON types only: {error}", hint=hint) from error
    return text


def commit_id(
    parent: bytes | None,
    merged: bytes | None,
    created_at_us: int,
    message: str,
    metadata: str,
    changes: Iterable[ChangeFields],
) -> Sha256:
    """Names a commit by all that it says; the order in which `changes` come does not matter."""
    ordered = _by_path(changes)
    fields: list[Field] = ["spool commit 1", parent, merged, created_at_us, message, metadata, len(ordered)]
    for change in ordered:
        fields.extend(change)
    return sha256(canonical(fields))


def _by_path(changes: Iterable[ChangeFields]) -> list[ChangeFields]:
    """Sorts by path bytes; by `os.fsencode` an id would depend on the locale of whoever computes it."""
    return sorted(changes, key=lambda change: change.path.encode("utf-8", "surrogateescape"))


def audit_digest(phase: str, columns: Iterable[Field]) -> Sha256:
    """Digests what an audit row says at a phase of its life."""
    return sha256(canonical(["spool audit 1", phase, *columns]))


def audit_link(before: bytes, seq: int, phase: str, invocation: int, digest: bytes) -> Sha256:
    """Chains a digest to the link before it."""
    return sha256(canonical([before, seq, phase, invocation, digest]))


def stage_digest(changes: Iterable[ChangeFields]) -> Sha256:
    """Names all that is staged, so that a commit can be held to exactly what was looked at."""
    ordered = _by_path(changes)
    fields: list[Field] = ["spool stage 1", len(ordered)]
    for change in ordered:
        fields.extend(change[:7])
    return sha256(canonical(fields))
