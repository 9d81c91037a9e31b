"""Paths that no verb takes: what stands in the root, the path, its error; and the verbs that take one."""

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from journal import (
    Chmod,
    Delete,
    JournalError,
    Move,
    Patch,
    PathRefused,
    Replace,
    Spool,
    Symlink,
    UsageError,
    Write,
    create_diff,
)
from journal.limits import NAME_BYTES_MAX

LONE = "\ud800"


def nothing(root: Path) -> None:
    """The root is empty."""


def folder(root: Path) -> None:
    (root / "it").mkdir()


def fifo(root: Path) -> None:
    os.mkfifo(root / "it")


def listening(root: Path) -> None:
    here = os.open(root, os.O_RDONLY)
    before = os.getcwd()
    os.fchdir(here)  # a socket's path has at most 107 bytes
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("it")
    finally:
        os.chdir(before)
        os.close(here)


def device(root: Path) -> None:
    """The null device, or a folder where making one is not allowed."""
    try:
        os.mknod(root / "it", stat.S_IFCHR | 0o600, os.makedev(1, 3))
    except PermissionError:
        (root / "it").mkdir()


def link_out(root: Path) -> None:
    (root.parent / "outside").mkdir()
    (root / "link").symlink_to(root.parent / "outside")


def link_in(root: Path) -> None:
    (root / "inside").mkdir()
    (root / "link").symlink_to("inside")


def link_to_nothing(root: Path) -> None:
    (root / "link").symlink_to("nowhere")


def link_in_a_circle(root: Path) -> None:
    (root / "link").symlink_to("link")


def link_to_itself_above(root: Path) -> None:
    (root / "in").mkdir()
    (root / "in/link").symlink_to("..")


def link_to_the_journals_folder(root: Path) -> None:
    (root / "link").symlink_to(".spool")


def file_above(root: Path) -> None:
    (root / "file").write_text("theirs")


def fifo_above(root: Path) -> None:
    os.mkfifo(root / "file")


class Hostile(NamedTuple):
    """A path with its error; `named`: a selection refuses it as well, else it selects what lies there, or nothing."""

    make: Callable[[Path], None]
    path: Any
    kind: type[JournalError]
    reason: str
    named: bool = True


PATHS = [
    Hostile(nothing, "/etc/passwd", PathRefused, "absolute"),
    Hostile(nothing, "//etc/passwd", PathRefused, "absolute"),
    Hostile(nothing, "/", PathRefused, "absolute"),
    Hostile(nothing, Path("/etc/passwd"), PathRefused, "absolute"),
    Hostile(nothing, "../out", PathRefused, ".."),
    Hostile(nothing, "..", PathRefused, ".."),
    Hostile(nothing, "./../out", PathRefused, ".."),
    Hostile(nothing, "a/../../out", PathRefused, ".."),
    Hostile(nothing, "a/..", PathRefused, ".."),
    Hostile(nothing, "a/../b", PathRefused, ".."),
    Hostile(nothing, Path("a/../b"), PathRefused, ".."),
    Hostile(nothing, "", PathRefused, "empty"),
    Hostile(nothing, ".", PathRefused, "root itself", named=False),
    Hostile(nothing, "./.", PathRefused, "root itself", named=False),
    Hostile(nothing, "a/", PathRefused, "folder", named=False),
    Hostile(nothing, "a/.", PathRefused, "folder", named=False),
    Hostile(nothing, "a\0b", PathRefused, "NUL"),
    Hostile(nothing, "\0", PathRefused, "NUL"),
    Hostile(nothing, "x" * (NAME_BYTES_MAX + 1), PathRefused, "256 bytes"),
    Hostile(nothing, "ü" * 128, PathRefused, "256 bytes"),
    Hostile(nothing, "a/" + os.fsdecode(b"\xff" * 256), PathRefused, "256 bytes"),
    Hostile(nothing, "/".join(["x" * 250] * 20), PathRefused, "5019 bytes"),
    Hostile(nothing, "a/" * 2050 + "b", PathRefused, "4101 bytes"),
    Hostile(nothing, ".git/config", PathRefused, ".git", named=False),
    Hostile(nothing, ".git", PathRefused, ".git", named=False),
    Hostile(nothing, ".GIT/x", PathRefused, ".git", named=False),
    Hostile(nothing, "sub/.Git/x", PathRefused, ".git", named=False),
    Hostile(nothing, ".spool/id", PathRefused, "own folder"),
    Hostile(nothing, ".spool", PathRefused, "own folder"),
    Hostile(nothing, "./.SPOOL/x", PathRefused, "own folder"),
    Hostile(nothing, f"a{LONE}", PathRefused, "surrogate"),
    Hostile(nothing, "\udc41", PathRefused, "surrogate"),
    Hostile(folder, "it", PathRefused, "folder", named=False),
    Hostile(fifo, "it", PathRefused, "fifo", named=False),
    Hostile(listening, "it", PathRefused, "socket", named=False),
    Hostile(device, "it", PathRefused, "a ", named=False),
    Hostile(link_out, "link/x", PathRefused, "outside the root", named=False),
    Hostile(link_in, "link/x", PathRefused, "symlink", named=False),
    Hostile(link_to_nothing, "link/x", PathRefused, "symlink", named=False),
    Hostile(link_in_a_circle, "link/x", PathRefused, "symlink", named=False),
    Hostile(link_to_itself_above, "in/link/x", PathRefused, "symlink", named=False),
    Hostile(link_to_the_journals_folder, "link/id", PathRefused, "symlink", named=False),
    Hostile(file_above, "file/x", PathRefused, "is a file", named=False),
    Hostile(fifo_above, "file/x", PathRefused, "not a folder", named=False),
    Hostile(nothing, b"bytes", UsageError, "bytes"),
    Hostile(nothing, 5, UsageError, "int"),
    Hostile(nothing, None, UsageError, "NoneType"),
]

