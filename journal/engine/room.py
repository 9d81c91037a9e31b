"""What a verb is known to need of the disks, looked at before it writes; small ones are not worth a question."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from journal.database import space
from journal.engine.desk import Desk
from journal.engine.slots import Slot
from journal.limits import STREAM_ABOVE
from journal.records import Operation, Write


def for_content(desk: Desk, path: str, size: int) -> None:
    """Refuses a large content that the root has no room for.

    Raises:
        DiskFull
    """
    if size > STREAM_ABOVE:
        space.require(f"write {path!r}", (desk.root.fd, size))


def for_files(desk: Desk, moving: Iterable[Slot]) -> None:
    """Refuses what an act is still to write into the root, when it is much and there is no room for it.

    Raises:
        DiskFull
    """
    needed = sum(slot.now.state.size for slot in moving if slot.how == "put" and slot.now and not slot.now.temp)
    if needed > STREAM_ABOVE:
        space.require("write to the root", (desk.root.fd, needed))


def for_batch(desk: Desk, operations: Iterable[Operation]) -> None:
    """Refuses a batch whose new contents the root has no room for, as far as their sizes are known.

    Raises:
        DiskFull
    """
    sizes = {each.path: _size(each.content) for each in operations if type(each) is Write}
    needed = sum(sizes.values())
    if needed > STREAM_ABOVE:
        space.require("write to the root", (desk.root.fd, needed))


def for_rows(desk: Desk, size: int) -> None:
    """Refuses to store so many bytes of contents that the journal has no room for, in the WAL and then in the file.

    Raises:
        DiskFull
    """
    if size > STREAM_ABOVE:
        space.require("store the content", *_rows(desk, size, 0))


def for_chunks(desk: Desk, size: int, taken: int, packed: int, batch: int, *, filling: bool) -> None:
    """Refuses to go on with a streamed content, most of all before the first of it is stored.

    The rest will pack as what came until now did: `packed` bytes of `taken`, chunks that are kept already among them;
    `batch` of these are to be stored now. While its file is still `filling`, what is missing of that counts as well.

    Raises:
        DiskFull
    """
    rest = max(size - taken, 0)
    needs = _rows(desk, batch, packed * rest // taken if taken else 0)
    if filling:
        needs.append((desk.root.fd, rest))
    space.require("store the content", *needs)


def _rows(desk: Desk, batch: int, later: int) -> list[space.Need]:
    """Tells what the journal's disk needs for a batch of bodies: in its file, and in a WAL that is shorter."""
    path = desk.database.path
    return [(os.path.dirname(path) or ".", batch + later + max(batch - desk.database.wal_file_bytes(), 0))]


def _size(content: object) -> int:
    """Tells the bytes of a content at the least, where that costs nothing."""
    if isinstance(content, memoryview):
        return content.nbytes
    if isinstance(content, str | bytes | bytearray):
        return len(content)
    if isinstance(content, Path):
        with suppress(OSError, ValueError):
            return os.stat(content).st_size
    return 0
