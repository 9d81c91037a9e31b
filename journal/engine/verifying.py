"""Verifying a journal, open or by its file: what rescue finds, at the pace of a progress function."""

import os
from os import PathLike

from journal.content.paths import spelled
from journal.database import Database
from journal.engine.pace import Pace
from journal.errors import UsageError
from journal.records import Progress, VerifyReport
from journal.rescue import files
from journal.rescue.check import check


def verify(
    path: str | PathLike[str],
    *,
    full: bool = False,
    progress: Progress | None = None,
    root: str | PathLike[str] | None = None,
) -> VerifyReport:
    """Verifies a file that need not be a journal any more, and makes no file beside it; progress counts bytes.

    Whatever is wrong with it is a finding: that it is missing, empty, torn, of another program or of a later release.
    `root` is a folder that is compared with what is staged and committed.

    Raises:
        UsageError: the path is none. StorageError: this user may not read it.
        UnknownName: the journal in it knows no such root.
    """
    try:
        real = os.path.realpath(spelled(path))
    except ValueError as error:
        raise UsageError(f"{path!r} is no path: {error}", hint="name a file") from error
    return files.verify(real, full=full, root=None if root is None else spelled(root), progress=_paced(progress))


def verify_open(
    database: Database, full: bool, root: str | PathLike[str] | None, progress: Progress | None
) -> VerifyReport:
    """Verifies a journal that is open."""
    return check(database, full=full, root=None if root is None else spelled(root), progress=_paced(progress))


def _paced(progress: Progress | None) -> Progress | None:
    """Lets a progress function be called at most ten times a second."""
    if progress is None:
        return None
    pace: Pace | None = None

    def tell(done: int, total: int) -> None:
        nonlocal pace
        pace = pace or Pace(progress, total)
        pace.at(done)

    return tell
