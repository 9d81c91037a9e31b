"""A content comes over when its bytes prove it, whatever else its rows say."""

from __future__ import annotations

from journal.content.packing import pack
from journal.database import Write
from journal.rescue.cells import Values
from journal.rescue.kept_contents import Contents
from journal.tables import salvaged
from journal.tables.blobs import HOLLOW

ONE = pack(b"some content\n" * 10)
CHUNK: Values = (4, *(ONE.new[0][0], ONE.new[0].size, int(ONE.new[0].codec), None, 0, ONE.new[0].body))
BLOB: Values = (9, ONE.sha256, ONE.size, 1, 10, 5, "whole", b"\0\0\0\4")


def brought(tx: Write, chunks: list[Values], blobs: list[Values], told: list[Values]) -> tuple[bytes, bool] | None:
    contents = Contents(tx)
    assert len(list(contents.chunks(chunks))) >= len(chunks)
    list(contents.blobs(blobs, told))
    return salvaged.content(tx, 9)


def test_a_sound_content(tx: Write) -> None:
    assert brought(tx, [CHUNK], [BLOB], []) == (ONE.sha256, True)


def test_other_bytes_are_not_taken_and_the_name_stays(tx: Write) -> None:
    assert brought(tx, [(*CHUNK[:6], b"other")], [BLOB], []) == (ONE.sha256, False)
    assert tx.value("SELECT chunks FROM blob") == HOLLOW and salvaged.count(tx, "chunk") == 0


def test_a_damaged_name_is_told_by_the_index(tx: Write) -> None:
    assert brought(tx, [CHUNK], [(9, bytes(32), *BLOB[2:])], [(ONE.sha256, 9)]) == (ONE.sha256, True)


def test_a_lost_row_is_made_again_from_name_and_chunk(tx: Write) -> None:
    assert brought(tx, [CHUNK], [], [(ONE.sha256, 9)]) == (ONE.sha256, True)


def test_what_bytes_say_of_themselves_is_counted_again(tx: Write) -> None:
    assert brought(tx, [CHUNK], [(*BLOB[:2], 1, 0, 77, *BLOB[5:])], []) == (ONE.sha256, True)
    assert tx.row("SELECT size, is_text, line_count FROM blob") == (ONE.size, 1, 10)


def test_a_delta_waits_for_its_base(tx: Write) -> None:
    plain = b"another content\n"
    other = pack(plain).new[0]
    late: Values = (3, other.digest, other.size, int(other.codec), None, 0, other.body)
    early: Values = (5, ONE.new[0].digest, ONE.size, 2, 4, 1, b"no frame")
    contents = Contents(tx)
    assert list(contents.chunks([early, late])) and salvaged.count(tx, "chunk") == 1
