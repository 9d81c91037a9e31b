"""Hunks whose numbers are only hints: found by what they say, by each other, or refused with the places named."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.content.diff_parsing import ParsedHunk, parse
from journal.content.diffing import Side, compare, unified
from journal.content.landing import Placed, spliced
from journal.content.lines import joined, split
from journal.content.placement import place
from journal.limits import PATCH_DRIFTS_LINES_MAX, PATCH_PLACES_MAX
from journal.records import Tolerance

FILE = b"def a():\n    x = 1\n    return x\n\n\ndef b():\n    y = 2\n    return y\n\n\ndef c():\n    pass\n"


def placed(diff: bytes, file: bytes = FILE, tolerance: Tolerance = "tolerant") -> list[Placed]:
    (part,) = parse(diff)
    return place(part.hunks, split(file), tolerance)


def made(diff: bytes, file: bytes = FILE) -> bytes:
    found = placed(diff, file)
    assert [each.status for each in found] == ["applied"] * len(found), [each.note for each in found]
    return joined(spliced(split(file), found))


def unnumbered(old: bytes, new: bytes, above: tuple[bytes, ...] = ()) -> ParsedHunk:
    body = [("-", line) for line in split(old)] + [("+", line) for line in split(new)]
    return ParsedHunk(1, None, 0, tuple(body), False, above)


def test_a_hunk_is_found_wherever_its_number_points() -> None:
    for start in (1, 5, 9, 400):
        diff = b"@@ -%d,3 +%d,3 @@\n def b():\n-    y = 2\n+    y = 3\n     return y\n" % (start, start)
        assert made(diff) == FILE.replace(b"y = 2", b"y = 3")
    (found,) = placed(diff)
    assert (found.level, found.at) == ("exact", 5) and "above its number" in found.note


def test_a_place_of_several_is_not_guessed() -> None:
    diff = b"@@ -40,2 +40,3 @@\n \n \n+# here\n"
    (found,) = placed(diff)
    assert found.status == "refused" and "lines 4, 9" in found.note and "more lines of context" in found.note


def test_the_order_of_the_hunks_leaves_one_place() -> None:
    twice = FILE + b"# end\n" + FILE
    diff = b"@@ -90,2 +90,2 @@\n-# end\n+# middle\n def a():\n@@ -98,2 +98,2 @@\n def c():\n-    pass\n+    return 0\n"
    assert made(diff, twice) == FILE + b"# middle\n" + FILE.replace(b"pass", b"return 0")


def test_the_shift_of_the_nearest_known_hunk_leaves_one_place() -> None:
    twin = b"start\n" + b"same\nbody\n" * 6 + b"end\n"
    diff = b"@@ -1,1 +1,1 @@\n-start\n+begin\n@@ -4,2 +4,2 @@\n same\n-body\n+text\n"
    assert made(diff, b"new\n" + twin) == b"new\nbegin\nsame\nbody\nsame\ntext\n" + b"same\nbody\n" * 4 + b"end\n"


def test_a_lookalike_is_not_taken_while_what_was_meant_is_there_edited() -> None:
    body = b"one\ntwo\nthree\nfour\nfive\nsix\n"
    filler = b"".join(b"line %d\n" % n for n in range(30))
    edited = filler + body.replace(b"three", b"threes") + filler.upper() + body
    diff = b"@@ -31,6 +31,6 @@\n one\n two\n-three\n+THREE\n four\n five\n six\n"
    (found,) = placed(diff, edited)
    assert found.status == "refused" and "nearer to its number" in found.note
    grown = edited.replace(b"threes", b"three\nfor")
    (found,) = placed(diff, grown)
    assert found.status == "refused" and "nearer to its number" in found.note
    whole = filler + b"x\n" * 6 + filler.upper() + body
    assert made(diff, whole) == whole.replace(b"three", b"THREE")


@pytest.mark.parametrize("tail", [b"", b"\n\ndef d():\n    pass\n"])
def test_what_is_applied_already_is_said(tail: bytes) -> None:
    after = FILE.replace(b"y = 2", b"y = 3") + tail
    diff = b"@@ -1,3 +1,3 @@\n def b():\n-    y = 2\n+    y = 3\n     return y\n"
    (found,) = placed(diff, after)
    assert (found.status, found.at) == ("already", 5)
    adds = b"@@ -12,2 +12,4 @@\n def c():\n     pass\n+\n+# the end\n"
    (found,) = placed(adds, FILE + b"\n# the end\n" + tail)
    assert found.status == "already"


FILL = b"".join(b"line %d\n" % number for number in range(45))


@pytest.mark.parametrize(
    ("file", "diff", "said"),
    [
        (
            b"if ready:\n    stop()\n" + FILL + b"if ready:\n    log(2)\n    stop()\n",
            b"@@ -48,3 +48,2 @@\n if ready:\n-    log(1)\n     stop()\n",
            "too unlike",
        ),
        (
            b"x = 1\ny = 2\nz = 3\n" + FILL + b"x = 1\ny = 9\nz = 3\n",
            b"@@ -49,3 +49,3 @@\n x = 1\n-y = 0\n+y = 2\n z = 3\n",
            "may be applied already",
        ),
    ],
)
def test_what_stands_far_from_its_number_is_not_taken_for_applied(file: bytes, diff: bytes, said: str) -> None:
    (found,) = placed(diff, file)
    assert found.status == "refused" and said in found.note
    (found,) = placed(diff, file, "fuzzy")
    assert found.status == "refused" or found.level == "merge"


def test_a_block_whose_new_lines_stand_there_says_so_and_is_no_success() -> None:
    (found,) = place([unnumbered(b"    y = 1\n", b"    y = 2\n")], split(FILE), "tolerant")
    assert found.status == "refused" and "at line 7: it may be applied already" in found.note


@pytest.mark.parametrize(
    ("file", "diff"),
    [
        (b"if a:\n    y()\n    z()\nelse:\n    x()\ny()\nz()\n", b"@@ -2,2 +2,1 @@\n-y()\n z()\n"),
        (b'x = "a b"\nfoo\nx = "a  b"\n', b'@@ -1 +1 @@\n-x = "a  b"\n+x = "c"\n'),
        ("x = \u2018a\u2019\nx = 'a'\n".encode(), b"@@ -1 +1 @@\n-x = 'a'\n+x = 'b'\n"),
    ],
)
def test_a_number_does_not_choose_what_is_alike_but_for_white_space_over_what_is_the_same(
    file: bytes, diff: bytes
) -> None:
    (found,) = placed(diff, file)
    assert found.status == "refused" and "it fits at lines" in found.note


def test_hunks_without_numbers_come_in_any_order() -> None:
    hunks = [unnumbered(b"    y = 2\n", b"    y = 3\n"), unnumbered(b"    x = 1\n", b"    x = 0\n")]
    found = place(hunks, split(FILE), "tolerant")
    after = joined(spliced(split(FILE), found))
    assert after == FILE.replace(b"y = 2", b"y = 3").replace(b"x = 1", b"x = 0")


def test_a_name_above_tells_two_places_apart() -> None:
    text = b"class A:\n    def f(self):\n        return 1\n\nclass B:\n    def f(self):\n        return 1\n"
    for above, number in (((b"class A:",), 0), ((b"class B:", b"    def f(self):"), 1)):
        hunk = unnumbered(b"        return 1\n", b"        return 2\n", above)
        (found,) = place([hunk], split(text), "tolerant")
        assert (found.status, found.at) == ("applied", 2 + 4 * number), found.note
    for above, said in (((b"class C:",), "no line begins so"), ((b"class A", b"def g"), "no line begins so")):
        (found,) = place([unnumbered(b"        return 1\n", b"x\n", above)], split(text), "tolerant")
        assert found.status == "refused" and said in found.note
    (found,) = place([unnumbered(b"        return 1\n", b"        return 2\n", (b"class B",))], split(text), "tolerant")
    assert (found.status, found.at) == ("applied", 6)


def test_a_hunk_without_old_lines_follows_the_others_or_is_refused() -> None:
    alone = b"@@ -40,0 +41,1 @@\n+# new\n"
    (found,) = placed(alone)
    assert found.status == "refused" and "context" in found.note
    both = b"@@ -3,1 +3,1 @@\n-    y = 2\n+    y = 3\n@@ -4,0 +5,1 @@\n+    z = 3\n"
    assert made(both) == FILE.replace(b"y = 2\n    return y\n", b"y = 3\n    return y\n    z = 3\n")
    (found,) = place([ParsedHunk(1, None, 0, (("+", b"new"),))], [], "tolerant")
    assert (found.status, found.given) == ("applied", [b"new"])


def test_a_missing_last_newline_stays_missing_unless_the_hunk_speaks_of_it() -> None:
    file = FILE.removesuffix(b"\n")
    diff = b"@@ -1,2 +1,2 @@\n def c():\n-    pass\n+    return\n"
    assert made(diff, file) == file.replace(b"pass", b"return")
    told = b"@@ -1,2 +1,2 @@\n def c():\n-    pass\n\\ No newline at end of file\n+    return\n"
    assert made(told, file) == file.replace(b"pass", b"return") + b"\n"
    (found,) = placed(told, FILE + b"more\n")
    assert found.status == "refused" and "it ends the file" in found.note


LINES = st.lists(st.sampled_from([b"a", b" a", b"b", b"\tb ", b"", b"c\r", b"}"]), max_size=12)


@given(LINES, LINES, LINES, st.integers(0, 3), st.sampled_from(["tolerant", "fuzzy"]))
def test_what_fits_where_it_says_lands_there_and_nothing_is_half_done(
    before: list[bytes], after: list[bytes], other: list[bytes], context: int, tolerance: Tolerance
) -> None:
    old, new, third = (b"".join(line + b"\n" for line in each) for each in (before, after, other))
    blocks = compare(old, new).blocks
    if not blocks:
        return
    diff = unified("x", Side(old, 0o644, "file"), Side(new, 0o644, "file"), blocks, context)
    (part,) = parse(diff)
    assert joined(spliced(split(old), place(part.hunks, split(old), tolerance))) == new
    found = place(part.hunks, split(third), tolerance)
    joined(spliced(split(third), found))  # whatever it comes to, the hunks do not overlap
    taken = sorted((each.at, each.at + each.taken) for each in found if each.status == "applied")
    assert all(end <= start for (_, end), (start, _) in pairwise(taken))
    assert all(each.note for each in found if each.status == "refused")


@pytest.mark.parametrize("line", [b"same", b"", b"}"])
def test_many_hunks_that_say_nothing_end_soon(line: bytes) -> None:
    hunk = ParsedHunk(1, 9, 9, ((" ", line), ("+", b"new"), (" ", line)))
    begun = time.monotonic()
    found = place([hunk] * 20_000, [line] * 50_000, "tolerant")
    assert time.monotonic() - begun < 20
    assert {each.status for each in found[1:]} == {"refused"}


def test_many_hunks_that_fit_nowhere_end_soon() -> None:
    count = PATCH_DRIFTS_LINES_MAX // 2
    hunks = [ParsedHunk(1, n, n, ((" ", b"%d" % n), ("-", b"x%d" % n), (" ", b"end"))) for n in range(count)]
    found = place(hunks, [b"%d" % n for n in range(count)], "fuzzy")
    assert len([each for each in found if each.status == "refused"]) == count


def test_lines_at_too_many_places_are_refused_in_words() -> None:
    (found,) = place([unnumbered(b"x\n", b"y\n")], [b"x"] * (PATCH_PLACES_MAX + 1), "tolerant")
    assert "very many places" in found.note
