"""Sketches find what is like a chunk: another version, a copy with edits, a picture with a strip cut out."""

import random

import pytest

from journal.content import sketches
from journal.content.sketches import HOLDERS, Sketches, sketch
from journal.ids import ChunkId
from journal.limits import SKETCH_LINES

NOISE = random.Random(3)


def text(seed: int, lines: int = 80) -> bytes:
    """A text of so many lines that nobody else has."""
    choose = random.Random(seed)
    return b"".join(b"    line %d of %d\n" % (choose.getrandbits(40), seed) for _ in range(lines))


def test_a_sketch_is_the_same_every_time_and_bounded() -> None:
    data = text(1)
    assert sketch(data) == sketch(bytes(bytearray(data)))
    assert len(sketch(data)) == SKETCH_LINES
    assert sketch(data) == tuple(sorted(sketch(data)))


@pytest.mark.parametrize("data", [b"", b"x" * 63, b"\n" * 40])
def test_what_is_too_short_has_none(data: bytes) -> None:
    assert sketch(data) == ()


def test_order_and_indentation_of_lines_do_not_matter() -> None:
    lines = text(2).splitlines(keepends=True)
    shuffled = random.Random(9).sample(lines, len(lines))
    assert sketch(b"".join(shuffled)) == sketch(b"".join(lines)) == sketch(b"".join(b"  " + line for line in lines))


def test_an_edited_copy_is_found_among_many_others() -> None:
    known = Sketches()
    for number in range(500):
        known.add(sketch(text(number)), ChunkId(number + 1))
    lines = text(123).splitlines(keepends=True)
    lines[10:20] = [b"something else %d\n" % n for n in range(10)]
    assert known.alike(sketch(b"".join(lines)))[0] == 124
    assert known.alike(sketch(text(1000))) == []


def test_bytes_without_lines_are_alike_though_some_were_cut_out() -> None:
    picture = NOISE.randbytes(60_000).replace(b"\n", b"")
    other = NOISE.randbytes(60_000).replace(b"\n", b"")
    known = Sketches()
    known.add(sketch(other), ChunkId(1))
    known.add(sketch(picture), ChunkId(2))
    assert known.alike(sketch(picture[:20_000] + picture[21_000:]))[0] == 2


def test_of_equals_the_newest_is_first_and_only_some_are_remembered() -> None:
    known, made = Sketches(), sketch(text(5))
    for number in range(1, 10):
        known.add(made, ChunkId(number))
    assert known.alike(made) == [9, 8, 7, 6][:HOLDERS]


def test_what_shares_more_comes_first() -> None:
    known = Sketches()
    known.add((1, 2, 3), ChunkId(1))
    known.add((3, 4, 5), ChunkId(2))
    assert known.alike((1, 2, 3)) == [1, 2]
    assert known.alike((9,)) == []


def test_the_eldest_are_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sketches, "SKETCH_ROWS_MAX", 4)
    known = Sketches()
    known.add((1, 2), ChunkId(1))
    known.add((3, 4), ChunkId(2))
    known.add((1, 2), ChunkId(3))  # seen again: 3 and 4 are the eldest now
    known.add((5, 6), ChunkId(4))
    assert known.alike((1, 2)) == [3, 1]
    assert known.alike((3, 4)) == []
