"""Content on its way in: small ones packed in memory, large ones through a temp file and several transactions."""

import itertools
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from journal.content import chunking, text
from journal.content.packing import PackedBlob, PackedChunk, Tally, pack, pack_chunk, pair
from journal.database import Write
from journal.engine import placing, room
from journal.engine.desk import Desk
from journal.engine.slots import Slot, Version
from journal.errors import JournalError, UsageError, WorkspaceChanged
from journal.ids import BlobId, ChunkDigest, ChunkId, Sha256, chunk_digest, sha256
from journal.limits import CHUNKS_PER_TX, PIECE_BYTES, ROWS_BYTES_PER_TX, STREAM_ABOVE, WHOLE_BELOW
from journal.records import Content
from journal.tables import blobs, chunks
from journal.tables.states import State
from journal.workspace import look as looking
from journal.workspace import own
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
        flat = memoryview(content)
        whole = (flat if flat.c_contiguous else memoryview(flat.tobytes())).cast("B")
        starts = range(0, len(whole), PIECE_BYTES)
        return large(desk, slot, (bytes(whole[at : at + PIECE_BYTES]) for at in starts), bits, len(whole))
    return _gathered(desk, slot, _pieces(content), bits)


def small(desk: Desk, data: bytes, mode: int, old: Version | None, kind: str = "file") -> Version:
    """Packs a content that is in memory, as a delta against the old one where that pays."""
    sha = named(desk, data)
    if old is not None and old.state.sha256 == sha and old.state.kind == kind:
        return old._replace(state=old.state._replace(mode=mode), origin=old.origin if mode == old.state.mode else "")
    state = State(sha, len(data), text.is_text(data), mode, "symlink" if kind == "symlink" else "file")
    if desk.holds(sha):
        return Version(state, None, data)
    packed = packed_aside(desk, data, _ready_as_base(desk, old), sha)
    offer(desk, packed, data)
    return Version(state, packed, data)


def named(desk: Desk, data: bytes) -> Sha256:
    """Names a content; a large one while other verbs go on."""
    if len(data) < WHOLE_BELOW:  # done before another thread would have woken up
        return sha256(data)
    with desk.aside():
        return sha256(data)


def packed_aside(desk: Desk, data: bytes, before: tuple[ChunkDigest, ...], sha: Sha256) -> PackedBlob:
    """Packs a content; a large one while other verbs go on."""
    if len(data) < WHOLE_BELOW:
        return pack(data, before, desk.chunks, sha)
    with desk.aside():
        return pack(data, before, desk.bases, sha)


def large(desk: Desk, slot: Slot, pieces: Iterable[bytes], mode: int, size: int) -> Version:
    """Writes a content into a temp file while hashing and cutting it, and stores its chunks.

    Without an old version each chunk is stored as it comes. With one, its base is known only when all chunks are, so
    they are stored from the temp file. `size` is how long it is, as far as that is known.

    Raises:
        DiskFull: there is no room for it.
    """
    room.for_content(desk, slot.path, size)
    temp, tally, cuts, now = desk.temp, Tally(), list[Cut](), slot.now
    # These transactions come before that of the act, so a base that only the act will keep is none.
    before = () if now is None or now.packed is not None else desk.chunk_list(now.state.sha256)
    number = temp.number()
    keeper = Keeper(desk, size, filling=not before)

    def noted() -> Iterator[bytes]:
        for data in chunking.cut_stream(_tallied(pieces, tally)):
            cuts.append(Cut(chunk_digest(data), len(data)))
            if not before:
                keeper.add(data, cuts[-1].digest, None)
            yield data

    try:
        with system_errors("write", slot.path, place=temp.fd, needed=lambda: max(size, tally.size)):
            like = desk.root.parent(slot.path) if slot.look is not None else None
            given = None if like is not None else placing.given_to(desk, slot.path, {})
            with desk.aside():
                made = temp.fill(number, noted(), mode, like, given)
        if before and not blobs.knows(desk.database.look(), tally.sha256):
            olds = pair([cut.digest for cut in cuts], before)
            whole = regrouped(looking.pieces(temp.fd, f"w-{number}", made), cuts)
            with desk.aside():
                for data, cut, old in zip(whole, cuts, olds, strict=True):
                    keeper.add(data, cut.digest, old)
        keeper.finish(tally)
    except BaseException:
        temp.discard(number)  # first: the journal may refuse to forget
        keeper.drop()
        raise
    desk.listed(tally.sha256, tuple(cut.digest for cut in cuts))
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
    if keep(desk, slot.path, desk.root.parent(slot.path), slot.look) != disk.state.sha256:
        raise _changed(slot.path)
    return True


def keep(desk: Desk, path: str, at: tuple[int, str], found: Look) -> Sha256:
    """Stores a large file of someone else as it stands; gives its name.

    Raises:
        WorkspaceChanged: it changed while it was read.
    """
    tally, keeper = Tally(), Keeper(desk, found.size)
    try:
        with desk.aside():
            for data in chunking.cut_stream(_tallied(looking.pieces(*at, found, path=path), tally)):
                keeper.add(data, chunk_digest(data), None)
        keeper.finish(tally)
    except BaseException:
        keeper.drop()
        raise
    return tally.sha256


class Cut(NamedTuple):
    """Where a content was cut: the name of a chunk and its bytes."""

    digest: ChunkDigest
    size: int


