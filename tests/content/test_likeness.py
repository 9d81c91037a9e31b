"""How alike two contents are: by whole lines, wherever they stand, and by pieces of long ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.content import lines
from journal.content.diffing import compare
from journal.content.likeness import PIECE, WHOLE, common, percent, pieces, share

some = st.sampled_from([b"a\n", b"bb\n", b"ccc\n", b"\n", b"x" * 100 + b"\n", b"end"])
texts = st.lists(some, max_size=12).map(b"".join)


def alike(one: bytes, other: bytes) -> int:
    return share(common(pieces(one), pieces(other)), len(one), len(other))


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (b"a\nb\nc\n", b"c\nb\na\n", 6),
        (b"a\na\nb\n", b"a\nc\n", 2),
        (b"a\n", b"b\n", 0),
        (b"\n\n", b"\n", 1),
        (b"x" * 1000, b"x" * 500 + b"y" * 500, 7 * (PIECE + 1)),
    ],
)
def test_lines_count_as_often_as_both_have_them(one: bytes, other: bytes, shared: int) -> None:
    assert common(pieces(one), pieces(other)) == common(pieces(other), pieces(one)) == shared


def test_the_share_is_that_of_the_larger_one() -> None:
    assert alike(b"a\n" * 5 + b"b\n" * 5, b"a\n" * 5) == WHOLE // 2
    assert alike(b"", b"") == WHOLE
    assert alike(b"a\n", b"") == 0


@given(texts, texts)
def test_it_is_the_same_both_ways_and_whole_for_the_same(one: bytes, other: bytes) -> None:
    assert alike(one, other) == alike(other, one) <= WHOLE
    assert alike(one, one) == WHOLE


@given(texts, texts)
def test_a_diff_never_tells_that_different_texts_are_the_same(one: bytes, other: bytes) -> None:
    found = percent(lines.split(one), compare(one, other).blocks, len(one), len(other))
    assert 0 <= found <= 99
    assert percent(lines.split(b"a\nb\n"), compare(b"a\nb\n", b"a\nc\n").blocks, 4, 4) == 50
