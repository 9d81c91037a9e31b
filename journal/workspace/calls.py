"""Every system call on the root's files, on `.spool/` and on the lease, so that a test can end the process at any one.

Call them through the module, as `calls.create(...)`: a test that replaces a function here acts between two steps.
Every function raises OSError as the `os` module does. `CHANGING` names those that change what is on the disk.
"""

import errno
import fcntl
import functools
import os
import stat
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

CHANGING = (
    "open_lock", "create", "write", "symlink", "mkdir", "rmdir", "unlink", "fchmod", "chmod_fd", "chmod_at",
    "exchange", "rename_new", "rename", "link", "copy_attributes", "inherit",
)  # fmt: skip

HAS_PATH_FDS = hasattr(os, "O_PATH")
"""whether a descriptor can stand for a file without opening it: Linux only."""

_OPEN_DIR = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_OPEN_PATH = getattr(os, "O_PATH", os.O_RDONLY) | os.O_NOFOLLOW | os.O_CLOEXEC
_OPEN_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
_OPEN_LOCK = os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC

_ACL_ACCESS = "system.posix_acl_access"
_ACL_DEFAULT = "system.posix_acl_default"
_HAS_XATTRS = hasattr(os, "listxattr")
# What a file system answers that has no such attribute, or that lets only root set one.
_NO_ATTRIBUTE = {errno.ENODATA, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EPERM, errno.EACCES, errno.ENOENT}

# renameat2 by number where the C library is older than the kernel.
_RENAMEAT2 = {"x86_64": 316, "i686": 353, "aarch64": 276, "riscv64": 276, "armv7l": 382, "ppc64le": 357, "s390x": 347}
_NEW, _EXCHANGE = (4, 2) if sys.platform == "darwin" else (1, 2)


def open_dir(name: str, dir_fd: int | None = None) -> int:
    """Opens a folder to walk through it; a symlink is refused. It cannot be listed or synced where O_PATH exists."""
    return os.open(name, _OPEN_DIR, dir_fd=dir_fd)


def open_path(name: str, dir_fd: int) -> int:
    """Opens what stands at a name, whatever it is, without touching its content."""
    return os.open(name, _OPEN_PATH, dir_fd=dir_fd)


def open_read(name: str, dir_fd: int | None = None) -> int:
    """Opens a file or a folder for reading; never follows a symlink, never waits for a fifo."""
    return os.open(name, _OPEN_READ, dir_fd=dir_fd)


def open_lock(name: str, dir_fd: int | None) -> int:
    """Opens a file to lock it, and makes it, readable by the owner only, when it is not there."""
    return os.open(name, _OPEN_LOCK, 0o600, dir_fd=dir_fd)


def open_folder(path: str) -> int:
    """Opens a folder to lock it."""
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def create(name: str, dir_fd: int) -> int:
    """Makes a new file that only the owner can read, open for writing."""
    return os.open(name, _CREATE, 0o600, dir_fd=dir_fd)


def duplicate(fd: int) -> int:
    """Gives another descriptor of the same open file or folder."""
    return os.dup(fd)


def close(fd: int) -> None:
    """Closes a descriptor."""
    os.close(fd)


def write(fd: int, data: "bytes | memoryview") -> None:
    """Writes all of `data`, in as many steps as the system takes."""
    done = os.write(fd, data)
    while done < len(data):
        data = memoryview(data)[done:]
        done = os.write(fd, data)


def rewrite(fd: int, data: bytes) -> None:
    """Writes a few bytes over the start of a file."""
    os.pwrite(fd, data, 0)


def read(fd: int, size: int) -> bytes:
    """Reads at most `size` bytes; empty at the end."""
    return os.read(fd, size)


def read_at(fd: int, size: int, offset: int) -> bytes:
    """Reads at most `size` bytes from a place; empty at the end."""
    return os.pread(fd, size, offset)


