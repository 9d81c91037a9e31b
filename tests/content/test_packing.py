"""Contents packed and unpacked: lineages that stay short, sharing, and damage that is told."""

import hashlib
import random
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.content import chunking, packing
from journal.content.packing import Codec, PackedBlob, PackedChunk
from journal.errors import CorruptionError, DigestMismatch
from journal.ids import EMPTY, ChunkDigest, Sha256, chunk_digest, sha256
from journal.limits import DELTA_DEPTH_MAX, WHOLE_BELOW

NOISE = random.Random(11).randbytes(2 << 20)


class Store:
    """Chunks in a dictionary, as a journal has them in a table."""

    def __init__(self) -> None:
        self.chunks: dict[ChunkDigest, PackedChunk] = {}
        self.cache: dict[ChunkDigest, bytes] = {}

    def knows(self, digest: ChunkDigest) -> bool:
        return digest in self.chunks

    def lineage(self, digest: ChunkDigest) -> Sequence[tuple[ChunkDigest, int]]:
        found = []
        at: ChunkDigest | None = digest
        while at is not None and at in self.chunks:
            found.append((at, self.chunks[at].gen))
            at = self.chunks[at].base
        return found

    def content(self, digest: ChunkDigest) -> bytes:
        if digest not in self.cache:
            self.cache[digest] = self.read(digest)
        return self.cache[digest]

    def read(self, digest: ChunkDigest) -> bytes:
        data: bytes | None = None
        for each, _ in reversed(self.lineage(digest)):
            chunk = self.chunks[each]
            data = packing.unpack_chunk(chunk.codec, chunk.body, data, chunk.size, chunk.digest)
        assert data is not None
        return data

    def put(self, data: bytes, before: Sequence[ChunkDigest] = ()) -> PackedBlob:
        blob = packing.pack(data, before, self)
        for chunk in blob.new:
            assert chunk.digest not in self.chunks or len(blob.chunks) == 1  # a single one is packed without asking
            assert chunk.base is None or chunk.base in self.chunks
            self.chunks.setdefault(chunk.digest, chunk)
        return blob

    def get(self, blob: PackedBlob) -> bytes:
        return packing.unpack(blob.sha256, blob.size, [self.read(digest) for digest in blob.chunks])


def test_ten_thousand_versions_stay_small_and_near_their_keyframe() -> None:
    choose = random.Random(1)
    store = Store()
    lines = [b"line %d says %d" % (at, choose.randrange(10**9)) for at in range(120)]
    versions: list[tuple[Sha256, PackedBlob]] = []
    before: tuple[ChunkDigest, ...] = ()
    depth = 0
    for turn in range(10_000):
        lines[choose.randrange(len(lines))] = b"line of turn %d says %d" % (turn, choose.randrange(10**9))
        data = b"\n".join(lines)
        blob = store.put(data, before)
        before = blob.chunks
        versions.append((sha256(data), blob))
        depth = max(depth, len(store.lineage(blob.chunks[0])) - 1)
    bodies = sum(len(chunk.body) for chunk in store.chunks.values())
    assert depth <= 20
    assert depth <= DELTA_DEPTH_MAX
    assert bodies < 1_300_000  # 40 MB of content
    assert (
        sum(chunk.base is None for chunk in store.chunks.values()) < 200
    )  # after 64 edits half of the lines are others
    for at in (0, 1, 4095, 4096, 4097, 9999, *choose.sample(range(10_000), 200)):
        digest, blob = versions[at]
        assert sha256(store.get(blob)) == digest


def test_the_base_is_the_power_back() -> None:
    store = Store()
    before: tuple[ChunkDigest, ...] = ()
    digests = []
    for turn in range(70):
        blob = store.put(NOISE[:4000] + b"%d" % turn, before)
        before = blob.chunks
        digests.append(blob.chunks[0])
    steps = {at: at - digests.index(base) for at in range(1, 70) if (base := store.chunks[digests[at]].base)}
    assert [store.chunks[digest].gen for digest in digests] == list(range(70))
    assert [steps[at] for at in (1, 2, 3, 4, 5, 8, 12, 16, 32, 48, 64, 65, 68)] == [
        1,
        1,
        1,
        4,
        1,
        4,
        4,
        16,
        16,
        16,
        64,
        1,
        4,
    ]


