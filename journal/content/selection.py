"""Which paths a call is about: some files, folders and globs, or everything."""

import re
from collections.abc import Callable, Iterable
from os import PathLike
from typing import Self

from journal.content import paths
from journal.errors import UsageError
from journal.records import StrPath

MAGIC = re.compile(r"[*?\[]").search


class Selection:
    """A predicate over normal paths; `everything` and `nothing` let a caller skip asking.

    `starts` are paths at or below which all lies that is selected, "" for the root: where a walk has to look.
    """

    __slots__ = ("everything", "nothing", "starts", "_names", "_glob")

    def __init__(
        self, names: frozenset[str], glob: re.Pattern[str] | None, everything: bool, starts: Iterable[str] = ("",)
    ) -> None:
        self.starts = tuple(starts)
        self.everything = everything
        self.nothing = not (everything or names or glob)
        self._names = names
        self._glob = glob

    @classmethod
    def of(cls, given: None | StrPath | Iterable[StrPath], exists: Callable[[str], bool]) -> Self:
        """Reads what a caller gave: None for everything, a path, or several paths, of which none selects nothing.

        A path selects itself and what lies under it, `a/` only what lies under it, `.` everything. A path with `*`, `?`
        or `[` is a glob unless `exists` knows a path of that very name; `**` crosses folders, `*` and `?` do not.

        Raises:
            PathRefused: a path leaves the root, or can name nothing in it.
        """
        if given is None:
            return cls(frozenset(), None, True)
        names: set[str] = set()
        globs: list[str] = []
        starts: dict[str, None] = {}
        for each in several(given):
            name, under = _read(each)
            if not name:
                return cls(frozenset(), None, True)
            if (magic := MAGIC(name)) and not exists(name):
                globs.append(_translated(name + "/**" if under else name))
                starts[name[: magic.start()].rpartition("/")[0]] = None
            else:
                starts[name] = None
                names.update((name + "/",) if under else (name, name + "/"))
        return cls(frozenset(names), re.compile("|".join(globs), re.DOTALL) if globs else None, False, starts)

    def matches(self, path: str) -> bool:
        """Tells whether a normal path is selected."""
        if self.everything:
            return True
        if self._names and (path in self._names or any(above + "/" in self._names for above in paths.parents(path))):
            return True
        return self._glob is not None and self._glob.fullmatch(path) is not None


def several(given: StrPath | Iterable[StrPath]) -> list[StrPath]:
    """Lists what a caller gave as one path or several; an iterator is read once.

    Raises:
        UsageError: it is neither.
    """
    if isinstance(given, str | bytes | PathLike):
        return [given]
    if not isinstance(given, Iterable):
        raise UsageError(f"paths is {type(given).__name__}", hint="pass one path or several")
    return list(given)


def _read(given: StrPath) -> tuple[str, bool]:
    """Gives the normal form, empty for the root, and whether a slash at the end asks for a folder."""
    text = paths.spelled(given)
    if not text or text.startswith("/"):
        return paths.normal(text), False  # which refuses it: an unset variable of a script must not mean everything
    if all(part in ("", ".") for part in text.split("/")):
        return "", True
    bare = text
    while bare.endswith(("/", "/.")):
        bare = bare.removesuffix(".").removesuffix("/")
    return paths.normal(bare, allow_git=True), bare != text


def _translated(glob: str) -> str:
    """Turns a glob into a regular expression, the way shells read one."""
    made = []
    at = 0
    while at < len(glob):
        if glob.startswith("**/", at) and (at == 0 or glob[at - 1] == "/"):
            made.append("(?:.*/)?")  # `a/**/b` is also `a/b`
            at += 3
        elif glob.startswith("**", at):
            made.append(".*")
            at += 2
        elif glob[at] == "*":
            made.append("[^/]*")
            at += 1
        elif glob[at] == "?":
            made.append("[^/]")
            at += 1
        elif glob[at] == "[" and (end := glob.find("]", at + 3 if glob[at + 1 : at + 2] in ("!", "^") else at + 2)) > 0:
            made.append(_letters(glob[at + 1 : end]))
            at = end + 1
        else:
            made.append(re.escape(glob[at]))
            at += 1
    return "".join(made)


def _letters(body: str) -> str:
    """Turns what stands between brackets into a class that never takes a slash."""
    negated = body[0] in "!^"
    body = body[1:] if negated else body
    made = []
    at = 0
    while at < len(body):
        first, last = body[at], body[at]
        if body[at + 1 : at + 2] == "-" and at + 2 < len(body):
            last = body[at + 2]
        if first <= last:  # a range the wrong way round holds nothing
            made.append(re.escape(first) if first == last else f"{re.escape(first)}-{re.escape(last)}")
        at += 3 if body[at + 1 : at + 2] == "-" and at + 2 < len(body) else 1
    letters = "".join(made)
    if negated:
        return f"[^/{letters}]"
    return f"(?!/)[{letters}]" if letters else "(?!)"
