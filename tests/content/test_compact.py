"""Changes slid to where a person would see them."""

import pytest

from journal.content import compact, diffing, lcs, lines
from tests.content.texts import pairs


def compacted(before: str, after: str) -> list[compact.Block]:
    a, b = lines.split(before.encode()), lines.split(after.encode())
    return compact.compacted(a, b, compact.blocks(*lcs.match(a, b)))


ONE = "def one():\n    a\n    return\n\n"
TWO = "def two():\n    b\n    return\n\n"


def test_a_function_is_inserted_whole() -> None:
    assert compacted(TWO, ONE + TWO) == [(0, 0, 0, 4)]
    assert compacted("x\n\n" + ONE + TWO, "x\n\n" + ONE + "def new():\n    a\n    return\n\n" + TWO) == [(6, 0, 6, 4)]
    assert compacted("x\n\n" + ONE + TWO, "x\n\n" + TWO) == [(2, 4, 2, 0)]


def test_on_equal_scores_the_lowest_place_wins() -> None:
    assert compacted("a\na\n", "a\na\na\n") == [(2, 0, 2, 1)]
    assert compacted("x\na\na\ny\n", "x\na\na\na\ny\n") == [(3, 0, 3, 1)]


def test_changes_that_meet_are_joined() -> None:
    joined = compact.compacted([b"a", b"b", b"b"], [b"b"], [(0, 1, 0, 0), (2, 1, 1, 0)])
    assert joined == [(0, 2, 0, 0)]


def test_a_change_is_moved_so_far_and_no_further() -> None:
    text = [b"a"] * 500
    (block,) = compact.compacted(text[:-1], text, [(250, 0, 250, 1)])
    assert abs(block[2] - 250) <= compact.SLIDE_MAX


@pytest.mark.parametrize(
    ("kept_a", "kept_b", "blocks"),
    [
        ("", "", []),
        ("111", "111", []),
        ("0", "", [(0, 1, 0, 0)]),
        ("101", "11", [(1, 1, 1, 0)]),
        ("101", "101", [(1, 1, 1, 1)]),
        ("0110", "110", [(0, 1, 0, 0), (3, 1, 2, 1)]),
        ("11", "1001", [(1, 0, 1, 2)]),
    ],
)
def test_blocks(kept_a: str, kept_b: str, blocks: list[compact.Block]) -> None:
    marks = [bytearray(int(mark) for mark in kept) for kept in (kept_a, kept_b)]
    assert compact.blocks(*marks) == blocks


def test_sliding_changes_neither_size_nor_meaning() -> None:
    for before, after in pairs(5, 1500):
        a, b = lines.split(before), lines.split(after)
        found = compact.blocks(*lcs.match(a, b))
        slid = compact.compacted(a, b, found)
        assert [sum(column) for column in list(zip(*found, strict=True))[1::2]] == [
            sum(column) for column in list(zip(*slid, strict=True))[1::2]
        ]
        made = []
        at = 0
        for start, count, new_start, new_count in slid:
            made += a[at:start] + b[new_start : new_start + new_count]
            at = start + count
        assert made + a[at:] == b


def test_the_margin_of_trimming_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    head = b"".join(b"line %d\n" % at for at in range(300))
    texts = [(head + one + head, head + other + head) for one, other in pairs(6, 200)]
    trimmed = [diffing.compare(*each) for each in texts]
    monkeypatch.setattr(compact, "MARGIN_LINES", 10_000)
    assert [diffing.compare(*each) for each in texts] == trimmed
