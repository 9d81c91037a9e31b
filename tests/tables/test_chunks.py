"""Stored chunks: each once, decoded along its lineage, checked, and remembered within a bound."""

import random

import pytest

from journal.content.packing import Codec, PackedChunk, pack_chunk
from journal.database import Database, Write
from journal.errors import CorruptionError, DigestMismatch
from journal.ids import ChunkDigest, ChunkId, chunk_digest
from journal.tables import chunks
from journal.tables.chunks import Chunks

NOISE = random.Random(5).randbytes(3000)


def packed(data: bytes, old: ChunkDigest | None = None, bases: Chunks | None = None) -> PackedChunk:
    """A chunk as it is stored."""
    return pack_chunk(data, chunk_digest(data), old, bases)


def version(number: int) -> bytes:
    """The n-th version of a content whose versions differ by a few bytes."""
    return NOISE + b"version %d" % number


def lineage(database: Database, store: Chunks, length: int) -> list[PackedChunk]:
    """Keeps so many versions, each packed against the one before."""
    made: list[PackedChunk] = []
    with database.begin() as tx:
        for number in range(length):
            old = made[-1].digest if made else None
            made.append(packed(version(number), old, store))
            chunks.put(tx, made[-1])
    return made


def damage(tx: Write, chunk: PackedChunk, body: bytes) -> None:
    """Changes what is stored for a chunk."""
    tx.run("UPDATE chunk SET body = :body WHERE digest = :digest", body=body, digest=chunk.digest)


def test_a_chunk_is_kept_once(database: Database) -> None:
    raw, zipped = packed(b"short"), packed(b"a" * 500)
    assert (raw.codec, zipped.codec) == (Codec.RAW, Codec.ZSTD)
    with database.begin() as tx:
        numbers = [chunks.put(tx, chunk) for chunk in (raw, zipped, raw, zipped)]
    assert numbers[:2] == numbers[2:] and numbers[0] != numbers[1]
    store = Chunks(database.look)
    assert [store.by_number(number) for number in numbers[:2]] == [b"short", b"a" * 500]
    assert [store.content(chunk.digest) for chunk in (raw, zipped)] == [b"short", b"a" * 500]
    assert chunks.sizes(database.look(), numbers[:2]) == [5, 500]
    assert chunks.number(database.look(), raw.digest) == numbers[0]


def test_a_chunk_that_is_missing_is_damage(database: Database) -> None:
    digest = chunk_digest(b"nowhere")
    store = Chunks(database.look)
    assert (store.knows(digest), store.lineage(digest), store.content(digest)) == (False, (), None)
    asked = (lambda: chunks.number(database.look(), digest), lambda: store.by_number(ChunkId(9)))
    for ask in asked:
        with pytest.raises(CorruptionError, match="is missing") as caught:
            ask()
        assert "spool verify" in caught.value.hint


def test_a_delta_needs_its_base(database: Database) -> None:
    delta = PackedChunk(chunk_digest(b"x"), 1, Codec.DELTA, chunk_digest(b"nowhere"), 1, b"body")
    with pytest.raises(CorruptionError), database.begin() as tx:
        chunks.put(tx, delta)
    assert database.look().value("SELECT count(*) FROM chunk") == 0


def test_a_lineage_goes_back_to_its_keyframe(database: Database) -> None:
    store = Chunks(database.look)
    made = lineage(database, store, 10)
    assert [chunk.gen for chunk in made] == list(range(10))
    bases = {chunk.digest: chunk.base for chunk in made}
    for chunk in made:
        line = Chunks(database.look).lineage(chunk.digest)
        assert line[0] == (chunk.digest, chunk.gen) and line[-1] == (made[0].digest, 0)
        assert [each[0] for each in line[1:]] == [bases[each[0]] for each in line[:-1]]


def test_every_version_of_a_lineage_is_read(database: Database) -> None:
    made = lineage(database, Chunks(database.look), 40)
    assert sum(len(chunk.body) for chunk in made[1:]) < len(NOISE)
    for order in (made, made[::-1], random.Random(1).sample(made, 40)):
        store = Chunks(database.look)
        assert all(store.content(chunk.digest) == version(chunk.gen) for chunk in order)
    for chunk in made:
        assert Chunks(database.look).content(chunk.digest) == version(chunk.gen)


def test_what_was_read_is_remembered_until_forgotten(database: Database) -> None:
    store = Chunks(database.look)
    made = lineage(database, store, 3)
    contents = [store.content(chunk.digest) for chunk in made]
    lines = [store.lineage(chunk.digest) for chunk in made]
    with database.begin() as tx:
        tx.run("UPDATE chunk SET body = x'00'")
    assert [store.content(chunk.digest) for chunk in made] == contents
    store.forget()
    with pytest.raises(CorruptionError):
        store.content(made[-1].digest)
    with database.begin() as tx:
        tx.run("DELETE FROM chunk WHERE id > 1")
    assert lines[-1] and store.lineage(made[-1].digest) == ()


