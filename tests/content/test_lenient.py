"""Unified diffs as they are typed: what is meant in one way is taken, the rest is told what to send instead."""

import pytest

from journal.content.lines import NO_NEWLINE
from tests.content.sent import Refusal, is_refused, seen

HUNK = "@@ -1,3 +1,3 @@\n a\n-b\n+c\n d\n"
NAMES = "--- a/x\n+++ b/x\n"
BODY = [" a", "-b", "+c", " d"]


def lines_of(diff: str) -> list[list[str]]:
    return [[sign + line.decode() for sign, line in hunk.body] for part in seen(diff) for hunk in part.hunks]


@pytest.mark.parametrize(
    "diff",
    [
        "Here:\n\n```diff\n" + NAMES + HUNK + "```\n\n- one thing\n- another\n",
        "````\n" + NAMES + HUNK + "````",
        "~~~patch\n" + HUNK + "~~~\n",
        NAMES + HUNK + "\nHope it helps!\n",
        NAMES + "@@ -1,7 +1,2 @@\n a\n-b\n+c\n d\n",
        NAMES + "@@ -1,7 +1,2 @@\n a\n-b\n+c\n d\n\n\n",
        NAMES + "@@ -1,7 +1,2 @@\n a\n-b\n+c\n d\ndiff -u a/x b/x\n",
        NAMES + "\n" + "@@\n a\n-b\n+c\n d\n",
        NAMES + "@@-1,3 +1,3@@\n a\n-b\n+c\n d\n",
        NAMES + "@@ \u20131,3 +1,3 @@\n a\n-b\n+c\n d\n",
        "--- a/x\n+++ x\n" + HUNK + "```\n",
        "--- a/x (old)\n+++ b/x (new)\n" + HUNK + "```\n",
        "--- x 2024-01-01 10:00:00\n+++ x 2024-01-02 10:00:00\n" + HUNK + "```\n",
        "\u2014 a/x\n+++ b/x\n" + HUNK,
        "\u2013-- a/x\n+++ b/x\n" + HUNK,
        "diff --git a/x b/x\nindex 1..2 100644\n\n" + NAMES + HUNK,
        NAMES + " a\n-b\n+c\n d\n",
        "```diff\n a\n-b\n+c\n d\n```\n",
        NAMES + "@@ -1,9 +1,9 @@\n a\n-b\n+c\n d\n-- \n2.39.5\n",
    ],
)
def test_one_hunk_however_it_is_written(diff: str) -> None:
    (part,) = seen(diff)
    assert (part.way, part.path or "x") == ("modify", "x")
    assert lines_of(diff) == [BODY]
    assert not part.hunks[0].sloppy


@pytest.mark.parametrize(
    ("head", "start", "above"),
    [
        ("@@ -7,9 +8,1 @@ def f():", 7, ()),
        ("@@ -7 +8", 7, ()),
        ("@@ -7,3 @@", 7, ()),
        ("@@", None, ()),
        ("@@ @@", None, ()),
        ("@@ ... @@", None, ()),
        ("@@ -X,Y +X,Y @@", None, ()),
        ("@@ lines 10-20 @@", None, ()),
        ("@@ -0,0 +1,3 @@", None, ()),
        ("@@ ... @@ def f():", None, (b"def f():",)),
        ("@@ def f():", None, (b"def f():",)),
        ("@@ class A @@ def f():", None, (b"class A", b"def f():")),
        ("@@ class A\n@@ def f():", None, (b"class A", b"def f():")),
    ],
)
def test_a_header_says_a_line_or_what_stands_above(head: str, start: int | None, above: tuple[bytes, ...]) -> None:
    (part,) = seen(NAMES + head + "\n a\n-b\n+c\n d\n")
    assert [(hunk.old_start, hunk.above) for hunk in part.hunks] == [(start, above)]


def test_a_line_without_a_sign_is_context_and_says_so() -> None:
    (part,) = seen(NAMES + "@@ -1,3 +1,3 @@\na\n-b\n+c\nd\n@@ -9,2 +9,2 @@\n x\n\n-y\n")
    assert [hunk.sloppy for hunk in part.hunks] == [True, False]
    assert part.hunks[0].old == [b"a", b"b", b"d"]
    assert part.hunks[1].old == [b"x", b"", b"y"]


