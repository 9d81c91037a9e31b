"""A content as the journal keeps it: chunks, each whole, compressed, or a delta against an older one."""

import hashlib
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import NamedTuple, Protocol

from journal.content import chunking, compression, text
from journal.errors import CorruptionError, DigestMismatch
from journal.ids import EMPTY, ChunkDigest, Sha256, chunk_digest
from journal.limits import DELTA_DEPTH_MAX, DELTA_SHARE_MAX, DELTA_SKIP_BASE, TEXT_SNIFF_BYTES, WHOLE_BELOW


class Codec(IntEnum):
    """How a chunk's body is to be read; the numbers are stored."""

    RAW = 0
    ZSTD = 1
    DELTA = 2


class PackedChunk(NamedTuple):
    """A chunk to be stored: `gen` is its place in its lineage, 0 for one that needs no base."""

    digest: ChunkDigest
    size: int
    codec: Codec
    base: ChunkDigest | None
    gen: int
    body: bytes


class PackedBlob(NamedTuple):
    """A content to be stored: all its chunks by digest, and those that are not stored yet."""

    sha256: Sha256
    size: int
    is_text: bool
    line_count: int
    chunks: tuple[ChunkDigest, ...]
    new: tuple[PackedChunk, ...]


class Bases(Protocol):
    """What packing asks of the chunks that are stored already."""

    def knows(self, digest: ChunkDigest) -> bool:
        """Tells that a chunk is stored and need not be packed."""

    def lineage(self, digest: ChunkDigest) -> Sequence[tuple[ChunkDigest, int]]:
        """Gives digest and gen of the chunk, of its base, of that one's base, to the keyframe; empty when unknown."""

    def content(self, digest: ChunkDigest) -> bytes | None:
        """Gives a chunk's bytes; None when it was offered and is not there any more."""


def pack(
    data: bytes | memoryview, before: Sequence[ChunkDigest] = (), bases: Bases | None = None, sha: Sha256 | None = None
) -> PackedBlob:
    """Packs a content, new chunks against those of the content `before` it; `sha` spares hashing it again."""
    data = bytes(data)
    sha = Sha256(hashlib.sha256(data).digest()) if sha is None else sha
    size = len(data)
    if not size:
        return PackedBlob(EMPTY, 0, True, 0, (), ())
    if size < WHOLE_BELOW:
        parts: Sequence[bytes | memoryview] = (data,)
        digests = [ChunkDigest(sha[:16])]
    else:
        parts = chunking.cut(data)
        digests = [chunk_digest(part) for part in parts]
    return PackedBlob(
        sha, size, text.is_text(data), text.line_count(data), tuple(digests), _new(parts, digests, before, bases)
    )


def _new(
    parts: Sequence[bytes | memoryview], digests: list[ChunkDigest], before: Sequence[ChunkDigest], bases: Bases | None
) -> tuple[PackedChunk, ...]:
    """Packs the chunks that are not stored, each once, however often it occurs; a single one always."""
    fresh: dict[ChunkDigest, PackedChunk] = {}
    olds: list[ChunkDigest | None] | None = None
    stored = bases if len(digests) > 1 else None  # asking for a whole small content costs a fourth of packing it
    for at, digest in enumerate(digests):
        if digest in fresh or (stored is not None and stored.knows(digest)):
            continue
        olds = pair(digests, before) if olds is None else olds
        fresh[digest] = pack_chunk(parts[at], digest, olds[at], bases)
    return tuple(fresh.values())


def pack_chunk(
    data: bytes | memoryview, digest: ChunkDigest, old: ChunkDigest | None, bases: Bases | None
) -> PackedChunk:
    """Packs one chunk: a delta when `old` makes it much smaller, whole otherwise."""
    size = len(data)
    delta = None
    found = _base(bases.lineage(old)) if old is not None and bases is not None else None
    if found is not None and bases is not None and (known := bases.content(found[0])) is not None:
        delta = PackedChunk(digest, size, Codec.DELTA, *found, compression.compress_against(data, known))
        # So small a delta is worth it whatever the plain form would be: that one is not even tried.
        if len(delta.body) * 8 < size:
            return delta
    plain = compression.compress(data)
    if delta is not None and len(delta.body) <= DELTA_SHARE_MAX * min(len(plain), size):
        return delta
    if len(plain) < size:
        return PackedChunk(digest, size, Codec.ZSTD, None, 0, plain)
    return PackedChunk(digest, size, Codec.RAW, None, 0, bytes(data))


def _base(lineage: Sequence[tuple[ChunkDigest, int]]) -> tuple[ChunkDigest, int] | None:
    """Chooses the base of the next generation, and gives that; None when a keyframe is due.

    Generation n is based on n - b**k, where b**k is the largest power of b that divides n. That ancestor is on the way
    from n - 1 to its keyframe, so looking for it is a walk of a few steps, and every version is about
    b * log(n) / log(b) steps from its keyframe.
    """
    if not lineage:
        return None
    gen = lineage[0][1] + 1
    step = 1
    while gen % (step * DELTA_SKIP_BASE) == 0:
        step *= DELTA_SKIP_BASE
    # A lineage with another base of powers, or mended by hand, may lack it: then the old chunk itself will do.
    at = next((at for at, each in enumerate(lineage) if each[1] == gen - step), 0)
    return None if len(lineage) - at > DELTA_DEPTH_MAX else (lineage[at][0], gen)


