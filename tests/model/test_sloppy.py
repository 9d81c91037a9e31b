"""Diffs as they are really sent: what lands right, what is refused, and next to nothing in the wrong place."""

import pytest

from journal.content.diff_parsing import parse
from journal.content.lines import split
from journal.content.placement import place
from journal.records import Tolerance
from tests.support.sloppy_cases import KINDS, cases, played

CASES = 100
"""of each kind; `benchmarks/sloppy.py` plays more."""

GUESSED = ("dedented by 4",)
"""kinds in which the file cannot tell what the sender meant."""

RIGHT_MIN = 0.73
WRONG_MAX = 0.004


def share(tolerance: Tolerance) -> tuple[float, float, dict[str, int]]:
    """What part of all cases come out right, and wrong; and the kinds with wrong ones."""
    found = {kind: played(kind, CASES, tolerance) for kind in KINDS}
    of = CASES * len(KINDS)
    right, wrong = (sum(each[side] for each in found.values()) / of for side in (0, 1))
    return right, wrong, {kind: each[1] for kind, each in found.items() if each[1]}


def test_tolerant_patches_land_right_or_not_at_all() -> None:
    right, wrong, where = share("tolerant")
    assert right >= RIGHT_MIN and wrong <= WRONG_MAX, (right, wrong, where)
    assert set(where) <= set(GUESSED)


def test_strict_patches_land_where_they_say() -> None:
    _, wrong, where = share("strict")
    assert wrong <= 0.001 and set(where) <= set(GUESSED), (wrong, where)


@pytest.mark.parametrize("kind", ["removed line edited", "applied already", "place gone, look-alike left"])
def test_what_must_not_land_never_does(kind: str) -> None:
    assert played(kind, CASES, "tolerant") == (CASES, 0)


@pytest.mark.parametrize("kind", ["clean", "CRLF in the file", "trailing space in the file", "typed quotes"])
def test_what_is_certain_lands(kind: str) -> None:
    assert played(kind, CASES, "tolerant") == (CASES, 0)


def test_what_was_merged_is_said() -> None:
    levels = set[str]()
    for before, diff, _ in cases("removed line edited", CASES):
        (part,) = parse(diff)
        for hunk in place(part.hunks, split(before), "fuzzy"):
            levels.add(hunk.level)
            assert hunk.level == "exact" or "edited" in hunk.note
    assert "merge" in levels
