"""Content, kept once: a blob is an ordered list of chunks, and blobs share chunks."""

import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from journal.content.packing import PackedBlob, Tally, unpack
from journal.database import Read, Write
from journal.errors import CorruptionError, DigestMismatch, UnknownName
from journal.ids import BlobId, ChunkDigest, ChunkId, Sha256
from journal.tables import chunks, paths

SELECT_ID = "SELECT id FROM blob WHERE sha256 = :sha256"
SELECT_FOUND = "SELECT id, chunks = x'00000000' FROM blob WHERE sha256 = :sha256"
SELECT_NAME = "SELECT sha256 FROM blob WHERE id = :id"
SELECT_BLOB = "SELECT id, sha256, size, is_text, line_count, chunks FROM blob WHERE sha256 = :sha256"
SELECT_LISTS = """
SELECT b.sha256, b.chunks FROM json_each(:names) AS j CROSS JOIN blob AS b ON b.sha256 = unhex(j.value)
"""
INSERT_BLOB = """
INSERT INTO blob (sha256, size, is_text, line_count, created_at, state, chunks)
VALUES (:sha256, :size, :is_text, :line_count, :created_at, :state, :chunks)
ON CONFLICT (sha256) DO UPDATE
SET size = excluded.size, is_text = excluded.is_text, line_count = excluded.line_count, chunks = excluded.chunks
RETURNING id
"""
FILL = """
UPDATE blob SET size = :size, is_text = :is_text, line_count = :line_count, chunks = :chunks WHERE id = :id
"""
SELECT_LIST = "SELECT chunks FROM blob WHERE id = :id"
LAST_BLOB = "SELECT coalesce(max(id), 0) FROM blob"
INSERT_NUMBERED = """
INSERT INTO blob (id, sha256, size, is_text, line_count, created_at, state, chunks)
VALUES (?, ?, ?, ?, ?, ?, 'whole', ?)
"""
EXTEND_PENDING = "UPDATE blob SET chunks = CAST(chunks || :chunks AS BLOB) WHERE id = :id AND state = 'pending'"
FINISH_PENDING = """
UPDATE blob SET sha256 = :sha256, size = :size, is_text = :is_text, line_count = :line_count, state = 'whole'
WHERE id = :id AND state = 'pending'
"""
SELECT_PENDING = "SELECT id FROM blob WHERE sha256 IS NULL LIMIT 1"
DELETE_PENDING = "DELETE FROM blob WHERE sha256 IS NULL AND (:id IS NULL OR id = :id)"


HOLLOW = bytes(4)
"""the list of chunks of a content whose name is known and whose bytes were lost: a chunk that there never is. The first
time that these bytes come again they fill it."""


class BlobRow(NamedTuple):
    """One content: its number, name, bytes, whether it is text, its lines, and its chunks' numbers."""

    id: BlobId
    sha256: Sha256
    size: int
    is_text: bool
    line_count: int
    chunks: tuple[ChunkId, ...]


def put(tx: Write, blob: PackedBlob) -> BlobId:
    """Keeps a content and gives its number; one that is kept already costs one look-up."""
    found = tx.row(SELECT_FOUND, sha256=blob.sha256)
    if found is not None and not found[1]:
        return BlobId(found[0])
    made = {chunk.digest: chunks.put(tx, chunk) for chunk in blob.new}
    listed = [made[digest] if digest in made else chunks.number(tx, digest) for digest in blob.chunks]
    return _insert(tx, blob.sha256, blob.size, blob.is_text, blob.line_count, "whole", listed)


