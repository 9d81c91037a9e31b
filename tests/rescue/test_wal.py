"""A log gives the newest committed version of each page, and stops believing what is damaged."""

from __future__ import annotations

import os
import struct
from pathlib import Path

from journal.rescue import wal

SIZE = 512


def log(frames: list[tuple[int, int]]) -> bytes:
    """Makes a log of pages filled with the number of their frame; (page, pages after the commit)."""
    head = struct.pack(">6I", 0x377F0682, 3007000, SIZE, 0, 11, 12)
    sums = wal.checksum(head, (0, 0), "<")
    made = head + struct.pack(">2I", *sums)
    for number, (page, commit) in enumerate(frames):
        data, first = bytes([number]) * SIZE, struct.pack(">2I", page, commit)
        sums = wal.checksum(data, wal.checksum(first, sums, "<"), "<")
        made += first + struct.pack(">4I", 11, 12, *sums) + data
    return made


def newest(path: Path, data: bytes) -> tuple[dict[int, int], int]:
    path.write_bytes(data)
    fd = os.open(path, os.O_RDONLY)
    try:
        found, unproven = wal.newest(fd, SIZE)
        return {page: os.pread(fd, 1, at)[0] for page, at in found.items()}, unproven
    finally:
        os.close(fd)


FRAMES = [(1, 0), (2, 2), (2, 0), (3, 3), (1, 0)]


def test_what_was_committed_counts_and_the_rest_does_not(tmp_path: Path) -> None:
    assert newest(tmp_path / "w", log(FRAMES)) == ({1: 0, 2: 2, 3: 3}, 0)
    assert newest(tmp_path / "w", log(FRAMES)[:-1]) == ({1: 0, 2: 2, 3: 3}, 0)
    assert newest(tmp_path / "w", b"") == newest(tmp_path / "w", log([])) == ({}, 0)


def test_a_damaged_frame_is_left_out_and_those_behind_it_are_not(tmp_path: Path) -> None:
    data = bytearray(log(FRAMES))
    data[32 + 2 * (24 + SIZE) + 24 + 5] ^= 1
    assert newest(tmp_path / "w", bytes(data)) == ({1: 0, 2: 1, 3: 3}, 1)



def test_without_its_head_the_frames_tell_what_it_said(tmp_path: Path) -> None:
    found, unproven = newest(tmp_path / "w", bytes(32) + log(FRAMES)[32:])
    assert (found, unproven) == ({2: 2, 3: 3}, 1)
