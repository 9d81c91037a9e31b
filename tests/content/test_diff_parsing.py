"""Reading diffs: every form that git and GNU diff write, and the line of everything that cannot be read."""

from typing import Any

import pytest

from journal.content.diff_parsing import FileDiff, ParsedHunk, diff_bytes, parse
from journal.content.lines import NO_NEWLINE
from journal.errors import InvalidPatch, LimitExceeded, UsageError
from journal.limits import PATCH_BYTES_MAX

HUNK = b"@@ -1,2 +1,2 @@ def f():\n a\n-b\n+c\n"


def one(data: bytes) -> FileDiff:
    (found,) = parse(data)
    return found


def test_hunks_alone() -> None:
    found = one(HUNK)
    assert (found.named, found.way, found.old, found.new) == (False, "modify", None, None)
    assert found.hunks == (ParsedHunk(1, 1, 1, ((" ", b"a"), ("-", b"b"), ("+", b"c"))),)
    assert (found.hunks[0].old, found.hunks[0].new) == ([b"a", b"b"], [b"a", b"c"])


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"--- a/x\n+++ b/x\n", ("modify", "x", "x")),
        (b"--- old/d/x\t2024-01-01 10:00:00\n+++ new/d/x\t2024-01-02 10:00:00\n", ("modify", "d/x", "d/x")),
        (b"--- x\n+++ x\n", ("modify", "x", "x")),
        (b"diff --git a/x b/x\nindex 123..456 100644\n--- a/x\n+++ b/x\n", ("modify", "x", "x")),
        (b"diff --git c/x i/x\n--- c/x\n+++ i/x\n", ("modify", "x", "x")),
        (b"diff --git a/d/x a/d/x\n--- a/d/x\n+++ a/d/x\n", ("modify", "a/d/x", "a/d/x")),
        (
            b"diff --git a/x y b/z\nsimilarity index 90%\nrename from x y\nrename to z\n--- a/x y\t\n+++ b/z\n",
            ("rename", "x y", "z"),
        ),
        (b"diff --git a/x b/y\ncopy from x\ncopy to y\n--- a/x\n+++ b/y\n", ("copy", "x", "y")),
        (b"diff -u a/x b/x\n--- a/x\n+++ b/x\n", ("modify", "x", "x")),
        (b"Index: x\n=====\n--- x\t(revision 1)\n+++ x\t(working copy)\n", ("modify", "x", "x")),
        (b"From 1234567 Mon Sep 17\nSubject: [PATCH] x\n\n---\n x | 2 +-\n\n--- a/x\n+++ b/x\n", ("modify", "x", "x")),
    ],
)
def test_headers_say_what_and_which(header: bytes, expected: tuple[Any, ...]) -> None:
    found = one(header + HUNK)
    assert (found.way, found.old, found.new) == expected
    assert found.named and len(found.hunks) == 1


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n", ("create", None, "x")),
        (b"--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n", ("delete", "x", None)),
        (b"--- o/x\t1970-01-01 00:00:00 +0000\n+++ n/x\t2024-01-01\n@@ -0,0 +1 @@\n+a\n", ("create", None, "x")),
        (b"--- o/x\t2024-01-01\n+++ n/x\t1970-01-01 00:00:00.0 +0000\n@@ -1 +0,0 @@\n-a\n", ("delete", "x", None)),
        (b"diff --git a/x b/x\nnew file mode 100755\nindex 000..e69\n", ("create", None, "x")),
        (b"diff --git a/x b/x\ndeleted file mode 100644\nindex e69..000\n", ("delete", "x", None)),
        (b"diff --git a/x y b/x y\nold mode 100644\nnew mode 100755\n", ("modify", "x y", "x y")),
        (b"diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n", ("rename", "x", "y")),
    ],
)
def test_files_come_and_go(data: bytes, expected: tuple[Any, ...]) -> None:
    found = one(data)
    assert (found.way, found.old, found.new) == expected


def test_modes_are_read() -> None:
    assert one(b"diff --git a/x b/x\nold mode 100644\nnew mode 100755\n")[5:7] == (0o100644, 0o100755)
    assert (
        one(b"diff --git a/x b/x\nnew file mode 120000\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+t\n").new_mode
        == 0o120000
    )
    assert one(b"diff --git a/x b/x\nindex 1..2 100755\n--- a/x\n+++ b/x\n" + HUNK)[5:7] == (0o100755, 0o100755)


def test_several_files_with_text_between_them() -> None:
    mail = (
        b"From 1234567 Mon\n\nWords.\n---\n x | 1 +\n\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n"
        + HUNK
        + b"-- \n2.39.5\n\n"
    )
    found = parse(mail + mail.replace(b"/x", b"/y") + b"--- a/z\n+++ b/z\n" + HUNK + b"\n\n")
    assert [(each.path, each.line, len(each.hunks)) for each in found] == [("x", 7, 1), ("y", 23, 1), ("z", 33, 1)]
    log = b"commit 1234567\nAuthor: A\n\n    word\n\n--- a/x\n+++ b/x\n" + HUNK
    assert len(parse(log + b"\n" + log)) == 2


def test_lines_that_look_like_headers_are_lines_while_the_counts_say_so() -> None:
    body = b"--- a/x\n+++ b/x\n@@ -1,4 +1,3 @@\n--- a\n-++ b\n+++ b\n -- \n \n"
    assert one(body).hunks[0].body == (("-", b"-- a"), ("-", b"++ b"), ("+", b"++ b"), (" ", b"-- "), (" ", b""))


