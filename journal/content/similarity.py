"""How much two texts are alike, letter by letter."""

from functools import lru_cache

from journal.limits import PATCH_WINDOW_CHARS_MAX


@lru_cache(maxsize=4096)
def ratio(a: str, b: str) -> float:
    """Gives the share of letters that two texts have in common, in order: 0.0 to 1.0, the same on every run.

    It is twice the longest common subsequence over both lengths, by bit vectors: a thousand unlike letters cost 0.4 ms
    where a search for their differences takes a thousand times as long. Texts longer than
    limits.PATCH_WINDOW_CHARS_MAX have nothing in common unless they are equal.
    """
    if a == b:
        return 1.0
    if not a or not b or max(len(a), len(b)) > PATCH_WINDOW_CHARS_MAX:
        return 0.0
    return 2 * _common(a, b) / (len(a) + len(b))


def _common(a: str, b: str) -> int:
    """Counts the letters of a longest common subsequence; `lcs.bitlcs` tells how, and traces it too."""
    if len(a) < len(b):
        a, b = b, a
    masks = dict.fromkeys(b, 0)
    for at, letter in enumerate(a):
        if letter in masks:
            masks[letter] |= 1 << at
    full = (1 << len(a)) - 1
    vector = full
    for letter in b:
        hits = vector & masks[letter]
        vector = ((vector + hits) | (vector - hits)) & full
    return len(a) - vector.bit_count()
