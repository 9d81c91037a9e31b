"""Whole contents: kept once, in pieces when large, and readable by anyone with SQLite."""

import hashlib
import random
import time

import pytest

from journal.content.packing import Tally, pack, pack_chunk
from journal.database import Database, Read, Write
from journal.errors import CorruptionError, DigestMismatch, UnknownName
from journal.ids import BlobId, ChunkDigest, ChunkId, Sha256, chunk_digest, sha256
from journal.tables import blobs, chunks
from journal.tables.chunks import Chunks
from tests.tables import rows

LARGE = random.Random(2).randbytes(700_000)
EDITED = LARGE[:350_000] + b"an edit" + LARGE[350_000:]
CHUNK_LIST = "SELECT seq, chunk_id FROM blob_chunk WHERE blob_id = {} ORDER BY seq"


def read(database: Database, data: bytes, offset: int = 0) -> bytes:
    """A content from an offset on."""
    look = database.look()
    return b"".join(blobs.pieces(blobs.get(look, sha256(data)), Chunks(database.look), look, offset))


def arrive(tx: Write, blob_id: BlobId, pieces: list[bytes]) -> Tally:
    """Takes in a large content, a chunk a piece."""
    tally = Tally()
    for piece in pieces:
        tally.update(piece)
        blobs.extend(tx, blob_id, [chunks.put(tx, pack_chunk(piece, chunk_digest(piece), None, None))])
    return tally


def joined(blob: blobs.BlobRow, store: Chunks, tx: Read) -> bytes:
    """All of a content, from its pieces."""
    return b"".join(blobs.pieces(blob, store, tx))


def test_a_content_is_kept_once(database: Database) -> None:
    before = time.time_ns() // 1000
    with database.begin() as tx:
        number = blobs.put(tx, pack(b"one\ntwo"))
        assert blobs.put(tx, pack(b"one\ntwo")) == number
        assert blobs.put(tx, pack(b"other")) != number
    found = blobs.get(database.look(), sha256(b"one\ntwo"))
    assert found[:5] == (number, hashlib.sha256(b"one\ntwo").digest(), 7, True, 2) and len(found.chunks) == 1
    assert database.look().row("SELECT count(*), min(state), max(state) FROM blob") == (2, "whole", "whole")
    assert database.look().value("SELECT created_at FROM blob") >= before
    assert read(database, b"one\ntwo") == b"one\ntwo"


def test_a_content_is_found_by_name_and_by_number(database: Database) -> None:
    name, unknown = sha256(b"a"), sha256(b"unknown")
    with database.begin() as tx:
        number = rows.blob(tx, b"a")
    look = database.look()
    assert blobs.number(look, name) == number and blobs.name(look, number) == name and blobs.knows(look, name)
    assert blobs.find(look, unknown) is None and not blobs.knows(look, unknown)
    assert blobs.name(look, BlobId(99)) is None
    with pytest.raises(UnknownName) as caught:
        blobs.get(look, unknown)
    assert (caught.value.name, caught.value.candidates) == (unknown.hex(), ())
    with pytest.raises(CorruptionError, match=unknown.hex()):
        blobs.number(look, unknown)


@pytest.mark.parametrize("data", [b"", b"\0binary\n", b"text\r\n", b"\xff"], ids=["empty", "nul", "text", "odd"])
def test_small_contents_come_back(database: Database, data: bytes) -> None:
    with database.begin() as tx:
        rows.blob(tx, data)
    found = blobs.get(database.look(), sha256(data))
    assert (found.size, found.is_text, found.line_count) == (len(data), b"\0" not in data, pack(data).line_count)
    assert read(database, data) == data
    assert len(found.chunks) == (1 if data else 0)


def test_an_edit_of_a_large_content_shares_its_chunks(database: Database) -> None:
    store = Chunks(database.look)
    with database.begin() as tx:
        rows.blob(tx, LARGE)
    before = blobs.digests(database.look(), blobs.get(database.look(), sha256(LARGE)))
    kept = database.look().value("SELECT count(*) FROM chunk")
    with database.begin() as tx:
        blobs.put(tx, pack(EDITED, before, store))
    assert database.look().value("SELECT count(*) FROM chunk") - kept <= 2
    assert database.look().value("SELECT sum(length(body)) FROM chunk WHERE codec = 2") < 1000
    after = blobs.digests(database.look(), blobs.get(database.look(), sha256(EDITED)))
    assert after == pack(EDITED).chunks and len(set(before) & set(after)) >= len(before) - 2
    assert read(database, LARGE) == LARGE and read(database, EDITED) == EDITED


