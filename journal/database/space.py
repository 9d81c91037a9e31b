"""How much room the disks have, and the one form in which is said that it is not enough."""

import os

from journal.errors import DiskFull

Need = tuple[int | str, int]
"""A place, by descriptor or path, and the bytes that are to be written there."""

AGAIN = "then repeat the call; nothing was half done"


def require(what: str, *needs: Need) -> None:
    """Refuses to begin what the disks have no room for; places on one file system share its room.

    Raises:
        DiskFull: `what` says what was asked, as a verb.
    """
    found = dict[int, tuple[int | str, int]]()
    for place, needed in needs:
        at = place if isinstance(place, int) else nearest(place)
        try:
            device = os.stat(at).st_dev
        except OSError:
            continue  # whoever writes there will say what is wrong with it
        first, others = found.get(device, (at, 0))
        found[device] = first, others + needed
    for at, needed in found.values():
        free = free_bytes(at)
        if free is not None and free < needed:
            raise disk_full(f"cannot {what}: there is no room for it", needed, at)


def disk_full(message: str, needed: int, place: int | str | None) -> DiskFull:
    """Makes the error that tells how much is needed at a place, and how much is free there."""
    needed = max(needed, 1 if place is None else block_bytes(place))
    free = None if place is None else free_bytes(place)
    if free is None:
        said, cure = f"{needed} bytes are needed", "free some space, or raise the quota"
    elif free < needed:
        said = f"{needed} bytes are needed, {free} are free"
        cure = f"make room for {needed - free} bytes more, or raise the quota"
    else:
        said = f"{needed} bytes are needed, {free} are free"
        cure = "look for a quota, or a limit to the number of files, that is used up, or free what was taken meanwhile"
    return DiskFull(f"{message}: {said}", hint=f"{said}: {cure}, {AGAIN}", needed_bytes=needed, free_bytes=free)


def free_bytes(place: int | str) -> int | None:
    """Tells how many bytes this user may still write at a place; None when the system does not say."""
    try:
        found = os.statvfs(place)
    except OSError:
        return None  # the disk is in trouble as it is: the figure is not worth another error
    return found.f_bavail * found.f_frsize


def block_bytes(place: int | str) -> int:
    """Tells the least that anything takes at a place."""
    try:
        return max(os.statvfs(place).f_frsize, 1)
    except OSError:
        return 1


def nearest(path: str) -> str:
    """Gives the path itself, or the innermost folder above it that is there."""
    at = os.path.abspath(path)
    while not os.path.exists(at) and os.path.dirname(at) != at:
        at = os.path.dirname(at)
    return at