class Keeper:
    """Stores a large content chunk by chunk in several transactions; it becomes a blob by the last one.

    `size` is how long the content is at the least; `filling` says that a file is written beside it as it comes.
    """

    def __init__(self, desk: Desk, size: int, *, filling: bool = False) -> None:
        self._desk = desk
        self._blob: BlobId | None = None
        self._batch: list[PackedChunk | ChunkDigest] = []
        self._fresh: set[ChunkDigest] = set()
        self._bytes = self._taken = self._packed = 0
        self._size, self._filling = size, filling

    def add(self, data: bytes, digest: ChunkDigest, old: ChunkDigest | None) -> None:
        """Takes the next chunk, as a delta against an old one where that pays; one that is kept is only named."""
        self._taken += len(data)
        if digest in self._fresh or self._desk.bases.knows(digest):
            self._batch.append(digest)
        else:
            packed = pack_chunk(data, digest, old, self._desk.bases)
            self._fresh.add(digest)
            self._batch.append(packed)
            self._bytes += len(packed.body)
        if self._bytes > ROWS_BYTES_PER_TX or len(self._batch) >= CHUNKS_PER_TX:
            self._flush()

    def finish(self, tally: Tally) -> None:
        """Names the content, now that all of it is there."""
        if not self._batch and self._blob is None:
            return  # nothing came: it was kept before
        self._flush()
        with self._desk.lock, self._desk.database.begin() as tx:
            if self._blob is not None:
                blobs.finish(tx, self._blob, tally)

    def drop(self) -> None:
        """Forgets a content that did not arrive; chunks that were stored stay, and serve whoever brings them again."""
        self._desk.forget()
        if self._blob is None:
            return
        # What went wrong first is what is told; the next opening forgets the content too.
        with suppress(JournalError), self._desk.lock, self._desk.database.begin() as tx:
            blobs.drop_pending(tx, self._blob)

    def _flush(self) -> None:
        self._packed += self._bytes
        said = self._size, self._taken, self._packed, self._bytes
        room.for_chunks(self._desk, *said, filling=self._filling)
        with self._desk.lock, self._desk.database.begin() as tx:
            if self._blob is None:
                self._blob = blobs.begin(tx)
            blobs.extend(tx, self._blob, [_put(tx, each) for each in self._batch])
        self._batch, self._fresh, self._bytes = [], set(), 0
        with self._desk.lock:
            self._desk.database.checkpoint_when_large()


def regrouped(pieces: Iterable[bytes], cuts: Iterable[Cut]) -> Iterator[bytes]:
    """Joins and parts pieces so that each is as long as the chunk that was cut there."""
    source, held = iter(pieces), b""
    for cut in cuts:
        while len(held) < cut.size and (piece := next(source, b"")):
            held += piece
        yield held[: cut.size]
        held = held[cut.size :]


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
        bits = mode if mode is not None else stat.S_IMODE(found.st_mode) & 0o777  # set-id bits are asked for by name
        return _gathered(desk, slot, _as_it_stands(file, found.st_size), bits, found.st_size)


def _as_it_stands(file: BinaryIO, size: int) -> Iterator[bytes]:
    """Reads a file as long as it was when it was opened; one without a length, as below /proc, to its end."""
    left = size
    while piece := file.read(min(left, PIECE_BYTES) if size else PIECE_BYTES):
        left -= len(piece)
        yield piece


def _opened(source: Path) -> BinaryIO:
    """Opens a regular file; a device or a fifo may have no end."""
    try:
        found = os.stat(source)
        if own.is_journal(looking.signed(found.st_dev), looking.signed(found.st_ino)):
            raise UsageError(f"{str(source)!r} is the journal itself", hint="copy it by SQLite's own backup")
        fd = os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a fifo without a writer would wait for ever
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{str(source)!r} cannot be read: {reason}", hint="name a file to copy from") from error
    if stat.S_ISREG(os.fstat(fd).st_mode):
        return os.fdopen(fd, "rb")
    os.close(fd)
    raise UsageError(f"{str(source)!r} is not a file", hint="name a regular file to copy from")


def _gathered(desk: Desk, slot: Slot, pieces: Iterator[bytes], mode: int, known: int = 0) -> Version:
    """Holds a content in memory until it proves to be large; `known` is what is known of its size."""
    held, size = list[bytes](), 0
    with desk.aside():  # whoever gives the content may take his time, and may use this spool in another thread
        for piece in pieces:
            held.append(piece)
            size += len(piece)
            if size > STREAM_ABOVE:
                break
    if size > STREAM_ABOVE:
        return large(desk, slot, itertools.chain(held, pieces), mode, max(known, size))
    return small(desk, b"".join(held), mode, slot.now)


def _pieces(content: object) -> Iterator[bytes]:
    read = getattr(content, "read", None)
    if not callable(read) and not isinstance(content, Iterable):
        hint = "pass str, bytes, an iterable of bytes or a Path"
        raise UsageError(f"content of type {type(content).__name__} cannot be written", hint=hint)
    for piece in _read_on(read) if callable(read) else content:  # type: ignore[attr-defined]  # one of the two, see above
        if not isinstance(piece, bytes | bytearray | memoryview):
            hint = "it must give bytes: open a file in binary mode"
            raise UsageError(f"the content gave {type(piece).__name__}", hint=hint)
        yield bytes(piece)


def _read_on(read: Callable[[int], object]) -> Iterator[object]:
    while piece := read(PIECE_BYTES):
        yield piece


def _tallied(pieces: Iterable[bytes], tally: Tally) -> Iterator[bytes]:
    for piece in pieces:
        tally.update(piece)
        yield piece


def _put(tx: Write, each: PackedChunk | ChunkDigest) -> ChunkId:
    return chunks.put(tx, each) if isinstance(each, PackedChunk) else chunks.number(tx, each)


def _changed(path: str) -> WorkspaceChanged:
    hint = "try again when its writer is done"
    return WorkspaceChanged(f"{path!r} changed while it was read", hint=hint, path=path, paths=(path,))