def put_many(tx: Write, many: Sequence[PackedBlob]) -> dict[Sha256, BlobId]:
    """Keeps many contents by two statements, in the order given; gives the number of each."""
    found = {blob.sha256: tx.row(SELECT_FOUND, sha256=blob.sha256) or (None, 1) for blob in many}
    known = {sha: row[0] for sha, row in found.items()}
    fresh = dict[Sha256, PackedBlob]()
    for blob in many:
        if found[blob.sha256][1]:
            fresh.setdefault(blob.sha256, blob)  # a later packing of the same may be based on what came in between
    made = chunks.put_many(tx, (chunk for blob in fresh.values() for chunk in blob.new))
    last, created_at, rows = int(tx.value(LAST_BLOB)), time.time_ns() // 1000, list[tuple[int | bytes, ...]]()
    for blob in fresh.values():
        listed = [made[digest] if digest in made else chunks.number(tx, digest) for digest in blob.chunks]
        if known[blob.sha256] is not None:
            _insert(tx, blob.sha256, blob.size, blob.is_text, blob.line_count, "whole", listed)  # fills it
            continue
        last += 1
        facts = (blob.sha256, blob.size, int(blob.is_text), blob.line_count, created_at, packed_ids(listed))
        rows.append((last, *facts))
        known[blob.sha256] = last
    if rows:
        tx.run_many(INSERT_NUMBERED, rows)
    return {sha: BlobId(number) for sha, number in known.items()}


def begin(tx: Write) -> BlobId:
    """Begins a large content, whose chunks come in several transactions; nobody sees it until `finish`."""
    return _insert(tx, None, 0, True, 0, "pending", [])


def extend(tx: Write, blob_id: BlobId, more: Sequence[ChunkId]) -> None:
    """Adds chunks to a large content on its way in."""
    tx.run(EXTEND_PENDING, id=blob_id, chunks=packed_ids(more))


def finish(tx: Write, blob_id: BlobId, tally: Tally) -> BlobId:
    """Names a large content; when it was here already, gives that one's number and drops the new row."""
    found = tx.row(SELECT_FOUND, sha256=tally.sha256)
    facts = {"size": tally.size, "is_text": int(tally.is_text), "line_count": tally.line_count}
    if found is None:
        tx.run(FINISH_PENDING, id=blob_id, sha256=tally.sha256, **facts)
        return blob_id
    if found[1]:
        tx.run(FILL, id=found[0], chunks=tx.value(SELECT_LIST, id=blob_id), **facts)
    tx.run(DELETE_PENDING, id=blob_id)
    return BlobId(found[0])


def list_of(tx: Read, blob_id: BlobId) -> tuple[ChunkId, ...]:
    """Gives the numbers of the chunks of a content, also of one on its way in."""
    return ids_of(tx.value(SELECT_LIST, id=blob_id) or b"")


def has_pending(tx: Read) -> bool:
    """Tells whether a large content is on its way in, or was when its writer died."""
    return tx.value(SELECT_PENDING) is not None


def drop_pending(tx: Write, blob_id: BlobId | None = None) -> None:
    """Drops one content that did not arrive, or all of them."""
    tx.run(DELETE_PENDING, id=blob_id)


def find(tx: Read, sha256: Sha256) -> BlobRow | None:
    """Gives a content by its name."""
    row = tx.row(SELECT_BLOB, sha256=sha256)
    if row is None:
        return None
    if tuple(map(type, row)) != (int, bytes, int, int, int, bytes) or len(row[5]) % 4:
        raise CorruptionError(f"content {sha256.hex()} has a row that is none", hint="run `spool verify`")
    return BlobRow(BlobId(row[0]), Sha256(row[1]), row[2], bool(row[3]), row[4], ids_of(row[5]))


def get(tx: Read, sha256: Sha256) -> BlobRow:
    """Gives a content by its name.

    Raises:
        UnknownName: the journal does not hold it.
    """
    found = find(tx, sha256)
    if found is None:
        hint = "see `spool log` and `spool show` for what there is"
        raise UnknownName(f"no content {sha256.hex()} in this journal", hint=hint, name=sha256.hex(), candidates=())
    return found


def knows(tx: Read, sha256: Sha256) -> bool:
    """Tells whether a content is kept."""
    found = tx.row(SELECT_FOUND, sha256=sha256)
    return found is not None and not found[1]


