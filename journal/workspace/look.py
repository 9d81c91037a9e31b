"""What stands at a name, and its content, read so that the two belong together."""

import hashlib
import os
import stat
import time
from collections.abc import Iterator
from typing import NamedTuple

from journal import limits
from journal.errors import PathRefused, WorkspaceChanged
from journal.workspace import calls

EXACT_DEVICES: set[int] = set()
"""devices on which `ticks.probe` found that a write after a stat always moves the stamp."""

_KINDS = {stat.S_IFREG: "file", stat.S_IFLNK: "symlink", stat.S_IFDIR: "folder"}
_SPECIAL = {
    stat.S_IFIFO: "a fifo",
    stat.S_IFSOCK: "a socket",
    stat.S_IFBLK: "a block device",
    stat.S_IFCHR: "a character device",
}


class Look(NamedTuple):
    """What one lstat found: kind is file, symlink, folder or other; mode is the permission bits alone."""

    kind: str
    dev: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int
    mode: int
    nlink: int
    taken_ns: int
    special: str = ""


def look(dir_fd: int, name: str) -> Look | None:
    """Tells what stands at a name; None when nothing does."""
    taken_ns = time.time_ns()
    try:
        found = calls.lstat(name, dir_fd)
    except FileNotFoundError:
        return None
    return _look_of(found, taken_ns)


def look_at_fd(fd: int) -> Look:
    """Tells what a descriptor is open on."""
    taken_ns = time.time_ns()
    return _look_of(calls.fstat(fd), taken_ns)


def _look_of(found: os.stat_result, taken_ns: int) -> Look:
    bits = found.st_mode
    form = stat.S_IFMT(bits)
    return Look(
        _KINDS.get(form, "other"),
        signed(found.st_dev),
        signed(found.st_ino),
        found.st_size,
        found.st_mtime_ns,
        found.st_ctime_ns,
        bits & 0o7777,
        found.st_nlink,
        taken_ns,
        "" if form in _KINDS else _SPECIAL.get(form, "neither a file nor a symlink"),
    )


def signed(number: int) -> int:
    """Folds an unsigned number of the system into 64 signed bits, as a row holds it."""
    return number if number < 1 << 63 else number - (1 << 64)


def same_file(a: Look, b: Look) -> bool:
    """Tells whether two looks saw one file with nothing written between, as far as a stat can tell.

    Not by ctime, which a rename of ours moves, and not by device, which overlays number anew.
    """
    return a.inode == b.inode and a.mtime_ns == b.mtime_ns and a.size == b.size and a.kind == b.kind


def settled(found: Look, taken_ns: int = 0) -> bool:
    """Tells whether a later write would have to move the times: only then does a stat stand for the content.

    `taken_ns` is when the stat was taken, when that was not now.
    """
    if found.dev in EXACT_DEVICES:
        return True
    times = (found.mtime_ns, found.ctime_ns)
    # Whole milliseconds come from a clock that coarse, of FAT or a network; a finer one shows them once in a thousand.
    coarse = any(time_ns % 1_000_000 == 0 for time_ns in times)
    window_ns = limits.RACY_WINDOW_UNKNOWN_NS if coarse else limits.RACY_WINDOW_NS
    return max(times) + window_ns <= (taken_ns or found.taken_ns)


def read(dir_fd: int, name: str, found: Look, *, path: str | None = None) -> bytes:
    """Gives the content that `found` saw: a file's bytes, or the target of a symlink.

    For contents up to limits.STREAM_ABOVE bytes; larger ones go by `pieces`.

    Raises:
        WorkspaceChanged: something else stands there now, or it was written while it was read.
    """
    if found.kind == "symlink":
        return _target(dir_fd, name, found, path)
    fd = _open(dir_fd, name, found, path)
    try:
        data = calls.read(fd, found.size + 1)  # one more shows a file that grew
        while len(data) < found.size and (more := calls.read(fd, found.size + 1 - len(data))):
            data += more
        now = look_at_fd(fd)
    except IsADirectoryError as error:
        raise _changed(path or name) from error
    finally:
        calls.close(fd)
    if len(data) != found.size or not same_file(now, found):
        raise _changed(path or name)
    return data


def pieces(dir_fd: int, name: str, found: Look | None = None, *, path: str | None = None) -> Iterator[bytes]:
    """Gives the content of a file in pieces of limits.PIECE_BYTES.

    Raises:
        WorkspaceChanged: it is no file, or not the one that `found` saw, or it was written while it was read; then
            what was given so far is not to be used.
    """
    fd = _open(dir_fd, name, found, path)
    try:
        yield from pieces_at_fd(fd, path or name, found)
    finally:
        calls.close(fd)


def pieces_at_fd(fd: int, path: str, found: Look | None = None) -> Iterator[bytes]:
    """Gives the content of an open file as `pieces` does, and leaves it open."""
    before = look_at_fd(fd)
    if before.kind != "file" or (found is not None and not same_file(before, found)):
        raise _changed(path)
    left = before.size
    while left > 0 and (piece := calls.read(fd, min(left, limits.PIECE_BYTES))):
        left -= len(piece)
        yield piece
    if left or not same_file(look_at_fd(fd), before):
        raise _changed(path)


def digest(dir_fd: int, name: str, found: Look, *, path: str | None = None) -> bytes:
    """Gives the SHA-256 of the content that `found` saw, in bounded memory.

    Raises:
        WorkspaceChanged: as `read` does.
    """
    if found.kind == "symlink" or found.size <= limits.WHOLE_BELOW:
        return hashlib.sha256(read(dir_fd, name, found, path=path)).digest()
    state = hashlib.sha256()
    for piece in pieces(dir_fd, name, found, path=path):
        state.update(piece)
    return state.digest()


def refuse_special(path: str, found: Look) -> None:
    """Lets files and symlinks pass.

    Raises:
        PathRefused: it is a folder, device, socket or fifo.
    """
    if found.kind in ("file", "symlink"):
        return
    reason = "a folder" if found.kind == "folder" else found.special
    hint = "Name the files in it." if found.kind == "folder" else "Only files and symlinks can be journaled."
    raise PathRefused(f"{path!r} is {reason}", hint=hint, path=path, reason=reason)


def _target(dir_fd: int, name: str, found: Look, path: str | None) -> bytes:
    try:
        target = calls.readlink(name, dir_fd)
        now = look(dir_fd, name)
    except OSError as error:
        # EINVAL: no symlink any more
        raise _changed(path or name) from error
    if now is None or now.inode != found.inode:
        raise _changed(path or name)
    return target


def _open(dir_fd: int, name: str, found: Look | None, path: str | None) -> int:
    try:
        return calls.open_read(name, dir_fd)
    except OSError as error:
        now = look(dir_fd, name)
        if now is None or now.kind != "file" or (found is not None and now.inode != found.inode):
            raise _changed(path or name) from error
        raise


def _changed(path: str) -> WorkspaceChanged:
    hint = "Let whoever writes it finish, then repeat the call."
    return WorkspaceChanged(f"{path!r} changed while it was read", hint=hint, path=path, paths=(path,))