Verb = Callable[[Spool, Any], object]
DIFF = create_diff("x", "1\n", "2\n").diff_bytes

CHANGING: dict[str, Verb] = {
    "write": lambda spool, path: spool.write(path, "x"),
    "replace": lambda spool, path: spool.replace(path, "x", "y"),
    "patch": lambda spool, path: spool.patch(path, DIFF),
    "delete": lambda spool, path: spool.delete(path),
    "move": lambda spool, path: spool.move(path, "new"),
    "chmod": lambda spool, path: spool.chmod(path, 0o600),
    "symlink": lambda spool, path: spool.symlink(path, "x"),
}
"""verbs of one path, by the name of their act"""

TARGETS: dict[str, Verb] = {
    "move": lambda spool, path: spool.move("kept", path),
    "move over it": lambda spool, path: spool.move("kept", path, overwrite=True),
    "batch": lambda spool, path: spool.batch([Write("first", "1"), Write(path, "x"), Write("last", "2")]),
    "batch, replace": lambda spool, path: spool.batch([Delete("kept"), Replace(path, "x", "y")]),
    "batch, patch": lambda spool, path: spool.batch([Delete("kept"), Patch(path, DIFF)]),
    "batch, delete": lambda spool, path: spool.batch([Delete("kept"), Delete(path)]),
    "batch, move": lambda spool, path: spool.batch([Write("first", "1"), Move("first", path)]),
    "batch, chmod": lambda spool, path: spool.batch([Chmod("kept", 0o600), Chmod(path, 0o600)]),
    "batch, symlink": lambda spool, path: spool.batch([Symlink("first", "1"), Symlink(path, "x")]),
}
"""verbs that have done something already when they come to the path"""

READING: dict[str, Verb] = {
    "read": lambda spool, path: spool.read(path),
    "read_text": lambda spool, path: spool.read_text(path),
    "open_read": lambda spool, path: spool.open_read(path),
}

CHOOSING: dict[str, Verb] = {
    "diff": lambda spool, path: spool.diff([path]),
    "reset": lambda spool, path: spool.reset([path]),
    "reset, foreseen": lambda spool, path: spool.reset([path], dry_run=True),
    "restore": lambda spool, path: spool.restore("main", [path]),
    "restore, foreseen": lambda spool, path: spool.restore("main", [path], dry_run=True),
    "tree": lambda spool, path: spool.journal.tree(paths=[path]),
    "changes": lambda spool, path: spool.journal.changes(paths=[path]),
    "a validator": lambda spool, path: spool.register_validator(lambda patches, context: None, paths=[path]),
}
"""calls that take paths, folders and globs"""