def test_a_long_chain_begins_anew() -> None:
    """A lineage without the ancestor that is wanted falls back on the old chunk, until the depth is reached."""

    class Line(Store):
        def lineage(self, digest: ChunkDigest) -> Sequence[tuple[ChunkDigest, int]]:
            found = super().lineage(digest)
            return [(each, 1 + 4 * at) for at, (each, _) in enumerate(reversed(found))][::-1]

    store = Line()
    before: tuple[ChunkDigest, ...] = ()
    depths = []
    for turn in range(60):
        blob = store.put(NOISE[:4000] + b"%d" % turn, before)
        before = blob.chunks
        depths.append(len(store.lineage(blob.chunks[0])) - 1)
    assert max(depths) == DELTA_DEPTH_MAX
    assert depths.count(0) == 3


def test_a_small_content_is_one_chunk_named_as_it_is() -> None:
    data = b"text\n" * 20
    blob = packing.pack(data)
    assert blob.sha256 == hashlib.sha256(data).digest()
    assert blob.chunks == (blob.sha256[:16],)
    assert (blob.size, blob.is_text, blob.line_count) == (100, True, 20)
    assert blob.new[0].codec == Codec.ZSTD
    assert packing.pack(memoryview(data), sha=blob.sha256) == blob


def test_the_empty_content_has_no_chunks() -> None:
    assert packing.pack(b"") == PackedBlob(EMPTY, 0, True, 0, (), ())
    assert packing.unpack(EMPTY, 0, []) == b""


def test_what_does_not_shrink_is_raw() -> None:
    (chunk,) = packing.pack(NOISE[:1000]).new
    assert (chunk.codec, chunk.body, chunk.base, chunk.gen) == (Codec.RAW, NOISE[:1000], None, 0)
    assert packing.pack(b"x").new[0].codec == Codec.RAW


def test_a_chunk_is_packed_once() -> None:
    blob = packing.pack(bytes(1 << 20))
    assert len(blob.chunks) == 4
    assert len(blob.new) == 1
    store = Store()
    known = store.put(NOISE)
    assert store.put(NOISE).new == ()
    assert store.get(known) == NOISE


def test_large_contents_take_small_edits() -> None:
    store = Store()
    data = NOISE
    blob = store.put(data)
    choose = random.Random(2)
    for turn in range(30):
        at = choose.randrange(len(data))
        data = data[:at] + b"edit %d" % turn + data[at + choose.randrange(20) :]
        blob = store.put(data, blob.chunks)
        assert sum(len(chunk.body) for chunk in blob.new) < 1000
        assert len(blob.new) <= 2
    assert store.get(blob) == data


def test_growth_over_the_bound_of_whole_contents() -> None:
    store = Store()
    small = store.put(NOISE[: WHOLE_BELOW - 1])
    large = store.put(NOISE[:WHOLE_BELOW] + b"more", small.chunks)
    assert [chunk.codec for chunk in large.new] == [Codec.DELTA]
    assert store.get(large) == NOISE[:WHOLE_BELOW] + b"more"


def test_an_unlike_content_is_a_keyframe() -> None:
    store = Store()
    one = store.put(b"".join(b"%d\n" % at for at in range(500)))
    other = store.put(NOISE[:3000], one.chunks)
    assert (other.new[0].codec, other.new[0].gen) == (Codec.RAW, 0)
    unknown = packing.pack_chunk(NOISE[:3000], chunk_digest(NOISE[:3000]), ChunkDigest(bytes(16)), store)
    assert unknown.base is None


def test_a_delta_must_be_half_of_the_plain_form() -> None:
    store = Store()
    base = store.put(NOISE[:4000])
    mostly = store.put(NOISE[:2500] + NOISE[9000:10000], base.chunks)
    hardly = store.put(NOISE[:1000] + NOISE[9000:12000], base.chunks)
    assert mostly.new[0].codec == Codec.DELTA
    assert hardly.new[0].codec == Codec.RAW


