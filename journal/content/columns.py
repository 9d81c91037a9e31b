"""Texts on a grid of columns: what a terminal gives each character, with tabs and what does not show made visible."""

import functools
import unicodedata

from journal.content import text

TAB = 8
"""columns from one tab stop to the next, as terminals have it."""

WIDE_BLANK = "\u3000"
"""the blank of wide characters; no other blank but the plain one shows as such."""

ELLIPSIS = "…"


def columns(line: str) -> int:
    """Counts the columns that a text without control characters takes."""
    return len(line) if line.isascii() else sum(map(_columns, line))


def visible(letter: str) -> str:
    """Gives a character as it may be shown: one that moves the cursor, turns the direction or shows nothing as its
    number."""
    return letter if letter.isprintable() or letter == WIDE_BLANK else text.escaped(letter)


def laid(line: str, room: int) -> str:
    """Gives a line in at most `room` columns: tabs spread out, control characters shown, cut by `…` when it is long."""
    kept = line[: 4 * room + 1]  # letters without a column of their own are no way around the room
    if not kept.isprintable():
        kept = _spread(kept)
    if len(kept) <= 4 * room and columns(kept) <= room:
        return kept
    return fitted(kept, room - 1) + ELLIPSIS


def fitted(line: str, room: int) -> str:
    """Gives as much of the beginning as `room` columns take, a letter never without the marks upon it."""
    if line.isascii():
        return line[:room]
    taken = 0
    for at, letter in enumerate(line):
        taken += _columns(letter)
        if taken > room or at >= 4 * room:
            return line[:at]
    return line


def padded(line: str, room: int) -> str:
    """Fills a line with blanks to so many columns."""
    return line + " " * (room - columns(line))


def _spread(line: str) -> str:
    """Spreads tabs out, and shows what does not show."""
    made: list[str] = []
    at = 0
    for letter in line:
        shown = " " * (TAB - at % TAB) if letter == "\t" else visible(letter)
        made.append(shown)
        at += columns(shown)
    return "".join(made)


@functools.lru_cache(maxsize=4096)
def _columns(letter: str) -> int:
    if (unicodedata.category(letter) in ("Mn", "Me", "Cf") and letter != "\xad") or "\u1160" <= letter <= "\u11ff":
        return 0  # marks upon a letter, joiners, and the later parts of a Korean syllable
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
