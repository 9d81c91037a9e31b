"""Stored chunks, with a bounded memory of those that were read or written lately."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple

from journal.content.packing import PackedChunk, Step, check_chunk, open_chain, unpack_chunk
from journal.database import Read, Write
from journal.errors import CorruptionError
from journal.ids import ChunkDigest, ChunkId
from journal.limits import CHUNK_CACHE_BYTES, LINEAGE_CACHE_ROWS
from journal.tables import paths

INSERT_CHUNK = """
INSERT INTO chunk (digest, size, codec, base_id, gen, body)
VALUES (:digest, :size, :codec, (SELECT id FROM chunk WHERE digest = :base), :gen, :body)
ON CONFLICT (digest) DO NOTHING
RETURNING id
"""
LAST_CHUNK = "SELECT coalesce(max(id), 0) FROM chunk"
INSERT_NUMBERED = "INSERT INTO chunk (id, digest, size, codec, base_id, gen, body) VALUES (?, ?, ?, ?, ?, ?, ?)"
SELECT_PORTION = "SELECT id, digest, size, codec, base_id, gen, body FROM chunk WHERE id > :after ORDER BY id"
SELECT_SUM = "SELECT coalesce(sum(size), 0) FROM chunk"
DELETE_RANGE = "DELETE FROM chunk WHERE id BETWEEN :first AND :last"
SELECT_ID = "SELECT id FROM chunk WHERE digest = :digest"
SELECT_LINEAGE = """
WITH RECURSIVE line (digest, base_id, gen, step) AS (
    SELECT digest, base_id, gen, 0 FROM chunk WHERE digest = :digest
    UNION ALL
    SELECT c.digest, c.base_id, c.gen, step + 1 FROM line JOIN chunk AS c ON c.id = line.base_id
)
SELECT digest, gen FROM line ORDER BY step
"""
SELECT_CHAIN = """
WITH RECURSIVE line (id, step) AS (
    SELECT id, 0 FROM chunk WHERE id = :id
    UNION ALL
    SELECT c.base_id, step + 1 FROM line JOIN chunk AS c ON c.id = line.id WHERE c.base_id IS NOT NULL
)
SELECT c.id, c.digest, c.size, c.codec, c.body FROM line JOIN chunk AS c ON c.id = line.id ORDER BY step DESC
"""
SELECT_DIGESTS = """
SELECT c.digest FROM json_each(:ids) AS j JOIN chunk AS c ON c.id = j.value ORDER BY j.key
"""
SELECT_SIZES = """
SELECT c.size FROM json_each(:ids) AS j JOIN chunk AS c ON c.id = j.value ORDER BY j.key
"""

class Chunk(NamedTuple):
    """One chunk's name and bytes."""

    digest: ChunkDigest
    data: bytes


class StoredChunk(NamedTuple):
    """One chunk as its row tells of it, in the order of the columns."""

    id: ChunkId
    digest: ChunkDigest
    size: int
    codec: int
    base_id: ChunkId | None
    gen: int
    body: bytes


def put(tx: Write, chunk: PackedChunk) -> ChunkId:
    """Keeps a chunk; its base must be kept already. One that is there costs two look-ups."""
    found = tx.value(
        INSERT_CHUNK,
        digest=chunk.digest,
        size=chunk.size,
        codec=int(chunk.codec),
        base=chunk.base,
        gen=chunk.gen,
        body=chunk.body,
    )
    return number(tx, chunk.digest) if found is None else ChunkId(found)


def put_many(tx: Write, many: Iterable[PackedChunk]) -> dict[ChunkDigest, ChunkId]:
    """Keeps chunks by one statement, bases before what is based on them; gives the number of each."""
    last, made, rows = int(tx.value(LAST_CHUNK)), dict[ChunkDigest, ChunkId](), list[tuple[int | bytes | None, ...]]()
    for chunk in many:
        if chunk.digest in made:
            continue
        found = tx.value(SELECT_ID, digest=chunk.digest)
        if found is not None:
            made[chunk.digest] = ChunkId(found)
            continue
        last += 1
        made[chunk.digest] = ChunkId(last)
        base = None
        if chunk.base is not None:
            base = made[chunk.base] if chunk.base in made else number(tx, chunk.base)
        rows.append((last, chunk.digest, chunk.size, int(chunk.codec), base, chunk.gen, chunk.body))
    if rows:
        tx.run_many(INSERT_NUMBERED, rows)
    return made


def number(tx: Read, digest: ChunkDigest) -> ChunkId:
    """Gives the number of a chunk that is kept.

    Raises:
        CorruptionError: it is not.
    """
    found = tx.value(SELECT_ID, digest=digest)
    if found is None:
        raise CorruptionError(f"chunk {digest.hex()} is missing", hint="run `spool verify`")
    return ChunkId(found)


def sizes(tx: Read, ids: Sequence[ChunkId]) -> list[int]:
    """Tells how many bytes each chunk stands for.

    Raises:
        CorruptionError: one is missing.
    """
    found = [row[0] for row in tx.rows(SELECT_SIZES, ids=paths.ids(ids)) if isinstance(row[0], int)]
    if len(found) != len(ids):
        raise CorruptionError(f"{len(ids) - len(found)} chunks are missing", hint="run `spool verify`")
    return found


def portion(tx: Read, after: int, most_bytes: int) -> list[StoredChunk]:
    """Gives the chunks after a number, in the order of numbers: at least one, and about so many bytes of bodies."""
    found, held = list[StoredChunk](), 0
    for _, row in tx.stream(SELECT_PORTION, {"after": after}):
        found.append(StoredChunk(*row))
        held += len(found[-1].body)
        if held >= most_bytes:
            break
    return found


