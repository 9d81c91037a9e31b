"""Moves a file as the inode it is, and back."""

from journal.workspace import calls, renames
from journal.workspace.look import Look, look
from journal.workspace.outcome import DONE, GONE, Known, Outcome, give_back, is_expected


def move(src_fd: int, src: str, dst_fd: int, dst: str, expected: Look, known: Known) -> Outcome:
    """Renames the expected file, which stays the same inode; `alien` may also be what stands at the new name.

    Raises:
        FileNotFoundError: the folder of the new name is gone: make the parents again.
    """
    try:
        renames.rename_new(src_fd, src, dst_fd, dst)
    except FileExistsError:
        return _move_over(src_fd, src, dst_fd, dst, expected, known)
    except FileNotFoundError:
        if look(src_fd, src) is None:
            return GONE
        raise
    found = look(dst_fd, dst)
    if found is None:
        return DONE  # somebody took it from its new name already: their act, after ours
    if is_expected(dst_fd, dst, found, expected, known):
        return DONE
    try:
        renames.rename_new(dst_fd, dst, src_fd, src)
    except FileExistsError:
        return Outcome(alien=found, kept=True)
    return Outcome(alien=found)


def take_back_move(src_fd: int, src: str, dst_fd: int, dst: str, ours: Look) -> bool:
    """Moves a file back from `dst` to `src`; False when another stands at either, which is left alone."""
    try:
        renames.rename_new(dst_fd, dst, src_fd, src)
    except FileNotFoundError:
        return False
    except FileExistsError:
        return _linked_back(src_fd, src, dst_fd, dst, ours)
    found = look(src_fd, src)
    if found is None or found.inode == ours.inode:
        return True  # written to since or not, it is the file that was moved
    give_back(src_fd, src, dst_fd, dst)
    return False


def _move_over(src_fd: int, src: str, dst_fd: int, dst: str, expected: Look, known: Known) -> Outcome:
    """The new name is taken: by another file, by a second link of this one, or by this one in another spelling."""
    old, new = look(src_fd, src), look(dst_fd, dst)
    if old is None:
        return GONE
    if new is None:
        return move(src_fd, src, dst_fd, dst, expected, known)
    if (old.dev, old.inode) != (new.dev, new.inode):
        return Outcome(alien=new)
    if not is_expected(src_fd, src, old, expected, known):
        return Outcome(alien=old)
    if renames.is_one_name(src_fd, src, dst_fd, dst, old):
        calls.rename(src_fd, src, dst_fd, dst)
    else:
        calls.unlink(src, src_fd)  # rename between two links of one file does nothing and says nothing
    return DONE


def _linked_back(src_fd: int, src: str, dst_fd: int, dst: str, ours: Look) -> bool:
    old, new = look(src_fd, src), look(dst_fd, dst)
    if old is None or new is None or not old.inode == new.inode == ours.inode:
        return False
    if renames.is_one_name(src_fd, src, dst_fd, dst, old):
        calls.rename(dst_fd, dst, src_fd, src)
    return True  # two links of one file: the old name stands already
