"""The stored chunks as several verbs at once ask for them while they pack."""

from collections.abc import Sequence
from contextlib import AbstractContextManager

from journal.ids import ChunkDigest
from journal.tables.chunks import Chunks


class SharedBases:
    """Chunks whose every question takes the lock, for a verb that packs while it does not hold it."""

    def __init__(self, chunks: Chunks, lock: AbstractContextManager[bool]) -> None:
        self._chunks = chunks
        self._lock = lock

    def knows(self, digest: ChunkDigest) -> bool:
        """Tells that a chunk is stored and need not be packed."""
        with self._lock:
            return self._chunks.knows(digest)

    def lineage(self, digest: ChunkDigest) -> Sequence[tuple[ChunkDigest, int]]:
        """Gives digest and generation of the chunk, of its base, and so on to the keyframe; empty when unknown."""
        with self._lock:
            return self._chunks.lineage(digest)

    def content(self, digest: ChunkDigest) -> bytes | None:
        """Gives a chunk's bytes, checked against its digest; None when a verb that failed took its offer along."""
        with self._lock:
            return self._chunks.content(digest)
