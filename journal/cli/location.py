"""Where the user stands: the root around the current folder, and what a path given there means."""

import os
import posixpath
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path

from journal.errors import PathRefused, UsageError
from journal.workspace import places


@dataclass(frozen=True, slots=True)
class Place:
    """A root, the folder below it where the user stands ("" for the root itself), and a journal if one was named."""

    root: str
    prefix: str
    journal: str | None

    @property
    def start(self) -> str:
        """Gives the folder that the user stands in, or that `-C` names."""
        return os.path.join(self.root, self.prefix) if self.prefix else self.root

    def inside(self, path: str) -> str:
        """Gives what a path means, relative to the root; one inside the root may be absolute.

        One that leads out of the root stays as it is: the engine refuses it, and the refusal is audited.

        Raises:
            PathRefused: it is empty.
        """
        if not path:  # an unset variable of a script must not mean everything
            raise PathRefused("a path is empty", hint="Name a file, or `.` for all of them.", path=path, reason="empty")
        given = self._relative(path) if path.startswith("/") else posixpath.join(self.prefix, path)
        parts: list[str] = []
        for part in given.split("/"):
            if part == ".." and not parts:
                return path if path.startswith("/") else given
            if part == "..":
                parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        if not parts:
            return "."
        return "/".join(parts) + ("/" if given.endswith("/") else "")

    def _relative(self, path: str) -> str:
        """Takes the root off an absolute path, whichever way it is spelled."""
        folder, slash, name = path.rpartition("/")
        for spelled in (posixpath.normpath(path), posixpath.join(os.path.realpath(folder or "/"), name)):
            if spelled == self.root or spelled.startswith(self.root.rstrip("/") + "/"):
                return spelled[len(self.root) :].lstrip("/") + (slash if not name else "")
        return ".."

    def shown(self, path: str) -> str:
        """Gives a path of the root as the user would type it here."""
        return posixpath.relpath(path, self.prefix) if self.prefix else path

    def beside(self, file: str) -> Path:
        """Gives a file that need not be in the root, named from where the user stands."""
        return Path(self.start, os.path.expanduser(file))


def located(arguments: Namespace, *, search: bool = True) -> Place:
    """Finds the root: the folder named or stood in, or with `search` the nearest above it that has a journal.

    Raises:
        UsageError: there is no such folder.
    """
    given = arguments.root if arguments.root is not None else "."
    try:
        start = os.path.realpath(given)
        is_folder = os.path.isdir(start)
    except ValueError as error:
        raise UsageError(f"{given!r} is no folder: {error}", hint="Name an existing folder.") from error
    if not is_folder:
        raise UsageError(f"there is no folder {given!r}", hint="Make it first, or name another with -C.")
    root = _above(start) if search else start
    prefix = "" if root == start else posixpath.relpath(start, root)
    named = arguments.journal
    return Place(root, prefix, None if named is None else os.path.join(start, os.path.expanduser(named)))


def _above(start: str) -> str:
    """Walks up to the folder that holds `.spool/id`, or has lost it and has its journal where journals are."""
    at = start
    while not (os.path.isfile(os.path.join(at, ".spool", "id")) or os.path.isfile(places.default_journal(at))):
        if at == os.path.dirname(at):
            return start
        at = os.path.dirname(at)
    return at
