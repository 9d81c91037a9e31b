"""How much two texts have in common: a share between 0 and 1, in bounded work, whatever the texts are."""

import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.content import similarity
from journal.content.similarity import Effort, quick_ratio, ratio, words
from journal.limits import SIMILARITY_CHARS_MAX

ANY = st.text(st.characters(), max_size=40)
"""surrogates included, as of bytes that are not UTF-8."""


@pytest.mark.parametrize(
    ("a", "b", "share"),
    [
        ("", "", 1.0),
        ("", "a", 0.0),
        ("abc", "abc", 1.0),
        ("abc", "xyz", 0.0),
        ("abcd", "abxd", 0.75),
        ("ab", "abcdef", 0.5),
        ("\udcff\udc80", "\udcff", 2 / 3),
        ("日本語", "日本", 0.8),
    ],
)
def test_the_share_of_characters_in_common(a: str, b: str, share: float) -> None:
    assert ratio(a, b) == pytest.approx(share)


@given(ANY, ANY)
def test_it_is_a_share_whatever_is_compared(a: str, b: str) -> None:
    for compare in (ratio, quick_ratio):
        found = compare(a, b)
        assert 0.0 <= found <= 1.0
        assert found == compare(a, b)
        assert compare(a, a) == 1.0
    assert ratio(a, b) < 1.0 or a == b


def common(a: str, b: str) -> int:
    """The longest common subsequence, by the book."""
    row = [0] * (len(b) + 1)
    for x in a:
        above = list(row)
        for j, y in enumerate(b):
            row[j + 1] = above[j] + 1 if x == y else max(above[j + 1], row[j])
    return row[-1]


@given(st.text("abc ", max_size=30), st.text("abc ", max_size=30))
def test_it_is_the_share_of_letters_in_common(a: str, b: str) -> None:
    assert ratio(a, b) == ratio(b, a) == (2 * common(a, b) / (len(a) + len(b)) if a or b else 1.0)


@given(ANY)
def test_words_joined_are_the_text(text: str) -> None:
    assert "".join(words(text)) == text


def test_words_are_what_people_take_for_them() -> None:
    assert words("f_1(x,  y)") == ["f_1", "(", "x", ",", " ", " ", "y", ")"]
    assert words("naïve cafe\u0301!") == ["naïve", " ", "cafe\u0301", "!"]
    assert words("日本語 text") == ["日", "本", "語", " ", "text"]
    assert words("हिन्दी में") == ["हिन्दी", " ", "में"]
    assert words("caf\udce9s") == ["caf", "\udce9", "s"]


def test_long_texts_are_compared_by_words_and_longer_ones_by_their_words_without_an_order() -> None:
    choose = random.Random(1)
    some = ["".join(choose.choices("abcdefgh", k=6)) for _ in range(SIMILARITY_CHARS_MAX // 2)]
    for count in (100, SIMILARITY_CHARS_MAX // 6, len(some)):
        before, after = " ".join(some[:count]), " ".join(["new", *some[1 : count - 1], "last"])
        assert 0.9 < ratio(before, after) < 1.0
        assert ratio(before, " ".join(reversed(some[:count]))) > 0.1
        assert ratio(before, "#" * len(before)) == 0.0


def test_words_compared_are_spelled_out() -> None:
    diffs = similarity.word_diffs(["one", " ", "two"], ["one", " ", "three"])
    assert diffs == [(0, "one "), (-1, "two"), (1, "three")]


def test_an_effort_is_spent_and_never_overdrawn() -> None:
    effort = Effort(10)
    assert effort.allows(6)
    assert not effort.allows(6)
    assert effort.allows(4)
    assert not effort.allows(1)


def test_the_comparing_library_is_imported_when_something_is_compared() -> None:
    code = (
        "import sys; import journal; from journal.content import similarity, intraline, facing;"
        "assert 'diff_match_patch' not in sys.modules; similarity.word_diffs('ab', 'ac');"
        "assert 'diff_match_patch' in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    code = "import sys; import journal; assert {'html', 'journal.content.facing'}.isdisjoint(sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
