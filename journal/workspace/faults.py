"""The one door by which errors of the system enter: each OSError becomes one of ours, with its cure."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from journal.database import space
from journal.errors import JournalError, PathRefused, ReadOnly, StorageError


def _numbers(*names: str) -> frozenset[int]:
    """Not every system has every name."""
    return frozenset(getattr(errno, name) for name in names if hasattr(errno, name))


FULL = _numbers("ENOSPC", "EDQUOT")
_READ_ONLY = _numbers("EROFS", "EACCES", "EPERM")
_SCARCE = _numbers("EMFILE", "ENFILE", "ENOMEM", "ENOBUFS")
_GONE = _numbers("ENOENT", "ESTALE", "EEXIST", "ENOTEMPTY")
_BUSY = _numbers("EBUSY", "ETXTBSY", "EAGAIN", "EINTR", "EDEADLK", "ENOLCK")
_UNABLE = _numbers("ENOSYS", "EOPNOTSUPP", "ENOTSUP", "ENOTTY")
_NAMES = _numbers("ENAMETOOLONG", "ELOOP", "ENOTDIR", "EISDIR", "EXDEV", "EILSEQ", "EINVAL")
_ONLY_BY_PATH = _numbers("EXDEV", "EILSEQ", "EINVAL")  # these tell of a name only when the call was about one

_REASONS = {
    errno.ENAMETOOLONG: "the name is longer than the file system takes",
    errno.ELOOP: "it leads through a symlink",
    errno.ENOTDIR: "a part of it is a file, not a folder",
    errno.EISDIR: "it is a folder",
    errno.EXDEV: "it lies on another file system than the root",
    errno.EILSEQ: "the file system does not take these bytes in a name",
    errno.EINVAL: "the file system does not take this name",
}
_HINTS = (
    (_SCARCE, "Files or memory ran out, of the process or the system: free some, then repeat the call."),
    (_GONE, "Somebody made or removed it at the same moment: look at the folder, then repeat the call."),
    (_BUSY, "Somebody else uses it: repeat the call when they are done."),
    (_UNABLE, "The file system cannot do this: keep the root and the journal on a local disk."),
)
_OTHERWISE = "Check the disk and the log of the system, then repeat the call."


@contextmanager
def system_errors(
    what: str, path: str | None, *, place: int | str | None = None, needed: Callable[[], int] | None = None
) -> Iterator[None]:
    """Turns an OSError of its block into one of ours, by `translate`; `needed` tells what the block had to write."""
    try:
        yield
    except OSError as error:
        raise translate(error, what, path, place=place, needed_bytes=needed() if needed else 0) from error


def translate(
    error: OSError, what: str, path: str | None, *, place: int | str | None = None, needed_bytes: int = 0
) -> JournalError:
    """Gives the error of ours that an OSError means.

    `what` says what was asked, as a verb ("write"); `path` is the path it was asked for; `place`, a descriptor or a
    folder, is where the free space is looked up when the disk is full; `needed_bytes` is what had to be written, of
    which nothing takes less than a block.
    """
    number = error.errno or 0
    asked = what if path is None else f"{what} {path!r}"
    said = os.strerror(number) if error.errno else str(error) or type(error).__name__
    message = f"cannot {asked}: {said} ({errno.errorcode.get(number, f'errno {number}')})"
    if number in FULL:
        if place is None and path is not None and os.path.isabs(path):
            place = path
        return space.disk_full(message, needed_bytes, space.nearest(place) if isinstance(place, str) else place)
    if number in _READ_ONLY:
        return ReadOnly(message, hint="Give this user the right to write there, or work on a root that it owns.")
    if number in _NAMES and not (number in _ONLY_BY_PATH and path is None):
        hint = "Name a path of real folders inside the root that its file system can hold."
        return PathRefused(message, hint=hint, path=path, reason=_REASONS[number])
    hint = next((hint for numbers, hint in _HINTS if number in numbers), _OTHERWISE)
    return StorageError(message, hint=hint)
