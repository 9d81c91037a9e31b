"""What the numbers of the command line may be, and the options that several commands share."""

import math
import re
from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime, timedelta

WHOLE_MAX = 2**63 - 1
"""the largest number that SQLite counts to."""


AGE = re.compile(r"(\d{1,6})([smhdw])").fullmatch
AMOUNT = re.compile(r"(\d{1,18}(?:\.\d{1,9})?)(?:([KMGT])(?:I?B)?|B)?").fullmatch
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def whole(text: str) -> int:
    """Reads a whole number from 0 up.

    Raises:
        ArgumentTypeError: it is none.
    """
    if not (text.isascii() and text.isdigit() and int(text[:20]) <= WHOLE_MAX and len(text) <= 20):
        raise ArgumentTypeError(f"{text!r} is no whole number from 0 up")
    return int(text)


def positive(text: str) -> int:
    """Reads a whole number from 1 up.

    Raises:
        ArgumentTypeError: it is none.
    """
    try:
        found = whole(text)
    except ArgumentTypeError:
        found = 0
    if not found:
        raise ArgumentTypeError(f"{text!r} is no whole number from 1 up")
    return found


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


def days(text: str) -> float:
    """Reads a number of days.

    Raises:
        ArgumentTypeError: it is none from 0 up.
    """
    try:
        return seconds(text)
    except ArgumentTypeError:
        raise ArgumentTypeError(f"{text!r} is no number of days") from None


def amount(text: str) -> int:
    """Reads a number of bytes: 500000, or 64K, 500M, 1.5G, 2T, of 1024 each.

    Raises:
        ArgumentTypeError: it is none.
    """
    found = AMOUNT(text.strip().upper())
    if found is None:
        raise ArgumentTypeError(f"{text!r} is no size, such as 500000, 64K, 500M or 1.5G")
    return min(int(float(found[1]) * 1024 ** " KMGT".index(found[2] or " ")), WHOLE_MAX)


def expectation(parser: ArgumentParser) -> None:
    """Adds what a path must hold for anything to be done to it."""
    parser.add_argument(
        "--expect",
        metavar="DIGEST",
        help='do nothing unless this stands there now: the SHA-256 of what was last read, or "absent"',
    )


def moment(text: str) -> datetime:
    """Reads a time: ISO 8601, without a zone where the user is, a day from its first second; or an age, such as 90m.

    Raises:
        ArgumentTypeError: it is neither.
    """
    try:
        if age := AGE(text):
            return datetime.now().astimezone() - timedelta(**{UNITS[age[2]]: int(age[1])})
        found = datetime.fromisoformat(text)
        return found if found.tzinfo is not None else found.astimezone()
    except (ValueError, OverflowError) as error:
        known = "such as 2030-01-31, 2030-01-31T15:30 or 2030-01-31T15:30Z, nor an age, such as 90m, 12h, 3d or 2w"
        raise ArgumentTypeError(f"{text!r} is no time, {known}") from error


def local(time: datetime) -> str:
    """Gives a time where the user is."""
    return time.astimezone().strftime("%Y-%m-%d %H:%M:%S %z")
