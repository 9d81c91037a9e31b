"""How much two texts are alike."""

from hypothesis import given
from hypothesis import strategies as st

from journal.content.similarity import ratio
from journal.limits import PATCH_WINDOW_CHARS_MAX

TEXT = st.text("abc ", max_size=30)


def common(a: str, b: str) -> int:
    """The longest common subsequence, by the book."""
    row = [0] * (len(b) + 1)
    for x in a:
        above = list(row)
        for j, y in enumerate(b):
            row[j + 1] = above[j] + 1 if x == y else max(above[j + 1], row[j])
    return row[-1]


@given(TEXT, TEXT)
def test_it_is_the_share_of_letters_in_common(a: str, b: str) -> None:
    expected = 2 * common(a, b) / (len(a) + len(b)) if a and b else float(a == b)
    assert ratio(a, b) == ratio(b, a) == expected


def test_too_long_texts_have_nothing_in_common_unless_equal() -> None:
    long = "x" * (PATCH_WINDOW_CHARS_MAX + 1)
    assert (ratio(long, long), ratio(long, long + "y")) == (1.0, 0.0)
    assert 0 < ratio("\udcff é", "\udcff e") < 1
