"""Somebody else at work in the root: each way of changing a path, done between two system calls of a verb."""

import os
from pathlib import Path

from tests.crash.learning import FOREIGN
from tests.crash.place import Place, put, save
from tests.crash.state import disk

WAYS = ("in place", "by rename", "delete", "folder", "symlink above")


class Editor:
    """Changes one path, once; `left` are the contents that must not be lost, `gone` those that he did away with."""

    def __init__(self, place: Place, path: str, way: str) -> None:
        self.path = place.root / path
        self.way = way
        self.outside = place.outside
        self.left: list[bytes] = []
        self.gone: list[bytes] = []

    def __call__(self, _call: str) -> None:
        """Does it."""
        getattr(self, "_" + self.way.replace(" ", "_"))()

    def _in_place(self) -> None:
        if self.path.is_dir() or self.path.is_symlink() or not self.path.parent.is_dir():
            return
        self._lose()
        put(self.path, FOREIGN)
        self.left.append(FOREIGN)

    def _by_rename(self) -> None:
        if (self.path.is_dir() and not self.path.is_symlink()) or not self.path.parent.is_dir():
            return
        self._lose()
        save(self.path, FOREIGN)
        self.left.append(FOREIGN)

    def _delete(self) -> None:
        if self.path.is_symlink() or self.path.is_file():
            self._lose()
            self.path.unlink()

    def _folder(self) -> None:
        if not self.path.parent.is_dir() or (self.path.is_dir() and not self.path.is_symlink()):
            return
        self._delete()
        put(self.path / "inside.txt", FOREIGN)
        self.left.append(FOREIGN)

    def _symlink_above(self) -> None:
        """Moves the path's folder away, and lets a symlink to a folder outside the root stand there."""
        above = self.path.parent
        if not above.is_dir() or above.is_symlink():
            return
        moved = above.with_name(above.name + ".moved")
        self.left += [content for kind, _, content in disk(above).values() if kind != "folder"]
        os.rename(above, moved)
        above.symlink_to(self.outside)

    def _lose(self) -> None:
        if self.path.is_symlink():
            self.gone.append(os.fsencode(os.readlink(self.path)))
        elif self.path.is_file():
            self.gone.append(self.path.read_bytes())


def prepared(place: Place, path: str) -> Path:
    """Puts a file outside the root where a verb would find it that followed the symlink."""
    return put(place.outside / Path(path).name, b"outside, under the same name\n")
