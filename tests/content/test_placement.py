"""Where hunks belong: exactly at their numbers, there already by position, or refused with the reason."""

import pytest

from journal.content.diff_parsing import parse
from journal.content.landing import Placed, spliced
from journal.content.lines import joined, split
from journal.content.placement import place

FILE = b"1\n2\n3\n4\n5\n6\n7\n8\n9\n"
THREE = b"@@ -2,3 +2,3 @@\n 2\n-3\n+three\n 4\n"
SEVEN = b"@@ -6,3 +6,4 @@\n 6\n-7\n+seven\n+seven\n 8\n"


def placed(diff: bytes, file: bytes = FILE) -> list[Placed]:
    (part,) = parse(diff)
    return place(part.hunks, split(file), "strict")


def made(diff: bytes, file: bytes = FILE) -> bytes:
    return joined(spliced(split(file), placed(diff, file)))


def test_hunks_belong_where_their_numbers_say() -> None:
    assert placed(THREE + SEVEN) == [
        Placed("applied", "exact", 1, 3, [b"2", b"three", b"4"]),
        Placed("applied", "exact", 5, 3, [b"6", b"seven", b"seven", b"8"]),
    ]
    assert made(THREE + SEVEN) == b"1\n2\nthree\n4\n5\n6\nseven\nseven\n8\n9\n"


@pytest.mark.parametrize(
    ("diff", "file", "note"),
    [
        (THREE, b"0\n" + FILE, "line 2 is '1', the hunk has '2'"),
        (THREE, b"1\n2\n", "the file ends at line 2, the hunk goes on with '3'"),
        (THREE, b"", "the file ends at line 0, the hunk goes on with '2'"),
        (b"@@ -9 +9 @@\n-9\n+x\n", FILE[:-1], "line 9 is '9' without a newline, the hunk has '9'"),
        (b"@@ -12,0 +13 @@\n+x\n", FILE, "the file ends at line 9"),
        (b"@@ -0,2 +1 @@\n-1\n 2\n", FILE, "there is no line 0"),
        (THREE + b"@@ -3 +3 @@\n-3\n+x\n", FILE, "it is said to begin within the hunk before it"),
        (
            b"@@ -8,2 +8,2 @@\n 8\n-9\n+x\n\\ No newline at end of file\n",
            FILE + b"10\n",
            "it ends the file, and line 10 follows",
        ),
        (b"@@ -9,0 +10 @@\n+x\n", FILE[:-1], "line 9 has no newline, and it would go on behind it"),
    ],
)
def test_what_does_not_fit_is_told(diff: bytes, file: bytes, note: str) -> None:
    assert placed(diff, file)[-1] == Placed("refused", "exact", -1, 0, [], note)


def test_a_hunk_that_was_applied_is_there_already() -> None:
    once = made(THREE + SEVEN)
    assert [each.status for each in placed(THREE + SEVEN, once)] == ["already", "already"]
    assert made(THREE + SEVEN, once) == once


def test_hunks_after_one_that_is_there_already_count_on_from_it() -> None:
    grown = b"@@ -2 +2,3 @@\n-2\n+2\n+2a\n+2b\n"
    context = b"@@ -1,3 +1,5 @@\n 1\n 2\n+2a\n+2b\n 3\n"
    assert made(grown) == made(context)
    assert [each.status for each in placed(context + SEVEN, made(context))] == ["already", "applied"]
    assert made(context + SEVEN, made(context)) == made(context + SEVEN)


@pytest.mark.parametrize(
    ("diff", "file"),
    [
        (b"@@ -8,2 +8 @@\n 8\n-9\n", b"1\n2\n3\n4\n5\n6\n7\n8\nother\n"),  # the line to delete was replaced
        (b"@@ -1,2 +1 @@\n-1\n 2\n", b"other\n2\n"),
        (b"@@ -3 +2,0 @@\n-3\n", b"1\n2\nx\n4\n"),  # nothing to find it by
        (b"@@ -3 +3 @@\n-3\n+x\n", b"1\n2\nx\n3\n"),
    ],
)
def test_without_context_nothing_is_taken_for_applied(diff: bytes, file: bytes) -> None:
    assert [each.status for each in placed(diff, file)] == ["refused"]


def test_at_the_ends_of_a_file_the_end_is_the_context() -> None:
    at_end, at_start = b"@@ -8,2 +8,3 @@\n 8\n 9\n+10\n", b"@@ -1 +1,2 @@\n+0\n 1\n"
    assert [each.status for each in placed(at_end, FILE + b"10\n")] == ["already"]  # its old lines stand there too
    assert [each.status for each in placed(at_end, FILE + b"10\n11\n")] == ["applied"]
    assert [each.status for each in placed(b"@@ -9,0 +10 @@\n+10\n", FILE + b"10\n")] == ["applied"]
    assert [each.status for each in placed(b"@@ -9 +9 @@\n-9\n+x\n", FILE[:-2] + b"x\n")] == ["refused"]
    assert [each.status for each in placed(at_start, b"0\n1\n2\n")] == ["already"]
    assert [each.status for each in placed(b"@@ -8,2 +8,2 @@\n 8\n-9\n+x\n", FILE[:-2] + b"x\n")] == ["already"]


def test_what_fills_an_empty_file_is_there_when_the_file_holds_just_that() -> None:
    assert [each.status for each in placed(b"@@ -0,0 +1,2 @@\n+1\n+2\n", b"1\n2\n")] == ["already"]
    assert [each.status for each in placed(b"@@ -0,0 +1,2 @@\n+1\n+2\n", b"1\n2\n3\n")] == ["applied"]


def test_lines_are_put_at_either_end_and_into_nothing() -> None:
    assert made(b"@@ -0,0 +1 @@\n+x\n", b"") == b"x\n"
    assert made(b"@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n", b"") == b"x"
    assert made(b"@@ -0,0 +1 @@\n+x\n", b"a\n") == b"x\na\n"
    assert made(b"@@ -1,0 +2 @@\n+x\n", b"a\n") == b"a\nx\n"
    assert made(b"@@ -1 +0,0 @@\n-a\n", b"a\n") == b""
