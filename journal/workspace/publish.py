"""Puts prepared files in place, and looks at what it displaced, so that no foreign byte is ever destroyed.

Nothing is checked first and done afterwards: each step swaps names and then looks at what came back. What was not
expected goes back where it was. A prepared file that is gone raises `temp.TempGone`: fill it again, then repeat.
`known(folder, name)` tells whether the content there is the expected one, by its digest; it is asked only when a stat
cannot tell.
"""

import contextlib
import errno

from journal.workspace import calls, renames
from journal.workspace.look import Look, look, look_at_fd, same_file
from journal.workspace.moves import move, take_back_move
from journal.workspace.outcome import DISPLACED, DONE, GONE, Known, Outcome, give_back, is_expected
from journal.workspace.take_back import take_back_new, take_back_put, take_back_remove
from journal.workspace.temp import Temp, TempGone

__all__ = [
    "Known",
    "Outcome",
    "move",
    "probe_exchange",
    "put",
    "remove",
    "set_mode",
    "take_back_mode",
    "take_back_move",
    "take_back_new",
    "take_back_put",
    "take_back_remove",
]


def put(temp: Temp, n: int, dir_fd: int, name: str, expected: Look | None, known: Known, ours: Look) -> Outcome:
    """Puts `w-<n>`, which looks like `ours`, at a name where `expected` stands; None: where nothing stands.

    Raises:
        FileNotFoundError: the folder of a new file is gone: make the parents again.
    """
    if expected is None:
        return _put_new(temp, n, dir_fd, name)
    fd = temp.fd
    if temp.can_exchange is False:
        return _put_by_link(fd, n, dir_fd, name, expected, known, ours)
    written, published = f"w-{n}", f"x-{n}"
    try:
        calls.rename(fd, written, fd, published)
    except FileNotFoundError as error:
        raise _temp_gone(written) from error
    try:
        calls.exchange(fd, published, dir_fd, name)
    except FileNotFoundError:
        return _drop(fd, published)
    except OSError as error:
        with contextlib.suppress(FileNotFoundError):
            calls.rename(fd, published, fd, written)
        if error.errno not in renames.UNABLE or probe_exchange(temp):
            raise
        return _put_by_link(fd, n, dir_fd, name, expected, known, ours)
    found = look(fd, published)
    if found is None:
        return DONE  # somebody emptied `.spool` within the last microseconds, and took the displaced file along
    if is_expected(fd, published, found, expected, known):
        return DISPLACED
    return _put_back(fd, published, dir_fd, name, found, ours)


def remove(temp: Temp, n: int, dir_fd: int, name: str, expected: Look, known: Known) -> Outcome:
    """Takes the expected file away from a name, into `x-<n>`."""
    published = f"x-{n}"
    fd = temp.fd
    try:
        renames.rename_new(dir_fd, name, fd, published)
    except FileNotFoundError:
        if look(dir_fd, name) is None:
            return GONE
        temp.remake(fd)
        fd = temp.fd
        try:
            renames.rename_new(dir_fd, name, fd, published)
        except FileNotFoundError:
            return GONE
    found = look(fd, published)
    if found is None:
        return DONE  # as in put
    if is_expected(fd, published, found, expected, known):
        return DISPLACED
    try:
        renames.rename_new(fd, published, dir_fd, name)
    except (FileExistsError, FileNotFoundError):
        return Outcome(alien=found, kept=look(fd, published) is not None)
    return Outcome(alien=found)


def set_mode(dir_fd: int, name: str, expected: Look, mode: int) -> Outcome:
    """Sets the permission bits of the expected inode, and of no other."""
    try:
        fd = calls.open_path(name, dir_fd)
    except FileNotFoundError:
        return GONE
    except OSError as error:
        found = look(dir_fd, name)
        if error.errno == errno.ELOOP and found is not None:  # a symlink, where O_PATH does not exist
            return Outcome(alien=found)
        raise
    try:
        found = look_at_fd(fd)
        if found.inode != expected.inode or found.kind != expected.kind:
            return Outcome(alien=found)
        if not calls.HAS_PATH_FDS:
            calls.chmod_at(name, dir_fd, mode)
        else:
            calls.chmod_fd(fd, mode)
    finally:
        calls.close(fd)
    return DONE