def names(text: str) -> list[ChunkDigest]:
    return [ChunkDigest(letter.encode() * 16) for letter in text]


@pytest.mark.parametrize(
    ("new", "old", "pairs"),
    [
        ("", "ab", ""),
        ("abc", "", "---"),
        ("abc", "abc", "---"),
        ("axc", "abc", "-b-"),
        ("axyc", "abc", "-bb-"),
        ("axyzc", "abdc", "-bdd-"),
        ("ax", "abcd", "-b"),
        ("axb", "ab", "-a-"),
        ("xab", "ab", "---"),
        ("abx", "ab", "--b"),
        ("xy", "a", "aa"),
        ("aa", "a", "-a"),
    ],
)
def test_pairs(new: str, old: str, pairs: str) -> None:
    found = packing.pair(names(new), names(old))
    assert "".join("-" if each is None else chr(each[0]) for each in found) == pairs


@given(st.binary(max_size=2000), st.binary(max_size=2000))
def test_there_and_back(before: bytes, after: bytes) -> None:
    store = Store()
    one = store.put(before)
    other = store.put(after, one.chunks)
    assert store.get(one) == before
    assert store.get(other) == after


def test_damage_is_told_and_nothing_else_given() -> None:
    text = b"some text that shrinks " * 40
    (chunk,) = packing.pack(text).new
    with pytest.raises(DigestMismatch) as caught:
        packing.unpack_chunk(Codec.RAW, b"other", None, 5, chunk.digest)
    assert caught.value.expected == chunk.digest.hex()
    assert caught.value.found == chunk_digest(b"other").hex()
    with pytest.raises(CorruptionError):
        packing.unpack_chunk(Codec.ZSTD, chunk.body[:-3], None, chunk.size, chunk.digest)
    with pytest.raises(CorruptionError, match="without its base"):
        packing.unpack_chunk(Codec.DELTA, chunk.body, None, chunk.size, chunk.digest)
    with pytest.raises(CorruptionError, match="codec 9"):
        packing.unpack_chunk(9, chunk.body, None, chunk.size, chunk.digest)
    with pytest.raises(DigestMismatch):
        packing.unpack_chunk(Codec.RAW, text, None, 3, chunk_digest(text))
    for pieces in ([text[:-1]], [text, b"x"], [], [b"x" + text[1:]]):
        with pytest.raises(DigestMismatch):
            packing.unpack(sha256(text), len(text), pieces)
    with pytest.raises(DigestMismatch):
        packing.unpack(sha256(text), len(text) - 1, [text])


def test_every_flipped_bit_of_a_body_is_told() -> None:
    store = Store()
    base = store.put(NOISE[:600])
    text = NOISE[:300] + b"changed" + NOISE[300:600]
    (delta,) = store.put(text, base.chunks).new
    assert delta.codec == Codec.DELTA
    for at in range(len(delta.body) * 8):
        body = bytearray(delta.body)
        body[at // 8] ^= 1 << at % 8
        try:
            data = packing.unpack_chunk(delta.codec, bytes(body), NOISE[:600], delta.size, delta.digest)
        except CorruptionError:
            continue
        assert data == text  # a bit that says nothing


@given(st.lists(st.binary(max_size=40)), st.booleans())
def test_a_tally_tells_what_packing_tells(pieces: list[bytes], late: bool) -> None:
    if late:
        pieces = [b"x" * 7990, *pieces]
    tally = packing.Tally()
    for piece in pieces:
        tally.update(piece)
    blob = packing.pack(b"".join(pieces))
    assert (tally.sha256, tally.size, tally.is_text, tally.line_count) == blob[:4]


def test_the_streaming_writer_makes_the_same_chunks() -> None:
    pieces = [NOISE[start:end] for start, end in pairwise(range(0, len(NOISE) + 1, 1 << 18))]
    digests = [chunk_digest(chunk) for chunk in chunking.cut_stream(pieces)]
    assert tuple(digests) == packing.pack(NOISE).chunks
