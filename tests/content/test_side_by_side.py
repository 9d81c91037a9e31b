"""Two columns: aligned, numbered, never wider than the width, and harmless on a terminal."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal import UsageError, create_diff
from journal.content.columns import columns
from journal.content.side_by_side import parted
from journal.limits import SIDE_BY_SIDE_WIDTH, SIDE_BY_SIDE_WIDTH_MAX, SIDE_BY_SIDE_WIDTH_MIN

BITS = st.sampled_from(
    [b"word ", b"x", b"\n", b"\t", "日本".encode(), "e\u0301".encode(), b"\xff", b"\x1b[2J", b"\r\n"]
)
CONTENT = st.lists(BITS, max_size=30).map(b"".join)


def test_what_it_looks_like() -> None:
    before = "import os\nimport sys\n\ndef f(a, b):\n\treturn a\n" + "".join(f"{n}\n" for n in range(9)) + "end"
    after = before.replace("import sys\n", "").replace("b)", "c)").replace("end", "end of it 日本語\nmore\n")
    assert create_diff("src/a.py", before, after, context=1).side_by_side(50) == (
        "src/a.py                  src/a.py\n"
        "modified\n" + "-" * 50 + "\n"
        " 1 import os               1 import os\n"
        " 2 import sys           <\n"
        " 3                         2\n"
        " 4 def f(a, b):         |  3 def f(a, c):\n"
        " 5         return a        4         return a\n" + "-" * 50 + "\n"
        "14 8                      13 8\n"
        "15 end                  <\n"
        "   \\ No newline at end …\n"
    ).replace("   \\ No newline at end …\n", "\\ No newline at end of…\n") + (
        "                        > 14 end of it 日本語\n                        > 15 more\n"
    )


@given(CONTENT, CONTENT, st.integers(SIDE_BY_SIDE_WIDTH_MIN, 100))
def test_no_line_is_wider_than_the_width(before: bytes, after: bytes, width: int) -> None:
    patch = create_diff("日" * 30, before, after)
    made = patch.side_by_side(width)
    assert made == patch.side_by_side(width)
    assert bool(made) == (before != after)
    signs = []
    for line in made.split("\n")[:-1]:
        assert columns(line) <= width
        assert line.isprintable()
        assert line == line.rstrip(" ")
        old, sign, new = parted(line, width)
        assert old + sign + new == line
        signs.append(sign.strip())
    found = [sign for sign in signs[2:] if sign in ("|", "<", ">")]
    assert sum(sign in "|<" for sign in found) == patch.deletions
    assert sum(sign in "|>" for sign in found) == patch.additions


@pytest.mark.parametrize(
    "width", [SIDE_BY_SIDE_WIDTH_MIN - 1, 0, -1, SIDE_BY_SIDE_WIDTH_MAX + 1, "80", 80.0, True, None]
)
def test_a_width_of_no_use_is_refused(width: Any) -> None:
    with pytest.raises(UsageError, match="width") as caught:
        create_diff("x", "a", "a").side_by_side(width)
    assert caught.value.hint


def test_the_default_and_the_context() -> None:
    before = "".join(f"{number}\n" for number in range(20))
    patch = create_diff("x", before, before.replace("7\n", "seven\n", 1), context=1)
    assert len(patch.side_by_side().splitlines()) == 3 + 3
    assert len(patch.side_by_side(context=0).splitlines()) == 3 + 1
    assert max(map(len, patch.side_by_side().splitlines())) == SIDE_BY_SIDE_WIDTH


def test_contents_without_text_are_told_by_a_line() -> None:
    assert create_diff("x", b"\0", b"\0\0").side_by_side(40) == (
        "x                    x\nmodified, binary, 1 -> 2 bytes\n"
    )
    assert create_diff("x", None, "").side_by_side(40) == "                     x\ncreated, mode 644\n"
    assert create_diff("x", "a\r\n", "b\r\n").side_by_side(40).splitlines()[-1] == "1 a                | 1 b"
    assert "1 a\\x0d" in create_diff("x", "a\r\n", "a\n").side_by_side(40)
