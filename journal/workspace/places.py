"""Where things are: the root, the journal's folder, and the folder of the token."""

import hashlib
import os
import stat
from typing import TYPE_CHECKING

from journal.errors import UsageError
from journal.workspace import faults

if TYPE_CHECKING:
    from pathlib import Path

JOURNAL_NAME = "journal.db"
NAME_BYTES = 200
"""bytes of the root's name that its journal's folder repeats, for people to know it by."""
_CURE = "Set SPOOL_HOME to a folder that you can write, or name the file with journal=."


def default_journal(root: str) -> "Path":
    """Gives the path of a root's journal; nothing is made.

    It is `journal.db` in `<name of the root>-<first 12 hex of the SHA-256 of its real path>/`, under SPOOL_HOME or else
    under `spool/` in the user's state folder.

    Raises:
        UsageError: there is no home to put it in.
    """
    from pathlib import Path

    real = os.path.realpath(root)
    digest = hashlib.sha256(os.fsencode(real)).hexdigest()[:12]
    name = os.path.basename(real).encode("utf-8", "backslashreplace").decode() or "root"
    while len(name.encode()) > NAME_BYTES:
        name = name[:-1]
    return Path(_home(), f"{name}-{digest}", JOURNAL_NAME)


def _home() -> str:
    home = os.environ.get("SPOOL_HOME")
    if home:
        home = os.path.expanduser(home)
        if not os.path.isabs(home):
            # A relative one would mean another journal from each working folder.
            raise UsageError(f"SPOOL_HOME is {home!r}, which is not an absolute path", hint=_CURE)
        return home
    import platformdirs

    state = platformdirs.user_state_dir()
    if not os.path.isabs(state):
        raise UsageError("this user has no home folder to keep the journal in", hint=_CURE)
    return os.path.join(state, "spool")


def make_state_folder(folder: "str | Path") -> None:
    """Makes a folder that only the owner can enter, with those above it; once this returns, their names are on disk.

    Raises:
        UsageError: it cannot be made or written; the hint names SPOOL_HOME and journal=.
    """
    path = os.path.abspath(os.fspath(folder))
    missing = []
    while not os.path.isdir(path):
        missing.append(path)
        path = os.path.dirname(path)
        if path == missing[-1]:
            break
    with faults.system_errors("make the journal's folder", path, place=path):
        for made in reversed(missing):
            _make(made)
    path = os.path.abspath(os.fspath(folder))
    if not os.access(path, os.W_OK | os.X_OK):
        raise UsageError(f"the journal's folder {path!r} is not writable", hint=_CURE)


def _make(path: str) -> None:
    try:
        os.mkdir(path, 0o700)
    except FileExistsError as error:
        if not os.path.isdir(path):
            raise UsageError(f"the journal's folder cannot be made: {path!r} is a file", hint=_CURE) from error
    except (PermissionError, NotADirectoryError) as error:
        raise UsageError(f"the journal's folder {path!r} cannot be made: {error.strerror}", hint=_CURE) from error
    except OSError as error:
        if _is_read_only(error):
            raise UsageError(f"the journal's folder {path!r} cannot be made: {error.strerror}", hint=_CURE) from error
        raise
    _sync_folder(path)
    # SQLite syncs the folder of its log, but not the name of that folder in the one above.
    _sync_folder(os.path.dirname(path))


def _is_read_only(error: OSError) -> bool:
    import errno

    return error.errno == errno.EROFS


def _sync_folder(path: str) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def was_used(path: str) -> bool:
    """Tells whether a session held a journal at this path once: its lock stays beside it, also when it is gone."""
    try:
        return any(name.startswith("lease-") for name in os.listdir(os.path.dirname(path)))
    except OSError:
        return False


def real_root(root: str, allow_wide: bool) -> str:
    """Gives the real path of a root.

    Raises:
        UsageError: it is missing, or no folder, or (unless `allow_wide`) it is `/` or this user's home folder.
    """
    try:
        real = os.path.realpath(root)
        found = os.stat(real)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UsageError(f"the root {root!r} does not exist", hint="Make the folder first, or name another.") from error
    except ValueError as error:
        raise UsageError(f"the root {root!r} is no path: {error}", hint="Name an existing folder.") from error
    except OSError as error:
        raise faults.translate(error, "look at the root", root) from error
    if not stat.S_ISDIR(found.st_mode):
        raise UsageError(f"the root {root!r} is not a folder", hint="Name the folder that the file lies in.")
    if not allow_wide and (wide := _wide(real)):
        hint = "Name the project's own folder, or pass allow_wide_root=True."
        raise UsageError(f"the root {real!r} is {wide}, which holds far more than one piece of work", hint=hint)
    return real


def _wide(real: str) -> str | None:
    if real == os.path.realpath("/"):
        return "the whole file system"
    if real in {os.path.realpath(home) for home in _user_homes()}:
        return "a home folder"
    return None


def _user_homes() -> list[str]:
    homes = [os.environ.get("HOME", "")]
    try:
        import pwd

        homes.append(pwd.getpwuid(os.getuid()).pw_dir)
    except (ImportError, KeyError):
        pass  # containers run with user ids that have no entry
    return [home for home in homes if os.path.isabs(home)]


def token_folder() -> str | None:
    """Gives a folder that a restart of the machine empties, or None when there is none."""
    for folder in (os.environ.get("XDG_RUNTIME_DIR", ""), "/dev/shm"):
        if os.path.isabs(folder) and os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK):
            return folder
    return None
