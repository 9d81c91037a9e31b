"""What the numbers of the command line may be, and the options that several commands share."""

import math
from argparse import ArgumentParser, ArgumentTypeError

WHOLE_MAX = 2**63 - 1
"""the largest number that SQLite counts to."""


def whole(text: str) -> int:
    """Reads a whole number from 0 up.

    Raises:
        ArgumentTypeError: it is none.
    """
    if not (text.isascii() and text.isdigit() and int(text[:20]) <= WHOLE_MAX and len(text) <= 20):
        raise ArgumentTypeError(f"{text!r} is no whole number from 0 up")
    return int(text)


def seconds(text: str) -> float:
    """Reads a time to wait.

    Raises:
        ArgumentTypeError: it is no number of seconds from 0 up.
    """
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not found >= 0:
        raise ArgumentTypeError(f"{text!r} is no number of seconds")
    return found


def expectation(parser: ArgumentParser) -> None:
    """Adds what a path must hold for anything to be done to it."""
    parser.add_argument(
        "--expect",
        metavar="DIGEST",
        help='do nothing unless this stands there now: the SHA-256 of what was last read, or "absent"',
    )
