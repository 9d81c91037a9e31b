"""A content as a binary file: read-only, seekable, in bounded memory."""

import io
import os
from collections.abc import Callable, Iterator
from typing import Self

from journal.limits import PIECE_BYTES


class Reader(io.BufferedIOBase):
    """What `open()` and `open_read()` return; `json.load`, `shutil.copyfileobj` and pandas take it.

    Iterating gives pieces of bounded size, not lines. Reading raises DigestMismatch where the content is damaged,
    never short or wrong data.
    """

    def __init__(
        self, size: int, pieces: Callable[[int], Iterator[bytes]], on_close: Callable[[], None] | None = None
    ) -> None:
        super().__init__()
        self.size = size
        self._from = pieces
        self._on_close = on_close
        self._at = 0
        self._rest = b""
        self._pieces: Iterator[bytes] | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        self._alive()
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._alive()
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}.get(whence)
        if start is None:
            raise ValueError(f"whence is 0, 1 or 2, found {whence}")
        if start + offset < 0:
            raise ValueError("a place before the start of a content")
        if start + offset != self._at:
            self._at, self._rest, self._pieces = start + offset, b"", None
        return self._at

    def read(self, size: int | None = -1, /) -> bytes:
        self._alive()
        wanted = max(self.size - self._at, 0) if size is None or size < 0 else size
        parts = []
        while wanted > 0 and (piece := self._next(wanted)):
            parts.append(piece)
            wanted -= len(piece)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def read1(self, size: int = -1, /) -> bytes:
        self._alive()
        return self._next(size if size >= 0 else PIECE_BYTES)

    def readinto(self, buffer: "bytearray | memoryview", /) -> int:  # type: ignore[override]  # any writable buffer
        data = self.read(memoryview(buffer).nbytes)
        memoryview(buffer).cast("B")[: len(data)] = data
        return len(data)

    def __iter__(self) -> Self:
        self._alive()
        return self

    def __next__(self) -> bytes:
        if piece := self.read1():
            return piece
        raise StopIteration

    def close(self) -> None:
        if not self.closed and self._on_close is not None:
            self._on_close()
        self._pieces = None
        super().close()

    def _alive(self) -> None:
        if self.closed:
            raise ValueError("I/O operation on a closed Reader")

    def _next(self, most: int) -> bytes:
        """Takes at most so many bytes from the piece at hand, fetching one when there is none."""
        if most == 0 or self._at >= self.size:
            return b""
        if not self._rest:
            if self._pieces is None:
                self._pieces = self._from(self._at)
            self._rest = next(self._pieces, b"")
        piece = self._rest[:most]
        self._rest = self._rest[most:] if most < len(self._rest) else b""
        self._at += len(piece)
        return piece
