"""The trees that `spool demo` compares: of the root, of a commit, of the packages it copies."""

import hashlib
import importlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from journal import Journal

PACKAGES = ("json", "email", "http")


class File(NamedTuple):
    """What stands at a path: permission bits and bytes."""

    mode: int
    data: bytes


Tree = Mapping[str, File]


def standing(root: Path) -> Tree:
    """Reads all files below a folder, but for `.spool` and what Python compiled."""
    found = {}
    for parent, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in (".spool", "__pycache__")]
        for path in (Path(parent, name) for name in names):
            found[path.relative_to(root).as_posix()] = File(stat.S_IMODE(path.stat().st_mode), path.read_bytes())
    return found


def committed(journal: Journal, commit: str) -> Tree:
    """Reads the tree of a commit from the journal alone."""
    entries = journal.tree(commit).values()
    return {entry.path: File(entry.mode, journal.blob(entry.sha256).read()) for entry in entries}


def name_of(tree: Tree) -> str:
    """Names a tree by the SHA-256 over its paths, modes and contents, shortened."""
    whole = hashlib.sha256()
    for path, file in sorted(tree.items()):
        whole.update(f"{path}\0{file.mode:o}\0{hashlib.sha256(file.data).hexdigest()}\n".encode())
    return "tree " + whole.hexdigest()[:12]


def originals() -> tuple[Tree, dict[str, Path]]:
    """Reads the packages as Python has them: their files, and where each lies."""
    tree, places = dict[str, File](), dict[str, Path]()
    for name in PACKAGES:
        folder = Path(importlib.import_module(name).__path__[0])
        for path, file in standing(folder).items():
            tree[f"{name}/{path}"], places[f"{name}/{path}"] = file, folder / path
    return tree, places
