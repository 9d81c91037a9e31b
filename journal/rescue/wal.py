"""What a WAL adds to its database: the newest committed page of each number whose checksum is right.

SQLite stops at the first frame that is wrong. As each checksum begins with the one before it, which its frame tells, a
frame behind a damaged one can be proven all the same; so only pages that are damaged themselves are left out.
"""

import os
import struct
from collections.abc import Iterator
from typing import NamedTuple

HEADER = struct.Struct(">8I")
FRAME = struct.Struct(">6I")
MAGICS = {0x377F0682: "<", 0x377F0683: ">"}
MASK = 0xFFFFFFFF


class Frame(NamedTuple):
    """A page in the log: its number, how many pages the database has after the commit it ends (0: it ends none)."""

    page: int
    commit: int
    at: int
    proven: bool


def newest(log: int, size: int) -> tuple[dict[int, int], int]:
    """Gives where in the log the newest committed version of each page begins, and how many frames were not proven."""
    committed, open_, unproven = dict[int, int](), dict[int, int](), 0
    for frame in _frames(log, size):
        if not frame.proven:
            unproven += 1
            continue
        open_[frame.page] = frame.at
        if frame.commit:
            committed |= open_
            open_.clear()
    return committed, unproven


def _frames(log: int, size: int) -> Iterator[Frame]:
    """Goes through the frames of the newest generation of the log; what follows them is left from older ones."""
    head = _read(log, 0, HEADER.size)
    if len(head) < HEADER.size:
        return
    magic, *_, salt_1, salt_2, sum_1, sum_2 = HEADER.unpack(head)
    order = MAGICS.get(magic, "<")
    sums, salts = (sum_1, sum_2), (salt_1, salt_2)
    if magic not in MAGICS or checksum(head[:24], (0, 0), order) != sums:
        first = _read(log, HEADER.size, FRAME.size)
        if len(first) < FRAME.size:
            return
        salts = (FRAME.unpack(first)[2], FRAME.unpack(first)[3])  # the frames tell what the header said
    at, strange = HEADER.size, 0
    while strange < 2:
        whole = _read(log, at, FRAME.size + size)
        if len(whole) < FRAME.size + size:
            return
        page, commit, one, two, *found = FRAME.unpack_from(whole)
        if (one, two) == salts:
            strange = 0
            wanted = checksum(whole[FRAME.size :], checksum(whole[:8], sums, order), order)
            yield Frame(page, commit, at + FRAME.size, page > 0 and wanted == tuple(found))
        else:
            strange += 1  # the end, or one frame whose head is damaged
        sums = (found[0], found[1])
        at += FRAME.size + size


def _read(log: int, at: int, size: int) -> bytes:
    try:
        return os.pread(log, size, at)
    except OSError:
        return b""


def checksum(data: bytes, before: tuple[int, int], order: str) -> tuple[int, int]:
    """Goes on with a checksum of the log over some bytes, a multiple of eight."""
    one, two = before
    words = iter(struct.unpack(f"{order}{len(data) // 4}I", data))
    for word in words:
        one = (one + word + two) & MASK
        two = (two + next(words) + one) & MASK
    return one, two
