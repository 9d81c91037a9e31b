"""What tells one run of the machine from another: after a power cut, what it had not written yet is lost.

The kernel's boot id tells most. A machine that is started twice from one snapshot repeats it, so each opening also
leaves a random token on a file system in memory, and in the journal: when they differ, memory was lost meanwhile. The
file keeps the token before it as well, for an opening may die between the two.
"""

import contextlib
import os
import stat
import sys

from journal.workspace import places

TOKENS_BYTES = 128


def read_tokens(journal_id: str) -> tuple[str, ...]:
    """Gives the tokens of the last openings of a journal, newest first; none when they are gone, or not ours."""
    path = _token_path(journal_id)
    if path is None:
        return ()
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return ()
    try:
        found = os.fstat(fd)
        if found.st_uid != os.getuid() or not stat.S_ISREG(found.st_mode):
            return ()  # in a folder that everyone may write to, anyone may put a file first
        return tuple(os.read(fd, TOKENS_BYTES).decode("ascii", "replace").split())
    except OSError:
        return ()
    finally:
        os.close(fd)


def write_token(journal_id: str, before: str | None = None) -> str:
    """Leaves a new token in memory beside the one before it, and gives it; empty when there is no place for one."""
    path, token = _token_path(journal_id), os.urandom(16).hex()
    if path is None:
        return ""
    try:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            os.write(fd, f"{token} {before or ''}".encode())
        finally:
            os.close(fd)
    except OSError:
        return ""
    return token


def is_lost(boot: str | None, token: str | None, journal_id: str) -> bool:
    """Tells whether memory may have been lost since an opening that recorded this boot id and this token.

    None: no opening recorded any. Without a place for tokens the boot id has to do; without either nothing is known.
    """
    if boot is None:
        return False
    if boot != boot_id():
        return True
    return token not in read_tokens(journal_id) if token else not boot


def _token_path(journal_id: str) -> str | None:
    folder = places.token_folder()
    return None if folder is None else os.path.join(folder, f"spool-{journal_id}")


def boot_id() -> str:
    """Gives what names this run of the kernel; empty when the system does not tell."""
    if sys.platform == "darwin":
        return _boot_session()
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except (OSError, ValueError):
        return ""


def _boot_session() -> str:
    import ctypes

    size = ctypes.c_size_t(64)
    value = ctypes.create_string_buffer(size.value)
    sysctl = getattr(ctypes.CDLL(None, use_errno=True), "sysctlbyname", None)
    if sysctl is None or sysctl(b"kern.bootsessionuuid", value, ctypes.byref(size), None, ctypes.c_size_t(0)) != 0:
        return ""
    return value.value.decode("ascii", "replace")
