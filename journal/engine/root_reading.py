"""Reading the root's files: what stands there now, staged or not."""

from collections.abc import Iterator

from journal.engine.desk import Desk
from journal.engine.slots import refuse_journal
from journal.errors import UnknownName
from journal.limits import PIECE_BYTES
from journal.records import Reader, StrPath
from journal.workspace import calls
from journal.workspace import look as looking
from journal.workspace.faults import system_errors
from journal.workspace.walk import Root


def read_file(desk: Desk, path: StrPath) -> bytes | None:
    """Gives the bytes at a path, None when nothing stands there."""
    with desk.reading():
        name = desk.path(path)
        found = _found(desk.root, name)
    return _whole(found, name)


def content(root: Root, path: str) -> bytes | None:
    """Gives the bytes at a normal path of a root; of a symlink the name it points to.

    Raises:
        PathRefused: a folder, a device, or a way through a symlink.
    """
    return _whole(_found(root, path), path)


def _found(root: Root, path: str) -> int | bytes | None:
    """Opens the file at a path, whose descriptor is the caller's to close; of a symlink gives the name it points to."""
    with system_errors("read", path):
        try:
            at = root.parent(path)
        except FileNotFoundError:
            return None
        found = looking.look(*at)
        if found is None:
            return None
        looking.refuse_special(path, found)
        refuse_journal(path, found)
        return looking.read(*at, found, path=path) if found.kind == "symlink" else calls.open_read(at[1], at[0])


def _whole(found: int | bytes | None, path: str) -> bytes | None:
    """Reads what was found, with nothing locked: a large file holds nobody up."""
    if not isinstance(found, int):
        return found
    try:
        with system_errors("read", path):
            return b"".join(looking.pieces_at_fd(found, path))
    finally:
        calls.close(found)


def open_file(desk: Desk, path: StrPath) -> Reader:
    """Opens the file at a path; it stays the same file, whatever is put there meanwhile."""
    with desk.reading():
        return _opened(desk.root, desk.path(path))


def _opened(root: Root, path: str) -> Reader:
    with system_errors("read", path):
        try:
            at = root.parent(path)
            found = looking.look(*at)
        except FileNotFoundError:
            found = None
        if found is None:
            raise UnknownName(f"{path!r} does not exist", hint="name a file that is there", name=path, candidates=())
        looking.refuse_special(path, found)
        refuse_journal(path, found)
        if found.kind == "symlink":
            target = looking.read(*at, found, path=path)
            return Reader(len(target), lambda offset: iter([target[offset:]]))
        fd = calls.open_read(at[1], at[0])
        try:
            size = calls.fstat(fd).st_size
        except OSError:
            calls.close(fd)
            raise
    return Reader(size, lambda offset: _pieces(fd, offset), lambda: calls.close(fd))


def _pieces(fd: int, offset: int) -> Iterator[bytes]:
    while True:
        with system_errors("read", None):
            piece = calls.read_at(fd, PIECE_BYTES, offset)
        if not piece:
            return
        yield piece
        offset += len(piece)
