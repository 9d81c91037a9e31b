"""The names in a diff's headers: git's quoting undone, time stamps and prefixes taken off."""

import re
from typing import NamedTuple

from journal.errors import InvalidPatch
from journal.limits import PATH_BYTES_MAX

DEV_NULL = b"/dev/null"

NAMES_BYTES_MAX = 4 * PATH_BYTES_MAX
"""bytes of two names beside each other; in a longer line no place is looked for where they part."""

_NAMED = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, '"': 34, "\\": 92}
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-3][0-7]{2}|.)", re.DOTALL)
_EPOCH = re.compile(rb"\t(?:1969-12-31|1970-01-01) \d\d:\d\d:00(?:\.0+)? ?[-+]\d{4}$")


class Named(NamedTuple):
    """A name with its prefix, None for /dev/null; `epoch` when its time stamp says that nothing stood there."""

    path: str | None
    epoch: bool = False


def header_name(rest: bytes, line: int) -> Named:
    """Reads what follows `--- ` or `+++ `.

    Raises:
        InvalidPatch: there is no name, or its quoting is wrong.
    """
    if rest.startswith(b'"'):
        name, _ = unquoted(rest, line)
    else:
        name = rest.partition(b"\t")[0].removesuffix(b"\r")
    if name == DEV_NULL:
        return Named(None)
    if not name:
        raise InvalidPatch(f"line {line} of the diff names no file", hint="write --- a/PATH and +++ b/PATH", line=line)
    return Named(_text(name), _EPOCH.search(rest.removesuffix(b"\r")) is not None)


def plain_name(rest: bytes, line: int) -> str:
    """Reads what follows `rename from ` and its kin: a name without a prefix.

    Raises:
        InvalidPatch: its quoting is wrong.
    """
    if rest.startswith(b'"'):
        return _text(unquoted(rest, line)[0])
    return _text(rest.removesuffix(b"\r"))


def git_names(rest: bytes, line: int) -> tuple[str, str] | None:
    """Reads what follows `diff --git `: both names with their prefixes; None when a blank leaves open where they part.

    Names that differ are told by other headers too, so only equal ones have to be found here.

    Raises:
        InvalidPatch: the quoting is wrong.
    """
    rest = rest.removesuffix(b"\r")
    if rest.startswith(b'"'):
        old, after = unquoted(rest, line)
        rest = after.removeprefix(b" ")
        return _text(old), _text(unquoted(rest, line)[0] if rest.startswith(b'"') else rest)
    if rest.endswith(b'"') and (start := rest.find(b' "')) > 0:
        return _text(rest[:start]), _text(unquoted(rest[start + 1 :], line)[0])
    if len(rest) > NAMES_BYTES_MAX:
        return None
    blanks = [at for at, letter in enumerate(rest) if letter == 0x20]
    blanks.sort(key=lambda at: abs(2 * at + 1 - len(rest)))  # prefixes are mostly of one length: from the middle on
    for at in blanks:
        old_name, new_name = _text(rest[:at]), _text(rest[at + 1 :])
        old_bare, new_bare = bare(old_name, new_name)
        if old_bare == new_bare:
            return old_name, new_name
    return (_text(rest[: blanks[0]]), _text(rest[blanks[0] + 1 :])) if len(blanks) == 1 else None


def bare(old: str | None, new: str | None) -> tuple[str | None, str | None]:
    """Takes off both names the first folder when it is all that they differ in, such as `a/` and `b/`.

    A name that stands alone loses an `a/` or `b/`. What no prefix was put before is left as it is.
    """
    if old is not None and new is not None:
        old_first, _, old_rest = old.partition("/")
        new_first, _, new_rest = new.partition("/")
        prefixed = old_first != new_first and old_rest == new_rest and bool(old_rest)
        return (old_rest, new_rest) if prefixed else (old, new)
    return _alone(old), _alone(new)


def _alone(name: str | None) -> str | None:
    return name[2:] if name is not None and name.startswith(("a/", "b/")) else name


def unquoted(data: bytes, line: int) -> tuple[bytes, bytes]:
    """Reads a name between quotes, with its escapes; gives it, and what follows.

    Raises:
        InvalidPatch: the quote does not end, or an escape is none.
    """
    found = _QUOTED.match(data)
    if found is None:
        raise InvalidPatch(
            f"the quoted name in line {line} of the diff does not end", hint="end it by a quote", line=line
        )

    def escaped(match: re.Match[bytes]) -> bytes:
        code = match[1].decode("latin-1")
        if len(code) == 3:
            return bytes((int(code, 8),))
        if code not in _NAMED:
            hint = 'escape as git does: two backslashes for one, \\t, \\n, \\" or three octal digits'
            raise InvalidPatch(f"\\{code} in line {line} of the diff is no escape", hint=hint, line=line)
        return bytes((_NAMED[code],))

    return _ESCAPE.sub(escaped, found[1]), data[found.end() :]


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
