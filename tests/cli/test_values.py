"""A number is read as one, or refused with what it should be."""

import math
from argparse import ArgumentTypeError
from datetime import UTC, datetime, timedelta

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


def test_moments() -> None:
    assert values.moment("2030-01-31T15:30:00Z") == datetime(2030, 1, 31, 15, 30, tzinfo=UTC)
    assert values.moment("2030-01-31") == datetime(2030, 1, 31).astimezone()
    assert values.moment("2030-01-31 15:30").tzinfo is not None
    now = datetime.now(UTC)
    assert timedelta(days=14) <= now - values.moment("2w") + timedelta(minutes=1) <= timedelta(days=14, minutes=2)


@pytest.mark.parametrize("text", ["", "soon", "3x", "-1d", "999999w", "2030-13-01"])
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is no time"):
        values.moment(text)