def take_back_mode(dir_fd: int, name: str, expected: Look, mode: int) -> bool:
    """Sets the permission bits back to `mode`; False when another file stands there."""
    return set_mode(dir_fd, name, expected, mode).ok


def probe_exchange(temp: Temp) -> bool:
    """Tells whether the file system can swap two names, by doing it once, and remembers it in the temp folder."""
    names = [f"w-{temp.number()}", f"w-{temp.number()}"]
    try:
        for name in names:
            calls.close(calls.create(name, temp.fd))
        calls.exchange(temp.fd, names[0], temp.fd, names[1])
        temp.can_exchange = True
    except OSError as error:
        if error.errno not in renames.UNABLE:
            raise
        temp.can_exchange = False
    finally:
        for name in names:
            _unlink(name, temp.fd)
    return temp.can_exchange


def _put_new(temp: Temp, n: int, dir_fd: int, name: str) -> Outcome:
    fd, written = temp.fd, f"w-{n}"
    try:
        renames.rename_new(fd, written, dir_fd, name)
    except FileExistsError:
        found = look(dir_fd, name)
        if found is None:  # there a moment ago
            return _put_new(temp, n, dir_fd, name)
        _unlink(written, fd)
        return Outcome(alien=found)
    except FileNotFoundError as error:
        if look(fd, written) is None:
            raise _temp_gone(written) from error
        raise
    return DONE


def _put_back(fd: int, published: str, dir_fd: int, name: str, found: Look, ours: Look) -> Outcome:
    """Puts an alien back where it stood; whatever comes back instead of ours is unknown too."""
    try:
        calls.exchange(fd, published, dir_fd, name)
    except FileNotFoundError:
        # Ours was deleted meanwhile, so the name may be free.
        give_back(fd, published, dir_fd, name)
        return Outcome(alien=found, kept=look(fd, published) is not None)
    back = look(fd, published)
    if back is None:
        return Outcome(alien=found)
    if same_file(back, ours):
        calls.unlink(published, fd)
        return Outcome(alien=found)
    if found.kind != "folder":
        # A third one came over ours. The later save is the one its author looks for, so it stands; a folder cannot be
        # kept as a blob, so it is never the one that stays behind.
        try:
            calls.exchange(fd, published, dir_fd, name)
            return Outcome(alien=back, kept=True)
        except FileNotFoundError:
            pass  # the alien is gone by its owner's hand: keep the other
    return Outcome(alien=found, kept=True)


def _put_by_link(fd: int, n: int, dir_fd: int, name: str, expected: Look, known: Known, ours: Look) -> Outcome:
    """Without exchange: a second name for the old file, the new one over the first, then the look.

    A file that somebody renames to this name between the two calls is lost; no order of calls closes that.
    """
    written, published = f"w-{n}", f"x-{n}"
    found = look(dir_fd, name)
    if found is None:
        return _drop(fd, written)
    if not is_expected(dir_fd, name, found, expected, known):
        _unlink(written, fd)
        return Outcome(alien=found)
    try:
        calls.link(dir_fd, name, fd, published)
    except FileNotFoundError:
        return _drop(fd, written)
    except OSError as error:
        if error.errno not in renames.NO_LINKS:
            raise
        calls.rename(fd, written, dir_fd, name)  # no second names here either: the look above was the last
        return DONE
    try:
        calls.rename(fd, written, dir_fd, name)
    except OSError as error:
        _unlink(published, fd)  # no more than a second name
        if isinstance(error, FileNotFoundError):
            raise _temp_gone(written) from error
        raise
    found = look(fd, published)
    if found is None or is_expected(fd, published, found, expected, known):
        return DONE if found is None else DISPLACED
    back = look(dir_fd, name)
    if back is None or same_file(back, ours):
        calls.rename(fd, published, dir_fd, name)
        return Outcome(alien=found)
    return Outcome(alien=found, kept=True)


def _drop(fd: int, prepared: str) -> Outcome:
    """What was expected is gone, so the prepared file goes too."""
    try:
        calls.unlink(prepared, fd)
    except FileNotFoundError as error:
        raise _temp_gone(prepared) from error
    return GONE


def _unlink(name: str, fd: int) -> None:
    with contextlib.suppress(FileNotFoundError):
        calls.unlink(name, fd)


def _temp_gone(name: str) -> TempGone:
    return TempGone(errno.ENOENT, "the prepared file was removed", name)
