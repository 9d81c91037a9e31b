"""The option that tells how much is swept, and what was."""

from typing import NamedTuple

import pytest

from tests.crash import tally


class Extent(NamedTuple):
    """How many points a scenario gets at most, by kind (0: all), and which share of the steps is died at first."""

    deaths: int
    recoveries: int
    edits: int
    errors: int
    races: int
    powers: int
    shortages: int
    stride: int


SAMPLE = Extent(deaths=12, recoveries=4, edits=4, errors=5, races=5, powers=16, shortages=1, stride=0)
WHOLE = Extent(deaths=0, recoveries=0, edits=0, errors=0, races=0, powers=0, shortages=0, stride=7)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--sweep",
        choices=("sample", "whole"),
        default="sample",
        help="how many of the points of tests/crash are played: a fixed sample, or the whole (about an hour)",
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if tally.POINTS:
        terminalreporter.section("points where something went wrong on purpose")
        for line in tally.lines():
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def extent(pytestconfig: pytest.Config) -> Extent:
    """How much is swept."""
    return WHOLE if pytestconfig.getoption("--sweep", "sample") == "whole" else SAMPLE
