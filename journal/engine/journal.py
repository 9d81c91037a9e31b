"""The journal as its readers see it: commits, trees, contents, the feed of changes, and plain SQL."""

import itertools
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

from journal.content.paths import spelled
from journal.database import Database
from journal.database.migrate import refuse_newer, version
from journal.engine import acts, attach, backup, checkout, feed, history, lazy, opening, query
from journal.engine.reading import Reading
from journal.errors import Closed, NotAJournal, ReadOnly, UsageError
from journal.ids import Sha256
from journal.limits import QUERY_TIMEOUT_S
from journal.records import (
    Blob,
    Change,
    Commit,
    Entry,
    FilePatch,
    Invocation,
    Paths,
    Progress,
    Reader,
    StrPath,
    VerifyReport,
)
from journal.rescue import check
from journal.tables import blobs, commits, meta
from journal.tables.chunks import Chunks
from journal.workspace import own

CURSOR_END = 1 << 63
"""SQLite's integers end here."""


class Journal:
    """One journal, read: it takes no lease, blocks nobody, and each call sees what is committed at its moment."""

    def __init__(self, path: str, *, readonly: bool = True, kept: bool = False) -> None:
        self._path = path
        self._readonly = readonly
        self._kept = kept
        self._opened: Database | None = None
        self._closed = False
        self._id = ""
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._reading: Reading | None = None

    @classmethod
    def open(cls, path: str | PathLike[str], *, readonly: bool = True, create: bool = False) -> Self:
        """Opens a journal by its file, or by a root or a folder in it.

        Raises:
            UnknownName: the folder has no journal. NotAJournal, SchemaTooNew: the file is not one of this release.
        """
        name = os.path.abspath(os.fspath(path))
        if os.path.isdir(name):
            name = opening.locate(name)
        if create and not os.path.exists(name):
            opening.create_file(name)
        journal = cls(os.path.realpath(name), readonly=readonly)
        journal._look()
        return journal

    @staticmethod
    def locate(root: str | PathLike[str] = ".") -> Path:
        """Says where the journal of a root is; the root may be named by a folder in it.

        Raises:
            UnknownName: there is none.
        """
        return Path(opening.locate(os.fspath(root)))

    @property
    def path(self) -> Path:
        """Gives the file."""
        return Path(self._path)

    @property
    def id(self) -> str:
        """Gives the journal's id; a cursor means something only beside it."""
        self._look()
        return self._id

    @property
    def readonly(self) -> bool:
        """Tells whether it was opened to read only."""
        return self._readonly

    @property
    def cursor(self) -> int:
        """Gives the cursor of the newest change; 0 when there is none."""
        with self._look().lock:
            return commits.cursor(self._look().look())

    def head(self, branch: str = "main") -> Commit | None:
        """Gives the newest commit of a branch, or None before the first.

        Raises:
            UnknownName: there is no such branch.
        """
        return history.head(self._look(), branch)

    def commits(
        self,
        *,
        after: str | None = None,
        limit: int | None = None,
        newest_first: bool = True,
        path: StrPath | None = None,
        branch: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[Commit]:
        """Yields commits, newest first or oldest first; `after` is the commit where the next page goes on."""
        return feed.commits_of(self._look(), after, limit, path, branch, since, until, newest_first=newest_first)

    def commit(self, id: str) -> Commit:
        """Gives a commit by its id, a unique prefix of at least seven characters, or the name of a branch.

        Raises:
            UnknownName: none, or several, has that name.
        """
        with self._look().lock:
            return feed.commit_record(feed.find_commit(self._look().look(), id))

    def tree(self, at: str | None = None, *, paths: Paths | None = None) -> dict[str, Entry]:
        """Gives every path at a commit (None: at the head of main), by path bytes.

        Raises:
            UnknownName: there is no such commit.
        """
        return history.tree(self._look(), at, paths)

    def blob(self, sha256: str) -> Blob:
        """Gives a content by its digest in hex.

        Raises:
            UnknownName: the journal does not hold it.
        """
        try:
            name = Sha256(bytes.fromhex(sha256))
        except (ValueError, TypeError) as error:
            raise UsageError(f"{sha256!r} is no digest", hint="pass 64 hex characters") from error
        with self._look().lock:
            found = blobs.get(self._look().look(), name)
        return Blob(found.sha256.hex(), found.size, found.is_text, self._path)

    def changes(
        self,
        after: int = 0,
        limit: int = 1000,
        *,
        paths: Paths | None = None,
        branch: str | None = None,
        commit: str | None = None,
    ) -> list[Change]:
        """Lists committed changes past a cursor, in commit order: the feed that a follower reads."""
        if not all(type(each) is int and 0 <= each < CURSOR_END for each in (after, limit)):
            raise UsageError(f"after is {after}, limit is {limit}", hint="both are numbers from 0 to 2**63 - 1")
        return feed.changes_of(self._look(), after, limit, wanted=paths, branch=branch, commit=commit)

    def branches(self) -> dict[str, str | None]:
        """Gives the branches by name, each with the id of its newest commit, or None before the first."""
        return history.branches(self._look())

    def commit_at(self, when: datetime, branch: str = "main") -> Commit | None:
        """Gives the newest commit of a branch that was made at a time or before it.

        Raises:
            UsageError: the time has no zone. UnknownName: there is no such branch.
        """
        return history.commit_at(self._look(), when, branch)

    def read(self, path: StrPath, at: str | None = None) -> bytes | None:
        """Gives what a path held at a commit (None: at the head of main), None when it did not exist there."""
        found = history.content(self._look(), path, at)
        return None if found is None else found.read()

    def open_read(self, path: StrPath, at: str | None = None) -> Reader:
        """Opens what a path held at a commit, in bounded memory.

        Raises:
            UnknownName: it did not exist there.
        """
        return history.known_content(self._look(), path, at).open()

    def diff(self, before: str | None, after: str | None, paths: Paths | None = None) -> list[FilePatch]:
        """Gives what differs between two commits, by path bytes; the text is worked out when it is asked for.

        `before` None is the empty tree, `after` None the head of main.
        """
        return history.between(self._look(), before, after, paths)

    def invocations(
        self,
        *,
        after: int = 0,
        kind: str | None = None,
        session_id: str | None = None,
        limit: int | None = None,
        state: str | None = None,
        newest_first: bool = False,
    ) -> Iterator[Invocation]:
        """Yields audited acts, oldest first or newest first; `after` is the one where the next page goes on."""
        wish = {"kind": kind, "session_id": session_id, "state": state}
        return acts.listed(self._look(), after, limit, newest_first=newest_first, **wish)

    def invocation(self, id: int) -> Invocation:
        """Gives an audited act by its number, such as an error's `invocation_id`.

        Raises:
            UnknownName: there is none.
        """
        return acts.one(self._look(), id)

    def checkout(
        self,
        commit_id: str,
        into: str | PathLike[str],
        *,
        paths: Paths | None = None,
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> int:
        """Writes the files of a commit into a folder, which is made; gives how many. Progress counts files.

        The folder must be empty, unless `paths` say what is wanted: then files that stand there as the commit has them
        are left, and any other is refused.

        Raises:
            UnknownName, UsageError, PathRefused, WorkspaceChanged: nothing was written.
            StorageError, DigestMismatch: it says what was written; no file is there in part.
        """
        with self.reading() as reading:
            return checkout.checkout(reading, commit_id, spelled(into), paths, dry_run=dry_run, progress=progress)

    def backup(self, into: str | PathLike[str], *, progress: Progress | None = None) -> Path:
        """Copies the journal, beside whoever works with it, to a new file or over an older copy. Progress counts bytes.

        Raises:
            UsageError: something else stands there. CorruptionError: the journal is damaged. Nothing was changed.
        """
        self._look()
        backup.backup(self._path, spelled(into), progress)
        return Path(into).absolute()

    def attach(self, root: str | PathLike[str], *, force: bool = False) -> None:
        """Makes this the journal of a root from its next opening on; the one it had stays where it is.

        Raises:
            ReadOnly: it was opened to read only. UsageError: the root's journal is one that this does not come from,
            unless `force`. BusyError: a session holds the root.
        """
        database = self._look()
        if self._readonly:
            hint = "open it by Journal.open(path, readonly=False)"
            raise ReadOnly(f"{self._path} was opened to read only", hint=hint)
        attach.attach(database, spelled(root), force=force)

    def query(
        self,
        sql: str,
        parameters: Mapping[str, Any] | Sequence[Any] = (),
        *,
        limit: int | None = None,
        timeout_s: float | None = QUERY_TIMEOUT_S,
    ) -> list[dict[str, Any]]:
        """Gives the rows of a query; it can only read, whatever the SQL says.

        Raises:
            UsageError: it would write, or is wrong. LimitExceeded: it took longer than `timeout_s`.
        """
        return list(itertools.islice(self.rows(sql, parameters, timeout_s=timeout_s), limit))

    def rows(
        self,
        sql: str,
        parameters: Mapping[str, Any] | Sequence[Any] = (),
        *,
        timeout_s: float | None = QUERY_TIMEOUT_S,
    ) -> Iterator[dict[str, Any]]:
        """Yields the rows of a query, holding a read transaction for at most `timeout_s`."""
        self._look()
        return query.rows(self._path, sql, parameters, timeout_s)

    def verify(self) -> VerifyReport:
        """Checks schema, references, chains and counts; damage is a finding, never an exception."""
        return check.check(self._look())

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Gives the contents of this journal to other parts of the engine; diffs computed meanwhile are not kept."""
        self._look()
        assert self._reading is not None  # opened with the connection
        yield self._reading

    def close(self) -> None:
        """Closes it; twice is fine. The journal of an open spool closes with the spool."""
        if not self._kept:
            self.shut()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a journal is neither pickled nor copied: open it where it is used")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def shut(self) -> None:
        """Closes it also when it belongs to an open spool, which is the one to call this."""
        if self._opened is not None:
            self._opened.close()
        self._closed = True

    def _look(self) -> Database:
        """Gives the connection, opened on first use."""
        if self._closed:
            raise Closed(f"{self._path} is closed", hint="open it again")
        if os.getpid() != self._pid:
            hint = "open the journal in the process that uses it"
            raise UsageError(f"{self._path} was opened by process {self._pid}, this is its fork", hint=hint)
        with self._lock:
            if self._opened is None:
                self._opened, self._id = self._open()
                self._reading = Reading(self._opened, Chunks(self._opened.look))
                lazy.enrol(self._reading)
        return self._opened

    def _open(self) -> tuple[Database, str]:
        own.enrol(self._path)
        database = Database.open(self._path, readonly=self._readonly)
        try:
            refuse_newer(database)
            found = meta.get(database.look(), meta.JOURNAL_ID) if version(database) > 0 else None
            if found is None:
                raise NotAJournal(f"{self._path} is an empty journal", hint="open its root once to finish it")
        except BaseException:
            database.close()
            raise
        return database, found
