"""A small disk of its own for one process, where the system lets it have one: a file system in memory."""

import ctypes
import os
from pathlib import Path

NEW_MOUNTS, NEW_USERS = 0x20000, 0x10000000
PRIVATE_BELOW = 0x44000
DISK_BYTES = 10 << 20


def mount(folder: Path) -> None:
    """Puts the disk at a folder, for this process and its children only; it is gone when they are.

    Raises:
        OSError: the system does not let this user.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    user = os.getuid()
    _checked(libc.unshare(NEW_MOUNTS if user == 0 else NEW_MOUNTS | NEW_USERS))
    if user != 0:
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    _checked(libc.mount(b"none", b"/", None, PRIVATE_BELOW, None))
    _checked(libc.mount(b"none", bytes(folder), b"tmpfs", 0, b"size=%d" % DISK_BYTES))


def fill(path: Path, left_bytes: int) -> None:
    """Makes a file that leaves so many bytes of its disk free."""
    found = os.statvfs(path.parent)
    path.write_bytes(bytes(max(found.f_bavail * found.f_frsize - left_bytes, 0)))


def _checked(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
