"""Whether a file is a journal that can be looked at; what it is instead is a finding, and no file is made beside it."""

import os
import stat

from journal.database import Database
from journal.database.belonging import APPLICATION_ID
from journal.database.migrate import SUPPORTED, version
from journal.errors import CorruptionError, JournalError, NotAJournal, ReadOnly, StorageError
from journal.records import Finding, Progress, VerifyReport
from journal.rescue.check import check
from journal.rescue.codes import finding
from journal.tables import meta
from journal.workspace.faults import system_errors

SELECT_APPLICATION = "PRAGMA application_id"
PARTS = ("", "-wal")


def verify(path: str, *, full: bool, root: str | None, progress: Progress | None) -> VerifyReport:
    """Looks at a file by its real path, and at all of the journal in it if it is one.

    Raises:
        StorageError: this user may not read it. UnknownName: the journal in it knows no such root.
    """

    def looked() -> VerifyReport:
        told = _standing(path)
        return _looked(path, full=full, root=root, progress=progress) if told is None else told

    seen = _looks(path)
    report = looked()
    if report.ok or _looks(path) == seen:
        return report
    # Somebody began to write while the file was read as one that nobody writes: what was found need not be so. By now
    # he has it open, and it is read beside him.
    return looked()


def _looks(path: str) -> list[tuple[int, int, int] | None]:
    looks = list[tuple[int, int, int] | None]()
    for part in PARTS:
        try:
            found = os.stat(path + part)
            looks.append((found.st_ino, found.st_size, found.st_mtime_ns))
        except OSError:
            looks.append(None)
    return looks


def _standing(path: str) -> VerifyReport | None:
    """Tells of what can be no journal by its mere look."""
    with system_errors("verify", path):
        try:
            found = os.stat(path)
        except (FileNotFoundError, NotADirectoryError):
            return _only(finding("missing", path, "nothing stands there"))
        if not stat.S_ISREG(found.st_mode):
            what = "a folder" if stat.S_ISDIR(found.st_mode) else "no file"
            return _only(finding("not-a-file", path, f"it is {what}"))
        if not os.access(path, os.R_OK):
            raise ReadOnly(f"{path} may not be read by this user", hint="give this user the right to read it")
    return _only(finding("empty", path, "it has no bytes")) if found.st_size == 0 else None


def _looked(path: str, *, full: bool, root: str | None, progress: Progress | None) -> VerifyReport:
    try:
        database = Database.examine(path)
    except NotAJournal as error:
        return _only(finding("not-a-database", path, str(error)))
    except (CorruptionError, StorageError) as error:
        if isinstance(error, StorageError) and os.path.exists(path + "-wal"):
            raise  # the copy that it is read from has no room
        return _only(finding("unreadable", path, str(error)))
    try:
        told = _kind(database)
        if told is not None and told.severity == "error":
            return _only(told)
        report = check(database, full=full, root=root, progress=progress)
        return report if told is None else VerifyReport(report.ok, report.checked, (told, *report.findings))
    finally:
        database.close()


def _kind(database: Database) -> Finding | None:
    """Tells which kind of database it is, when it is not a journal of this release."""
    look, path = database.look(), database.path
    try:
        found = int(look.value(SELECT_APPLICATION))
        if found != APPLICATION_ID:
            return finding("not-a-journal", path, f"its application id is {found}, not {APPLICATION_ID}")
        format_ = version(database)
        if format_ > SUPPORTED:
            return finding("newer", path, f"it has format {format_}, this release knows {SUPPORTED}")
        if format_ == 0:
            return finding("unfinished", path, "it has no tables")
    except JournalError as error:
        code = "not-a-database" if isinstance(error, NotAJournal) else "unreadable"
        return finding(code, path, str(error))
    try:
        if meta.get(look, meta.JOURNAL_ID) is None:
            return finding("unfinished", path, "it has no id")
    except JournalError:
        return None  # the table is damaged or gone, which the checks tell in their own words
    return finding("older", path, f"it has format {format_} of {SUPPORTED}") if format_ < SUPPORTED else None


def _only(found: Finding) -> VerifyReport:
    return VerifyReport(False, {}, (found,))
