"""Whether every content gives the bytes that its digest says: each chain of deltas is walked once, in the order of ids.

Chunks are numbered as they were stored, bases before what is based on them, and contents likewise. So one walk over the
contents decodes each chunk when the first content needs it, with its base still remembered, and holds few of them.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterator
from typing import NamedTuple

from journal.content import text
from journal.content.packing import Codec, open_chunk
from journal.content.paths import loaded
from journal.database import Database, Read
from journal.errors import CorruptionError, JournalError
from journal.ids import ChunkDigest
from journal.limits import CHUNK_MAX, VERIFY_CACHE_BYTES, VERIFY_CHUNKS, VERIFY_NAMED_MAX, VERIFY_UNREAD_PAGES
from journal.records import Finding
from journal.rescue.codes import finding
from journal.rescue.gauge import Gauge, onward
from journal.rescue.rows import numbers

SELECT_TOTAL = "SELECT coalesce(sum(size), 0) FROM blob WHERE state = 'whole'"
SELECT_BLOBS = """
SELECT id, sha256, size, is_text, line_count, state, chunks FROM blob WHERE id > :after ORDER BY id LIMIT :most
"""
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


def total(look: Read) -> int:
    """Tells how many bytes all contents have together."""
    return int(look.value(SELECT_TOTAL))


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

    def findings(self, checked: dict[str, int]) -> Iterator[Finding]:
        """Yields what is wrong with contents, and with chunks that no content names."""
        after, whole, size = 0, 0, 0
        while page := self._rows(SELECT_BLOBS, after, VERIFY_CHUNKS):
            for row in page:
                blob = Blob(*row)
                if blob.state == "pending":
                    yield finding("blob-pending", f"blob {blob.id}", f"{len(blob.chunks) // 4} chunks of it are here")
                    continue
                yield from self._blob(blob)
                whole, size = whole + 1, size + blob.size
                self._gauge.add(blob.size)
            after = onward(after, page[-1][0])
        with self._database.lock:
            last = int(self._database.look().value(SELECT_LAST))
        yield from self._reach(last)
        checked |= {"whole_blobs": whole, "whole_chunks": self._chunks, "content_bytes": size}

    def _rows(self, sql: str, after: int, most: int) -> list[tuple]:  # type: ignore[type-arg]  # as the SQL says
        with self._database.lock:
            self._database.alive()
            return self._database.look().rows(sql, after=after, most=most)

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
                if each in self._bad:  # one that is not there at all is told by the check of rows
                    yield self._lost(blob, f"chunk {each} of it is damaged")
                return
            if state is None:
                found = piece.sha256
            else:
                state.update(piece.data)
            head, last, newlines = head or piece.data, piece.data[-1:], newlines + piece.newlines
            size += len(piece.data)
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
            with self._database.lock:
                names = [loaded(*row) for row in self._database.look().rows(SELECT_PATHS, blob=blob.id)]
        held = f"; it is or was the content of {', '.join(map(repr, names))}" if names else ""
        return finding("blob-digest", blob.sha256.hex(), why + held)

    def _reach(self, goal: int) -> Iterator[Finding]:
        """Looks at the chunks after the last one that was looked at, up to a number, in order, each once."""
        unread = 0
        while self._upto < goal:
            try:
                page = self._rows(SELECT_CHUNKS, self._upto, VERIFY_CHUNKS)
            except JournalError:
                unread += 1
                if unread > VERIFY_UNREAD_PAGES:
                    raise  # a damaged number may be astronomic
                yield from self._singly(min(goal, self._upto + VERIFY_CHUNKS))
                continue
            for row in page:
                self._upto = onward(self._upto, row[0])
                yield from self._chunk(row)
            if not page:
                self._upto = goal

    def _singly(self, goal: int) -> Iterator[Finding]:
        """Looks at chunks one by one where a page of them could not be read."""
        while self._upto < goal:
            self._upto += 1
            try:
                with self._database.lock:
                    row = self._database.look().row(SELECT_CHUNK, id=self._upto)
            except JournalError as error:
                self._bad.add(self._upto)
                yield finding("chunk-digest", f"chunk {self._upto}", f"it cannot be read: {error}")
                continue
            if row is not None:
                yield from self._chunk(row)

    def _chunk(self, row: tuple) -> Iterator[Finding]:  # type: ignore[type-arg]  # the columns of CHUNK
        """Checks one chunk, and remembers its bytes."""
        number, digest, size, codec, base_id, body = row
        self._chunks += 1
        base = None
        if base_id is not None:
            kept = self._take(base_id) if base_id < number else None
            if kept is None:
                self._bad.add(number)
                yield _chunk(row, "chunk-base", f"it is a delta against chunk {base_id}, which is damaged or missing")
                return
            base = kept.data
        try:
            data = open_chunk(codec, body, base, size, ChunkDigest(digest))
        except CorruptionError as error:
            self._bad.add(number)
            yield _chunk(row, "chunk-digest", str(error))
            return
        sha = hashlib.sha256(data).digest()
        if sha[:16] != digest or len(data) != size:
            self._bad.add(number)
            yield _chunk(row, "chunk-digest", f"it gives {len(data)} bytes with the digest {sha[:16].hex()}")
            return
        self._remember(number, Piece(data, sha, data.count(b"\n")))

    def _take(self, number: int) -> Piece | None:
        """Gives a chunk that was looked at, decoded again when it is not remembered; None when it is damaged."""
        if number in self._bad:
            return None
        piece = self._pieces.get(number)
        if piece is not None:
            self._pieces.move_to_end(number)
            return piece
        way = list[tuple]()  # type: ignore[type-arg]  # rows from this chunk down to one that is remembered
        data: bytes | None = None
        at: int | None = number
        while at is not None and at not in self._bad:
            if at in self._pieces:
                data = self._pieces[at].data
                break
            with self._database.lock:
                row = self._database.look().row(SELECT_CHUNK, id=at)
            if row is None or (row[4] is not None and row[4] >= at):
                return None
            way.append(row)
            at = row[4]
        for _, digest, size, codec, _, body in reversed(way):
            data = open_chunk(codec, body, data if codec == Codec.DELTA else None, size, digest)
        assert data is not None  # the way has this chunk at least
        found = Piece(data, hashlib.sha256(data).digest(), data.count(b"\n"))
        self._remember(number, found)
        return found

    def _remember(self, number: int, piece: Piece) -> None:
        self._pieces[number] = piece
        self._bytes += len(piece.data)
        while self._bytes > max(VERIFY_CACHE_BYTES, CHUNK_MAX):
            self._bytes -= len(self._pieces.popitem(last=False)[1].data)


def _chunk(row: tuple, code: str, said: str) -> Finding:  # type: ignore[type-arg]  # the columns of CHUNK
    return finding(code, f"chunk {row[0]} ({row[1].hex()})", said)
