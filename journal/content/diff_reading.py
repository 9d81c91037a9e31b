"""The door of every diff that is applied: read strictly, or in whichever form it was sent.

What reads the other forms is imported when one is first applied: it costs 6 ms, and few processes do.
"""

import re
from typing import TYPE_CHECKING

from journal.content import diff_parsing
from journal.content.diff_parsing import FileDiff
from journal.errors import InvalidPatch
from journal.records import Tolerance

if TYPE_CHECKING:
    from journal.content.markers import Form

_HUNKS = re.compile(rb"^@@ -\d", re.MULTILINE)
_FOREIGN = re.compile(rb"^(?:<{5,9}[ \t]*SEARCH\b|\*\*\*[ \t]*(?:Begin Patch|(?:Add|Update|Delete) File))", re.I | re.M)
_BOM = b"\xef\xbb\xbf"


def read(data: bytes, tolerance: Tolerance) -> list[FileDiff]:
    """Reads a diff; `strict` takes git's and GNU's as they wrote them, the others what people and agents send too.

    That is a unified diff with wrong counts, lost blanks and prose around, an envelope of `*** Begin Patch`, or blocks
    of `<<<<<<< SEARCH`. Whatever the tolerance, what can be read strictly means the same.

    Raises:
        InvalidPatch: with the line that cannot be read, and what to send instead.
    """
    if tolerance == "strict":
        return diff_parsing.parse(data)
    data = _unwrapped(data)
    try:
        parts = diff_parsing.parse(data)
    except InvalidPatch as error:
        return _read(data, error)
    return parts if _whole(data, parts) else _read(data, None)


def _read(data: bytes, strictly: InvalidPatch | None) -> list[FileDiff]:
    from journal.content import envelopes, lenient, search_blocks

    given = data.split(b"\n")
    if given[-1] == b"":
        given.pop()
    form = _form(given)
    if form == "envelope":
        return envelopes.parse(given)
    parts = search_blocks.parse(given) if form == "blocks" else lenient.parse(given) if form == "diff" else []
    if not parts:
        raise _none(given) from strictly
    return parts


def _unwrapped(data: bytes) -> bytes:
    r"""Gives a diff whose lines all end by `\r\n`, its headers too, as it was before something sent it so."""
    data = data.removeprefix(_BOM)
    ends = data.count(b"\r\n")
    rest = data[data.rfind(b"\n") + 1 :]
    if not ends or ends != data.count(b"\n"):
        return data
    return data.replace(b"\r\n", b"\n") if not rest.endswith(b"\r") else data.replace(b"\r\n", b"\n")[:-1]


def _whole(data: bytes, parts: list[FileDiff]) -> bool:
    """Tells whether the strict reader took in every change: it skips what git skips, and a person may mean more."""
    from journal.content import lenient

    if sum(len(part.hunks) for part in parts) != sum(1 for _ in _HUNKS.finditer(data)):
        return False
    if _FOREIGN.search(data) or any(lenient.is_silent(part) for part in parts):
        return False
    ends = (lenient.swallowed(each, each is part.hunks[-1]) for part in parts for each in part.hunks)
    return not any(ends)


def _form(given: list[bytes]) -> "Form | None":
    """Tells in which form changes are sent, by the first line that begins one."""
    from journal.content.markers import WORDS, fence, form_at, is_signed

    for at, line in enumerate(given):
        form = form_at(given, at)
        if form is not None:
            return form
        mark = fence(line)
        if mark is not None and mark.word in WORDS and given[at + 1 : at + 2] and is_signed(given[at + 1]):
            return "diff"
    return None


def _none(given: list[bytes]) -> InvalidPatch:
    """Makes the error of a text in which nothing begins a change."""
    if any(line.startswith(b"*" * 15) for line in given):
        return InvalidPatch("the diff is a context diff", hint="make a unified one: diff -u, or git diff", line=1)
    first = next((at for at, line in enumerate(given, start=1) if line.strip()), None)
    hint = "send a unified diff, whose hunks begin with @@ -1,3 +1,4 @@ below --- a/PATH and +++ b/PATH, or blocks of "
    hint += "<<<<<<< SEARCH, or *** Begin Patch"
    return InvalidPatch("the diff has no hunk", hint=hint, line=first)
