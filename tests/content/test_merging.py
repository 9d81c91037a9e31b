"""Hunks merged letter by letter, when that is asked for."""

import pytest

from journal import PatchConflict, apply_patch, create_diff

BEFORE = "def total(items):\n    result = 0\n    for item in items:\n        result += item.price\n    return result\n"
DIFF = create_diff("x", BEFORE, BEFORE.replace("item.price", "item.price * item.count")).diff
EDITED = BEFORE.replace("result += item.price", "result += item.price  # in cents")


def test_both_edits_of_a_line_are_kept() -> None:
    with pytest.raises(PatchConflict):
        apply_patch(EDITED, DIFF, tolerance="tolerant")
    made = apply_patch(EDITED, DIFF, tolerance="fuzzy")
    assert made == EDITED.replace("item.price", "item.price * item.count").encode()


def test_a_missing_newline_and_odd_bytes_stay() -> None:
    odd = EDITED.encode().replace(b"cents", b"\xff").removesuffix(b"\n")
    made = apply_patch(odd, DIFF, tolerance="fuzzy")
    assert made == odd.replace(b"item.price", b"item.price * item.count")


@pytest.mark.parametrize("text", ["other\n" * 9, EDITED + "\n" * 20 + EDITED.replace("cents", "euros"), ""])
def test_no_place_or_two_are_refused(text: str) -> None:
    with pytest.raises(PatchConflict):
        apply_patch(text, DIFF.replace("@@ -1,5 +1,5 @@", "@@ -50,5 +50,5 @@"), tolerance="fuzzy")