def test_a_chunk_that_occurs_twice_is_kept_once(database: Database) -> None:
    data = bytes(600_000)
    with database.begin() as tx:
        rows.blob(tx, data)
    found = blobs.get(database.look(), sha256(data))
    assert len(found.chunks) > len(set(found.chunks)) == database.look().value("SELECT count(*) FROM chunk")
    assert read(database, data) == data


@pytest.mark.parametrize("offset", [0, 1, 16_384, 350_003, 699_999, 700_000, 700_001])
def test_pieces_begin_at_any_offset(database: Database, offset: int) -> None:
    with database.begin() as tx:
        rows.blob(tx, LARGE)
    assert read(database, LARGE, offset) == LARGE[offset:]


def test_pieces_begin_where_chunks_do(database: Database) -> None:
    with database.begin() as tx:
        rows.blob(tx, LARGE)
    look = database.look()
    found = blobs.get(look, sha256(LARGE))
    sizes = chunks.sizes(look, found.chunks)
    assert [len(piece) for piece in blobs.pieces(found, Chunks(database.look), look, sizes[0])] == sizes[1:]
    assert [len(piece) for piece in blobs.pieces(found, Chunks(database.look), look, sizes[0] - 1)] == [1, *sizes[1:]]


@pytest.mark.parametrize("lost", [slice(0, 4), slice(4, 8), slice(-4, None)])
def test_a_content_that_lost_a_chunk_is_never_given_out_short(database: Database, lost: slice) -> None:
    with database.begin() as tx:
        rows.blob(tx, LARGE)
        kept = bytearray(tx.value("SELECT chunks FROM blob WHERE sha256 = :sha256", sha256=sha256(LARGE)))
        del kept[lost]
        tx.run("UPDATE blob SET chunks = :chunks WHERE sha256 = :sha256", chunks=bytes(kept), sha256=sha256(LARGE))
    look = database.look()
    with pytest.raises(DigestMismatch):
        next(blobs.pieces(blobs.get(look, sha256(LARGE)), Chunks(database.look), look))
    with pytest.raises(DigestMismatch):
        blobs.whole(blobs.get(look, sha256(LARGE)), Chunks(database.look), look)


def test_a_content_whose_chunks_changed_places_is_not_given_out_whole(database: Database) -> None:
    with database.begin() as tx:
        rows.blob(tx, LARGE)
        kept = tx.value("SELECT chunks FROM blob WHERE sha256 = :sha256", sha256=sha256(LARGE))
        turned = b"".join(kept[at : at + 4] for at in range(len(kept) - 4, -1, -4))
        tx.run("UPDATE blob SET chunks = :chunks WHERE sha256 = :sha256", chunks=turned, sha256=sha256(LARGE))
    look = database.look()
    given: list[bytes] = []
    with pytest.raises(DigestMismatch):
        given.extend(blobs.pieces(blobs.get(look, sha256(LARGE)), Chunks(database.look), look))
    assert sum(map(len, given)) < len(LARGE)
    with pytest.raises(DigestMismatch):
        blobs.whole(blobs.get(look, sha256(LARGE)), Chunks(database.look), look)


def test_a_damaged_chunk_of_a_content_is_never_given_out(database: Database) -> None:
    with database.begin() as tx:
        rows.blob(tx, LARGE)
        last = blobs.get(tx, sha256(LARGE)).chunks[-1]
        tx.run("UPDATE chunk SET codec = 0, body = zeroblob(size) WHERE id = :id", id=last)
    whole = b""
    with pytest.raises(DigestMismatch):
        look = database.look()
        for piece in blobs.pieces(blobs.get(look, sha256(LARGE)), Chunks(database.look), look):
            whole += piece
    assert LARGE.startswith(whole) and len(whole) > 400_000
    store = Chunks(database.look)
    with pytest.raises(DigestMismatch) as caught:
        blobs.whole(blobs.get(look, sha256(LARGE)), store, look)
    named = blobs.digests(look, blobs.get(look, sha256(LARGE)))[-1]
    assert caught.value.expected == named.hex()  # the chunk, not only the content
    assert store.late(ChunkDigest(bytes.fromhex(caught.value.found))) is None


