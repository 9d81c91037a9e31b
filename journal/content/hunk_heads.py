"""The line that begins a changed place, `@@`: with numbers, with the lines that stand above it, or with neither."""

import re
from typing import NamedTuple

from journal.content.markers import DASH, misread
from journal.limits import PATCH_ANCHORS_MAX

_NUMBERS = re.compile(
    rb"@@+[ \t]*" + DASH + rb"(\d{1,18})(?:,(\d{1,18}))?(?:[ \t,]*\+(\d{1,18})(?:,(\d{1,18}))?)?(?![\w,.])"
)
_NUMBERED = re.compile(rb"[ \t]*" + DASH + rb"\d")
_NO_PLACE = re.compile(
    rb"[-+.,?\d \t\xe2\x80\xa6XxYyNn]*|lines?[ \t]+\d.*|" + DASH + rb".*\+.*", re.DOTALL | re.IGNORECASE
)


class Head(NamedTuple):
    """Where a hunk is said to begin, how many lines it says it has, and what is said to stand above it."""

    old_start: int | None = None
    new_start: int = 1
    counts: tuple[int, int] | None = None
    above: tuple[bytes, ...] = ()

    def under(self, above: tuple[bytes, ...], line: int) -> "Head":
        """Gives the same place below lines that were named before it.

        Raises:
            InvalidPatch: they are too many.
        """
        if len(above) + len(self.above) > PATCH_ANCHORS_MAX:
            what = f"is one more of over {PATCH_ANCHORS_MAX} lines that stand above one place"
            raise misread(line, what, "write @@ for the nearest class and function only, and the lines that change")
        return self._replace(above=above + self.above)


def read(line: bytes, number: int) -> Head:
    """Reads a line that begins with `@@`; what stands in it for numbers and is none says nothing.

    Raises:
        InvalidPatch: it begins like numbers and is neither those nor text.
    """
    found = _NUMBERS.match(line)
    if found is not None:
        old_start = int(found[1])
        if found[3] is None:
            return Head(old_start, old_start)
        counts = (1 if found[2] is None else int(found[2]), 1 if found[4] is None else int(found[4]))
        return Head(old_start, int(found[3]), counts if counts != (0, 0) else None)
    inner, closed, after = line.lstrip(b"@").partition(b"@@")
    if not closed and _NUMBERED.match(inner):
        hint = "write @@ -START,COUNT +START,COUNT @@, or @@ alone where the numbers are not known"
        raise misread(number, "is no header of a hunk", hint, line)
    told = [part.strip() for part in (inner, after.lstrip(b"@"))]
    return Head(above=tuple(part for part in told if not _NO_PLACE.fullmatch(part)))
