"""Hunks whose context was edited: where enough of them stands, and nowhere else."""

import pytest

from journal import PatchConflict, apply_patch, create_diff
from journal.limits import PATCH_DRIFT_LINES_MAX

WORDS = ("quick", "brown", "fox", "jumps", "over", "lazy", "dogs", "now")
BEFORE = "".join(f"line {n} of the {word}\n" for n, word in enumerate(WORDS))
AFTER = BEFORE.replace("line 4 of the over\n", "a new line\n")
DIFF = create_diff("x", BEFORE, AFTER).diff
INSERT = create_diff("x", BEFORE, BEFORE.replace("line 4", "inserted\nline 4")).diff


def landed(text: str, diff: str = DIFF) -> str:
    made = apply_patch(text, diff, tolerance="tolerant")
    assert made is not None
    return made.decode()


def refusal(text: str, diff: str = DIFF) -> str:
    with pytest.raises(PatchConflict) as caught:
        landed(text, diff)
    return caught.value.report[0].note


def test_edited_context_keeps_what_stands_in_the_file() -> None:
    for old, new in (("fox", "foxes"), ("line 3 of", "3rd"), ("dogs", "cats and dogs")):
        assert landed(BEFORE.replace(old, new)) == AFTER.replace(old, new)
    assert landed(BEFORE.replace("line 2", "other\nline 2")) == AFTER.replace("line 2", "other\nline 2")
    assert landed(BEFORE.replace("line 2 of the fox\n", "")) == AFTER.replace("line 2 of the fox\n", "")


def test_what_it_removes_must_be_there_as_it_is() -> None:
    assert "line 4 of the over" in refusal(BEFORE.replace("over", "under"))


def test_which_of_two_equal_lines_is_removed_is_not_guessed() -> None:
    twice = BEFORE.replace("line 4 of the over\n", "same\nsame\n")
    diff = create_diff("x", twice, twice.replace("same\n", "", 1)).diff
    assert landed(twice.replace("brown", "red"), diff) == twice.replace("brown", "red").replace("same\n", "", 1)
    first = diff.replace(" same\n-same\n", "-same\n same\n")
    assert "may be another line like it" in refusal(twice.replace("same\nsame\n", "x\nsame\n"), first)


def test_an_insertion_goes_between_lines_that_are_beside_each_other() -> None:
    assert landed(BEFORE.replace("brown", "red"), INSERT) == landed(BEFORE, INSERT).replace("brown", "red")
    assert "just where it inserts" in refusal(BEFORE.replace("line 4", "foreign\nline 4"), INSERT)


def test_two_places_are_not_told_apart_by_a_little() -> None:
    twice = BEFORE.replace("fox", "cat") + BEFORE.replace("dogs", "hens")
    assert "line 2 or 10" in refusal(twice, DIFF.replace("@@ -2,7 +2,7 @@", "@@ -40,7 +40,7 @@"))


def test_far_from_its_number_a_hunk_needs_more_of_its_lines() -> None:
    there = BEFORE.replace("line 2 of the fox", "quite another").replace("line 6 of the dogs", "# what is this")
    assert landed(there) == there.replace("line 4 of the over", "a new line")
    assert "too unlike" in refusal("".join(f"{n}\n" for n in range(60)) + there)


def test_a_file_of_other_lines_is_no_place() -> None:
    assert refusal("".join(f"{n}\n" for n in range(20))).startswith("line 2 is '1'")
    assert refusal("a\n").startswith("the file ends at line 1")


def test_a_long_hunk_is_not_looked_for_by_likeness() -> None:
    long = "".join(f"{n} and some words\n" for n in range(PATCH_DRIFT_LINES_MAX + 10))
    diff = create_diff("x", long, long.replace(" and ", " or ")).diff
    with pytest.raises(PatchConflict):
        apply_patch("first\n" + long.replace("7 and", "seven and", 1), diff, tolerance="fuzzy")


def test_a_place_where_fewer_lines_stand_is_not_taken_for_being_more_alike() -> None:
    text = "def f1():\n    if x:\n        return x\ndef f2():\n    x = 2\n    if x:\n        go(1)\n        return x\n"
    diff = "@@\n         go(0)\n-        return x\n+        new2()\n def f2():\n"
    assert "may belong at line 3 or 7" in refusal(text + "def f0():\n    x = 0\n", diff)