def test_a_whole_content_is_remembered_chunk_by_chunk(database: Database) -> None:
    with database.begin() as tx:
        rows.blob(tx, LARGE)
    store, look = Chunks(database.look), database.look()
    found = blobs.get(look, sha256(LARGE))
    assert blobs.whole(found, store, look) == LARGE == joined(found, store, look)
    assert b"".join(store.late(digest) or b"" for digest in blobs.digests(look, found)) == LARGE
    assert blobs.whole(blobs.get(look, found.sha256), store, look) == LARGE


def test_a_large_content_arrives_in_pieces_and_is_seen_when_it_is_whole(database: Database) -> None:
    pieces = [b"one\n" * 300, b"two\n" * 300, b"three"]
    name = sha256(b"".join(pieces))
    with database.begin() as tx:
        number = blobs.begin(tx)
        tally = arrive(tx, number, pieces)
    assert not blobs.knows(database.look(), name)
    assert database.look().row("SELECT state, sha256, length(chunks) FROM blob") == ("pending", None, 12)
    assert database.look().value("SELECT count(*) FROM blob_chunk") == 3
    with database.begin() as tx:
        assert blobs.finish(tx, number, tally) == number
    found = blobs.get(database.look(), name)
    assert (found.id, found.size, found.is_text, found.line_count) == (number, 2405, True, 601)
    assert read(database, b"".join(pieces)) == b"".join(pieces)


def test_finishing_a_content_that_is_there_gives_that_one(database: Database) -> None:
    with database.begin() as tx:
        first = rows.blob(tx, b"onetwo")
        number = blobs.begin(tx)
        assert blobs.finish(tx, number, arrive(tx, number, [b"one", b"two"])) == first
    assert database.look().rows("SELECT id, state FROM blob") == [(first, "whole")]
    assert read(database, b"onetwo") == b"onetwo"


def test_what_does_not_arrive_is_dropped(database: Database) -> None:
    with database.begin() as tx:
        kept = rows.blob(tx, b"kept")
        one, two, three = (blobs.begin(tx) for _ in range(3))
        arrive(tx, two, [b"piece"])
        blobs.drop_pending(tx, one)
        assert [row[0] for row in tx.rows("SELECT id FROM blob ORDER BY id")] == [kept, two, three]
        blobs.drop_pending(tx, kept)
        blobs.drop_pending(tx)
    assert database.look().rows("SELECT id, state FROM blob") == [(kept, "whole")]


def test_a_whole_content_takes_no_more(database: Database) -> None:
    with database.begin() as tx:
        kept = rows.blob(tx, b"kept")
        chunk = arrive_chunk(tx)
        blobs.extend(tx, kept, [chunk])
    assert read(database, b"kept") == b"kept"
    assert len(blobs.get(database.look(), sha256(b"kept")).chunks) == 1


def arrive_chunk(tx: Write) -> ChunkId:
    """A chunk of no content."""
    return chunks.put(tx, pack_chunk(b"stray", chunk_digest(b"stray"), None, None))


def test_chunk_numbers_are_packed_in_four_bytes() -> None:
    numbers = [ChunkId(number) for number in (1, 256, 2**32 - 1)]
    assert blobs.packed_ids(numbers) == bytes.fromhex("00000001 00000100 ffffffff")
    assert blobs.ids_of(blobs.packed_ids(numbers)) == tuple(numbers)
    assert blobs.packed_ids([]) == b"" and blobs.ids_of(b"") == ()
    with pytest.raises(OverflowError):
        blobs.packed_ids([ChunkId(2**32)])


def test_the_chunks_of_a_content_are_rows_to_a_stock_client(database: Database) -> None:
    with database.begin() as tx:
        number = rows.blob(tx, LARGE)
        odd = blobs.begin(tx)
        blobs.extend(tx, odd, [ChunkId(0xFEDCBA98), ChunkId(0x01234567)])
        empty = rows.blob(tx, b"")
    found = blobs.get(database.look(), sha256(LARGE))
    names, listed = rows.stock(database.path, CHUNK_LIST.format(number))
    assert names == ["seq", "chunk_id"] and listed == [list(pair) for pair in enumerate(found.chunks)]
    assert rows.stock(database.path, CHUNK_LIST.format(odd))[1] == [[0, 0xFEDCBA98], [1, 0x01234567]]
    assert rows.stock(database.path, CHUNK_LIST.format(empty))[1] == []
    assert rows.stock(database.path, "SELECT * FROM blob_chunk LIMIT 0")[0] == ["blob_id", "seq", "chunk_id"]


