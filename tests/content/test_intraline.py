"""Which words of a line differ: marks that people understand, of which each side can be put together again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.content import similarity
from journal.content.intraline import Marking, Piece, paired, pieces
from journal.content.similarity import Effort
from journal.limits import INTRALINE_CHARS_MAX, INTRALINE_PAIRS_MAX

PLENTY = 10_000_000
LINE = st.lists(st.sampled_from(["a", "word", " ", "(", ")", "_", "日", "e\u0301", "\udcff", "\t", "x1"]), max_size=20)


def marked(old: str, new: str, steps: int = PLENTY) -> str:
    """Writes the pieces as `[-removed-]{+added+}`."""
    shape = {" ": "{}", "-": "[-{}-]", "+": "{{+{}+}}"}
    return "".join(shape[each.sign].format(each.text) for each in pieces(old, new, Effort(steps)))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("same", "same", "same"),
        ("", "", ""),
        ("", "new", "{+new+}"),
        ("old", "", "[-old-]"),
        ("f(alpha, beta)", "f(alpha, gamma)", "f(alpha, [-beta-]{+gamma+})"),
        ("x = colour", "x = color", "x = [-colour-]{+color+}"),
        ("    return 1", "        return 1", "{+    +}    return 1"),
        ("the old grey cat", "the new red cat", "the [-old grey-]{+new red+} cat"),
        ("a = 1", "a = 1  # why", "a = 1{+  # why+}"),
        ("東京は晴れ", "東京は雨", "東京は[-晴れ-]{+雨+}"),
        ("caf\udce9 one", "caf\udce9 two", "caf\udce9 [-one-]{+two+}"),
        ("e\u0301 e\u0300 x y", "e\u0301 e x y", "e\u0301 [-e\u0300-]{+e+} x y"),
        ("completely different", "nothing alike here", "[-completely different-]{+nothing alike here+}"),
        ("  ", "\t", "[-  -]{+\t+}"),
    ],
)
def test_words_are_marked(old: str, new: str, told: str) -> None:
    assert marked(old, new) == told


@given(LINE, LINE)
def test_each_side_can_be_put_together_again(old: list[str], new: list[str]) -> None:
    a, b = "".join(old), "".join(new)
    made = pieces(a, b, Effort(PLENTY))
    assert "".join(each.text for each in made if each.sign in " -") == a
    assert "".join(each.text for each in made if each.sign in " +") == b
    assert all(each.text for each in made)
    assert made == pieces(a, b, Effort(PLENTY))


@given(LINE, LINE)
def test_no_mark_ends_within_a_word(old: list[str], new: list[str]) -> None:
    made = pieces("".join(old), "".join(new), Effort(PLENTY))
    for side, lists in ((" -", old), (" +", new)):
        ends, at = {0}, 0
        for word in similarity.words("".join(lists)):
            at += len(word)
            ends.add(at)
        at = 0
        for each in made:
            if each.sign in side:
                at += len(each.text)
                assert at in ends


def test_lines_that_are_too_long_and_work_that_is_too_much_are_marked_whole() -> None:
    long = "word " * (INTRALINE_CHARS_MAX // 5)
    assert marked(long, long[:-5] + "last ") == long[:-5] + "[-word-]{+last+} "
    assert len(pieces(long + "x", long, Effort(PLENTY))) == 2
    assert marked("one two", "one three", steps=3) == "[-one two-]{+one three+}"


def test_of_one_change_only_so_many_pairs_are_marked() -> None:
    marking = Marking(Effort(PLENTY))
    for _ in range(INTRALINE_PAIRS_MAX):
        assert marking.pieces("one two", "one three")[0] == Piece(" ", "one ")
    assert marking.pieces("one two", "one three")[0] == Piece("-", "one two")
    assert marking.pieces("same", "same") == (Piece(" ", "same"),)


@pytest.mark.parametrize(
    ("old", "new", "pairs"),
    [
        ([], [], []),
        (["a"], [], [(0, None)]),
        ([], ["a"], [(None, 0)]),
        (["a", "b"], ["x", "y"], [(0, 0), (1, 1)]),
        (["import os", "import sys", "f(a, b)"], ["f(a, c)"], [(0, None), (1, None), (2, 0)]),
        (["one two three"], ["new line", "one two four", "last"], [(None, 0), (0, 1), (None, 2)]),
        (["a"], ["x", "y"], [(0, None), (None, 0), (None, 1)]),
        (["  "], ["", " "], [(0, None), (None, 0), (None, 1)]),
    ],
)
def test_lines_are_paired_in_order(old: list[str], new: list[str], pairs: list[tuple[int | None, int | None]]) -> None:
    assert paired(old, new, Effort(PLENTY)) == pairs


@given(
    st.lists(st.sampled_from(["a b c", "a b d", "x", "x y", ""]), max_size=8),
    st.lists(st.sampled_from(["a b c", "x y z", "q"]), max_size=8),
    st.sampled_from([0, PLENTY]),
)
def test_every_line_has_its_place_once_and_in_order(old: list[str], new: list[str], steps: int) -> None:
    found = paired(old, new, Effort(steps))
    assert [i for i, _ in found if i is not None] == list(range(len(old)))
    assert [j for _, j in found if j is not None] == list(range(len(new)))


def test_too_many_lines_are_paired_by_place() -> None:
    assert paired(["a", "b"], ["b"], Effort(0)) == [(0, 0), (1, None)]
    assert paired(["a"], ["b", "c"], Effort(0)) == [(0, 0), (None, 1)]
