"""Whether every content gives the bytes that its digest says: each chain of deltas is walked once, in the order of ids.

Chunks are numbered as they were stored, bases before what is based on them, and contents likewise. So one walk over the
contents decodes each chunk when the first content needs it, with its base still remembered, and holds few of them.
"""

import hashlib
import operator
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from journal.content import text
from journal.content.packing import Codec, open_chunk
from journal.content.paths import loaded
from journal.database import Database, Read
from journal.errors import CorruptionError, JournalError
from journal.limits import CHUNK_MAX, VERIFY_CACHE_BYTES, VERIFY_CHUNKS, VERIFY_NAMED_MAX, VERIFY_UNREAD_PAGES
from journal.records import Finding
from journal.rescue.codes import finding
from journal.rescue.gauge import Gauge, onward
from journal.rescue.rows import numbers

SELECT_TOTAL = "SELECT coalesce(sum(size), 0) FROM blob WHERE state = 'whole'"
BLOB = "SELECT id, sha256, size, is_text, line_count, state, chunks FROM blob WHERE "
SELECT_BLOBS = BLOB + "id > :after ORDER BY id LIMIT :most"
SELECT_BLOB = BLOB + "id = :id"
CHUNK = "SELECT id, digest, size, codec, base_id, body FROM chunk WHERE "
SELECT_CHUNKS = CHUNK + "id > :after ORDER BY id LIMIT :most"
SELECT_CHUNK = CHUNK + "id = :id"
SELECT_LAST = "SELECT coalesce(max(id), 0) FROM chunk"
SELECT_PATHS = """
SELECT name, raw FROM path WHERE id IN (
    SELECT path_id FROM change WHERE before_blob = :blob OR after_blob = :blob
    UNION SELECT path_id FROM edit WHERE before_blob = :blob OR after_blob = :blob
) ORDER BY name LIMIT 3
"""


class Piece(NamedTuple):
    """A chunk that was found right: its bytes, their whole digest, how many line ends they have."""

    data: bytes
    sha256: bytes
    newlines: int


class Blob(NamedTuple):
    """A content as its row tells of it."""

    id: int
    sha256: bytes
    size: int
    is_text: int
    line_count: int
    state: str
    chunks: bytes


BLOB_TYPES = (int, int, int, str, bytes)
"""what a row of BLOB has behind its name."""

CHUNK_TYPES = ((int, bytes, int, int, type(None), bytes), (int, bytes, int, int, int, bytes))
"""what a row of CHUNK has; SQLite gives back whatever a damaged one holds."""

Row = tuple[Any, ...]
"""the columns of BLOB or of CHUNK."""


def total(look: Read) -> int:
    """Tells how many bytes all contents have together; 0 where that cannot be read, which only progress asks for."""
    try:
        return int(look.value(SELECT_TOTAL))
    except JournalError:
        return 0


