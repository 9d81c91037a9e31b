"""How much two texts have in common, by diff-match-patch: the same answer everywhere, in bounded time."""

import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from journal.content.lcs import common_length
from journal.limits import SIMILARITY_CHARS_MAX, SIMILARITY_WORK_MAX

WORD = re.compile(r"\w+|.", re.ASCII | re.DOTALL)
JOINERS = "\u200c\u200d"
"""join letters without being some."""

CODES = 0x10000
"""the first of the characters that stand for words while these are compared: above the surrogates."""

Diffs = list[tuple[int, str]]
"""as diff-match-patch gives them: -1 for what only the first text has, 1 for the second, 0 for both."""


class Effort:
    """What a piece of work may still cost, in steps and not in seconds: the same input gives the same answer."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def allows(self, steps: int) -> bool:
        """Takes so many steps, or none when these are too many."""
        if steps > self.left:
            return False
        self.left -= steps
        return True


@functools.cache
def engine() -> Any:
    """Gives diff-match-patch without its clock; it keeps nothing between two calls, so any thread may use it."""
    from diff_match_patch import diff_match_patch  # here, as few processes need it

    made = diff_match_patch()
    made.Diff_Timeout = 0
    return made


def ratio(a: str, b: str) -> float:
    """Tells which share of their characters two texts have in common, in the same order: 0.0 nothing, 1.0 all.

    Letter by letter; what is left of long texts between their common ends by words, and of longer ones by their words
    without an order. Any strings will do, surrogates too.
    """
    if a == b:
        return 1.0
    start: int = engine().diff_commonPrefix(a, b)
    old, new = a[start:], b[start:]
    end: int = engine().diff_commonSuffix(old, new)
    old, new = old[: len(old) - end], new[: len(new) - end]
    long = max(len(old), len(new)) > SIMILARITY_CHARS_MAX
    middle = _kept_words(words(old), words(new)) if long else common_length(old, new)
    return 2 * (start + middle + end) / (len(a) + len(b))


def words(text: str) -> list[str]:
    """Parts a text into what people take for units: words, and each other character with the marks upon it.

    What is written without blanks in wide characters comes character by character. Joined they are the text again.
    """
    if text.isascii():
        return WORD.findall(text)
    made: list[str] = []
    in_word = False
    for letter in text:
        if made and (letter in JOINERS or unicodedata.category(letter)[0] == "M"):
            made[-1] += letter
        elif (letter.isalnum() or letter == "_") and unicodedata.east_asian_width(letter) not in "WF":
            if in_word:
                made[-1] += letter
            else:
                made.append(letter)
            in_word = True
        else:
            made.append(letter)
            in_word = False
    return made


def word_diffs(old: Iterable[str], new: Iterable[str]) -> Diffs:
    """Compares two texts word by word; they are spelled out in what it gives."""
    codes: dict[str, str] = {}
    coded = ["".join(codes.setdefault(each, chr(CODES + len(codes))) for each in side) for side in (old, new)]
    meant = {code: each for each, code in codes.items()}
    return [(sign, "".join(meant[code] for code in text)) for sign, text in engine().diff_main(*coded, False)]


def common_ends(a: Sequence[str | bytes], b: Sequence[str | bytes]) -> tuple[int, int]:
    """Counts the members that two sequences begin with alike, and of the rest those that they end with alike."""
    most = min(len(a), len(b))
    start = 0
    while start < most and a[start] == b[start]:
        start += 1
    end = 0
    while end < most - start and a[-1 - end] == b[-1 - end]:
        end += 1
    return start, end


def bag(some: Iterable[str]) -> Counter[str]:
    """Counts words, the blank ones left out."""
    return Counter(each for each in some if not each.isspace())


def shared(a: Counter[str], b: Counter[str]) -> int:
    """Counts the characters of the words that two bags have in common: no order of them has more."""
    if len(a) > len(b):
        a, b = b, a
    return sum(min(count, b[each]) * len(each) for each, count in a.items() if each in b)


def quick_ratio(a: str, b: str) -> float:
    """Tells which share of their words two texts have in common in any order: cheap, and about what `ratio` says."""
    old, new = bag(words(a)), bag(words(b))
    total = sum(len(each) * count for each, count in (old + new).items())
    return 2 * shared(old, new) / total if total else float(a == b)


def _kept(diffs: Diffs) -> int:
    return sum(len(text) for sign, text in diffs if sign == 0)


def _kept_words(old: list[str], new: list[str]) -> int:
    if len(old) * len(new) <= SIMILARITY_WORK_MAX:
        return _kept(word_diffs(old, new))
    return shared(Counter(old), Counter(new))
