"""Renames that never go over a file, also where the system or the file system lacks the call for it."""

import errno

from journal.workspace import calls
from journal.workspace.look import Look, look, look_at_fd

UNABLE = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP})
"""what a file system answers to a way of renaming that it does not have."""

NO_LINKS = UNABLE | {errno.EPERM, errno.EMLINK, errno.EACCES}
"""what it answers when a file cannot have a second name."""


def rename_new(src_dir: int, src: str, dst_dir: int, dst: str) -> None:
    """Renames unless the new name is taken, also where the system has no such call."""
    try:
        calls.rename_new(src_dir, src, dst_dir, dst)
        return
    except OSError as error:
        if error.errno not in UNABLE:
            raise
    try:
        calls.link(src_dir, src, dst_dir, dst)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        if look(dst_dir, dst) is not None:
            raise FileExistsError(errno.EEXIST, "the name is taken", dst) from error
        calls.rename(src_dir, src, dst_dir, dst)
    else:
        calls.unlink(src, src_dir)


def is_one_name(src_fd: int, src: str, dst_fd: int, dst: str, found: Look) -> bool:
    """Tells whether two names of one file are two spellings of a single entry, as where case is folded."""
    if found.nlink == 1:
        return True
    if src.casefold() != dst.casefold() or look_at_fd(src_fd).inode != look_at_fd(dst_fd).inode:
        return False
    fd = calls.open_read(".", src_fd)
    try:
        names = calls.listdir(fd)
    finally:
        calls.close(fd)
    return not (src in names and dst in names)
