"""The lines that tell one form of changes from another."""

import pytest

from journal.content import markers
from journal.content.markers import Fence


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b"```", Fence(b"`", 3, b"")),
        (b"````diff\r", Fence(b"`", 4, b"diff")),
        (b"  ~~~ patch x", Fence(b"~", 3, b"patch x")),
        (b"``", None),
        (b"```a`b", None),
        (b"x ```", None),
    ],
)
def test_a_fence_has_a_sign_a_length_and_a_word(line: bytes, found: Fence | None) -> None:
    assert markers.fence(line) == found


def test_a_fence_closes_one_that_is_no_longer() -> None:
    three, four, named = Fence(b"`", 3, b"diff"), Fence(b"`", 4, b""), Fence(b"`", 3, b"sh")
    assert four.closes(three)
    assert not Fence(b"`", 3, b"").closes(four)
    assert not named.closes(three)
    assert not Fence(b"~", 3, b"").closes(three)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b"*** Update File: a b.py ", ("update file", b"a b.py")),
        (b"***End Patch", ("end patch", b"")),
        (b"*** begin patch\r", ("begin patch", b"")),
        (b"*** Move to: x", ("move to", b"x")),
        (b"*** Update Files", None),
        (b"** Update File: x", None),
        (b" *** End Patch", None),
    ],
)
def test_a_directive_is_words_and_what_follows(line: bytes, found: tuple[str, bytes] | None) -> None:
    assert markers.directive(line) == found


@pytest.mark.parametrize(
    ("lines", "form"),
    [
        ([b"<<<<<<< SEARCH"], "blocks"),
        ([b"<<<<< search a"], "blocks"),
        ([b"<<<<<<< HEAD"], None),
        ([b"<<<< SEARCH"], None),
        ([b"*** Begin Patch"], "envelope"),
        ([b"*** a/x", b"--- b/x"], None),
        ([b"@@ -1 +1 @@"], "diff"),
        ([b"diff --git a/x b/x"], "diff"),
        ([b"--- a", b"+++ b"], "diff"),
        ([b"--- a", b"words"], None),
        ([b"--- a"], None),
        ([b"words"], None),
    ],
)
def test_a_form_is_told_by_a_line(lines: list[bytes], form: str | None) -> None:
    assert markers.form_at(lines, 0) == form
    assert not markers.header_at(lines, 0)


def test_names_are_a_header_where_hunks_follow() -> None:
    assert markers.header_at([b"--- a", b"+++ b", b"@@"], 0)
    assert not markers.header_at([b"--- a", b"+++ b", b" a"], 0)
