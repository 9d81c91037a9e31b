"""Where the journal of a root is when it was attached: a line beside where it would be by the root's path.

`.spool/id` says the same and comes first. This line is out of the root's reach, so that removing `.spool` does not
bring back the journal that the root had before.
"""

import contextlib
import os

from journal.workspace import calls

NAME = "attached"
FRESH = "attached.new"
BYTES_MAX = 16 << 10


def read(default: str) -> str | None:
    """Gives the journal that was attached to the root whose journal would be at `default`."""
    try:
        fd = calls.open_read(os.path.join(os.path.dirname(default), NAME))
    except OSError:
        return None
    try:
        data = calls.read(fd, BYTES_MAX)
    except OSError:
        return None
    finally:
        calls.close(fd)
    return os.fsdecode(data[:-1]) if data.endswith(b"\n") and len(data) > 1 else None


def write(default: str, journal: str) -> None:
    """Remembers the journal of a root, or forgets it when it is where it would be; whole or not at all."""
    fd = calls.open_dir(os.path.dirname(default))
    try:
        for name in (FRESH, *((NAME,) if journal == default else ())):
            with contextlib.suppress(FileNotFoundError):
                calls.unlink(name, fd)
        if journal != default:
            made = calls.create(FRESH, fd)
            try:
                calls.write(made, os.fsencode(journal) + b"\n")
            finally:
                calls.close(made)
            calls.rename(fd, FRESH, fd, NAME)
    finally:
        calls.close(fd)
