"""A content as a file: whatever is asked of it, it answers as a file in memory would."""

import csv
import io
import json
import random
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from journal.errors import DigestMismatch
from journal.limits import PIECE_BYTES
from journal.records import Reader

sizes = st.integers(0, 40)


class Pieces:
    """A content that comes in pieces of some sizes, and how often it was asked for, from where."""

    def __init__(self, data: bytes, cuts: list[int]) -> None:
        self.data = data
        self.cuts = cuts
        self.asked: list[int] = []
        self.given = 0

    def __call__(self, offset: int) -> Iterator[bytes]:
        self.asked.append(offset)
        ends = [*sorted({cut for cut in self.cuts if offset < cut < len(self.data)}), len(self.data)]
        for start, end in zip([offset, *ends], ends, strict=False):
            self.given += 1
            yield self.data[start:end]


def reader(data: bytes, *cuts: int) -> Reader:
    """A reader of a content that comes in pieces."""
    return Reader(len(data), Pieces(data, list(cuts)))


class LikeAFileInMemory(RuleBasedStateMachine):
    """Any sequence of calls gives what `io.BytesIO` gives."""

    @initialize(data=st.binary(max_size=60), cuts=st.lists(st.integers(1, 59), max_size=6))
    def begin(self, data: bytes, cuts: list[int]) -> None:
        self.size = len(data)
        self.mine = reader(data, *cuts)
        self.model = io.BytesIO(data)

    @rule(size=sizes | st.just(-1) | st.none())
    def read(self, size: int | None) -> None:
        assert self.mine.read(size) == self.model.read(size)

    @rule(size=sizes | st.just(-1))
    def read1(self, size: int) -> None:
        found = self.mine.read1(size)
        assert size < 0 or len(found) <= size
        assert found or size == 0 or self.model.tell() >= self.size
        assert found == self.model.read(len(found))

    @rule(size=sizes, wide=st.booleans())
    def readinto(self, size: int, wide: bool) -> None:
        mine, model = bytearray(size * 2), bytearray(size * 2)
        view = memoryview(mine).cast("H") if wide else mine
        assert self.mine.readinto(view) == self.model.readinto(model)
        assert mine == model

    @rule(offset=st.integers(0, 80))
    def seek(self, offset: int) -> None:
        assert self.mine.seek(offset) == self.model.seek(offset)

    @rule(offset=st.integers(-80, 80), whence=st.sampled_from([io.SEEK_CUR, io.SEEK_END]))
    def seek_from(self, offset: int, whence: int) -> None:
        start = self.model.tell() if whence == io.SEEK_CUR else self.size
        if start + offset < 0:
            with pytest.raises(ValueError):
                self.mine.seek(offset, whence)
        else:
            assert self.mine.seek(offset, whence) == self.model.seek(offset, whence)

    @rule()
    def iterate(self) -> None:
        assert b"".join(self.mine) == self.model.read()

    @rule()
    def read_a_line(self) -> None:
        assert self.mine.readline() == self.model.readline()

    @precondition(lambda self: self.model.tell() < self.size)
    @rule()
    def take_a_piece(self) -> None:
        piece = next(self.mine)
        assert piece and piece == self.model.read(len(piece))

    @invariant()
    def both_are_at_the_same_place(self) -> None:
        if hasattr(self, "mine"):
            assert self.mine.tell() == self.model.tell()


TestLikeAFileInMemory = LikeAFileInMemory.TestCase


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_json_loads_from_it(value: Any) -> None:
    data = json.dumps(value).encode()
    assert json.load(reader(data, 1, 5, 9)) == value


def test_copying_takes_all_of_it() -> None:
    data = random.Random(1).randbytes(300_000)
    target = io.BytesIO()
    shutil.copyfileobj(reader(data, 7, 100_000, 100_001), target, 4096)
    assert target.getvalue() == data


def test_text_can_be_read_through_it() -> None:
    file: Any = reader("name,größe\na,1\nb,2".encode(), 8, 9, 10)
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    assert list(csv.reader(text)) == [["name", "größe"], ["a", "1"], ["b", "2"]]


def test_it_reads_and_seeks_and_does_not_write() -> None:
    file = reader(b"abc")
    assert (file.size, file.readable(), file.seekable(), file.writable()) == (3, True, True, False)
    with pytest.raises(io.UnsupportedOperation):
        file.write(b"x")
    with pytest.raises(io.UnsupportedOperation):
        file.fileno()


def test_nothing_is_fetched_before_it_is_asked_for() -> None:
    pieces = Pieces(b"abcdef", [2, 4])
    file = Reader(6, pieces)
    file.seek(3)
    file.seek(0, io.SEEK_END)
    assert file.read() == b"" and file.read(0) == b"" and pieces.asked == []
    file.seek(0)
    assert file.read(1) == b"a"
    assert (pieces.asked, pieces.given) == ([0], 1)


def test_reading_on_fetches_each_piece_once() -> None:
    pieces = Pieces(b"abcdef", [2, 4])
    file = Reader(6, pieces)
    assert [file.read(1) for _ in range(7)] == [b"a", b"b", b"c", b"d", b"e", b"f", b""]
    file.seek(6)
    assert (pieces.asked, pieces.given) == ([0], 3)
    file.seek(2)
    assert list(file) == [b"cd", b"ef"]
    assert pieces.asked == [0, 2]


def test_a_piece_that_is_iterated_is_bounded() -> None:
    data = bytes(2 * PIECE_BYTES + 1)
    assert [len(piece) for piece in reader(data)] == [PIECE_BYTES, PIECE_BYTES, 1]


def test_a_whence_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="whence"):
        reader(b"abc").seek(0, 3)


def test_damage_is_told_where_it_is_met() -> None:
    def pieces(offset: int) -> Iterator[bytes]:
        yield b"good"[offset:]
        raise DigestMismatch("chunk differs")

    file = Reader(8, pieces)
    assert file.read(4) == b"good"
    for ask in (file.read, file.read1, lambda: next(file), lambda: file.readinto(bytearray(3))):
        file.seek(0)
        file.read(4)
        with pytest.raises(DigestMismatch):
            ask()


def test_closing_ends_it_once() -> None:
    closed = []
    file = Reader(3, Pieces(b"abc", []), lambda: closed.append(True))
    assert file.read(1) == b"a" and not file.closed
    file.close()
    file.close()
    assert closed == [True] and file.closed


def test_leaving_or_dropping_it_closes_it() -> None:
    closed = []
    with Reader(3, Pieces(b"abc", []), lambda: closed.append("left")) as file:
        assert file.read() == b"abc"
    half = Reader(3, Pieces(b"abc", [1]), lambda: closed.append("dropped"))
    assert half.read(1) == b"a"
    del half
    assert closed == ["left", "dropped"]


def test_a_closed_one_answers_nothing() -> None:
    file = reader(b"abc")
    file.close()
    asked = (file.read, file.read1, file.tell, file.readline, lambda: iter(file), lambda: next(file))
    for ask in (*asked, lambda: file.seek(0), lambda: file.readinto(bytearray(1))):
        with pytest.raises(ValueError, match="closed"):
            ask()
