"""A number is read as one, or refused with what it should be."""

import math
from argparse import ArgumentTypeError

import pytest

from journal.cli import values


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("17", 17), (str(2**63 - 1), 2**63 - 1)])
def test_whole_numbers(text: str, number: int) -> None:
    assert values.whole(text) == number


@pytest.mark.parametrize("text", ["", "-1", "1.5", "x", "²", "٣", str(2**63), "9" * 5000])
def test_what_is_no_whole_number(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="no whole number"):
        values.whole(text)


def test_seconds() -> None:
    assert [values.seconds(text) for text in ("0", "1.5", "inf")] == [0.0, 1.5, math.inf]


@pytest.mark.parametrize("text", ["", "-1", "nan", "x"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="no number of seconds"):
        values.seconds(text)
