"""Lines split and common ends cut off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.content import lines


@pytest.mark.parametrize(
    ("data", "split"),
    [
        (b"", []),
        (b"\n", [b""]),
        (b"a\n", [b"a"]),
        (b"a", [b"a" + lines.NO_NEWLINE]),
        (b"a\r\nb\rc\x0cd\n", [b"a\r", b"b\rc\x0cd"]),
        (b"a\n\nb", [b"a", b"", b"b" + lines.NO_NEWLINE]),
    ],
)
def test_split(data: bytes, split: list[bytes]) -> None:
    assert lines.split(data) == split


def test_a_line_that_looks_like_the_mark_is_another() -> None:
    assert lines.split(b"a") != lines.split(b"a\n\\ No newline at end of file\n")


texts = st.lists(st.sampled_from([b"a\n", b"b\n", b"\n", b"cc\n"]), max_size=30).map(b"".join)


@given(texts, texts, texts, texts, st.sampled_from([b"", b"x"]), st.integers(0, 4))
def test_trimmed(head: bytes, one: bytes, other: bytes, tail: bytes, last: bytes, margin: int) -> None:
    before, after = head + one + tail + last, head + other + tail + last
    skipped, old, new = lines.trimmed(before, after, margin)
    a, b = lines.split(before), lines.split(after)
    kept_a, kept_b = lines.split(old), lines.split(new)
    assert a[:skipped] == b[:skipped]
    assert a[skipped : skipped + len(kept_a)] == kept_a
    assert b[skipped : skipped + len(kept_b)] == kept_b
    rest = len(a) - skipped - len(kept_a)
    assert rest == len(b) - skipped - len(kept_b) >= 0
    assert a[len(a) - rest :] == b[len(b) - rest :]
    if skipped:
        assert kept_a[:margin] == kept_b[:margin]
        assert min(len(kept_a), len(kept_b)) >= margin
    if rest and margin:
        assert kept_a[-margin:] == kept_b[-margin:]
        assert min(len(kept_a), len(kept_b)) >= margin


def test_long_common_ends_are_found_whatever_their_length() -> None:
    for size in (1, lines.STEP_BYTES - 1, lines.STEP_BYTES, lines.STEP_BYTES + 1, 3 * lines.STEP_BYTES + 7):
        ends = b"x\n" * (size // 2) + b"y" * (size % 2)
        skipped, old, new = lines.trimmed(ends + b"\n1\n" + ends, ends + b"\n2\n" + ends, 3)
        assert len(old) == len(new) < 20 + 4 * (size % 2)
        assert skipped == max(0, size // 2 + 1 - 3)
