"""Contents out of a damaged journal: a chunk comes over when its bytes have its digest, a content when its have."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from journal.content import text
from journal.content.packing import open_chunk
from journal.database import Write
from journal.errors import CorruptionError
from journal.ids import EMPTY, ChunkDigest, ChunkId, Sha256
from journal.limits import CHUNK_MAX
from journal.rescue.cells import Value, Values
from journal.tables import salvaged
from journal.tables.blobs import HOLLOW, ids_of, packed_ids
from journal.tables.chunks import Chunk, Chunks


class Facts(NamedTuple):
    """What a content's bytes say; `newlines` are the ends of its lines, of which the last may have none."""

    sha256: Sha256
    size: int
    is_text: bool
    newlines: int
    ended: bool

    @property
    def line_count(self) -> int:
        """Counts its lines."""
        return self.newlines + (not self.ended)


class Contents:
    """The chunks and contents that came over; `tx` is the transaction that is open."""

    def __init__(self, tx: Write) -> None:
        self.tx = tx
        self.all_chunks = False
        self.hollow = set[int]()
        self._store = Chunks(lambda: self.tx)
        self._sound = dict[int, Facts]()
        self._by_digest = dict[bytes, int]()

    def chunks(self, rows: Iterable[Values]) -> Iterator[int]:
        """Brings chunks over, and yields the bytes of each that was looked at; those whose base comes late wait."""
        waiting = list[Values]()
        for row in rows:
            if not self._chunk(row) and row[4] is not None and row[4] not in self._sound:
                waiting.append(row)
            yield _length(row[6])
        for row in sorted(waiting, key=lambda row: row[0] if isinstance(row[0], int) else 0):
            self._chunk(row)
            yield 0
        self.all_chunks = True

    def _chunk(self, row: Values) -> bool:
        number, digest, size, codec, base_id, _, body = row
        if not isinstance(number, int) or number in self._sound:
            return True
        if not (isinstance(digest, bytes) and isinstance(body, bytes)):
            return True
        if not (isinstance(size, int) and isinstance(codec, int)) or not 0 < size <= CHUNK_MAX:
            return True
        try:
            base = None
            if base_id is not None:
                if base_id not in self._sound:
                    return False
                base = self._store.by_number(ChunkId(int(base_id)))
            data = open_chunk(codec, body, base, size, ChunkDigest(digest))
        except CorruptionError:
            return False
        sha = Sha256(hashlib.sha256(data).digest())
        if sha[:16] != digest or len(data) != size or not salvaged.put(self.tx, "chunk", row):
            return False
        self._sound[number] = Facts(sha, size, text.is_text(data), data.count(b"\n"), data.endswith(b"\n"))
        self._by_digest[digest] = number
        self._store.remember(Chunk(ChunkDigest(digest), data))
        return True

    def blobs(self, rows: Iterable[Values], told: Iterable[Values]) -> Iterator[int | None]:
        """Brings contents over, and yields the bytes of each; `told` are names and numbers by the index.

        It yields None when the next one has to wait for its chunks, until these have come to their end.
        A content of which no more than the name is left keeps its place without bytes, so that what names it stays.
        """
        done, failed = set[int](), dict[int, list[Values]]()
        for row in rows:
            if row[6] == "pending" or row[0] in done or not isinstance(row[0], int):
                continue
            while not self.all_chunks and not self._has_chunks(row[7]):
                yield None
            if self._blob(row):
                done.add(row[0])
            else:
                failed.setdefault(row[0], []).append(row)
            yield int(row[2] or 0) if isinstance(row[2], int) else 0
        names = dict[int, list[bytes]]()
        for entry in told:
            sha, number = entry if len(entry) == 2 else (None, None)
            if isinstance(sha, bytes) and len(sha) == 32 and isinstance(number, int) and number not in done:
                names.setdefault(number, []).append(sha)
        while not self.all_chunks:
            yield None
        for number in sorted({*failed, *names}):
            if number not in done:
                self._mend(number, failed.get(number, []), names.get(number, []))
                yield 0

    def _has_chunks(self, packed: Value) -> bool:
        return isinstance(packed, bytes) and all(each in self._sound for each in ids_of(packed))

    def _mend(self, number: int, rows: list[Values], names: list[bytes]) -> None:
        """Tries the names that the index tells, then a chunk that is the whole content, then keeps the bare name."""
        for sha in names:
            if any(self._blob((row[0], sha, *row[2:])) for row in rows):
                return
            chunk = self._by_digest.get(sha[:16])
            packed = b"" if sha == EMPTY or chunk is None else packed_ids([ChunkId(chunk)])
            if self._blob((number, sha, 0, 0, 0, rows[0][5] if rows else 0, "whole", packed)):
                return
        bare = [*((sha, 0) for sha in names), *((row[1], row[2]) for row in rows)]
        if any(salvaged.put(self.tx, "blob", (number, sha, size, 0, 0, 0, "whole", HOLLOW)) for sha, size in bare):
            self.hollow.add(number)

    def _blob(self, row: Values) -> bool:
        number, sha, _, _, _, created_at, _, packed = row
        if not isinstance(packed, bytes) or not isinstance(sha, bytes) or packed == HOLLOW:
            return False
        facts = self._facts(ids_of(packed))
        if facts is None or facts.sha256 != sha:
            return False
        whole = (number, sha, facts.size, int(facts.is_text), facts.line_count, created_at, "whole", packed)
        return salvaged.put(self.tx, "blob", whole)

    def _facts(self, ids: tuple[ChunkId, ...]) -> Facts | None:
        parts = [self._sound.get(each) for each in ids]
        known = [each for each in parts if each is not None]
        if len(known) != len(ids):
            return None
        if len(ids) == 1:
            return known[0]
        state, head = hashlib.sha256(), b""
        try:
            for each in ids:
                chunk = self._store.unchecked(each)  # it was checked when it came over, and the whole is checked now
                state.update(chunk.data)
                head = head or chunk.data
                self._store.remember(chunk)
        except CorruptionError:
            return None
        sizes, newlines = sum(each.size for each in known), sum(each.newlines for each in known)
        ended = not known or known[-1].ended
        return Facts(Sha256(state.digest()), sizes, text.is_text(head), newlines, ended)


def _length(value: Value) -> int:
    return len(value) if isinstance(value, bytes) else 0
