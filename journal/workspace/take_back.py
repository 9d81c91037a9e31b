"""Takes back what was published, with the displaced inode and without writing any content."""

from journal.workspace import calls, renames
from journal.workspace.look import Look, look, same_file
from journal.workspace.outcome import give_back
from journal.workspace.temp import Temp


def take_back_put(temp: Temp, n: int, dir_fd: int, name: str, ours: Look) -> bool:
    """Puts the displaced file back in place of ours; False when something else stands there, which is left alone.

    False also when the displaced file is gone, as after somebody emptied `.spool`.
    """
    fd, published = temp.fd, f"x-{n}"
    if temp.can_exchange is False:
        found = look(dir_fd, name)
        if found is not None and not same_file(found, ours):
            return False
        calls.rename(fd, published, dir_fd, name)
        return True
    try:
        calls.exchange(fd, published, dir_fd, name)
    except FileNotFoundError:
        # Ours was deleted meanwhile. An absent file is nobody's bytes, so the old one may stand there again.
        return give_back(fd, published, dir_fd, name)
    found = look(fd, published)
    if found is None:
        return True
    if same_file(found, ours):
        calls.unlink(published, fd)
        return True
    try:
        calls.exchange(fd, published, dir_fd, name)
    except FileNotFoundError:
        give_back(fd, published, dir_fd, name)
    return False


def take_back_new(temp: Temp, n: int, dir_fd: int, name: str, ours: Look) -> bool:
    """Removes a file of ours from a name that was free; False when something else stands there, which is left alone."""
    published = f"x-{n}"
    fd = temp.fd
    try:
        renames.rename_new(dir_fd, name, fd, published)
    except FileNotFoundError:
        if look(dir_fd, name) is None:
            return True
        temp.remake(fd)
        fd = temp.fd
        renames.rename_new(dir_fd, name, fd, published)
    found = look(fd, published)
    if found is None:
        return True
    if same_file(found, ours):
        calls.unlink(published, fd)
        return True
    give_back(fd, published, dir_fd, name)
    return False


def take_back_remove(temp: Temp, n: int, dir_fd: int, name: str) -> bool:
    """Puts a removed file back at its name; False when something stands there by now."""
    return give_back(temp.fd, f"x-{n}", dir_fd, name)
