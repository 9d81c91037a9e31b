"""Whether a set of paths can stand side by side in one folder of some file system."""

import unicodedata
from collections import Counter
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


class Standing:
    """Paths that come and go in one folder where letters are folded and composed, one commit after the other."""

    def __init__(self) -> None:
        self._files: dict[str, str] = {}
        self._folders: Counter[str] = Counter()

    def leave(self, path: str) -> None:
        """Takes a path away, if it is there."""
        if self._files.get(folded(path)) == path:
            del self._files[folded(path)]
            self._folders.subtract(parents(folded(path)))

    def come(self, path: str) -> str | None:
        """Puts a path there, and names what it would be one file, or a file and a folder, with; None: nothing is."""
        name = folded(path)
        above = parents(name)
        other = next((self._files[each] for each in (name, *above) if each in self._files), None)
        if other == path:
            return None
        if other is None and self._folders[name] > 0:
            other = next(each for folder, each in self._files.items() if folder.startswith(name + "/"))
        if other is None:
            self._files[name] = path
            self._folders.update(above)
        return other


def folded(path: str) -> str:
    """Gives what a file system that folds case takes a path for."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())
