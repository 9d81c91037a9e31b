"""The smallest form of a chunk: what it is packed against, when it stays as it is, and that it gives the same bytes."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.content import compression
from journal.content.packing import Codec, unpack_chunk
from journal.content.repacking import Form, repacked
from journal.errors import DigestMismatch
from journal.ids import ChunkId, chunk_digest

WORDS = [b"%x" % random.Random(n).getrandbits(24) for n in range(300)]


def text(seed: int, words: int = 2000) -> bytes:
    return b" ".join(random.Random(seed).choices(WORDS, k=words))


def whole(data: bytes) -> Form:
    return Form(Codec.RAW, None, data)


def opened(form: Form, data: bytes, bases: dict[ChunkId, bytes]) -> bytes:
    base = None if form.base_id is None else bases[form.base_id]
    return unpack_chunk(form.codec, form.body, base, len(data), chunk_digest(data))


def test_the_best_base_is_taken() -> None:
    data = text(1)
    bases = {ChunkId(1): text(2), ChunkId(2): data[:6000] + text(3), ChunkId(3): data[:-40] + b"the end"}
    made = repacked(data, chunk_digest(data), whole(data), bases)
    assert (made.codec, made.base_id) == (Codec.DELTA, 3)
    assert len(made.body) < 100 and opened(made, data, bases) == data


def test_without_a_likeness_it_is_compressed_by_itself_and_slowly() -> None:
    data = text(1)
    quick = Form(Codec.ZSTD, None, compression.compress(data))
    for bases in ({}, {ChunkId(1): random.Random(1).randbytes(9000)}):
        made = repacked(data, chunk_digest(data), quick, bases)
        assert (made.codec, made.base_id) == (Codec.ZSTD, None)
        assert len(made.body) < len(quick.body) and opened(made, data, bases) == data


def test_a_delta_that_saves_less_than_half_is_not_worth_its_base() -> None:
    data = text(1)
    base = data[: len(data) // 3]
    assert len(compression.compress_against(data, base)) > len(compression.compress(data)) // 2
    assert repacked(data, chunk_digest(data), whole(data), {ChunkId(1): base}).codec == Codec.ZSTD


def test_what_cannot_be_made_smaller_stays_as_it_is() -> None:
    noise = random.Random(1).randbytes(5000)
    for data in (noise, b"short"):
        held = whole(data)
        assert repacked(data, chunk_digest(data), held, {}) is held
    data = text(4)
    best = repacked(data, chunk_digest(data), whole(data), {ChunkId(1): text(5)})
    assert repacked(data, chunk_digest(data), best, {ChunkId(1): text(5)}) is best


def test_noise_that_was_stored_as_a_larger_delta_is_stored_whole() -> None:
    noise = random.Random(1).randbytes(5000)
    held = Form(Codec.DELTA, ChunkId(1), compression.compress_against(noise, b"nothing like it"))
    assert repacked(noise, chunk_digest(noise), held, {ChunkId(1): b"nothing like it"}) == whole(noise)


def test_a_form_that_would_give_other_bytes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data, compress = text(1), compression.compress
    monkeypatch.setattr(compression, "compress", lambda given, _level=3: compress(given[::-1]))
    with pytest.raises(DigestMismatch):
        repacked(data, chunk_digest(data), whole(data), {})


@given(st.binary(min_size=1, max_size=400), st.lists(st.binary(min_size=1, max_size=400), max_size=3))
def test_any_bytes_come_out_as_they_were(data: bytes, others: list[bytes]) -> None:
    bases = {ChunkId(number): other for number, other in enumerate([*others, data + b"!"], 1)}
    made = repacked(data, chunk_digest(data), whole(data), bases)
    assert opened(made, data, bases) == data
    assert len(made.body) <= len(data)
