"""Replacing text in a file's bytes: a string is literal, a pattern is a pattern."""

import re
from collections.abc import Iterator

from journal.content.text import shown
from journal.errors import NoMatch, UsageError
from journal.limits import NEAREST_LINES_MAX, QUOTED_CHARS_MAX
from journal.records import Replace


def replaced(path: str, data: bytes, operation: Replace) -> tuple[bytes, int]:
    """Gives the bytes after a replacement, and at how many places they differ from those before.

    Bytes that are not UTF-8 stay as they are, and line ends too.

    Raises:
        UsageError: the arguments contradict each other. NoMatch: nothing was found though it is required.
    """
    limit = _limit(operation)
    text = data.decode("utf-8", "surrogateescape")
    given: object = operation.replacement
    if not isinstance(given, str):
        raise UsageError(f"the replacement is {type(given).__name__}", hint="pass a str")
    if operation.unique:
        _refuse_unless_one(path, text, operation.match)
    if isinstance(operation.match, re.Pattern):
        changed, count = _by_pattern(operation.match, given, text, limit)
    else:
        count = text.count(operation.match)
        count = count if limit is None else min(count, limit)
        changed = text.replace(operation.match, given, count)
    if not count and operation.required:
        raise _none(path, text, operation.match)
    return _encoded(changed), count


def _refuse_unless_one(path: str, text: str, match: str | re.Pattern[str]) -> None:
    """Refuses a text that stands nowhere or at several places, overlapping ones too."""
    found, nearest = 0, list[str]()
    for at in _starts(text, match):
        found += 1
        if found <= NEAREST_LINES_MAX:
            nearest.append(_line_at(text, at))
    if not found:
        raise _none(path, text, match)
    if found == 1:
        return
    raise NoMatch(
        f"{path!r} holds {_shown(match)} at {found} places, and one was meant",
        hint="give more of the text around it, or say that all places are meant",
        path=path,
        found=found,
        nearest=tuple(nearest),
    )


def _starts(text: str, match: str | re.Pattern[str]) -> Iterator[int]:
    if isinstance(match, re.Pattern):
        yield from (found.start() for found in match.finditer(text))
        return
    at = text.find(match)
    while at >= 0:
        yield at
        at = text.find(match, at + 1)


def _line_at(text: str, at: int) -> str:
    """Gives the line of a place, with its number."""
    start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    line = text[start : end if end >= 0 else len(text)]
    return f"{text.count(chr(10), 0, at) + 1}: {shown(line, QUOTED_CHARS_MAX)}"


def _none(path: str, text: str, match: str | re.Pattern[str]) -> NoMatch:
    """Says that a text stands nowhere, and which lines come nearest to it; a pattern has no like."""
    near: tuple[str, ...] = ()
    if isinstance(match, str):
        from journal.content.nearest import nearest  # here, as its comparing is needed only now

        near = nearest(text, match)
    told = "".join(f"\n  {line}" for line in near)
    return NoMatch(
        f"{path!r} does not hold {_shown(match)}" + (f"; nearest to it comes:{told}" if near else ""),
        hint="read the file and give the text as it stands there",
        path=path,
        found=0,
        nearest=near,
    )


def _limit(operation: Replace) -> int | None:
    """Tells how many places at most; None is every one."""
    match: object = operation.match
    if isinstance(match, re.Pattern):
        if not isinstance(match.pattern, str):
            raise UsageError("the pattern is of bytes", hint="compile it from a str")
    elif not isinstance(match, str):
        raise UsageError(f"match is {type(match).__name__}", hint="pass a str or a compiled pattern")
    elif not match:
        raise UsageError("an empty text is found everywhere", hint="give the text that is to be replaced")
    if operation.all and operation.count is not None:
        raise UsageError("all and count contradict each other", hint="pass one of them")
    given: object = operation.count
    if given is not None and not (type(given) is int and 1 <= given < 1 << 31):
        raise UsageError(f"count is {given!r}", hint="pass a number above 0")
    return None if operation.all else operation.count or 1


def _by_pattern(pattern: re.Pattern[str], template: str, text: str, limit: int | None) -> tuple[str, int]:
    try:
        return pattern.subn(template, text, count=limit or 0)
    except (re.error, IndexError) as error:
        hint = "name groups as \\g<1>, and write two backslashes for one"
        raise UsageError(f"the replacement {template!r} does not fit the pattern: {error}", hint=hint) from error


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise UsageError(f"the replacement cannot be encoded: {error}", hint="use Unicode text") from error


def _shown(match: str | re.Pattern[str]) -> str:
    quoted = repr(match if isinstance(match, str) else match.pattern)
    return quoted if len(quoted) <= 80 else quoted[:77] + "..."
