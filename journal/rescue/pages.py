"""The pages of a database file that may be damaged, as they lie in it or, newer, in its WAL; opened to read only."""

import os
import stat
from collections import OrderedDict
from collections.abc import Container, Iterator
from types import TracebackType
from typing import Self

from journal.errors import NotAJournal, StorageError, UsageError
from journal.limits import PAGE_BYTES, SALVAGE_BLOCK_BYTES, SALVAGE_BLOCKS
from journal.rescue import wal

MAGIC = b"SQLite format 3\x00"
RESERVED_MAX = 32
"""bytes of a page that may be kept from SQLite; more is damage."""

INSIDE_BYTES = 5
"""bytes of a row of an inner page at least, as the first page of a journal has them."""

PENDING_BYTE = 1 << 30
"""offset of the byte that SQLite locks; its page holds nothing."""


class Pages:
    """Every page of a file by its number, from 1; one that cannot be read is zeros. No SQLite opens the file."""

    def __init__(self, path: str) -> None:
        """Opens it.

        Raises:
            UsageError: there is no such file. NotAJournal: it is a folder, or empty.
        """
        self._fds: list[int] = []
        try:
            self._look(path)
        except BaseException:
            self.close()
            raise

    def _look(self, path: str) -> None:
        try:
            main = self._open(path)
        except FileNotFoundError as error:
            raise UsageError(f"there is no file {path!r}", hint="name the damaged journal") from error
        found = os.fstat(main)
        if not stat.S_ISREG(found.st_mode) or not (found.st_size or os.path.exists(path + "-wal")):
            said = "is empty" if stat.S_ISREG(found.st_mode) else "is no file"
            raise NotAJournal(f"{path} {said}", hint="name the damaged journal")
        self._path, self._main = path, main
        self.unreadable = set[int]()
        header = self._read(main, 0, 100)
        self.header = header if header[:16] == MAGIC else b""
        self.size = _size(self.header)
        self.usable = self.size - _reserved(self.header, self._read(main, 0, self.size))
        self._log, self._newer, self.unproven = -1, dict[int, int](), 0
        if os.path.exists(path + "-wal"):
            self._log = self._open(path + "-wal")
            self._newer, self.unproven = wal.newest(self._log, self.size)
        self.bytes = found.st_size
        self.count = max([-(-found.st_size // self.size), *self._newer])
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._stood = self._stands()

    def _open(self, path: str) -> int:
        self._fds.append(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK))
        return self._fds[-1]

    def page(self, number: int) -> bytes:
        """Gives a page, filled up with zeros where the file ends in it."""
        at = self._newer.get(number)
        if at is not None:
            data = self._read(self._log, at, self.size)
        else:
            data = self._in_block((number - 1) * self.size, self.size)
        return data if len(data) == self.size else data.ljust(self.size, b"\0")

    def run(self, number: int, most: int) -> bytes:
        """Gives a page and those after it, at least one and so many at the most, as far as they can be had at once."""
        within, size = (number - 1) * self.size % SALVAGE_BLOCK_BYTES, self.size
        most = min(most, (SALVAGE_BLOCK_BYTES - within) // size)
        if most < 2 or self._newer:
            return self.page(number)
        data = self._in_block((number - 1) * size, most * size)
        return data if len(data) == most * size else data.ljust(-(-len(data) // size) * size or size, b"\0")

    def of_kind(self, kinds: Container[int]) -> Iterator[int]:
        """Yields the numbers of the pages, but for the first, whose first byte is among these."""
        for first in range(1, self.count + 1, SALVAGE_BLOCK_BYTES // self.size):
            block = bytearray(self._in_block((first - 1) * self.size, SALVAGE_BLOCK_BYTES)[:: self.size])
            block = block.ljust(min(SALVAGE_BLOCK_BYTES // self.size, self.count + 1 - first), b"\0")
            for number in range(first, first + len(block)) if self._newer else ():
                if number in self._newer:
                    block[number - first] = self.page(number)[0]
            yield from (number for number, kind in enumerate(block, first) if kind in kinds and number > 1)

    def _in_block(self, at: int, size: int) -> bytes:
        """Reads by blocks: a system call a page would cost as much as all the rest."""
        number, within = divmod(at, SALVAGE_BLOCK_BYTES)
        block = self._blocks.get(number)
        if block is None:
            block = self._blocks[number] = self._read(self._main, number * SALVAGE_BLOCK_BYTES, SALVAGE_BLOCK_BYTES)
            if len(self._blocks) > SALVAGE_BLOCKS:
                self._blocks.popitem(last=False)
        else:
            self._blocks.move_to_end(number)
        return block[within : within + size]

    def _read(self, fd: int, at: int, size: int) -> bytes:
        """Reads what the disk gives; where it refuses, a page at a time."""
        try:
            return os.pread(fd, size, at)
        except OSError:
            if size <= PAGE_BYTES:
                self.unreadable.add(at // PAGE_BYTES + 1)
                return bytes(size)
        parts = (self._read(fd, at + step, PAGE_BYTES) for step in range(0, size, PAGE_BYTES))
        return b"".join(part.ljust(PAGE_BYTES, b"\0") for part in parts)

    def refuse_changed(self) -> None:
        """Refuses a file that somebody wrote to meanwhile.

        Raises:
            StorageError
        """
        if self._stands() != self._stood:
            hint = "close whatever has it open, then salvage again"
            raise StorageError(f"{self._path} changed while it was read", hint=hint)

    def _stands(self) -> list[tuple[int, int]]:
        looks = [os.fstat(fd) for fd in self._fds]
        return [(look.st_size, look.st_mtime_ns) for look in looks]

    @property
    def version(self) -> int:
        """Tells the format of the journal by its header, 0 where that is gone."""
        return int.from_bytes(self.header[60:64], "big")

    def close(self) -> None:
        """Closes the files."""
        while self._fds:
            os.close(self._fds.pop())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _size(header: bytes) -> int:
    """Reads the size of a page; where the header is gone it is what every journal is made with."""
    size = int.from_bytes(header[16:18], "big")
    size = 1 << 16 if size == 1 else size
    return size if size >= 512 and size & (size - 1) == 0 else PAGE_BYTES


def _reserved(header: bytes, first: bytes) -> int:
    """Tells how many bytes at the end of each page are kept from SQLite; where one of its rows lies in them, none are.

    No journal is made with any, so that a flipped bit is the likelier reason to find some.
    """
    told = header[20] if header else 0
    if not 0 < told <= RESERVED_MAX:
        return 0
    count = int.from_bytes(first[103:105], "big")
    places = (int.from_bytes(first[at : at + 2], "big") for at in range(112, 112 + 2 * count, 2))
    last = max((at for at in places if at < len(first)), default=0)
    return 0 if last + INSIDE_BYTES > len(first) - told else told
