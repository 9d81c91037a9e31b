"""Whether a set of paths can stand side by side in one folder of some file system."""

import unicodedata
from collections.abc import Iterable

from journal.content.paths import key, parents


def blocked(paths: Iterable[str]) -> list[tuple[str, str]]:
    """Lists the paths that lie below another of them, each with that one: no file is a folder too."""
    listed = list(paths)
    names = set(listed)
    return [(path, folder) for path in listed for folder in parents(path) if folder in names]


def too_long(paths: Iterable[str], name_max: int, path_max: int) -> list[str]:
    """Lists the paths with a part of more bytes than `name_max`, or of more bytes together than `path_max`."""
    sized = ((path, key(path)) for path in paths)
    return [path for path, data in sized if len(data) > path_max or max(map(len, data.split(b"/"))) > name_max]


def twins(paths: Iterable[str]) -> list[tuple[str, str]]:
    """Lists the paths that are one file, or a file and a folder, where letters are folded and composed."""
    first: dict[str, str] = {}
    found = []
    for path in paths:
        other = first.setdefault(folded(path), path)
        if other != path:
            found.append((path, other))
    lower = [(path, folder) for path in first.values() for folder in parents(folded(path)) if folder in first]
    return found + [(path, first[folder]) for path, folder in lower]


def folded(path: str) -> str:
    """Gives what a file system that folds case takes a path for."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())