def test_counts_tell_blank_lines_at_the_end_from_those_behind_it() -> None:
    assert lines_of("```\n" + NAMES + "@@ -1,3 +1,2 @@\n a\n-b\n\n\n```\n") == [[" a", "-b", " "]]
    assert lines_of("```\n" + NAMES + "@@ -1,9 +1,2 @@\n a\n-b\n\n\n```\n") == [[" a", "-b"]]


def test_counts_that_fit_let_lines_look_like_headers() -> None:
    like = "@@ -1,2 +1,2 @@\n--- a\n+++ b\n c\n"
    assert lines_of("```\n" + NAMES + like + "```\n") == [["--- a", "+++ b", " c"]]


def test_a_new_file_is_lines_that_are_added() -> None:
    (part,) = seen("--- /dev/null\n+++ b/x\n@@ -0,0 +1,9 @@\n+a\n\n+b\n@@\n+c\n\\ No newline at end of file\n")
    assert (part.way, part.old, part.new) == ("create", None, "x")
    assert part.hunks[0].new == [b"a", b"", b"b", b"c" + NO_NEWLINE]
    assert (part.hunks[0].old_start, len(part.hunks)) == (0, 1)


def test_numbers_that_contradict_the_lines_are_not_believed() -> None:
    (part,) = seen(NAMES + "@@ -5,2 +5,9 @@\n+a\n@@ -8,0 +9,5 @@\n+b\n")
    assert [hunk.old_start for hunk in part.hunks] == [None, 8]


def test_git_headers_are_read_with_all_they_say() -> None:
    diff = "```diff\ndiff --git a/x b/y\nrename from x\nrename to y\n--- a/x\n+++ b/y\n@@\n-a\n+b\n"
    (part,) = seen(diff + "```\n")
    assert (part.way, part.old, part.new, len(part.hunks)) == ("rename", "x", "y", 1)
    mode = "Do:\n```\ndiff --git a/x b/x\nold mode 100644\nnew mode 100755\n```\n"
    assert [(part.new_mode, part.hunks) for part in seen(mode)] == [(0o100755, ())]


REFUSED: list[Refusal] = [
    (NAMES + "@@\n", 3, "without lines", "write what changes below it"),
    (NAMES + "@@\n a\nb\n", 3, "changes nothing", "begin what is removed with -"),
    (NAMES + "@@\n\u2013a\n+b\n", 4, "a dash that is no -", "write - for"),
    (NAMES + "@@ -1..x\n-a\n+b\n", 3, "no header of a hunk", "@@ alone"),
    (NAMES + "@@\n a\n\\ No newline at end of file\n+b\n", 6, "follows a last line", "leave it away"),
    (NAMES + "@@\n\\ No newline at end of file\n+b\n", 4, "follows none", "below the last line"),
    (NAMES + "@@\n+b\n\\ No newline at end of file\n\\ No newline at end of file\n", 6, "follows none", "once"),
    (NAMES + "@@\n-a\n```python\n+b\n", 5, "a fence inside", "begin it with a blank"),
    (NAMES + "@@\n-a\n```\n+b\n```\n", 5, "seems to go on", "with its sign"),
    ("```\n" + NAMES + "@@\n-a\n```\n\n+b\n", 8, "outside of every hunk", "write @@"),
    (NAMES + "@@\n-a\n+b\n```\n\n```diff\n@@\n-c\n```\n", 9, "no names", "--- a/PATH"),
    (NAMES + "@@\n-a\n+b\n*** Update File: y\n", 6, "begins an envelope", "one form at a time"),
    (NAMES + "@@\n-a\n+b\n<<<<<<< SEARCH\n", 6, "begins blocks", "a line of context begins with a blank"),
    ("--- /dev/null\n+++ b/x\n@@\n+a\nb\n", 3, "makes a new file", "begin every line of a new file with +"),
    ("```\ndiff --git a/x b/x\nindex 1..2 100644\n```\n", 2, "says nothing of it", "hunks that begin"),
    ("--- a/x\n+++ b/y\n@@\n-a\n+b\n", 2, "names 'a/x' and 'b/y'", "rename from"),
]


@pytest.mark.parametrize("refusal", REFUSED, ids=[said for _, _, said, _ in REFUSED])
def test_what_has_no_one_meaning_is_refused(refusal: Refusal) -> None:
    is_refused(refusal)