class Contents:
    """One walk over all contents; chunks that were decoded lately are remembered, the damaged ones by number."""

    def __init__(self, database: Database, gauge: Gauge) -> None:
        self._database = database
        self._gauge = gauge
        self._pieces: OrderedDict[int, Piece] = OrderedDict()
        self._bytes = 0
        self._upto = 0  # every chunk up to this number was looked at
        self._bad: set[int] = set()
        self._chunks = 0
        self._named = 0
        self._unread = 0

    def findings(self, checked: dict[str, int]) -> Iterator[Finding]:
        """Yields what is wrong with contents, and with chunks that no content names."""
        whole, size = 0, 0
        for row in self._blobs():
            if isinstance(row, Finding):
                yield row
            elif tuple(map(type, row[2:])) != BLOB_TYPES or not isinstance(row[1], bytes | None):
                yield finding("blob-digest", f"blob {row[0]}", "its row is none")
            elif row[5] == "pending" and row[1] is None:
                yield finding("blob-pending", f"blob {row[0]}", f"{len(row[6]) // 4} chunks of it are here")
            else:
                if not self._is_sound(row):
                    yield from self._blob(Blob(*row))
                whole, size = whole + 1, size + row[2]
                self._gauge.add(row[2])
        try:
            with self._database.lock:
                last = int(self._database.look().value(SELECT_LAST))
        except JournalError as error:
            last = 0
            yield finding("unreadable", "chunk", f"whether there are chunks that no content names: {error}")
        yield from self._reach(last)
        checked |= {"whole_blobs": whole, "whole_chunks": self._chunks, "content_bytes": size}

    def _blobs(self) -> Iterator[Row | Finding]:
        """Yields the rows of contents in order, one by one where they cannot be read together."""
        after = 0
        while True:
            try:
                page = self._rows(SELECT_BLOBS, after, VERIFY_CHUNKS)
                _refuse_disorder(page)
            except JournalError:
                found = list(self._blobs_singly(after, after + VERIFY_CHUNKS))
                if not found or not self._may_go_on():
                    raise
                yield from found
                after += VERIFY_CHUNKS
                continue
            if not page:
                return
            yield from page
            after = onward(after, page[-1][0])

    def _blobs_singly(self, after: int, upto: int) -> Iterator[Row | Finding]:
        for number in range(after + 1, upto + 1):
            try:
                row = self._row(SELECT_BLOB, number)
            except JournalError as error:
                yield finding("blob-digest", f"blob {number}", f"its row cannot be read: {error}")
                continue
            if row is not None:
                yield row

    def _may_go_on(self) -> bool:
        """Counts the pages of rows that could not be read, and tells whether there may be more of them."""
        self._unread += 1
        return self._unread <= VERIFY_UNREAD_PAGES

    def _rows(self, sql: str, after: int, most: int) -> list[Row]:
        with self._database.lock:
            self._database.alive()
            return self._database.look().rows(sql, after=after, most=most)

    def _row(self, sql: str, number: int) -> Row | None:
        with self._database.lock:
            return self._database.look().row(sql, id=number)

    def _is_sound(self, row: Row) -> bool:
        """Tells whether a content is right that is one chunk, looked at lately: nearly all small ones are such."""
        number = int.from_bytes(row[6], "big") if len(row[6]) == 4 else 0
        piece = self._pieces.get(number)
        if piece is None or piece.sha256 != row[1] or len(piece.data) != row[2]:
            return False
        return (piece.newlines + (piece.data[-1:] != b"\n"), text.is_text(piece.data)) == (row[4], bool(row[3]))

    def _blob(self, blob: Blob) -> Iterator[Finding]:
        """Checks one content, and every chunk up to its last."""
        ids = numbers(blob.chunks)
        state = hashlib.sha256() if len(ids) != 1 else None  # the digest of a single chunk is that of the content
        size, newlines, head, last, found = 0, 0, b"", b"\n", b""
        for each in ids:
            if each > self._upto:
                yield from self._reach(each)
            piece = self._take(each)
            if piece is None:
                if each in self._bad:
                    yield self._lost(blob, f"chunk {each} of it is damaged")
                else:  # as the check of rows has told, unless it could not be done to its end
                    yield finding("chunk-missing", blob.sha256.hex(), f"chunk {each} of it is missing")
                return
            if state is None:
                found = piece.sha256
            else:
                state.update(piece.data)
            head, last, newlines = head or piece.data, piece.data[-1:], newlines + piece.newlines
            size += len(piece.data)
        if size != blob.size:  # the same
            yield finding("blob-size", blob.sha256.hex(), f"it says {blob.size} bytes and its chunks have others")
        if state is not None:
            found = state.digest()
        if found != blob.sha256:
            yield self._lost(blob, f"its chunks give {size} bytes with the digest {found.hex()}")
        elif (newlines + (last != b"\n"), text.is_text(head)) != (blob.line_count, bool(blob.is_text)):
            yield finding("blob-facts", blob.sha256.hex(), "its row tells of other lines, or of another kind")

    def _lost(self, blob: Blob, why: str) -> Finding:
        """Tells of a content that cannot be read, and the first of them with the paths that hold them."""
        self._named += 1
        names = list[str]()
        if self._named <= VERIFY_NAMED_MAX:
            with suppress(JournalError), self._database.lock:  # of a damaged journal this may not be told
                names = [loaded(*row) for row in self._database.look().rows(SELECT_PATHS, blob=blob.id)]
        held = f"; it is or was the content of {', '.join(map(repr, names))}" if names else ""
        return finding("blob-digest", blob.sha256.hex(), why + held)

    def _reach(self, goal: int) -> Iterator[Finding]:
        """Looks at the chunks after the last one that was looked at, up to a number, in order, each once."""
        while self._upto < goal:
            try:
                page = self._rows(SELECT_CHUNKS, self._upto, VERIFY_CHUNKS)
                _refuse_disorder(page)
            except JournalError:
                if not self._may_go_on():
                    raise  # a damaged number may be astronomic
                yield from self._singly(min(goal, self._upto + VERIFY_CHUNKS))
                continue
            for row in page:
                self._upto = onward(self._upto, row[0])
                found = self._chunk(row)
                if found is not None:
                    yield found
            if not page:
                self._upto = goal

    def _singly(self, goal: int) -> Iterator[Finding]:
        """Looks at chunks one by one where a page of them could not be read."""
        while self._upto < goal:
            self._upto += 1
            try:
                row = self._row(SELECT_CHUNK, self._upto)
            except JournalError as error:
                self._bad.add(self._upto)
                yield finding("chunk-digest", f"chunk {self._upto}", f"it cannot be read: {error}")
                continue
            found = None if row is None else self._chunk(row)
            if found is not None:
                yield found

    def _chunk(self, row: Row) -> Finding | None:
        """Checks one chunk, and remembers its bytes."""
        number, digest, size, codec, base_id, body = row
        self._chunks += 1
        if tuple(map(type, row)) not in CHUNK_TYPES:
            return self._wrong(row, "chunk-digest", "its row is none")
        base = None
        if base_id is not None:
            kept = self._take(base_id) if base_id < number else None
            if kept is None:
                said = f"it is a delta against chunk {base_id}, which is damaged or missing"
                return self._wrong(row, "chunk-base", said)
            base = kept.data
        try:
            data = open_chunk(codec, body, base, size, digest)
        except CorruptionError as error:
            return self._wrong(row, "chunk-digest", str(error))
        sha = hashlib.sha256(data).digest()
        if sha[:16] != digest or len(data) != size:
            return self._wrong(row, "chunk-digest", f"it gives {len(data)} bytes with the digest {sha[:16].hex()}")
        self._remember(number, Piece(data, sha, data.count(b"\n")))
        return None

    def _wrong(self, row: Row, code: str, said: str) -> Finding:
        self._bad.add(row[0])
        name = row[1].hex() if isinstance(row[1], bytes) else repr(row[1])
        return finding(code, f"chunk {row[0]} ({name})", said)

    def _take(self, number: int) -> Piece | None:
        """Gives a chunk that was looked at, decoded again when it is not remembered; None when it is damaged."""
        if number in self._bad:
            return None
        piece = self._pieces.get(number)
        if piece is not None:
            self._pieces.move_to_end(number)
            return piece
        try:
            data = self._again(number)
        except JournalError:  # it could be read before, or was named by a damaged row
            self._bad.add(number)
            return None
        if data is None:
            return None
        found = Piece(data, hashlib.sha256(data).digest(), data.count(b"\n"))
        self._remember(number, found)
        return found

    def _again(self, number: int) -> bytes | None:
        """Decodes a chunk that is not remembered any more, from a base that is, or from its keyframe."""
        way = list[Row]()  # rows from this chunk down to one that is remembered
        data: bytes | None = None
        at: int | None = number
        while at is not None and at not in self._bad:
            if at in self._pieces:
                data = self._pieces[at].data
                break
            row = self._row(SELECT_CHUNK, at)
            if row is None or tuple(map(type, row)) not in CHUNK_TYPES or (row[4] is not None and row[4] >= at):
                return None
            way.append(row)
            at = row[4]
        for _, digest, size, codec, _, body in reversed(way):
            data = open_chunk(codec, body, data if codec == Codec.DELTA else None, size, digest)
        return data

    def _remember(self, number: int, piece: Piece) -> None:
        self._pieces[number] = piece
        self._bytes += len(piece.data)
        while self._bytes > max(VERIFY_CACHE_BYTES, CHUNK_MAX):
            self._bytes -= len(self._pieces.popitem(last=False)[1].data)


def _refuse_disorder(page: Sequence[Row]) -> None:
    """Refuses a page of rows whose numbers do not rise: some of them are not what they say.

    Raises:
        CorruptionError
    """
    numbers = [row[0] for row in page]
    if any(map(operator.ge, numbers, numbers[1:])):
        raise CorruptionError("the numbers of rows do not rise", hint="see the findings about pages")
