"""SQL of the user: it can only read, for so long and no longer."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from journal.database import Database, allows_reading
from journal.engine import compare
from journal.engine.reading import Reading
from journal.errors import LimitExceeded, UsageError
from journal.ids import BlobId, Sha256
from journal.limits import DIFF_CONTEXT, QUERY_TIMEOUT_S
from journal.tables import blobs
from journal.tables.chunks import Chunks
from journal.tables.states import State

Parameters = Mapping[str, Any] | Sequence[Any]


def rows(path: str, sql: str, parameters: Parameters, timeout_s: float | None) -> Iterator[dict[str, Any]]:
    """Yields the rows of a query by column name, in one read transaction of at most `timeout_s` seconds.

    Raises:
        UsageError: the SQL would write, is wrong, or names two columns alike. LimitExceeded: it took too long.
    """
    given: object = sql
    if not isinstance(given, str):
        raise UsageError(f"the query is {type(given).__name__}", hint="pass SQL as a str")
    database = Database.open(path, readonly=True)
    started = time.monotonic()

    def expired() -> bool:
        return timeout_s is not None and time.monotonic() - started > timeout_s

    try:
        _teach(database)
        database.guard(allows_reading, expired)
        yield from _named(database, sql, parameters, expired)
    except LimitExceeded as error:
        if not expired():
            raise
        raise LimitExceeded(
            f"the query took longer than {timeout_s} s",
            hint="ask for less, or allow more by timeout_s=",
            limit="QUERY_TIMEOUT_S",
            allowed=int(timeout_s or QUERY_TIMEOUT_S),
        ) from error
    finally:
        database.close()


def _named(database: Database, sql: str, parameters: Parameters, expired: Any) -> Iterator[dict[str, Any]]:
    checked: list[str] = []
    for names, row in database.look().stream(sql, parameters):
        if names != checked:
            _refuse_twins(names)
            checked = names
        if expired():  # a slow reader holds the transaction as a slow query does
            raise LimitExceeded("too slow", limit="QUERY_TIMEOUT_S", allowed=0)
        yield dict(zip(names, row, strict=True))


def _refuse_twins(names: list[str]) -> None:
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise UsageError(f"two columns are called {twins[0]!r}", hint="give one of them another name by AS")


def _teach(database: Database) -> None:
    """Makes contents and diffs reachable from SQL: blob_text(id or digest), patch_text(before, after)."""
    reading = Reading(database, Chunks(database.look))

    def blob_text(name: int | str | bytes | None) -> str | None:
        sha = _sha(reading, name)
        return None if sha is None else reading.read(sha).decode("utf-8", "replace")

    def patch_text(before: int | str | bytes | None, after: int | str | bytes | None) -> str:
        return _patch(reading, _sha(reading, before), _sha(reading, after))

    database.teach("blob_text", blob_text, 1)
    database.teach("patch_text", patch_text, 2)


def _sha(reading: Reading, name: int | str | bytes | None) -> Sha256 | None:
    if name is None:
        return None
    if isinstance(name, int):
        return blobs.name(reading.database.look(), BlobId(name))
    try:
        return Sha256(bytes.fromhex(name) if isinstance(name, str) else name)
    except ValueError as error:
        raise UsageError(f"{name!r} is no digest", hint="pass 64 hex characters, or a blob's number") from error


def _patch(reading: Reading, before: Sha256 | None, after: Sha256 | None) -> str:
    sides = [_state(reading, before), _state(reading, after)]
    patch = compare.patch(reading.database.path, "content", *sides, invocation_id=None)
    return reading.unified(patch, DIFF_CONTEXT).decode("utf-8", "replace")


def _state(reading: Reading, sha: Sha256 | None) -> State | None:
    if sha is None:
        return None
    blob = blobs.get(reading.database.look(), sha)
    return State(sha, blob.size, blob.is_text, 0o644, "file")
