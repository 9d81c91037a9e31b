"""Brings what was published to the disk, in the cheaper of two ways."""

import errno
from collections.abc import Iterable

from journal import limits
from journal.workspace import calls, faults
from journal.workspace.walk import Root


def sync_files(root: Root, paths: Iterable[str]) -> None:
    """Brings files and the names of their folders to the disk; once this returns, they survive a power cut.

    Up to limits.SYNC_FILES_MAX paths one by one, else the whole file system of the root. A path that is gone counts
    as done once its folder is.

    Raises:
        StorageError: the disk refused; nothing may be taken as synced, and a second try proves nothing.
    """
    wanted = list(paths)
    with faults.system_errors("sync the root", None, place=root.fd):
        try:
            if len(wanted) > limits.SYNC_FILES_MAX and _whole(root):
                return
            folders: set[str] = {""}
            for path in wanted:
                _content(root, path)
                folders.update(path[:end] for end, letter in enumerate(path) if letter == "/")
            for folder in sorted(folders):
                _folder(root, folder)
        finally:
            root.forget()


def _whole(root: Root) -> bool:
    try:
        # By the descriptor kept since the start, which also reports errors that came before this call.
        calls.syncfs(root.fd)
    except OSError as error:
        if error.errno != errno.ENOSYS:
            raise
        return False
    return True


def _content(root: Root, path: str) -> None:
    try:
        dir_fd, name = root.parent(path)
        fd = calls.open_read(name, dir_fd)
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK):  # a symlink: all of it lies in its folder
            return
        raise
    try:
        calls.fdatasync(fd)
    finally:
        calls.close(fd)


def _folder(root: Root, folder: str) -> None:
    try:
        dir_fd = root.parent(f"{folder}/.")[0] if folder else root.fd
        fd = calls.open_read(".", dir_fd)
    except FileNotFoundError:
        return
    try:
        calls.fsync(fd)
    finally:
        calls.close(fd)
