"""The files of journals that this process has open, which nothing but SQLite may open here.

The system drops all locks that a process holds on a file when the process closes any descriptor of it. A journal that
is read as an ordinary file (by its path, by a hard link in a root) would lose the locks that keep others from it.
"""

import os

from journal.workspace.look import Look, signed
from journal.workspace.places import JOURNAL_NAME

_OPEN: set[str] = set()
SUFFIXES = ("", "-wal", "-shm")


def enrol(journal: str) -> None:
    """Remembers a journal that this process opens."""
    _OPEN.add(journal)


def lease_name(journal: str, root_id: int) -> str:
    """Names the lock of a root beside its journal; another journal in the same folder has others."""
    name = os.path.basename(journal)
    return f"lease-{root_id}" if name == JOURNAL_NAME else f"{name}.lease-{root_id}"


def is_journal(dev: int, inode: int) -> bool:
    """Tells whether a file is one of an open journal's, whatever name it was found by."""
    for journal in _OPEN:
        for suffix in SUFFIXES:
            try:
                found = os.stat(journal + suffix)
            except OSError:
                continue
            if (signed(found.st_dev), signed(found.st_ino)) == (dev, inode):
                return True
    return False


def is_linked(found: Look) -> bool:
    """Tells whether what stands at a path of a root is a second name of an open journal."""
    return found.nlink > 1 and found.kind == "file" and is_journal(found.dev, found.inode)


def private(root: str, journal: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names the journal's own paths in its root, whole and by how they begin: its folder, or its files on top."""
    folder, name = os.path.split(os.path.realpath(journal))
    inside = os.path.relpath(folder, root)
    if inside == ".":
        return (name,), (name + "-", name + ".before-", name + ".lease-", "lease-")
    return ((), ()) if inside == ".." or inside.startswith("../") else ((inside,), (inside + "/",))