def test_a_blank_line_of_context_may_lack_its_blank() -> None:
    assert one(b"@@ -1,3 +1,2 @@\n a\n\n-b\n").hunks[0].body == ((" ", b"a"), (" ", b""), ("-", b"b"))


def test_a_missing_newline_belongs_to_its_line() -> None:
    both = b"@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ Kein Zeilenumbruch am Dateiende.\n"
    (hunk,) = one(both).hunks
    assert hunk.old == [b"a", b"b" + NO_NEWLINE]
    assert hunk.new == [b"a", b"c" + NO_NEWLINE]
    (hunk,) = one(b"@@ -1,2 +1 @@\n-a\n b\n\\ No newline at end of file").hunks
    assert (hunk.old[-1], hunk.new) == (b"b" + NO_NEWLINE, [b"b" + NO_NEWLINE])


def test_bytes_and_line_ends_stay_as_they_are() -> None:
    (hunk,) = one(b"--- a/x\r\n+++ b/x\r\n@@ -1 +1 @@\r\n-\xff\r\n+\x00\xfe\r\n").hunks
    assert hunk.body == (("-", b"\xff\r"), ("+", b"\x00\xfe\r"))


def test_binary_contents_are_not_there() -> None:
    told = one(b"diff --git a/x b/x\nindex 1..2 100644\nBinary files a/x and b/x differ\n")
    assert (told.binary, told.hunks) == (3, ())
    packed = b"diff --git a/x b/x\nindex 1..2 100644\nGIT binary patch\nliteral 3\nKcmZQ%\n\nliteral 0\nHcmV?d\n\n"
    assert [each.binary for each in parse(packed + b"diff --git a/y b/y\nnew file mode 100644\n")] == [3, 0]


INVALID = [
    (b"hello\nworld\n", 1, "no hunk"),
    (b"\n\nhello\n", 3, "no hunk"),
    (b"word\n" + HUNK, 1, "no hunk"),
    (b"--- a/x\n+++ b/x\nwords\n", 2, "no hunk follows"),
    (b"--- a/x\n+++ b/x\n", 2, "no hunk follows"),
    (b"@@ -1 +1\n-a\n+b\n", 1, "no header"),
    (b"@@ -a,1 +1 @@\n-a\n+b\n", 1, "no header"),
    (b"@@ ... @@\n-a\n+b\n", 1, "no header"),
    (b"@@ -1,3 +1,2 @@\n a\n-b\n", 1, "says 3 old and 2 new lines, and has 2 and 1"),
    (b"@@ -1,3 +1,2 @@\n a\n-b\n@@ -9 +9 @@\n-a\n+b\n", 1, "and has 2 and 1"),
    (b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n+c\n", 3, "has more"),
    (b"@@ -1 +1,2 @@\n-a\n-b\n+c\n", 1, "has more"),
    (b"@@ -1 +1 @@\n-a\n", 1, "and has 1 and 0"),
    (b"@@ -1,0 +1,0 @@\n", 1, "changes nothing"),
    (b"@@ -1,2 +1,2 @@\n a\nb\n-c\n+d\n", 3, "no line of a hunk: 'b'"),
    (b"@@ -1 +1 @@\n-a\n+b\nwords\n", 4, "is 'words'"),
    (b"@@ -1 +1 @@\n\\ No newline at end of file\n-a\n+b\n", 2, "no line of a hunk"),
    (b"@@ -1,2 +1,2 @@\n a\n\\ No newline at end of file\n-b\n+c\n", 4, "follows a last line"),
    (b"--- a/x\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n", 2, "names 'a/x' and 'b/y'"),
    (b"diff --git a/x b/y\n--- a/x\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n", 1, "names 'a/x' and 'b/y'"),
    (b"diff --git a/x y b/z\nold mode 100644\nnew mode 100755\n", 1, "tell its two names apart"),
    (b"diff --git a/x b/x\nnew file mode 160000\n", 2, "mode '160000'"),
    (b"diff --git a/x b/x\nold mode 100644\nnew mode 755\n", 3, "mode '755'"),
    (b'--- "a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n', 1, "quoted name"),
    (b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n@@ -3 +3 @@ \n-a\n", 6, "and has 1 and 0"),
]


@pytest.mark.parametrize(("data", "line", "said"), INVALID, ids=[said for _, _, said in INVALID])
def test_what_cannot_be_read_is_told_with_its_line(data: bytes, line: int, said: str) -> None:
    with pytest.raises(InvalidPatch) as caught:
        parse(data)
    assert caught.value.line == line
    assert said in str(caught.value)
    assert caught.value.hint


def test_an_empty_diff_has_no_file() -> None:
    assert parse(b"") == parse(b"\n\n") == []


def test_a_diff_is_text_or_bytes() -> None:
    assert diff_bytes("é\udcff") == b"\xc3\xa9\xff"
    assert diff_bytes(b"x") == b"x"
    for given in (None, 3, ["@@"], "\ud800"):
        with pytest.raises(UsageError):
            diff_bytes(given)  # type: ignore[arg-type]
    with pytest.raises(LimitExceeded) as caught:
        diff_bytes(bytes(PATCH_BYTES_MAX + 1))
    assert caught.value.found == PATCH_BYTES_MAX + 1
