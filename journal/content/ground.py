"""A file's lines by what they say: white space, typed quotes and dashes, and a missing last newline do not count."""

import re
from bisect import bisect_left

from journal.content import lines
from journal.limits import PATCH_PLACES_MAX, PATCH_SCAN_BYTES_MAX

TYPED = {
    '"': "\u201c\u201d\u201e\u201f",
    "'": "\u2018\u2019\u201a\u201b",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2212",
    "...": "\u2026",
    " ": "\u00a0\u2007\u2009\u202f",
}
"""what a word processor, or a model, puts for plain characters"""

_PLAIN = {letter.encode(): plain.encode() for plain, letters in TYPED.items() for letter in letters}
_TYPED = re.compile(b"|".join(map(re.escape, _PLAIN)))


def bare(line: bytes) -> bytes:
    """Gives a line as if a newline followed it."""
    return line.removesuffix(lines.NO_NEWLINE)


def plain(line: bytes) -> bytes:
    """Gives a line with plain quotes, dashes and blanks for typed ones."""
    return line if line.isascii() else _TYPED.sub(lambda found: _PLAIN[found[0]], line)


def loose(line: bytes) -> bytes:
    """Gives what a line says: its words, plain, a blank between any two."""
    return b" ".join(plain(bare(line)).split())


class Ground:
    """The lines of a file, and where some of them stand together."""

    def __init__(self, found: list[bytes]) -> None:
        self.lines = found
        self.loose = [loose(line) for line in found]
        self.index: dict[bytes, list[int]] = {}
        for at, line in enumerate(self.loose):
            self.index.setdefault(line, []).append(at)
        self._text = b""
        self._starts: list[int] = []
        self._left = PATCH_SCAN_BYTES_MAX

    def stand_at(self, wanted: list[bytes], at: int) -> bool:
        """Tells whether some lines stand at a place, by what they say."""
        return at >= 0 and self.loose[at : at + len(wanted)] == wanted and at + len(wanted) <= len(self.loose)

    def places(self, wanted: list[bytes]) -> list[int] | None:
        """Lists the places where some lines stand together, in order; None when there are too many to tell them."""
        rarest, offset = None, 0
        for at, line in enumerate(wanted):
            found = self.index.get(line)
            if found is None:
                return []
            if rarest is None or len(found) < len(rarest):
                rarest, offset = found, at
        assert rarest is not None  # nobody looks for nothing
        if len(rarest) > PATCH_PLACES_MAX:
            return self._scanned(wanted)
        return [at - offset for at in rarest if self.stand_at(wanted, at - offset)]

    def _scanned(self, wanted: list[bytes]) -> list[int] | None:
        """Looks for lines none of which is rare in the whole text, as long as that has not been done too often."""
        if not self._starts:
            self._text = b"\n" + b"\n".join(self.loose) + b"\n"
            at = 0
            for line in self.loose:
                self._starts.append(at)
                at += len(line) + 1
        needle = b"\n" + b"\n".join(wanted) + b"\n"
        made, at = list[int](), self._text.find(needle)
        self._left -= len(self._text)
        while at >= 0:
            made.append(bisect_left(self._starts, at))
            if len(made) > PATCH_PLACES_MAX or self._left < 0:
                return None
            at = self._text.find(needle, at + 1)
        return None if self._left < 0 else made
