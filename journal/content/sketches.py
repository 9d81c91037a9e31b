"""Which chunks are like another one, remembered by a few lines of each.

A chunk is sketched by those of its lines whose checksums are the smallest, as two texts share such lines about as often
as they share lines at all (Broder, "On the resemblance and containment of documents", SEQUENCES 1997). What has no
lines worth the name is parted by its bytes, which fall into step again after an insertion.
"""

import heapq
import zlib
from collections import Counter, OrderedDict
from collections.abc import Sequence

from journal.ids import ChunkId
from journal.limits import SKETCH_LINES, SKETCH_ROWS_MAX

LINE_BYTES = 256
"""a chunk whose lines are longer, all in all, is parted by its bytes: a picture, or a program in one line."""

SHORTEST = 64
"""below so many bytes there is nothing to be shared that a reference to it would not cost."""

HOLDERS = 4
"""newest chunks that are remembered of each line: of many versions of a file only the last ones are likely bases."""


def sketch(data: bytes) -> tuple[int, ...]:
    """Gives the checksums by which a chunk is remembered; none of a very short one."""
    if len(data) < SHORTEST:
        return ()
    lines = {line.strip() for line in data.split(b"\n")}
    lines.discard(b"")
    if len(lines) * LINE_BYTES < len(data):
        lines = _parts(data)
    return tuple(heapq.nsmallest(SKETCH_LINES, {zlib.crc32(line) for line in lines}))


def _parts(data: bytes) -> set[bytes]:
    from pyfastcdc import FastCDC  # its import costs 10 ms, and few processes look for likeness

    cutter = FastCDC(LINE_BYTES, min_size=LINE_BYTES // 4, max_size=LINE_BYTES * 4, seed=0)
    return {data[part.offset : part.offset + part.length] for part in cutter.cut_buf(data)}


class Sketches:
    """The chunks that were sketched, up to a bound: what no chunk had again is forgotten first."""

    def __init__(self) -> None:
        self._holders: OrderedDict[int, tuple[ChunkId, ...]] = OrderedDict()

    def alike(self, asked: Sequence[int]) -> list[ChunkId]:
        """Lists the chunks that share anything with a sketch, those that share most first, of these the newest."""
        hits = Counter(chunk for each in asked for chunk in self._holders.get(each, ()))
        return sorted(hits, key=lambda chunk: (-hits[chunk], -chunk))

    def add(self, made: Sequence[int], chunk: ChunkId) -> None:
        """Remembers a chunk by its sketch."""
        for each in made:
            self._holders[each] = (chunk, *self._holders.get(each, ())[: HOLDERS - 1])
            self._holders.move_to_end(each)
        while len(self._holders) > SKETCH_ROWS_MAX:
            self._holders.popitem(last=False)
