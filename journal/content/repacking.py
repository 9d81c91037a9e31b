"""The smallest form in which a chunk can be stored, when there is time to look for it."""

from collections.abc import Mapping
from typing import NamedTuple

from journal.content import compression
from journal.content.packing import Codec, unpack_chunk
from journal.ids import ChunkDigest, ChunkId
from journal.limits import DELTA_SHARE_MAX, ZSTD_COLD_LEVEL


class Form(NamedTuple):
    """How a chunk is stored: whole, compressed, or against a base."""

    codec: Codec
    base_id: ChunkId | None
    body: bytes


def repacked(data: bytes, digest: ChunkDigest, held: Form, bases: Mapping[ChunkId, bytes]) -> Form:
    """Gives the smallest form of a chunk that is found; `held`, the one it has, when none is smaller.

    Which base serves best is found at the usual level, and only that one is packed at the slow one. As in `packing`, a
    delta has to be much smaller than the chunk by itself: whoever reads it has its bases to read as well.
    """
    plain = len(compression.compress(data))
    tried = [(len(compression.compress_against(data, content)), base_id) for base_id, content in bases.items()]
    least, base_id = min(tried, default=(len(data) + 1, None))
    if base_id is not None and least <= DELTA_SHARE_MAX * min(plain, len(data)):
        body = compression.compress_against(data, bases[base_id], ZSTD_COLD_LEVEL)
        made = Form(Codec.DELTA, base_id, body)
    elif plain < len(data):
        made = Form(Codec.ZSTD, None, compression.compress(data, ZSTD_COLD_LEVEL))
    else:
        made = Form(Codec.RAW, None, data)
    if len(made.body) >= len(held.body):
        return held
    base = None if made.base_id is None else bases[made.base_id]
    unpack_chunk(made.codec, made.body, base, len(data), digest)  # what is about to replace a sound chunk is one
    return made