def lstat(name: str, dir_fd: int | None = None) -> os.stat_result:
    """Tells what stands at a name, without following it."""
    return os.stat(name, dir_fd=dir_fd, follow_symlinks=False)


def fstat(fd: int) -> os.stat_result:
    """Tells what a descriptor is open on."""
    return os.fstat(fd)


def readlink(name: str, dir_fd: int) -> bytes:
    """Gives the target of a symlink as bytes."""
    return os.readlink(os.fsencode(name), dir_fd=dir_fd)


def symlink(target: bytes, name: str, dir_fd: int) -> None:
    """Makes a symlink."""
    os.symlink(target, os.fsencode(name), dir_fd=dir_fd)


def mkdir(name: str, dir_fd: int, mode: int = 0o777) -> None:
    """Makes a folder, its mode less the umask."""
    os.mkdir(name, mode, dir_fd=dir_fd)


def rmdir(name: str, dir_fd: int) -> None:
    """Removes an empty folder."""
    os.rmdir(name, dir_fd=dir_fd)


def unlink(name: str, dir_fd: int) -> None:
    """Removes a name."""
    os.unlink(name, dir_fd=dir_fd)


def listdir(fd: int) -> list[str]:
    """Lists a folder opened by `open_read`."""
    return os.listdir(fd)


def may_write(dir_fd: int) -> bool:
    """Tells whether this process may make and remove names in a folder."""
    return os.access(".", os.W_OK | os.X_OK, dir_fd=dir_fd, effective_ids=os.access in os.supports_effective_ids)


def umask() -> int:
    """Tells the process's umask; where the system only tells it by setting it, it is set for a moment."""
    try:
        with open("/proc/self/status", "rb") as status:
            line = next(line for line in status if line.startswith(b"Umask:"))
        return int(line.split()[1], 8)
    except (OSError, StopIteration, ValueError):
        mask = os.umask(0o077)
        os.umask(mask)
        return mask


def flock(fd: int, operation: int) -> None:
    """Takes or gives back an advisory lock."""
    fcntl.flock(fd, operation)


def fsync(fd: int) -> None:
    """Brings a file or folder to the disk, through the disk's own cache."""
    if sys.platform == "darwin":
        fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
    else:
        os.fsync(fd)


def fdatasync(fd: int) -> None:
    """Brings a file's content and size to the disk."""
    if sys.platform == "darwin":
        fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
    else:
        os.fdatasync(fd)


def syncfs(fd: int) -> None:
    """Brings the whole file system of a descriptor to the disk; ENOSYS where the system cannot."""
    function = _libc_function("syncfs")
    if function is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    _checked(function(fd))


def fchmod(fd: int, mode: int) -> None:
    """Sets the permission bits of an open file."""
    os.fchmod(fd, mode)


def chmod_fd(fd: int, mode: int) -> None:
    """Sets the permission bits of what `open_path` opened, which fchmod refuses to do."""
    os.chmod(f"/proc/self/fd/{fd}", mode)


def chmod_at(name: str, dir_fd: int, mode: int) -> None:
    """Sets the permission bits of a name without following it, where no descriptor can stand for it."""
    os.chmod(name, mode, dir_fd=dir_fd, follow_symlinks=False)


def exchange(src_dir: int, src: str, dst_dir: int, dst: str) -> None:
    """Swaps two names in one step; both must exist. EINVAL or ENOSYS where the file system cannot."""
    _rename2(src_dir, src, dst_dir, dst, _EXCHANGE)


def rename_new(src_dir: int, src: str, dst_dir: int, dst: str) -> None:
    """Renames unless something stands at the new name: then EEXIST. EINVAL or ENOSYS where the system cannot."""
    _rename2(src_dir, src, dst_dir, dst, _NEW)


def rename(src_dir: int, src: str, dst_dir: int, dst: str) -> None:
    """Renames, over whatever file stands at the new name."""
    os.rename(src, dst, src_dir_fd=src_dir, dst_dir_fd=dst_dir)