def number(tx: Read, sha256: Sha256) -> BlobId:
    """Gives the number of a content that is kept.

    Raises:
        CorruptionError: it is not.
    """
    found = tx.value(SELECT_ID, sha256=sha256)
    if found is None:
        raise CorruptionError(f"content {sha256.hex()} is missing", hint="run `spool verify`")
    return BlobId(found)


def name(tx: Read, blob_id: BlobId) -> Sha256 | None:
    """Gives the name of a content by its number."""
    found = tx.value(SELECT_NAME, id=blob_id)
    return None if found is None else Sha256(found)


def lists(tx: Read, many: Iterable[Sha256]) -> dict[Sha256, tuple[ChunkId, ...]]:
    """Gives the numbers of the chunks of some contents, of those that are kept."""
    names = json.dumps([each.hex() for each in many])
    return {Sha256(row[0]): ids_of(row[1]) for row in tx.rows(SELECT_LISTS, names=names)}


def digests(tx: Read, blob: BlobRow) -> tuple[ChunkDigest, ...]:
    """Names a content's chunks, in order."""
    return tuple(ChunkDigest(row[0]) for row in tx.rows(chunks.SELECT_DIGESTS, ids=paths.ids(blob.chunks)))


def whole(blob: BlobRow, store: chunks.Chunks, tx: Read) -> bytes:
    """Gives a whole content, checked once, by its own name; where that fails, chunk by chunk, to tell which is wrong.

    Raises:
        DigestMismatch, CorruptionError: it is damaged.
    """
    try:
        parts = [store.unchecked(chunk_id) for chunk_id in blob.chunks]
        data = unpack(blob.sha256, blob.size, [part.data for part in parts])
    except CorruptionError:
        return b"".join(pieces(blob, store, tx))
    for part in parts:
        store.remember(part)
    return data


def pieces(blob: BlobRow, store: chunks.Chunks, tx: Read, offset: int = 0) -> Iterator[bytes]:
    """Yields a content from an offset on, checked: each piece against its chunk, the whole against size and name.

    The last piece of a whole reading is held back until the whole was found right.

    Raises:
        DigestMismatch, CorruptionError: it is damaged.
    """
    sizes = chunks.sizes(tx, blob.chunks) if len(blob.chunks) != 1 else [blob.size]
    if sum(sizes) != blob.size:
        raise _damaged(blob, f"chunks of {sum(sizes)} bytes")
    state, held, left = hashlib.sha256(), b"", offset
    for chunk_id, size in zip(blob.chunks, sizes, strict=True):
        if left >= size:
            left -= size
            continue
        data = store.by_number(chunk_id)
        if len(data) != size:
            raise _damaged(blob, f"a chunk of {len(data)} bytes for {size}")
        if not offset:
            state.update(data)
        if held:
            yield held
        held, left = data[left:] if left else data, 0
    if not offset and state.digest() != blob.sha256:
        raise _damaged(blob, f"bytes with the digest {state.hexdigest()}")
    if held:
        yield held


def _damaged(blob: BlobRow, found: str) -> DigestMismatch:
    name = blob.sha256.hex()
    message = f"content {name} of {blob.size} bytes is stored as {found}"
    return DigestMismatch(message, hint="run `spool verify`", expected=name, found=found, paths=())


def packed_ids(ids: Sequence[ChunkId]) -> bytes:
    """Packs chunk numbers as they are stored: 4 bytes big-endian each."""
    return b"".join(each.to_bytes(4, "big") for each in ids)


def ids_of(data: bytes) -> tuple[ChunkId, ...]:
    """Reads packed chunk numbers."""
    return tuple(ChunkId(int.from_bytes(data[at : at + 4], "big")) for at in range(0, len(data), 4))


def _insert(
    tx: Write, sha: Sha256 | None, size: int, text: bool, lines: int, state: str, ids: Sequence[ChunkId]
) -> BlobId:
    return BlobId(
        tx.value(
            INSERT_BLOB,
            sha256=sha,
            size=size,
            is_text=int(text),
            line_count=lines,
            created_at=time.time_ns() // 1000,
            state=state,
            chunks=packed_ids(ids),
        )
    )
