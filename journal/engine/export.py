"""Taking a journal out of itself: a stream for git, or its views as JSON lines or Parquet, a file a view.

What is written stands under another name until all of it is there; then it gets its own, unless something has come to
stand there. One snapshot of the journal is exported, while others go on writing to it.
"""

import json
import os
from collections.abc import Iterable, Iterator
from typing import get_args

from journal.database import Database, Read, space
from journal.database.transaction import Row
from journal.engine import feed
from journal.engine.export_git import Stream
from journal.engine.export_parquet import Parquet
from journal.engine.pace import Pace
from journal.engine.reading import Reading
from journal.errors import UsageError
from journal.limits import EXPORT_PIECE_BYTES
from journal.records import ExportFormat, Progress, plain
from journal.tables import commits, exports
from journal.tables.exports import Listing
from journal.workspace import beside
from journal.workspace.beside import Beside
from journal.workspace.faults import system_errors
from journal.workspace.target import Target, refuse_own

PATHS = {"path", "renamed_from"}
"""columns that hold a path, which may not be text."""

CURE = "name an empty folder or one that is not there yet"


def export(
    reading: Reading, form: ExportFormat, into: str, since: int, progress: Progress | None
) -> dict[str, int]:
    """Exports in one of the formats; gives how much of each there was, and the cursor to go on from.

    Raises:
        UsageError: there is no such format, something stands at `into`, no change has the cursor `since`, or it lies
            within a commit, which git takes whole; nothing was written.
        CursorPruned: a part of what follows `since` was removed. DiskFull: there is no room for what is known to come.
    """
    if form not in get_args(ExportFormat):
        raise UsageError(f"there is no format {form!r}", hint=f"one of {', '.join(get_args(ExportFormat))}")
    feed.checked_cursor(since, "since")
    with system_errors("export into", into, place=into):
        if form == "git":
            return _git(reading, into, since, progress)
        return _views(reading.database.path, into, since, Parquet() if form == "parquet" else None, progress)


def git_stream(reading: Reading, since: int, progress: Progress | None) -> tuple[Iterator[bytes], dict[str, int]]:
    """Gives the stream for git in pieces to write as they are, and counts that are right when all were read.

    Raises:
        CursorPruned, UsageError: at once.
    """
    stream = Stream(reading, feed.checked_cursor(since, "since"), progress)
    return _gathered(stream.pieces()), stream.counts


def _git(reading: Reading, into: str, since: int, progress: Progress | None) -> dict[str, int]:
    path = _place(into, reading.database.path)
    pieces, counts = git_stream(reading, since, progress)
    with reading.database.read() as look:
        needed = exports.contents_bytes(look, since)
    space.require(f"export into {path!r}", (path, needed))
    made = Beside.make(path)
    try:
        made.fill(pieces)
        beside.drop_empty(path)
        made.publish(over=False)
    except FileExistsError as error:
        made.discard()
        raise UsageError(f"{path!r} appeared meanwhile", hint="name another file") from error
    except BaseException:
        made.discard()
        raise
    return counts


def _place(into: str, journal: str) -> str:
    """Resolves the name of a file that is not there yet, or empty."""
    path = beside.resolved(into)
    refuse_own(path, journal)
    if os.path.lexists(path) and not beside.is_empty(path):
        raise UsageError(f"{path!r} is there already", hint="name a file that is not there yet")
    return path


def _views(
    journal: str, into: str, since: int, parquet: Parquet | None, progress: Progress | None
) -> dict[str, int]:
    target = Target.find(into)
    database = Database.open(journal, readonly=True)  # of its own: whoever reads the journal meanwhile is not held up
    made, done = list[Beside](), False
    try:
        refuse_own(target.path, journal)
        target.sweep()
        if names := target.names():
            raise UsageError(f"{target.path!r} is not empty: it holds {names[0]!r}", hint=CURE)
        with database.read() as look:
            feed.refuse_gap(look, since)
            cursor = max(commits.cursor(look), since)
            if parquet is None:  # whose files are packed, nobody knows how much
                needed = sum(each.row_bytes * exports.count(look, each, since) for each in exports.listings(look))
                space.require(f"export into {target.path!r}", (target.path, needed))
            target.make()
            counts = _fill(look, target, made, since, parquet, progress)
        while made:
            made.pop(0).publish(over=False)
        done = True
    finally:
        for each in made:
            each.discard()
        if not done:
            target.unmake()
        target.close()
        database.close()
    return {**counts, "cursor": cursor}


def _fill(
    look: Read, target: Target, made: list[Beside], since: int, parquet: Parquet | None, progress: Progress | None
) -> dict[str, int]:
    """Writes a file a view, none of which has its name yet; gives how many rows each has."""
    listings = exports.listings(look)
    counts = {each.name: exports.count(look, each, since) for each in listings}
    pace, raw = _Counter(Pace(progress, sum(counts.values()))), exports.undecodable(look)
    for each in listings:
        found = pace.through(exports.rows(look, each, since))
        made.append(Beside.make(os.path.join(target.path, f"{each.name}.{'jsonl' if parquet is None else 'parquet'}")))
        if parquet is None:
            made[-1].fill(_gathered(_lines(each, found, raw)))
        else:
            made[-1].fill(parquet.pieces(each.columns, exports.kinds(look, each, since), found))
    return counts


class _Counter:
    """Counts rows on their way."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._done = 0

    def through(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            yield row
            self._done += 1
            self._pace.at(self._done)


def _lines(listing: Listing, rows: Iterable[Row], raw: dict[str, str]) -> Iterator[bytes]:
    """Writes a row a line, as records are written: bytes, and paths that are not UTF-8, in base64."""
    names = [name for name, _ in listing.columns]
    for row in rows:
        said = {
            name: plain(raw.get(value, value) if name in PATHS and isinstance(value, str) else value)
            for name, value in zip(names, row, strict=True)
        }
        yield json.dumps(said, ensure_ascii=False).encode() + b"\n"


def _gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Puts small pieces together, so that each costs no write of its own."""
    held = bytearray()
    for piece in pieces:
        held += piece
        if len(held) >= EXPORT_PIECE_BYTES:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)