def test_an_offered_chunk_is_a_base_before_it_is_kept(database: Database) -> None:
    store = Chunks(database.look)
    first = packed(version(0))
    store.offer(first, version(0))
    assert store.content(first.digest) == version(0) and not store.knows(first.digest)
    second = packed(version(1), first.digest, store)
    store.offer(second, version(1))
    assert second.base == first.digest
    assert store.lineage(second.digest) == ((second.digest, 1), (first.digest, 0))
    with database.begin() as tx:
        chunks.put(tx, first)
        chunks.put(tx, second)
    assert store.knows(second.digest)
    assert Chunks(database.look).content(second.digest) == version(1)


def test_an_offered_chunk_that_is_not_kept_is_forgotten(database: Database) -> None:
    store = Chunks(database.look)
    chunk = packed(version(0))
    store.offer(chunk, version(0))
    store.forget()
    assert (store.lineage(chunk.digest), store.content(chunk.digest)) == ((), None)


def test_memory_is_bounded(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    room = 3 * len(version(0)) + 100
    monkeypatch.setattr(chunks, "CHUNK_CACHE_BYTES", room)
    monkeypatch.setattr(chunks, "LINEAGE_CACHE_ROWS", 2)
    store = Chunks(database.look)
    made = lineage(database, store, 8)
    store.forget()
    for chunk in made:
        assert store.content(chunk.digest) == version(chunk.gen)
        assert store.lineage(chunk.digest)[0] == (chunk.digest, chunk.gen)
        assert sum(map(len, store._contents.values())) == store._bytes <= room
        assert len(store._lineages) <= 2
    assert len(store._contents) == 3


def test_a_damaged_body_is_a_mismatch(database: Database) -> None:
    raw = packed(b"short")
    with database.begin() as tx:
        number = chunks.put(tx, raw)
        damage(tx, raw, b"shorT")
    with pytest.raises(DigestMismatch) as caught:
        Chunks(database.look).by_number(number)
    assert (caught.value.expected, caught.value.found) == (raw.digest.hex(), chunk_digest(b"shorT").hex())


@pytest.mark.parametrize("body", [b"", b"nonsense", b"\x28\xb5\x2f\xfd"])
def test_a_body_that_is_no_frame_is_damage(database: Database, body: bytes) -> None:
    zipped = packed(b"a" * 500)
    with database.begin() as tx:
        chunks.put(tx, zipped)
        damage(tx, zipped, body)
    with pytest.raises(CorruptionError):
        Chunks(database.look).content(zipped.digest)


def test_a_damaged_base_is_told_of_the_base(database: Database) -> None:
    made = lineage(database, Chunks(database.look), 3)
    with database.begin() as tx:
        tx.run("UPDATE chunk SET codec = 0, body = :body WHERE gen = 0", body=b"\0" * made[0].size)
    with pytest.raises(DigestMismatch) as caught:
        Chunks(database.look).content(made[-1].digest)
    assert caught.value.expected == made[0].digest.hex()


def test_a_base_whose_damage_reaches_nobody_is_no_hindrance(database: Database) -> None:
    made = lineage(database, Chunks(database.look), 3)
    with database.begin() as tx:
        tx.run("UPDATE chunk SET codec = 0, body = :body WHERE gen = 0", body=version(7))
    assert Chunks(database.look).content(made[-1].digest) == version(2)


def test_digests_come_in_the_order_asked_for(database: Database) -> None:
    made = [packed(bytes([number])) for number in range(3)]
    with database.begin() as tx:
        numbers = [chunks.put(tx, chunk) for chunk in made]
    asked = [numbers[2], numbers[0], numbers[2], numbers[1]]
    found = database.look().rows(chunks.SELECT_DIGESTS, ids=str([int(number) for number in asked]))
    assert [row[0] for row in found] == [made[at].digest for at in (2, 0, 2, 1)]


def test_a_portion_is_bounded_and_the_next_goes_on(database: Database) -> None:
    store = Chunks(database.look)
    made = lineage(database, store, 6)
    found, after = list[chunks.StoredChunk](), 0
    while part := chunks.portion(database.look(), after, 1):
        assert len(part) == 1
        found, after = [*found, *part], part[-1].id
    assert [each.digest for each in found] == [each.digest for each in made]
    assert chunks.portion(database.look(), 0, 1 << 20) == found
    assert chunks.total(database.look()) == sum(each.size for each in found)


def test_a_range_is_written_anew(database: Database) -> None:
    store = Chunks(database.look)
    lineage(database, store, 6)
    held = chunks.portion(database.look(), 0, 1 << 20)
    plain = held[3]._replace(codec=int(Codec.RAW), base_id=None, gen=0, body=version(3))
    database.trust_references()  # in between, others stand on what is not there
    with database.begin() as tx:
        chunks.replace(tx, [*held[1:3], plain, held[4]])
    assert chunks.portion(database.look(), 0, 1 << 20) == [*held[:3], plain, *held[4:]]
    assert [Chunks(database.look).by_number(each.id) for each in held] == [version(number) for number in range(6)]
