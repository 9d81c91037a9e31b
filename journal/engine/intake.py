"""Content on its way in: small ones packed in memory, large ones through a temp file and several transactions."""

import itertools
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from journal.content import chunking, text
from journal.content.packing import PackedBlob, PackedChunk, Tally, pack, pack_chunk, pair
from journal.database import Write
from journal.engine.desk import Desk
from journal.engine.slots import Slot, Version
from journal.errors import UsageError, WorkspaceChanged
from journal.ids import ChunkDigest, ChunkId, Sha256, chunk_digest, sha256
from journal.limits import PIECE_BYTES, ROWS_BYTES_PER_TX, STREAM_ABOVE
from journal.records import Content
from journal.tables import blobs, chunks
from journal.tables.states import State
from journal.workspace import look as looking
from journal.workspace.faults import system_errors
from journal.workspace.look import Look


def version(desk: Desk, slot: Slot, content: Content, mode: int | None) -> Version:
    """Takes a file's new content in, against the version that the slot has now.

    Raises:
        UsageError: it is of no kind that can be written.
    """
    if isinstance(content, Path):
        return _copied(desk, slot, content, mode)
    bits = mode if mode is not None else _kept_mode(desk, slot)
    if isinstance(content, str):
        content = encoded(content)
    if isinstance(content, bytes | bytearray | memoryview):
        if len(content) <= STREAM_ABOVE:
            return small(desk, bytes(content), bits, slot.now)
        whole = memoryview(content).cast("B")
        starts = range(0, len(whole), PIECE_BYTES)
        return large(desk, slot, (bytes(whole[at : at + PIECE_BYTES]) for at in starts), bits)
    return _gathered(desk, slot, _pieces(content), bits)


def small(desk: Desk, data: bytes, mode: int, old: Version | None, kind: str = "file") -> Version:
    """Packs a content that is in memory, as a delta against the old one where that pays."""
    sha = sha256(data)
    if old is not None and old.state.sha256 == sha and old.state.kind == kind:
        return old._replace(state=old.state._replace(mode=mode), origin=old.origin if mode == old.state.mode else "")
    before = _ready_as_base(desk, old)
    packed = pack(data, before, desk.chunks, sha)
    offer(desk, packed, data)
    state = State(sha, len(data), text.is_text(data), mode, "symlink" if kind == "symlink" else "file")
    return Version(state, packed, data)


def large(desk: Desk, slot: Slot, pieces: Iterable[bytes], mode: int) -> Version:
    """Writes a content into a temp file while hashing and cutting it, then stores its chunks from there."""
    temp, tally, digests = desk.temp, Tally(), list[ChunkDigest]()
    number = temp.number()

    def noted() -> Iterator[bytes]:
        for chunk in chunking.cut_stream(_tallied(pieces, tally)):
            digests.append(chunk_digest(chunk))
            yield chunk

    with system_errors("write", slot.path, place=temp.fd):
        like = desk.root.parent(slot.path) if slot.look is not None else None
        made = temp.fill(number, noted(), mode, like)
    try:
        before = _ready_as_base(desk, slot.now)
        store(desk, tally, digests, before, looking.pieces(temp.fd, f"w-{number}", made), slot.path)
    except BaseException:
        temp.discard(number)
        raise
    state = State(tally.sha256, tally.size, tally.is_text, mode, "file")
    return Version(state, None, None, number, made)


def capture(desk: Desk, slot: Slot) -> bool:
    """Tells whether what stands on disk is new to the journal; a large content is stored right here."""
    disk = slot.disk
    if disk is None or slot.look is None:
        return False
    if disk.packed is not None or disk.state.size <= STREAM_ABOVE:
        return disk.packed is not None
    if blobs.knows(desk.database.look(), disk.state.sha256):
        return False
    keep(desk, slot.path, desk.root.parent(slot.path), slot.look)
    return True


def keep(desk: Desk, path: str, at: tuple[int, str], found: Look) -> Sha256:
    """Stores a large file of someone else as it stands, read twice; gives its name.

    Raises:
        WorkspaceChanged: it changed while it was read.
    """
    tally, digests = Tally(), list[ChunkDigest]()
    for chunk in chunking.cut_stream(_tallied(looking.pieces(*at, found, path=path), tally)):
        digests.append(chunk_digest(chunk))
    store(desk, tally, digests, (), looking.pieces(*at, found, path=path), path)
    return tally.sha256