def pair(new: Sequence[ChunkDigest], old: Sequence[ChunkDigest]) -> list[ChunkDigest | None]:
    """Finds the old chunk that each new one most likely came from; None for chunks of the common ends.

    In the hole between the common ends chunks pair by place, and new ones beyond the last old one take that one: a
    chunk that was split in two is the base of both halves.
    """
    most = min(len(new), len(old))
    start = 0
    while start < most and new[start] == old[start]:
        start += 1
    tail = 0
    while tail < most - start and new[-1 - tail] == old[-1 - tail]:
        tail += 1
    last = len(old) - tail - 1
    pairs: list[ChunkDigest | None] = [None] * len(new)
    for at in range(start, len(new) - tail):
        place = min(at, last)  # before the hole when the hole has no old chunk
        pairs[at] = old[place] if place >= 0 else None
    return pairs


class Step(NamedTuple):
    """One stored chunk on the way from a keyframe to the chunk that is wanted."""

    codec: int
    body: bytes
    size: int
    digest: ChunkDigest


def open_chain(steps: Sequence[Step], base: bytes) -> bytes:
    """Gives the bytes of the last of some chunks, each based on the one before, the first on `base`; unchecked.

    Raises:
        CorruptionError: one cannot be read at all.
    """
    if len(steps) > 1 and steps[0].codec == Codec.ZSTD and all(each.codec == Codec.DELTA for each in steps[1:]):
        return compression.decompress_chain([each.body for each in steps], [each.size for each in steps])
    for codec, body, size, digest in steps:
        base = open_chunk(codec, body, base, size, digest)
    return base


def open_chunk(codec: int, body: bytes, base: bytes | None, size: int, digest: ChunkDigest) -> bytes:
    """Gives a chunk's bytes unchecked, as the base of another one, whose digest is then right only if these were.

    Raises:
        CorruptionError: the body cannot be read at all.
    """
    if codec == Codec.RAW:
        return body
    if codec == Codec.ZSTD:
        return compression.decompress(body, size)
    if codec == Codec.DELTA and base is not None:
        return compression.decompress_against(body, base, size)
    trouble = "a delta without its base" if codec == Codec.DELTA else f"of the unknown codec {codec}"
    raise CorruptionError(f"chunk {digest.hex()} is {trouble}", hint="run `spool verify`")


def unpack_chunk(codec: int, body: bytes, base: bytes | None, size: int, digest: ChunkDigest) -> bytes:
    """Gives a chunk's bytes, checked.

    Raises:
        DigestMismatch: the body gives other bytes.
        CorruptionError: the body cannot be read at all.
    """
    data = open_chunk(codec, body, base, size, digest)
    check_chunk(data, size, digest)
    return data


def check_chunk(data: bytes, size: int, digest: ChunkDigest) -> None:
    """Holds bytes against the name of their chunk.

    Raises:
        DigestMismatch: they are others.
    """
    found = chunk_digest(data)
    if found != digest or len(data) != size:
        raise _mismatch("chunk", digest, found, len(data), size)


def unpack(sha256: Sha256, size: int, pieces: Iterable[bytes]) -> bytes:
    """Joins a content, checked: never short or wrong data.

    Raises:
        DigestMismatch: the pieces are not this content.
    """
    data = b"".join(pieces)
    found = Sha256(hashlib.sha256(data).digest())
    if found != sha256 or len(data) != size:
        raise _mismatch("content", sha256, found, len(data), size)
    return data


def _mismatch(what: str, expected: bytes, found: bytes, found_size: int, size: int) -> DigestMismatch:
    return DigestMismatch(
        f"{what} {expected.hex()} of {size} bytes is stored as {found_size} bytes with the digest {found.hex()}",
        hint="run `spool verify`",
        expected=expected.hex(),
        found=found.hex(),
        paths=(),
    )


class Tally:
    """What a PackedBlob tells of a content, gathered while it goes by in pieces."""

    def __init__(self) -> None:
        self.size = 0
        self._hash = hashlib.sha256()
        self._head = b""
        self._newlines = 0
        self._last = b"\n"

    def update(self, piece: bytes) -> None:
        """Takes the next bytes of the content."""
        if not piece:
            return
        self._hash.update(piece)
        self.size += len(piece)
        if len(self._head) < TEXT_SNIFF_BYTES:
            self._head += piece[: TEXT_SNIFF_BYTES - len(self._head)]
        self._newlines += piece.count(b"\n")
        self._last = piece[-1:]

    @property
    def sha256(self) -> Sha256:
        """Names the content so far."""
        return Sha256(self._hash.digest())

    @property
    def is_text(self) -> bool:
        """Tells whether it looks like text."""
        return text.is_text(self._head)

    @property
    def line_count(self) -> int:
        """Counts its lines, a last one without a newline too."""
        return self._newlines + (self._last != b"\n")
