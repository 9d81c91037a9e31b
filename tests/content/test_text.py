"""Text told from binary, lines counted and shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.content import text


def test_a_nul_near_the_start_is_binary() -> None:
    assert text.is_text(b"")
    assert text.is_text(b"\xff\xfe any bytes")
    assert not text.is_text(b"x" * 7999 + b"\0")
    assert text.is_text(b"x" * 8000 + b"\0")


@pytest.mark.parametrize(
    ("data", "count"),
    [
        (b"", 0),
        (b"\n", 1),
        (b"a", 1),
        (b"a\n", 1),
        (b"a\nb", 2),
        (b"a\r\nb\r\n", 2),
        (b"a\rb", 1),
        (b"\n\n", 2),
        (b"\x0c", 1),
    ],
)
def test_line_count(data: bytes, count: int) -> None:
    assert text.line_count(data) == count


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("plain é", "plain é"),
        ("a\tb", "a b"),
        ("\x1b[31mred", "\\x1b[31mred"),
        (b"caf\xc3\xa9 \xff", "café \\xff"),
        ("end\r", "end\\x0d"),
        ("\u202egnp", "\\u202egnp"),
        ("\udc80", "\\x80"),
        ("\ud800", "\\ud800"),
        ("\U000e0001", "\\U000e0001"),
    ],
)
def test_shown(line: bytes | str, shown: str) -> None:
    assert text.shown(line, 80) == shown


@given(st.one_of(st.binary(max_size=60), st.text(max_size=60)), st.integers(0, 40))
def test_what_is_shown_is_printable_and_narrow(line: bytes | str, width: int) -> None:
    found = text.shown(line, width)
    assert len(found) <= width
    assert found.isprintable()


def test_what_is_cut_says_so() -> None:
    assert text.shown("x" * 11, 10) == "x" * 9 + "…"
    assert text.shown("x" * 10, 10) == "x" * 10