def total(tx: Read) -> int:
    """Counts the bytes that all chunks stand for."""
    return int(tx.value(SELECT_SUM))


def replace(tx: Write, many: Sequence[StoredChunk]) -> None:
    """Writes all chunks of a range of numbers anew: in their order, so that the pages that hold them are full.

    The connection has to trust references: for a moment others stand on chunks that are not there.
    """
    tx.run(DELETE_RANGE, first=many[0].id, last=many[-1].id)
    tx.run_many(INSERT_NUMBERED, many)


class Chunks:
    """The stored chunks as packing and reading ask for them; keeps what it gave out, up to a bound in bytes."""

    def __init__(self, look: Callable[[], Read]) -> None:
        self._look = look
        self._contents: OrderedDict[ChunkDigest, bytes] = OrderedDict()
        self._bytes = 0
        self._lineages: OrderedDict[ChunkDigest, tuple[tuple[ChunkDigest, int], ...]] = OrderedDict()

    def knows(self, digest: ChunkDigest) -> bool:
        """Tells that a chunk is stored and need not be packed."""
        return self._look().value(SELECT_ID, digest=digest) is not None

    def lineage(self, digest: ChunkDigest) -> Sequence[tuple[ChunkDigest, int]]:
        """Gives digest and generation of the chunk, of its base, and so on to the keyframe; empty when unknown."""
        line = self._lineages.get(digest)
        if line is None:
            line = tuple((ChunkDigest(row[0]), row[1]) for row in self._look().rows(SELECT_LINEAGE, digest=digest))
            self._remember_line(digest, line)
        return line

    def content(self, digest: ChunkDigest) -> bytes | None:
        """Gives a chunk's bytes, checked against its digest; None: an offer that was dropped before it was kept."""
        data = self._contents.get(digest)
        if data is not None:
            return data
        found = self._look().value(SELECT_ID, digest=digest)
        return None if found is None else self.by_number(ChunkId(found))

    def late(self, digest: ChunkDigest) -> bytes | None:
        """Gives a chunk's bytes when they were read or written lately, and None otherwise."""
        return self._contents.get(digest)

    def by_number(self, chunk_id: ChunkId) -> bytes:
        """Gives a chunk's bytes by its number, decoding its bases on the way, checked against its digest.

        Raises:
            DigestMismatch, CorruptionError: it is damaged, or the first of its bases that is.
        """
        digest, steps, base = self._way(chunk_id)
        found = Chunk(digest, _checked(steps, base))
        self.remember(found)
        return found.data

    def unchecked(self, chunk_id: ChunkId) -> Chunk:
        """Gives a chunk by its number, to who can check the whole it is a part of; then `remember` takes it.

        Raises:
            CorruptionError: it cannot be read at all.
        """
        digest, steps, base = self._way(chunk_id)
        return Chunk(digest, open_chain(steps, base))

    def _way(self, chunk_id: ChunkId) -> tuple[ChunkDigest, list[Step], bytes]:
        """Names a chunk, and tells how it is decoded: by which steps, from which base that is remembered, or none."""
        rows = self._look().rows(SELECT_CHAIN, id=chunk_id)
        if not rows:
            raise CorruptionError(f"chunk number {chunk_id} is missing", hint="run `spool verify`")
        steps = [Step(codec, body, size, ChunkDigest(digest)) for _, digest, size, codec, body in rows]
        for step in steps:
            if (type(step.body), type(step.size), type(step.digest)) != (bytes, int, bytes):
                raise CorruptionError(f"chunk number {chunk_id} has a row that is none", hint="run `spool verify`")
        for at in range(len(steps) - 1, -1, -1):
            base = self._contents.get(steps[at].digest)
            if base is not None:
                self._contents.move_to_end(steps[at].digest)
                return steps[-1].digest, steps[at + 1 :], base
        return steps[-1].digest, steps, b""

    def offer(self, chunk: PackedChunk, data: bytes) -> None:
        """Remembers a chunk that the next transaction will keep, so that a later one can be based on it."""
        line = () if chunk.base is None else self.lineage(chunk.base)
        self._remember_line(chunk.digest, ((chunk.digest, chunk.gen), *line))
        self.remember(Chunk(chunk.digest, data))

    def forget(self) -> None:
        """Drops all it remembers, as when a transaction that would have kept an offered chunk failed."""
        self._contents.clear()
        self._lineages.clear()
        self._bytes = 0

    def remember(self, chunk: Chunk) -> None:
        """Keeps a chunk that is known to be right, and drops the eldest beyond the bound."""
        if chunk.digest in self._contents:
            return
        self._contents[chunk.digest] = chunk.data
        self._bytes += len(chunk.data)
        while self._bytes > CHUNK_CACHE_BYTES:
            self._bytes -= len(self._contents.popitem(last=False)[1])

    def _remember_line(self, digest: ChunkDigest, line: tuple[tuple[ChunkDigest, int], ...]) -> None:
        if line:
            self._lineages[digest] = line
            if len(self._lineages) > LINEAGE_CACHE_ROWS:
                self._lineages.popitem(last=False)


def _checked(steps: Sequence[Step], base: bytes) -> bytes:
    """Decodes a chunk from its bases. Only the last is checked: a wrong base makes it wrong, and is then looked for."""
    with suppress(CorruptionError):
        data = open_chain(steps, base)
        if steps:
            check_chunk(data, steps[-1].size, steps[-1].digest)
        return data
    for codec, body, size, digest in steps:
        base = unpack_chunk(codec, body, base, size, digest)
    return base