def link(src_dir: int, src: str, dst_dir: int, dst: str) -> None:
    """Gives a file, or a symlink itself, a second name."""
    os.link(src, dst, src_dir_fd=src_dir, dst_dir_fd=dst_dir, follow_symlinks=False)


def copy_attributes(src_fd: int, dst_fd: int) -> None:
    """Copies owner, `user.*` attributes and POSIX ACL from one open file to another, as far as this user may."""
    ours, theirs = os.fstat(dst_fd), os.fstat(src_fd)
    if (ours.st_uid, ours.st_gid) != (theirs.st_uid, theirs.st_gid):
        _own(dst_fd, theirs.st_uid, theirs.st_gid)
    for name in _attributes(src_fd):
        if name.startswith("user.") or name == _ACL_ACCESS:
            _set_attribute(dst_fd, name, _attribute(src_fd, name))


class Inheritance(NamedTuple):
    """What a folder gives to the files made in it: its group when it is set-gid, and an ACL."""

    group: int | None = None
    acl: bytes | None = None


def inheritance(folder_fd: int) -> Inheritance:
    """Tells what a folder gives to the files made in it; most folders give nothing."""
    folder = os.fstat(folder_fd)
    # by name, as a folder opened by open_dir has no attributes of its own
    acl = _attribute(f"/proc/self/fd/{folder_fd}", _ACL_DEFAULT) if HAS_PATH_FDS and _HAS_XATTRS else None
    return Inheritance(folder.st_gid if folder.st_mode & stat.S_ISGID else None, acl)


def inherit(given: Inheritance, fd: int) -> None:
    """Gives an open file the group and ACL that it would have had, had it been made in that folder."""
    if given.group is not None:
        _own(fd, -1, given.group)
    _set_attribute(fd, _ACL_ACCESS, given.acl)


def _own(fd: int, uid: int, gid: int) -> None:
    for owner in (uid, -1):
        try:
            os.fchown(fd, owner, gid)
            return
        except PermissionError:
            continue  # only root gives files away; the group alone may still be one of ours


def _attributes(fd: int) -> list[str]:
    try:
        return os.listxattr(fd) if _HAS_XATTRS else []
    except OSError as error:
        if error.errno in _NO_ATTRIBUTE:
            return []
        raise


def _attribute(file: int | str, name: str) -> bytes | None:
    try:
        return os.getxattr(file, name)
    except OSError as error:
        if error.errno in _NO_ATTRIBUTE:
            return None
        raise


def _set_attribute(fd: int, name: str, value: bytes | None) -> None:
    if value is None:
        return
    try:
        os.setxattr(fd, name, value)
    except OSError as error:
        if error.errno not in _NO_ATTRIBUTE:
            raise


def _rename2(src_dir: int, src: str, dst_dir: int, dst: str, flags: int) -> None:
    _checked(_rename_function()(src_dir, os.fsencode(src), dst_dir, os.fsencode(dst), flags), src, dst)


def _checked(result: int, src: str | None = None, dst: str | None = None) -> None:
    if result != 0:
        import ctypes  # loaded already by the call that failed

        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), src, None, dst)


@functools.cache
def _rename_function() -> Callable[..., Any]:
    function = _libc_function("renameatx_np" if sys.platform == "darwin" else "renameat2")
    if function is not None:
        return function
    syscall, number = _libc_function("syscall"), _RENAMEAT2.get(os.uname().machine)
    if syscall is None or number is None:
        return _no_rename2
    return lambda *arguments: syscall(number, *arguments)


def _no_rename2(*_arguments: Any) -> int:
    import ctypes

    ctypes.set_errno(errno.ENOSYS)
    return -1


@functools.cache
def _libc_function(name: str) -> Callable[..., Any] | None:
    import ctypes  # costs milliseconds, and a session that only reads never needs it

    return getattr(ctypes.CDLL(None, use_errno=True), name, None)
