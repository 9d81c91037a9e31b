"""The door: what can be read strictly means the same everywhere, and whatever is sent gives parts or says why not."""

import random
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal import apply_patch, create_diff
from journal.content.diff_parsing import FileDiff, parse
from journal.content.diff_reading import read
from journal.errors import InvalidPatch, LimitExceeded
from journal.limits import PATCH_PARTS_MAX
from tests.content.texts import pairs

HUNK = b"@@ -1,3 +1,3 @@\n a\n-b\n+c\n d\n"
NAMES = b"--- a/x\n+++ b/x\n"

Body = list[tuple[str, bytes]]


def diffs(seed: int, count: int) -> list[bytes]:
    """Diffs of random texts, as they are drawn up."""
    made = [create_diff("d/x.py", before, after).diff_bytes for before, after in pairs(seed, count)]
    return [diff for diff in made if diff and b"\nBinary files " not in diff]


def bodies_of(parts: list[FileDiff]) -> list[Body]:
    """The lines of every hunk, without the blank ones at its end, which only its counts can tell."""
    made = []
    for hunk in [hunk for part in parts for hunk in part.hunks]:
        body = list(hunk.body)
        while body and body[-1] in ((" ", b""), (" ", b"\r")):
            body.pop()
        made.append(body)
    return made


def miscounted(diff: bytes, choose: random.Random) -> bytes:
    def wrong(found: re.Match[bytes]) -> bytes:
        return b"@@ -%s,%d +%s,%d @@" % (found[1], choose.randrange(30), found[2], 31)

    return re.sub(rb"(?m)^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@", wrong, diff)


def fenced(diff: bytes, choose: random.Random) -> bytes:
    return b"Here it is, as asked for:\n\n```diff\n" + diff + b"```\n\n- It does this.\n- And that.\n"


def unnumbered(diff: bytes, choose: random.Random) -> bytes:
    return re.sub(rb"(?m)^@@ -.*? @@", choose.choice([b"@@", b"@@ ... @@", b"@@ -,+ @@"]), diff)


def wrapped(diff: bytes, choose: random.Random) -> bytes:
    return diff.replace(b"\n", b"\r\n")


def unblanked(diff: bytes, choose: random.Random) -> bytes:
    return re.sub(rb"(?m)^ $", b"", diff)


@pytest.mark.parametrize("seed", range(3))
def test_what_was_drawn_up_means_the_same_whatever_the_tolerance(seed: int) -> None:
    for diff in diffs(seed, 200):
        assert read(diff, "strict") == read(diff, "tolerant") == read(diff, "fuzzy") == parse(diff)


@pytest.mark.parametrize("spoil", [miscounted, fenced, unnumbered, wrapped, unblanked])
def test_what_was_spoiled_keeps_its_lines(spoil: Callable[[bytes, random.Random], bytes]) -> None:
    choose = random.Random(7)
    for diff in diffs(8, 250):
        assert bodies_of(read(spoil(diff, choose), "tolerant")) == bodies_of(parse(diff))


def test_so_does_what_was_spoiled_in_every_way() -> None:
    choose = random.Random(9)
    for diff in diffs(10, 250):
        worst = diff
        for spoil in (unblanked, choose.choice([miscounted, unnumbered]), fenced, wrapped):
            worst = spoil(worst, choose)
        found = read(worst, "tolerant")
        assert bodies_of(found) == bodies_of(parse(diff))
        assert [each.path for each in found] == ["d/x.py"]


def test_strictly_nothing_but_a_diff_is_read() -> None:
    for data in (b"```diff\n" + NAMES + HUNK + b"```\n", b"*** Begin Patch\n*** Delete File: x\n*** End Patch\n"):
        assert read(data, "tolerant")
        with pytest.raises(InvalidPatch):
            read(data, "strict")


def test_the_strict_reader_is_not_believed_when_it_skips_a_change() -> None:
    first = read(b"Both of them:\n" + HUNK + b"\n" + NAMES.replace(b"x", b"y") + HUNK, "tolerant")
    assert [(each.named, each.path, len(each.hunks)) for each in first] == [(False, "", 1), (True, "y", 1)]
    with pytest.raises(InvalidPatch, match=r"line 6 .* begins a unified diff") as caught:
        read(b"<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n" + NAMES + HUNK, "tolerant")
    assert "one form at a time" in caught.value.hint


def test_counts_that_are_too_large_do_not_swallow_the_next_file() -> None:
    large = HUNK.replace(b"3", b"4") + NAMES.replace(b"x", b"y") + HUNK
    assert [len(each.hunks) for each in parse(NAMES + large)] == [2]
    assert [(each.path, len(each.hunks)) for each in read(NAMES + large, "tolerant")] == [("x", 1), ("y", 1)]


def test_a_mark_before_the_text_and_line_ends_of_another_system_are_taken_off() -> None:
    (found,) = read(b"\xef\xbb\xbf" + (NAMES + HUNK).replace(b"\n", b"\r\n")[:-1], "tolerant")
    assert found.path == "x"
    assert found.hunks[0].body == ((" ", b"a"), ("-", b"b"), ("+", b"c"), (" ", b"d"))
    (kept,) = read(NAMES + HUNK.replace(b"b\n", b"b\r\n"), "tolerant")
    assert kept.hunks[0].body[1] == ("-", b"b\r")


