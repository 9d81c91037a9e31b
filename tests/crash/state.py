"""What a root and its journal hold, as far as it must survive a death, and how two such states differ."""

import os
import stat
from pathlib import Path
from typing import NamedTuple

from journal import Spool

File = tuple[str, int, bytes]
"""kind, permission bits, content"""


class State(NamedTuple):
    """All that a user can tell of a root: the disk, what is staged, what is committed, what is in conflict."""

    disk: dict[str, File]
    touched: list[str]
    diff: list[tuple[str | int | None, ...]]
    commits: list[tuple[str, int]]
    tree: dict[str, tuple[str, int, str]]
    conflicts: list[str]


def disk(root: Path) -> dict[str, File]:
    """Every file, symlink and folder below a root, without what is the journal's."""
    found = {}
    for folder, below, files in os.walk(root):
        inside = os.path.relpath(folder, root)
        if inside == "." and ".spool" in below:
            below.remove(".spool")
        for name in [*below, *files]:
            path = Path(folder, name)
            found[os.path.normpath(os.path.join(inside, name))] = one(path)
    return found


def one(path: Path) -> File:
    """What stands at a path; a folder's bits are nobody's business here."""
    seen = os.lstat(path)
    if stat.S_ISLNK(seen.st_mode):
        return "symlink", 0o777, os.fsencode(os.readlink(path))
    if stat.S_ISDIR(seen.st_mode):
        return "folder", 0, b""
    return "file", stat.S_IMODE(seen.st_mode), path.read_bytes()


def shape(root: Path) -> dict[str, tuple[int, int]]:
    """Inode and time of every path: they change when a file is written again."""
    return {name: (seen.st_ino, seen.st_mtime_ns) for name in disk(root) for seen in [os.lstat(root / name)]}


def look(spool: Spool) -> State:
    """The state of an open session's root."""
    status = spool.status()
    patches = spool.diff()
    return State(
        disk=disk(spool.root),
        touched=spool.touched_files(),
        diff=[(p.path, p.change_type, p.sha_before, p.sha_after, p.mode_before, p.mode_after) for p in patches],
        commits=[(commit.message, commit.files) for commit in spool.journal.commits()],
        tree={path: (entry.sha256, entry.mode, entry.kind) for path, entry in spool.journal.tree().items()},
        conflicts=sorted(each.path for each in (*status.conflicts, *status.edits)),
    )


def difference(found: State, wanted: State) -> str:
    """Names the first few things in which two states differ."""
    said = []
    for name, have, want in zip(State._fields, found, wanted, strict=True):
        if have == want:
            continue
        if isinstance(have, dict) and isinstance(want, dict):
            keys = sorted(key for key in {*have, *want} if have.get(key) != want.get(key))
            said += [f"{name}[{key!r}] is {brief(have.get(key))}, not {brief(want.get(key))}" for key in keys[:4]]
        else:
            said.append(f"{name} is {brief(have)}, not {brief(want)}")
    return "; ".join(said) or "nothing"


def brief(value: object) -> str:
    """A value as text of some length."""
    text = repr(value)
    return text if len(text) <= 240 else text[:237] + "..."
