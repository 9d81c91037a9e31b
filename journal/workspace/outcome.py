"""What publishing one path came to, and how what was displaced is judged."""

from collections.abc import Callable
from typing import NamedTuple

from journal.errors import JournalError
from journal.workspace import renames
from journal.workspace.look import Look, same_file, settled

Known = Callable[[int, str], bool]
"""tells of a folder's descriptor and a name whether the content there is the expected one, by its digest."""


class Outcome(NamedTuple):
    """What publishing one path came to; when it is not `ok`, the disk is as it was found.

    displaced: `x-<n>` now holds the file that was expected. alien: what stood there instead; it stands there again.
    gone: what was expected was not there. kept: `x-<n>` (after a move: the new name) holds bytes that nobody knows and
    that could not go back, to be kept as a blob before the sweep.
    """

    displaced: bool = False
    alien: Look | None = None
    gone: bool = False
    kept: bool = False

    @property
    def ok(self) -> bool:
        """Tells whether it was done."""
        return self.alien is None and not self.gone


DONE = Outcome()
DISPLACED = Outcome(displaced=True)
GONE = Outcome(gone=True)


def is_expected(dir_fd: int, name: str, found: Look, expected: Look, known: Known) -> bool:
    """Tells whether what stands at a name is what was expected there; reads it only when a stat cannot tell."""
    if found.kind != expected.kind or found.kind == "folder":
        return False
    # A stat taken right after a write stands for nothing: another write in the same tick of the clock leaves no trace.
    # A symlink is never written to, so its inode is enough.
    if same_file(found, expected) and (found.kind == "symlink" or settled(expected)):
        return True
    try:
        return found.size == expected.size and known(dir_fd, name)
    except (JournalError, OSError):
        return False  # what cannot be read, or is written to at this moment, is not ours: it goes back


def give_back(fd: int, published: str, dir_fd: int, name: str) -> bool:
    """Renames a file back to a name unless that is taken; tells whether it did."""
    try:
        renames.rename_new(fd, published, dir_fd, name)
    except (FileExistsError, FileNotFoundError):
        return False
    return True