NONE = [
    (b"hello\nworld\n", "no hunk", "<<<<<<< SEARCH"),
    (b"\n\n-a\n+b\n", "no hunk", "@@ -1,3"),
    (b"```python\nx = 1\n```\n", "no hunk", "*** Begin Patch"),
    (b"*** a/x\n--- b/x\n***************\n*** 1 ****\n! a\n--- 1 ----\n! b\n", "context diff", "diff -u"),
]


@pytest.mark.parametrize(("data", "said", "hint"), NONE)
def test_what_holds_no_change_is_told_what_one_is(data: bytes, said: str, hint: str) -> None:
    with pytest.raises(InvalidPatch, match=said) as caught:
        read(data, "tolerant")
    assert hint in caught.value.hint
    assert caught.value.line is not None


def test_an_empty_text_has_no_part() -> None:
    assert read(b"", "tolerant") == read(b"\n \n", "tolerant") == []


def test_blocks_about_one_file_are_applied_one_after_another() -> None:
    def block(old: str, new: str) -> str:
        return f"<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n"

    found = apply_patch(None, block("", "new"), tolerance="tolerant")
    assert found == b"new\n"
    with pytest.raises(LimitExceeded) as caught:
        apply_patch("a\n", block("a", "b") * (PATCH_PARTS_MAX + 1), tolerance="tolerant")
    assert caught.value.allowed == PATCH_PARTS_MAX


SOUP = [
    b"--- a/x", b"+++ b/x", b"--- x", b"+++ /dev/null", b"--- /dev/null", b"@@ -1,2 +1,2 @@", b"@@", b"@@ ... @@ f",
    b"@@ class A", b"@@ -1", b"@@ -x", b" a", b"-b", b"+c", b"", b"\r", b"d", b"\\ No newline at end of file", b"```",
    b"```diff", b"````", b"~~~", b"<<<<<<< SEARCH", b"<<<<<<< HEAD", b"<<<<< search", b"=======", b"=====",
    b">>>>>>> x", b">>>>>>> REPLACE", b"*** Begin Patch", b"*** End Patch", b"*** Update File: x",
    b"*** Add File: y", b"*** wrong", b"*** Delete File: z", b"*** Move to: w", b"*** End of File",
    b"diff --git a/x b/x", b"new file mode 100644",
    b"rename from x", b"rename to y", b"File: x.py", b"`x.py`", b"-- ", b"2.39.5", b"commit 1234567", b"Index: x",
    b"\xe2\x80\x94 a/x", b"\xe2\x80\x93b", b"GIT binary patch", b"Binary files a/x and b/x differ", b"***************",
    b"index 1..2 100644", b"deleted file mode 100644", b"@@ -0,0 +1,3 @@", b"\xff\x00",
]  # fmt: skip


def holds(data: bytes) -> None:
    """A text gives parts that say something, or an error that says what to do."""
    found, refused = list[FileDiff](), None
    try:
        found = read(data, "tolerant")
    except InvalidPatch as error:
        refused = error
    if refused is not None:
        assert refused.hint
        assert refused.line is None or 0 < refused.line <= data.count(b"\n") + 1
    assert found or refused or not data.strip()
    for part in found:
        for hunk in part.hunks:
            assert hunk.body
            assert hunk.old_start is None or not hunk.above
            assert hunk.line <= data.count(b"\n") + 1


@given(st.lists(st.sampled_from(SOUP), max_size=24), st.sampled_from([b"\n", b"\r\n"]))
def test_any_soup_of_marks_gives_parts_or_says_why_not(given_lines: list[bytes], end: bytes) -> None:
    holds(end.join(given_lines))
    holds(end.join([*given_lines, b""]))


@given(st.binary(max_size=200))
def test_so_do_any_bytes(data: bytes) -> None:
    holds(data)
    holds(NAMES + b"@@\n" + data)
    holds(b"*** Update File: x\n" + data)
    holds(b"<<<<<<< SEARCH\n" + data + b"\n=======\n" + data + b"x\n>>>>>>> REPLACE\n")


MANY = 3000


@pytest.mark.parametrize(
    "data",
    [
        b"@@\n" * MANY,
        NAMES + b"@@ class A\n" * MANY,
        b"*** Update File: x\n" + b"@@ a\n" * MANY + b"-b\n",
        (NAMES + b"@@ -1,9 +1,9 @@\n-b\n+c\n") * MANY,
        b"```diff\n@@\n-a\n+b\n```\n" * MANY,
        b"<<<<<<< SEARCH\n" * MANY,
        b"<<<<<<< SEARCH\n" + b"=======\n" * MANY + b">>>>>>> REPLACE\n",
        NAMES + b"@@\n-" + b"a" * 1_000_000,
        b"@@" + b" " * 1_000_000 + b"x",
        b"***" + b" " * 1_000_000 + b"x",
        b"<<<<<<< SEARCH\na\n=======" + b" " * 1_000_000 + b"x\n>>>>>>> REPLACE",
        b"--- " + b" " * 1_000_000 + b"\n+++ b/x\n@@\n-a\n+b",
        b"```" + b" " * 1_000_000 + b"`",
    ],
)
def test_much_of_one_kind_is_read_as_any_other(data: bytes) -> None:
    holds(data)