def test_what_takes_the_room_is_told_to_a_stock_client(database: Database) -> None:
    with database.begin() as tx:
        at = rows.home(tx)
        rows.blob(tx, LARGE)
        rows.commit(tx, at, {"a": rows.Side(b"x")}, act_id=rows.act(tx, at), message="grüße")
    names, listed = rows.stock(database.path, "SELECT * FROM storage")
    assert names == ["table_name", "row_count", "bytes"]
    told = {name: (count, size) for name, count, size in listed}
    tables = ["chunk", "blob", "patch", "path", "edit", "change", "commits", "invocation", "shell_run", "audit_link"]
    assert list(told) == tables
    assert {name: count for name, (count, _) in told.items()} == {
        name: database.look().value(f"SELECT count(*) FROM {name}") for name in tables
    }
    assert len(LARGE) * 0.99 < told["chunk"][1] < len(LARGE) * 1.01
    assert told["patch"] == (0, 0) and told["path"] == (1, 1) and told["commits"] == (1, len("grüße".encode()) + 2)


def test_the_name_of_a_content_is_one_alone(database: Database) -> None:
    with database.begin() as tx:
        rows.blob(tx, b"a")
    insert = "INSERT INTO blob VALUES (NULL, ?, 1, 1, 1, 0, ?, ?)"
    name, short = sha256(b"a"), Sha256(b"short")
    for values in [(name, "whole", b""), (None, "whole", b""), (short, "whole", b""), (None, "pending", b"1")]:
        with pytest.raises(CorruptionError), database.begin() as tx:
            tx.run_many(insert, [values])
    assert database.look().value("SELECT count(*) FROM blob") == 1


def test_many_contents_are_kept_as_each_by_itself(database: Database) -> None:
    store = Chunks(database.look)
    first = pack(b"line one\n" * 400)
    for chunk in first.new:
        store.offer(chunk, b"line one\n" * 400)
    second = pack(b"line one\n" * 399 + b"line two\n", first.chunks, store)
    assert second.new[0].base == first.chunks[0]
    with database.begin() as tx:
        alone = blobs.put(tx, pack(b"there already"))
        made = blobs.put_many(tx, [first, second, first, pack(b""), pack(b"there already"), pack(LARGE)])
    look, fresh = database.look(), Chunks(database.look)
    assert made[sha256(b"there already")] == alone
    assert len(made) == len(set(made.values())) == 5
    for data in (b"line one\n" * 400, b"line one\n" * 399 + b"line two\n", b"", b"there already", LARGE):
        found = blobs.get(look, sha256(data))
        assert found.id == made[sha256(data)]
        assert b"".join(blobs.pieces(found, fresh, look)) == data


def test_of_many_contents_the_first_packing_of_each_is_kept(database: Database) -> None:
    store, one, other = Chunks(database.look), b"line one\n" * 400, b"line one\n" * 399 + b"line two\n"
    first = pack(one)
    store.offer(first.new[0], one)
    second = pack(other, first.chunks, store)
    store.offer(second.new[0], other)
    again = pack(one, second.chunks, store)
    assert (second.new[0].base, again.new[0].base) == (first.chunks[0], second.chunks[0])  # each is based on the other
    with database.begin() as tx:
        blobs.put_many(tx, [first, second, again])
    look, fresh = database.look(), Chunks(database.look)
    assert [blobs.whole(blobs.get(look, sha256(each)), fresh, look) for each in (one, other)] == [one, other]


def test_the_chunks_of_many_contents_are_listed_at_once(database: Database) -> None:
    with database.begin() as tx:
        for data in (b"one", b"two"):
            blobs.put(tx, pack(data))
    look = database.look()
    names = [sha256(data) for data in (b"one", b"two", b"three")]
    found = blobs.lists(look, names)
    assert list(found) == names[:2]
    assert all(found[name] == blobs.get(look, name).chunks for name in found)
