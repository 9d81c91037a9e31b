"""Copying a journal in use: one snapshot, verified before it has its name.

1  a file that stands at the name is looked at: only an older copy of this very journal may be replaced
2  SQLite copies one snapshot into a file beside it, while writers go on
3  the copy is verified, brought to disk, and renamed
"""

import contextlib
import os

from journal.database import Database, space
from journal.database.migrate import version
from journal.engine.pace import Pace
from journal.errors import BusyError, CorruptionError, JournalError, NotAJournal, UsageError
from journal.limits import BACKUP_STEP_PAGES
from journal.records import Progress
from journal.rescue import check
from journal.tables import audit, commits, meta, retention
from journal.workspace import beside
from journal.workspace.beside import SIDES, Beside
from journal.workspace.faults import system_errors

CURE = "name another file, or one that is not there yet"


def backup(journal: str, into: str, progress: Progress | None) -> None:
    """Copies a journal to a path, over an older copy of it; progress counts bytes.

    Raises:
        UsageError: something else stands there. BusyError: the older copy is open. CorruptionError: what was copied
            is not sound, so that no copy was made. DiskFull: there is no room for the copy.
    """
    with system_errors("back up into", into, place=into):
        path = _place(journal, into)
        source = Database.open(journal, readonly=True)  # of its own: whoever reads the journal meanwhile is not held up
        try:
            over = os.path.exists(path)
            if over:
                _refuse_other(source, path)
            space.require(f"back up into {path!r}", (path, retention.room(source.look()).file_bytes))
            made = Beside.make(path)
            try:
                _copy(source, made.temp, progress)
                _verify(made.temp)
                made.publish(over=over)
            except FileExistsError as error:
                made.discard()
                raise UsageError(f"{path!r} appeared meanwhile", hint=CURE) from error
            except BaseException:
                made.discard()
                raise
        finally:
            source.close()


def _place(journal: str, into: str) -> str:
    path = beside.resolved(into)
    real = os.path.realpath(journal)
    if path in (real, *(real + side for side in SIDES)) or (os.path.exists(path) and os.path.samefile(path, real)):
        raise UsageError(f"{into!r} is the journal's own file", hint=CURE)
    return path


def _copy(source: Database, path: str, progress: Progress | None) -> None:
    pace: Pace | None = None
    with contextlib.closing(source.copying(path, BACKUP_STEP_PAGES)) as steps:  # also when progress raises
        for done, total in steps:
            pace = pace or Pace(progress, total)
            pace.at(done)


def _verify(path: str) -> None:
    """Checks the copy; for the journal itself that would be a look at what a writer changes meanwhile."""
    copy = Database.open(path, readonly=True)
    try:
        report = check.check(copy)
    finally:
        copy.close()
    if not report.ok:
        found = next(each for each in report.findings if each.severity == "error")
        hint = "run `spool verify`; a copy that was made before is left as it is"
        raise CorruptionError(f"the journal is damaged, no copy was made: {found.subject}: {found.message}", hint=hint)


def _refuse_other(source: Database, path: str) -> None:
    """Step 1; it leaves the older copy closed, its log played in."""
    try:
        other = Database.open(path, readonly=not beside.in_use(path))  # who may write closes it without leaving a log
    except BusyError:
        raise
    except (UsageError, NotAJournal) as error:
        raise UsageError(f"{path!r} is no copy of this journal: {error}", hint=CURE) from error
    try:
        reason = _unknown_here(source, other)
    except JournalError as error:
        raise UsageError(f"{path!r} is no copy that can be read: {error}", hint=CURE) from error
    finally:
        other.close()
    if reason:
        raise UsageError(f"{path!r} is not an older copy of this journal: {reason}", hint=CURE)
    if other.readonly:
        Database.open(path, readonly=False).close()  # takes the files along that reading has left beside it
    if beside.in_use(path):
        hint = "close it there, or name another file"
        raise BusyError(f"{path!r} is open elsewhere", hint=hint, waited_s=0.0)


def _unknown_here(source: Database, other: Database) -> str:
    """Says what a copy holds that the journal does not; nothing when the journal only went on from there."""
    ours, theirs = source.look(), other.look()
    if version(other) == 0 or meta.get(theirs, meta.JOURNAL_ID) != meta.get(ours, meta.JOURNAL_ID):
        return "it has another id"
    seq, link = audit.tip(theirs)
    if audit.link_at(ours, seq) != link:
        return "it holds acts that this journal does not know"
    newest = commits.newest(theirs)
    if newest is not None and commits.by_sha(ours, newest) is None:
        return "it holds commits that this journal does not know"
    return ""
