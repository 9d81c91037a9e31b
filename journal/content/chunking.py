"""Where a content is cut into chunks, so that an edit changes few of them."""

from collections.abc import Iterable, Iterator

from journal.limits import CHUNK_AVG, CHUNK_MAX, CHUNK_MIN, WHOLE_BELOW

WINDOW_BYTES = 2 * CHUNK_MAX
"""bytes a stream is cut over: a cut is certain only where the largest chunk would have fitted."""


def cut(data: bytes | memoryview) -> list[memoryview]:
    """Cuts a content; one piece below `limits.WHOLE_BELOW`, none of the empty one.

    The cuts are those of FastCDC (Xia and others, "The Design of Fast Content-Defined Chunking", IEEE TPDS 31, 2020):
    a place is a cut by the bytes before it, so that cuts after an insertion fall into step again.
    """
    view = memoryview(data)
    if len(view) < WHOLE_BELOW:
        return [view] if len(view) else []
    return [view[start:end] for start, end in _cuts(view)]


def cut_stream(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Cuts a content that comes in pieces of any size, at the places where `cut` cuts the whole.

    Memory is bounded by the window and the largest piece.
    """
    rest = bytearray()
    for piece in pieces:
        for start in range(0, len(piece), WINDOW_BYTES):
            rest += piece[start : start + WINDOW_BYTES]
            if len(rest) >= WINDOW_BYTES:
                whole = bytes(rest)
                done = 0
                for begin, end in _cuts(memoryview(whole)):
                    # A chunk that began with less than the largest chunk in sight may end elsewhere with more in sight.
                    if len(whole) - begin < CHUNK_MAX:
                        break
                    yield whole[begin:end]
                    done = end
                del rest[:done]
    for view in cut(bytes(rest)):
        yield bytes(view)


def _cuts(view: memoryview) -> Iterator[tuple[int, int]]:
    """Yields where chunks begin and end; their data is not taken, as the library may reuse its buffer."""
    from pyfastcdc import FastCDC  # its import costs 10 ms, which a session of small files never pays

    # One chunker a call: it must not be shared by threads.
    for chunk in FastCDC(CHUNK_AVG, min_size=CHUNK_MIN, max_size=CHUNK_MAX, seed=0).cut_buf(view):
        yield chunk.offset, chunk.offset + chunk.length
