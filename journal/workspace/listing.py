"""Which files lie in a root: a walk by descriptors, in the order of path bytes, that follows no symlink."""

import os
from collections.abc import Callable, Iterator

from journal.errors import LimitExceeded, PathRefused
from journal.workspace import calls
from journal.workspace.look import look, refuse_special
from journal.workspace.walk import Root

Keep = Callable[[str], bool]
"""tells of a path whether it is listed, and of a folder whether it is entered."""


def files(root: Root, start: str, keep: Keep, limit: int) -> Iterator[str]:
    """Gives the files and symlinks at or below a path, "" for the whole root; nothing when nothing stands there.

    What is neither, what `keep` refuses and what is mounted below the root is left out; so is what goes meanwhile.

    Raises:
        PathRefused: `start` is a device, or the way to it leads through a symlink.
        LimitExceeded: more than `limit` names had to be looked at.
    """
    kind = "folder" if not start else _kind_of_start(root, start)
    if kind in ("file", "symlink"):
        yield start
    elif kind == "folder":
        yield from _below(root, start, keep, limit)


def _kind_of_start(root: Root, start: str) -> str:
    try:
        found = look(*root.parent(start))
    except FileNotFoundError:
        return ""
    if found is None:
        return ""
    if found.kind != "folder":
        refuse_special(start, found)
    return found.kind


def _below(root: Root, start: str, keep: Keep, limit: int) -> Iterator[str]:
    """Walks with a list of its own: a tree may be deeper than a program may call itself."""
    waiting, looked = [(start, True)], 0
    while waiting:
        path, is_folder = waiting.pop()
        if not is_folder:
            yield path
            continue
        found = _entries(root, path)
        looked += len(found)
        if looked > limit:
            raise _too_many(start, limit, looked)
        waiting += [(each, folder) for each, folder in reversed(found) if keep(each)]


def _entries(root: Root, folder: str) -> list[tuple[str, bool]]:
    """Lists a folder: its files and symlinks, and its folders; a folder sorts as if its name ended with a slash."""
    try:
        dir_fd = root.parent(f"{folder}/x")[0] if folder else root.fd
        fd = calls.open_read(".", dir_fd)
    except (FileNotFoundError, PathRefused):
        return []  # gone or turned into something else by now, or a mount
    try:
        names = calls.listdir(fd)
        kinds = [(name, None if (found := look(fd, name)) is None else found.kind) for name in names]
    finally:
        calls.close(fd)
    begin = f"{folder}/" if folder else ""
    listed = [(begin + name, kind == "folder") for name, kind in kinds if kind in ("file", "symlink", "folder")]
    return sorted(listed, key=lambda each: os.fsencode(each[0] + "/" * each[1]))


def _too_many(start: str, limit: int, found: int) -> LimitExceeded:
    return LimitExceeded(
        f"{start or 'the root'!r} holds more than {limit} names",
        hint="name fewer folders",
        limit="LISTED_NAMES_MAX",
        allowed=limit,
        found=found,
    )
