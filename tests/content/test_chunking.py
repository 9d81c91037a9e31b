"""Where contents are cut, whole and in a stream."""

import random
import subprocess
import sys
import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journal.content import chunking
from journal.limits import CHUNK_MAX, CHUNK_MIN, WHOLE_BELOW

CONTENT = random.Random(7).randbytes(3 << 20)


def sizes(data: bytes) -> list[int]:
    return [len(piece) for piece in chunking.cut(data)]


def test_small_contents_are_one_piece() -> None:
    assert chunking.cut(b"") == []
    assert list(chunking.cut_stream([])) == []
    assert list(chunking.cut_stream([b"", b""])) == []
    assert sizes(CONTENT[: WHOLE_BELOW - 1]) == [WHOLE_BELOW - 1]
    assert sizes(b"x") == [1]


def test_pieces_join_to_the_whole_and_keep_the_bounds() -> None:
    pieces = chunking.cut(CONTENT)
    assert b"".join(pieces) == CONTENT  # all of them alive at once: none lies in a buffer that was used again
    assert len(pieces) > 10
    assert all(CHUNK_MIN <= len(piece) <= CHUNK_MAX for piece in pieces[:-1])
    assert sizes(bytes(1 << 20)) == [CHUNK_MAX] * 4


def test_cuts_are_the_same_for_ever() -> None:
    assert sizes(CONTENT)[:5] == [111090, 67285, 86090, 221300, 99418]


def test_cuts_fall_into_step_after_an_insertion() -> None:
    before = {bytes(piece) for piece in chunking.cut(CONTENT)}
    after = [bytes(piece) for piece in chunking.cut(b"inserted" + CONTENT)]
    assert sum(piece not in before for piece in after) <= 2


@settings(derandomize=True, deadline=None, max_examples=40)
@given(
    st.integers(0, len(CONTENT)),
    st.lists(st.integers(0, len(CONTENT)), max_size=8),
    st.booleans(),
)
def test_a_stream_is_cut_as_the_whole(size: int, splits: list[int], even: bool) -> None:
    data = bytes(size) if even else CONTENT[:size]
    at = sorted({0, size, *(split for split in splits if split < size)})
    pieces = [data[start:end] for start, end in pairwise(at)]
    assert list(chunking.cut_stream(pieces)) == [bytes(piece) for piece in chunking.cut(data)]


@pytest.mark.parametrize("step", [1000, 4096, 65536, chunking.WINDOW_BYTES - 1, chunking.WINDOW_BYTES, 1 << 20])
def test_a_stream_in_even_pieces(step: int) -> None:
    pieces = (CONTENT[at : at + step] for at in range(0, len(CONTENT), step))
    assert [len(piece) for piece in chunking.cut_stream(pieces)] == sizes(CONTENT)


def test_a_stream_takes_bounded_memory() -> None:
    piece = CONTENT[: 1 << 20]
    tracemalloc.start()
    try:
        assert sum(map(len, chunking.cut_stream(piece for _ in range(32)))) == 32 << 20
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 << 20


def test_small_contents_never_import_the_chunker() -> None:
    code = (
        "import sys; from journal.content import packing; packing.pack(b'x' * 9000);"
        "assert 'pyfastcdc' not in sys.modules; packing.pack(b'x' * 90000); assert 'pyfastcdc' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    code = "import sys; from journal.content import diffing, packing, paths; assert 'zstandard' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