def store(
    desk: Desk,
    tally: Tally,
    digests: list[ChunkDigest],
    before: tuple[ChunkDigest, ...],
    pieces: Iterable[bytes],
    path: str,
) -> None:
    """Keeps a large content in several transactions; it becomes a blob by the last one.

    Raises:
        WorkspaceChanged: the second reading gave other bytes than the first.
    """
    if blobs.knows(desk.database.look(), tally.sha256):
        return
    # These transactions come before that of the act, so a base that only the act will keep is none.
    olds = [old if old is not None and desk.chunks.knows(old) else None for old in pair(digests, before)]
    with desk.database.begin() as tx:
        blob_id = blobs.begin(tx)
    wanted = zip(chunking.cut_stream(pieces), digests, olds, strict=True)
    try:
        while batch := _batch(desk, wanted, path):
            with desk.database.begin() as tx:
                blobs.extend(tx, blob_id, [_put(tx, each) for each in batch])
            desk.database.checkpoint_when_large()
        with desk.database.begin() as tx:
            blobs.finish(tx, blob_id, tally)
    except BaseException:
        desk.forget()
        with desk.database.begin() as tx:
            blobs.drop_pending(tx, blob_id)
        raise
    desk.listed(tally.sha256, tuple(digests))


def offer(desk: Desk, packed: PackedBlob, data: bytes) -> None:
    """Lets later versions be based on a content that the next transaction keeps."""
    desk.listed(packed.sha256, packed.chunks)
    if not packed.new:
        return
    new = {chunk.digest: chunk for chunk in packed.new}
    for digest, piece in zip(packed.chunks, [data] if len(packed.chunks) == 1 else chunking.cut(data), strict=True):
        if digest in new:
            desk.chunks.offer(new[digest], bytes(piece))


def encoded(content: str) -> bytes:
    """Encodes text as UTF-8.

    Raises:
        UsageError: it holds a surrogate.
    """
    try:
        return content.encode("utf-8")
    except UnicodeEncodeError as error:
        hint = "pass bytes for what is no Unicode text"
        raise UsageError(f"the text cannot be encoded: {error}", hint=hint) from error


def _ready_as_base(desk: Desk, old: Version | None) -> tuple[ChunkDigest, ...]:
    """Names the chunks of the old version; one that is not stored yet is remembered as a base first."""
    if old is None:
        return ()
    if old.packed is not None and old.data is not None:
        offer(desk, old.packed, old.data)
    return desk.chunk_list(old.state.sha256)


def _kept_mode(desk: Desk, slot: Slot) -> int:
    now = slot.now
    return desk.new_file_mode if now is None or now.state.kind == "symlink" else now.state.mode


def _copied(desk: Desk, slot: Slot, source: Path, mode: int | None) -> Version:
    with _opened(source) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise UsageError(f"{source} is not a file", hint="name a regular file to copy from")
        bits = mode if mode is not None else stat.S_IMODE(found.st_mode)
        return _gathered(desk, slot, iter(lambda: file.read(PIECE_BYTES), b""), bits)


def _opened(source: Path) -> BinaryIO:
    try:
        return open(source, "rb")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{str(source)!r} cannot be read: {reason}", hint="name a file to copy from") from error


def _gathered(desk: Desk, slot: Slot, pieces: Iterator[bytes], mode: int) -> Version:
    """Holds a content in memory until it proves to be large."""
    held, size = list[bytes](), 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size > STREAM_ABOVE:
            return large(desk, slot, itertools.chain(held, pieces), mode)
    return small(desk, b"".join(held), mode, slot.now)


def _pieces(content: object) -> Iterator[bytes]:
    read = getattr(content, "read", None)
    if callable(read):
        yield from iter(lambda: read(PIECE_BYTES), b"")
        return
    if not isinstance(content, Iterable):
        hint = "pass str, bytes, an iterable of bytes or a Path"
        raise UsageError(f"content of type {type(content).__name__} cannot be written", hint=hint)
    for piece in content:
        if not isinstance(piece, bytes | bytearray | memoryview):
            raise UsageError(f"the iterable gave {type(piece).__name__}", hint="it must give bytes")
        yield bytes(piece)


def _tallied(pieces: Iterable[bytes], tally: Tally) -> Iterator[bytes]:
    for piece in pieces:
        tally.update(piece)
        yield piece


def _batch(
    desk: Desk, wanted: Iterator[tuple[bytes, ChunkDigest, ChunkDigest | None]], path: str
) -> list[PackedChunk | ChunkDigest]:
    """Packs the next chunks, up to what one transaction takes; a chunk that is kept already is only named."""
    batch, size = list[PackedChunk | ChunkDigest](), 0
    fresh = set[ChunkDigest]()
    for data, digest, old in wanted:
        if chunk_digest(data) != digest:
            raise _changed(path, digest)
        if digest in fresh or desk.chunks.knows(digest):
            batch.append(digest)
        else:
            packed = pack_chunk(data, digest, old, desk.chunks)
            fresh.add(digest)
            batch.append(packed)
            size += len(packed.body)
        if size > ROWS_BYTES_PER_TX or len(batch) >= 4096:
            break
    return batch


def _put(tx: Write, each: PackedChunk | ChunkDigest) -> ChunkId:
    return chunks.put(tx, each) if isinstance(each, PackedChunk) else chunks.number(tx, each)


def _changed(path: str, digest: bytes) -> WorkspaceChanged:
    hint = "try again when its writer is done"
    return WorkspaceChanged(f"{path!r} changed while it was read", hint=hint, path=path, expected=digest.hex())


