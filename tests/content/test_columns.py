"""Texts on a grid: never wider than their room, by the columns that a terminal gives each character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.content.columns import columns, fitted, laid, padded


@pytest.mark.parametrize(
    ("text", "wide"),
    [("", 0), ("abc", 3), ("日本", 4), ("e\u0301", 1), ("a\u200db", 2), ("한", 2), ("\u1112\u1161\u11ab", 2), ("é", 1)],
)
def test_columns(text: str, wide: int) -> None:
    assert columns(text) == wide
    assert columns(padded(text, 9)) == 9


@pytest.mark.parametrize(
    ("line", "room", "shown"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("日本語", 5, "日本…"),
        ("日本語", 6, "日本語"),
        ("日本語", 1, "…"),
        ("a\tb", 20, "a       b"),
        ("日\tb", 20, "日      b"),
        ("\x1b[2J\r", 20, "\\x1b[2J\\x0d"),
        ("\udcff\u202e\u2028\xa0", 30, "\\xff\\u202e\\u2028\\xa0"),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…"),
        ("　a", 9, "　a"),
    ],
)
def test_a_line_is_laid_into_its_room(line: str, room: int, shown: str) -> None:
    assert laid(line, room) == shown


@given(st.text(st.characters(), max_size=30), st.integers(1, 40))
def test_no_line_is_wider_than_its_room(line: str, room: int) -> None:
    shown = laid(line, room)
    assert columns(shown) <= room
    assert shown.replace("\u3000", "").isprintable()
    assert columns(fitted(shown, room - 1)) < room


def test_marks_without_end_are_cut() -> None:
    shown = laid("e" + "\u0301" * 100_000, 10)
    assert len(shown) < 100 and shown.endswith("…")
