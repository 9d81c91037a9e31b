"""Copying a journal in use: one snapshot, verified before it has its name.

1  a file that stands at the name is looked at: only an older copy of this very journal may be replaced, and only when
   nobody has it open; what a dead process left beside it does not count
2  SQLite copies one snapshot into a file beside it, while writers go on
3  the copy is verified and brought to disk
4  the older copy is looked at once more, its log played into it, and while nobody else can open it the new one takes
   its name: a death at any instant leaves the one or the other
"""

import contextlib
import os

from journal.database import Database, space
from journal.database.migrate import version
from journal.database.sole import Sole
from journal.engine.pace import Pace
from journal.errors import BusyError, CorruptionError, JournalError, ReadOnly, UsageError
from journal.limits import BACKUP_STEP_PAGES
from journal.records import Progress
from journal.rescue import check
from journal.tables import audit, commits, meta, retention
from journal.workspace import beside
from journal.workspace.beside import Beside
from journal.workspace.faults import system_errors
from journal.workspace.parts import SIDES

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
                _older(source, path).let_go()
            made = Beside.make(path)
            try:
                space.require(f"back up into {path!r}", (path, retention.room(source.look()).file_bytes))
                _copy(source, made.temp, progress)
                _verify(made.temp)
                made.sync()
                _publish(source, made, over=over)
            except FileExistsError as error:
                raise UsageError(f"{path!r} appeared meanwhile", hint=CURE) from error
            finally:
                made.discard()
        finally:
            source.close()


def _publish(source: Database, made: Beside, *, over: bool) -> None:
    """Step 4."""
    if not over or not os.path.exists(made.path):
        made.rename(over=False)
        return
    older, replaced = _older(source, made.path), False
    try:
        older.play_in()  # its log is about to go, and it shall be whole until the new one stands there
        replaced = True  # first: an error may come after the rename
        made.rename(over=True)
    finally:
        older.let_go(replaced=replaced)


def _place(journal: str, into: str) -> str:
    path = beside.resolved(into)
    real = os.path.realpath(journal)
    if path in (real, *(real + side for side in SIDES)) or (os.path.exists(path) and os.path.samefile(path, real)):
        raise UsageError(f"{into!r} is the journal's own file", hint=CURE)
    if os.path.exists(path) and not os.path.isfile(path):
        raise UsageError(f"{into!r} is no file", hint=CURE)
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


def _older(source: Database, path: str) -> Sole:
    """Takes the hold of an older copy of the journal.

    Raises:
        UsageError: it is something else. BusyError: somebody has it open.
    """
    try:
        older = Sole.take(path)
    except (BusyError, ReadOnly):
        raise
    except JournalError as error:
        raise UsageError(f"{path!r} is no copy of this journal: {error}", hint=CURE) from error
    try:
        reason = _unknown_here(source, older.database)
        if reason:
            raise UsageError(f"{path!r} is not an older copy of this journal: {reason}", hint=CURE)
    except UsageError:
        older.let_go()
        raise
    except JournalError as error:
        older.let_go()
        raise UsageError(f"{path!r} is no copy that can be read: {error}", hint=CURE) from error
    except BaseException:
        older.let_go()
        raise
    return older


def _unknown_here(source: Database, other: Database) -> str:
    """Says what a copy holds that the journal does not; nothing when the journal only went on from there."""
    ours, theirs = source.look(), other.look()
    if version(other) == 0 or meta.get(theirs, meta.JOURNAL_ID) != meta.get(ours, meta.JOURNAL_ID):
        return "it has another id"
    seq, link = audit.tip(theirs)
    if seq < audit.start(ours).seq:
        return "where it ends was pruned here since, so that nobody can tell whether it is older"
    if audit.link_at(ours, seq) != link:
        return "it holds acts that this journal does not know"
    newest = commits.newest(theirs)
    if newest is not None and commits.by_sha(ours, newest) is None:
        return "it holds commits that this journal does not know"
    return ""
