"""The one normal form of a path: relative, parted by `/`, kept as the bytes it was given in."""

import re
from collections.abc import Iterable
from os import PathLike, fspath
from pathlib import PurePath

from journal.errors import PathRefused, UsageError
from journal.limits import NAME_BYTES_MAX, PATH_BYTES_MAX

# Parts of letters, digits, `_`, `-`, and dots and blanks after the first character: nothing in them can be refused but
# their length, so that an ordinary path costs one match.
ORDINARY = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9_. -]*/)*[A-Za-z0-9_-][A-Za-z0-9_. -]*").fullmatch

ESCAPED = "//"
"""How the name of an undecodable path begins; no normal path begins with a slash."""


def normal(path: str | PathLike[str], *, allow_git: bool = False) -> str:
    """Gives the one form in which a path is journaled; `./a//b` becomes `a/b`.

    Bytes that are not UTF-8 stay as surrogate escapes; letters are not composed, decomposed or folded.

    Raises:
        PathRefused: the path may not be journaled; `reason` says why.
        UsageError: it is no str and no PathLike of one.
    """
    text = path if type(path) is str else spelled(path)
    if len(text) <= NAME_BYTES_MAX and ORDINARY(text):
        return text
    return _checked(text, allow_git)


def spelled(path: object) -> str:
    """Gives a path as the text its caller wrote, refusing what is no path at all.

    Raises:
        UsageError: it is no str and no PathLike of one.
    """
    if isinstance(path, PurePath):
        return path.as_posix()
    text = fspath(path) if isinstance(path, PathLike) else path
    if not isinstance(text, str):
        raise UsageError(f"a path is a str, found {type(text).__name__}", hint="give a str or a pathlib.Path")
    return str(text)


def _checked(text: str, allow_git: bool) -> str:
    """Refuses what may not be journaled, in the order in which a person would ask."""
    if "\0" in text:
        raise _refused(text, "holds a NUL", "no file can have this name")
    if text.startswith("/"):
        raise _refused(text, "is absolute", "give it relative to the root")
    try:
        # Escapes that together are UTF-8 after all name the same file as the letter does: one form for both.
        text = text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise _refused(text, "holds a lone surrogate", "only names that os.fsdecode can give exist on disk") from None
    given = text.split("/")
    parts = [part for part in given if part not in ("", ".")]
    if not parts:
        raise _refused(text, "is empty" if not text else "names the root itself", "name a file below the root")
    if given[-1] in ("", "."):
        raise _refused(text, "names a folder", "name a file or symlink, without a slash at the end")
    _check_parts(text, parts, allow_git)
    return "/".join(parts)


def _check_parts(text: str, parts: list[str], allow_git: bool) -> None:
    if ".." in parts:
        raise _refused(text, "holds `..`", "write the path without it, relative to the root")
    if parts[0].casefold() == ".spool":
        raise _refused(text, "lies in the journal's own folder", "leave `.spool` to the journal")
    if not allow_git and any(part.casefold() == ".git" for part in parts):
        raise _refused(text, "lies in `.git`", "pass allow_git=True if a change of the repository itself is meant")
    sizes = [len(key(part)) for part in parts]
    if max(sizes) > NAME_BYTES_MAX:
        raise _refused(text, f"has a part of {max(sizes)} bytes", f"file systems take {NAME_BYTES_MAX} bytes a part")
    if (size := sum(sizes) + len(sizes) - 1) > PATH_BYTES_MAX:
        raise _refused(text, f"has {size} bytes", f"the system takes {PATH_BYTES_MAX} bytes a path")


def _refused(path: str, reason: str, hint: str) -> PathRefused:
    shown = path if len(path) <= 120 else path[:117] + "..."
    return PathRefused(f"the path {shown!r} {reason}", hint=hint, path=path, reason=reason)


def key(path: str) -> bytes:
    """Gives a path's bytes, by which paths are sorted."""
    return path.encode("utf-8", "surrogateescape")


def stored(path: str) -> tuple[str, bytes | None]:
    r"""Gives what a table keeps of a normal path: its name, and its bytes when they are not UTF-8.

    The name of such a path is printable and unique: `//` and the path, with `\xff` for a byte that is not UTF-8 or is a
    control character and `\\` for a backslash.
    """
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        raw = key(path)
        return _escaped(raw), raw
    return path, None


def spans(path: str) -> list[tuple[str, str]]:
    """Tells where a normal path and all that lies below it stand among stored names: from one name to before another.

    Names are compared by their UTF-8 bytes, as SQLite does.
    """
    name, below = stored(path)[0], path + "/"
    begins = {stored(below)[0], _escaped(key(below))}  # a path below may not be UTF-8 though this one is
    return [(name, name + "\x01"), *((begin, begin[:-1] + "0") for begin in sorted(begins))]


def outermost(paths: Iterable[str]) -> list[str]:
    """Leaves out the paths that lie below another one, and those given twice."""
    listed = dict.fromkeys(paths)
    return [path for path in listed if not any(folder in listed for folder in parents(path))]


def _escaped(raw: bytes) -> str:
    text = raw.replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")
    return ESCAPED + "".join(c if c >= " " and c != "\x7f" else f"\\x{ord(c):02x}" for c in text)


def loaded(name: str, raw: bytes | None) -> str:
    """Gives the normal path that `stored` was given."""
    return name if raw is None else raw.decode("utf-8", "surrogateescape")


def parents(path: str) -> list[str]:
    """Names the folders above a normal path, outermost first."""
    found = []
    at = path.find("/")
    while at >= 0:
        found.append(path[:at])
        at = path.find("/", at + 1)
    return found
