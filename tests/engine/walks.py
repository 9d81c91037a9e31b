"""A history in which every kind of change happens, and what its trees are."""

import os
from pathlib import Path

from journal import Spool
from tests.engine.looking import Contents

ODD = os.fsdecode(b'odd/\xff "name"\n\\.txt')


def lively(spool: Spool, root: Path) -> list[str]:
    """Commits of every kind, oldest first: files become folders and back, links, modes, renames, names of any bytes."""
    made = list[str]()

    def commit(message: str) -> None:
        found = spool.commit(message)
        assert found is not None
        made.append(found.id)

    spool.write("a", "one\n")
    spool.write("bin/run", b"\x00" * 70_000, mode=0o755)
    spool.write("bin/secret", "s", mode=0o600)
    spool.write(ODD, b"")
    spool.symlink("to/nowhere", "../missing/\u00e9")
    commit("all kinds\n\n\"quoted\" \\ \u00e9, and no end of a line")
    spool.write("a", "two\n")
    spool.chmod("bin/secret", 0o755)
    spool.move("bin/run", "tools/started")
    commit("")
    spool.delete("a")
    commit("gone")
    spool.write("a/is/a/folder", "now\n")
    spool.delete("to/nowhere")
    (root / "to").rmdir()
    spool.symlink("to", "a")
    commit("files become folders, and back")
    spool.delete("a/is/a/folder")
    os.removedirs(root / "a/is/a")
    spool.write("to", "a file now\n")
    commit("feature done\ndone\n")
    spool.symlink("a", "nowhere")
    spool.write("bin/secret", "s2")
    commit("last\n\n\n")
    return made


def tree(spool: Spool, at: str) -> Contents:
    """Content, permission bits and kind of every path at a commit."""
    entries = spool.journal.tree(at).values()
    return {e.path: (spool.journal.read(e.path, at) or b"", e.mode, e.kind) for e in entries}


def files(found: Contents) -> Contents:
    """What was found without the folders, which no tree has."""
    return {path: each for path, each in found.items() if each[2] in ("file", "symlink")}
