"""The journal as its readers see it: commits, trees, contents, the feed of changes, and plain SQL."""

import itertools
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

from journal.content.paths import spelled
from journal.database import Database
from journal.database.migrate import refuse_newer, version
from journal.engine import (
    acts,
    attach,
    backup,
    feed,
    follower,
    following,
    lazy,
    opening,
    query,
    verifying,
)
from journal.engine.follower import Follower
from journal.engine.past import Past
from journal.engine.reading import Reading
from journal.errors import Closed, NotAJournal, ReadOnly, UsageError
from journal.ids import Sha256
from journal.limits import FOLLOW_POLL_S, QUERY_TIMEOUT_S
from journal.records import (
    Blob,
    Change,
    ExportFormat,
    Invocation,
    Paths,
    Progress,
    VerifyReport,
)
from journal.tables import blobs, commits, meta
from journal.tables.chunks import Chunks
from journal.workspace import own


class Journal(Past):
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
        self._lookout = following.Lookout(path, self._look)

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
        """Lists committed changes past a cursor, in commit order: the feed that a follower reads.

        Raises:
            CursorPruned: a part of what follows `after` was removed. UnknownName: there is no such commit.
        """
        place, most = feed.checked_cursor(after), feed.checked_limit(limit)
        return feed.changes_of(self._look(), place, most, wanted=paths, branch=branch, commit=commit)

    def follow(
        self,
        after: int = 0,
        *,
        poll_s: float = FOLLOW_POLL_S,
        stop: Callable[[], bool] | None = None,
        paths: Paths | None = None,
        branch: str | None = None,
    ) -> Iterator[Change]:
        """Yields committed changes past a cursor, and waits for more until `stop` says so, or the journal closes.

        `stop` is asked before each change, and every 0.1 s while it waits. `poll_s` is how often it looks by itself
        where the system does not tell of writes.

        Raises:
            CursorPruned: a part of what follows was removed. Closed: the journal was closed meanwhile.
        """
        following.checked_stop(stop)
        return following.follow(following.Trail(self._lookout, after, poll_s, paths, branch), stop)

    def follow_async(
        self, after: int = 0, *, poll_s: float = FOLLOW_POLL_S, paths: Paths | None = None, branch: str | None = None
    ) -> AsyncIterator[Change]:
        """Yields the same in an event loop, of asyncio or trio; cancelling ends it."""
        return following.follow_async(following.Trail(self._lookout, after, poll_s, paths, branch))

    def follower(self, name: str, *, paths: Paths | None = None, branch: str | None = None) -> Follower:
        """Gives the follower of that name, whose place in the feed the journal keeps; a new one begins at cursor 0.

        Raises:
            ReadOnly: the journal was not opened with readonly=False.
        """
        return follower.open_follower(self._lookout, name, paths, branch)

    def followers(self) -> Mapping[str, int]:
        """Tells for each named follower how many changes it has not acknowledged."""
        return follower.behind(self._look())

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

    def backup(self, into: str | PathLike[str], *, progress: Progress | None = None) -> Path:
        """Copies the journal, beside whoever works with it, to a new file or over an older copy. Progress counts bytes.

        Raises:
            UsageError: something else stands there. CorruptionError: the journal is damaged. Nothing was changed.
        """
        self._look()
        backup.backup(self._path, spelled(into), progress)
        return Path(into).absolute()

    def export(
        self,
        format: ExportFormat,
        into: str | PathLike[str],
        *,
        since: int = 0,
        progress: Progress | None = None,
    ) -> Mapping[str, int]:
        """Writes the journal out: `git` a file for `git fast-import`, `jsonl` and `parquet` a folder, a file a view.

        Only what follows the cursor `since`, where a view has cursors; a stream for git then goes on from the refs that
        the one before it made. Gives how many rows, commits and contents there were, and `cursor` to go on from.
        Progress counts rows, or changes. What is there already, and not empty, is refused.

        Raises:
            UsageError: it is refused, or Parquet lacks `pyarrow`. CursorPruned: a part of what follows was removed.
        """
        from journal.engine import export  # here, as few processes take a journal out of itself

        with self.reading() as reading:
            return export.export(reading, format, spelled(into), since, progress)

    def prune(
        self,
        *,
        keep_commits: int | None = None,
        keep_days: float | None = None,
        max_bytes: int | None = None,
        dry_run: bool = True,
    ) -> Mapping[str, int]:
        """Lets the oldest commits of each branch go, with all that only they needed, and gives the room back.

        A commit leaves when no criterion that is given keeps it: the newest `keep_commits` of its branch, those of the
        last `keep_days`, and with `max_bytes` all but as many as have to go for the file to fit, by an estimate. Never
        the head of a branch, nor what a follower has not acknowledged. It says how many commits, blobs, invocations,
        edits and chunks leave, and bytes_before and bytes_after: estimated by a dry run, else measured.

        Raises:
            UsageError: no criterion is given. ReadOnly: it was opened to read only, and this is no dry run.
            BusyError: a session holds a root of this journal.
        """
        from journal.engine import prune  # here, as few processes let history go

        wanted = prune.criteria(keep_commits, keep_days, max_bytes)
        self._look()
        if not dry_run:
            self._refuse_readonly()
        return prune.prune(self._path, wanted, dry_run=dry_run)

    def optimize(self, *, progress: Progress | None = None) -> Mapping[str, int]:
        """Packs what is kept as small as it gets, drops contents that nothing names, and gives the room back.

        It says how many blobs left, how many chunks are smaller, bytes_before and bytes_after of the file.

        Raises:
            ReadOnly: it was opened to read only. BusyError: a session holds a root of this journal.
            CorruptionError: a content is damaged; what was done until there stays done.
        """
        from journal.engine import optimize  # here, as few processes do

        self._look()
        self._refuse_readonly()
        return optimize.optimize(self._path, progress)

    def attach(self, root: str | PathLike[str], *, force: bool = False) -> None:
        """Makes this the journal of a root from its next opening on; the one it had stays where it is.

        Raises:
            ReadOnly: it was opened to read only. UsageError: the root's journal is one that this does not come from,
            unless `force`. BusyError: a session holds the root.
        """
        database = self._look()
        self._refuse_readonly()
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

    def verify(
        self, *, full: bool = False, root: str | PathLike[str] | None = None, progress: Progress | None = None
    ) -> VerifyReport:
        """Checks schema, references, chains and trees; damage is a finding, never an exception. Progress counts bytes.

        `full` reads every content as well, a few at a time, so that verbs go on meanwhile. `root` is a folder that is
        compared with what is staged and committed; a difference is a warning.

        Raises:
            UnknownName: the journal knows no such root.
        """
        return verifying.verify_open(self._look(), full, root, progress)

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
        self._lookout.wake()

    def _refuse_readonly(self) -> None:
        if self._readonly:
            hint = "open it by Journal.open(path, readonly=False)"
            raise ReadOnly(f"{self._path} was opened to read only", hint=hint)

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
            if not self._readonly and version(database) > 0:
                opening.prepare(database)  # an older one, whose tables are not all there yet
            found = meta.get(database.look(), meta.JOURNAL_ID) if version(database) > 0 else None
            if found is None:
                raise NotAJournal(f"{self._path} is an empty journal", hint="open its root once to finish it")
        except BaseException:
            database.close()
            raise
        return database, found
