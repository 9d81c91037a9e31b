"""A connection to one journal, with each setting and its reason."""

import logging
import os
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from typing import Literal, Self

import apsw

from journal import limits
from journal.database import copying
from journal.database.belonging import APPLICATION_ID, identity, is_begun, make_private, refuse_other
from journal.database.faults import INDEX_BYTES, translate
from journal.database.readers import readers
from journal.database.stranded import has_log, open_copy, open_immutable, open_untouched
from journal.database.transaction import Read, Transaction, Write, pages_written, wal_bytes
from journal.errors import Closed, CorruptionError, NotAJournal, StorageError, UsageError

MAKE = (
    f"PRAGMA page_size={limits.PAGE_BYTES}",
    "PRAGMA auto_vacuum=INCREMENTAL",  # before the first table: later only a VACUUM could bring it
    "PRAGMA encoding='UTF-8'",
    f"PRAGMA application_id={APPLICATION_ID}",
)

WRITER = (
    "PRAGMA journal_mode=WAL",  # readers of any process never block the writer
    "PRAGMA synchronous=NORMAL",  # a commit that must survive power loss says so by Database.begin(sync=True)
    "PRAGMA wal_autocheckpoint=0",  # checkpoints run after a verb, not inside one: p99.9 is 50 times better
    f"PRAGMA journal_size_limit={limits.WAL_SIZE_LIMIT}",  # an overwritten WAL is twice as fast as a growing one
    "PRAGMA foreign_keys=ON",
    "PRAGMA recursive_triggers=ON",  # else INSERT OR REPLACE slips past the triggers that guard the audit
    "PRAGMA fullfsync=ON",  # macOS: without it a sync does not reach the platter; elsewhere nothing
    "PRAGMA checkpoint_fullfsync=ON",
)

EVERY = (
    "PRAGMA trusted_schema=OFF",  # a doctored schema cannot call functions of ours
    "PRAGMA cell_size_check=ON",  # damage is found where it is, not where it leads
    f"PRAGMA cache_size=-{limits.CACHE_BYTES >> 10}",
    "PRAGMA mmap_size=0",  # through a mapping an I/O error is a signal, not an error
    "PRAGMA temp_store=MEMORY",
)

LOG = logging.getLogger("journal.database")

_FORKS = [0]
"""how often this process was forked since the package was imported; cheaper to ask than the process's number."""


def _forked() -> None:
    _FORKS[0] += 1


os.register_at_fork(after_in_child=_forked)


class Database:
    """One connection: `read` for a snapshot, `begin` for a write transaction.

    It belongs to whoever holds its `lock`; SQLite would serialise the statements of two threads, but a transaction has
    no owner then.
    """

    def __init__(self, connection: apsw.Connection, path: str, *, readonly: bool) -> None:
        self._connection = connection
        self._pid, self._forks = os.getpid(), _FORKS[0]
        self._wal_pages = 0
        self._held_since, self._told = 0.0, False
        self._file = identity(path)
        self._open, self._stuck = True, False
        self._rest = "NORMAL"
        self.commits = 0  # as SQLite counts them: true also when an interrupt hid the end of one
        self.path = path
        self.readonly = readonly
        self.lock = threading.RLock()
        self.looking = Read(connection, path)
        if not readonly:
            connection.set_wal_hook(self._count_wal)

    @classmethod
    def open(cls, path: str, *, readonly: bool, create: bool = False) -> Self:
        """Opens a journal, or makes an empty one.

        Raises:
            NotAJournal: the file is another program's. UsageError: there is none. StorageError: the disk refuses.
        """
        library = apsw.sqlite_lib_version()
        if tuple(map(int, library.split("."))) < limits.SQLITE_VERSION_MIN:
            raise StorageError(f"SQLite {library} is too old", hint="install a newer apsw")
        if not create and (not os.path.exists(path) or os.path.getsize(path) == 0):
            hint = "make one with `spool init`, or name another by journal="
            raise UsageError(f"there is no journal at {path}", hint=hint)
        try:
            if create and os.path.isabs(path):
                make_private(path)
            connection = _connect(path, readonly=readonly, create=create)
        except apsw.Error as error:
            if os.path.isdir(path):
                hint = "move the folder away, or name another journal"
                raise NotAJournal(f"{path} is a folder, and no journal", hint=hint) from error
            raise translate(error, path) from error
        except UnicodeError as error:
            hint = "name a journal= or SPOOL_HOME whose path is Unicode text"
            raise UsageError(f"SQLite opens no file whose path is not UTF-8: {path!r}", hint=hint) from error
        try:
            connection.set_busy_timeout(int(limits.BUSY_TIMEOUT_S * 1000))
            # Counted by SQLite, after it has rolled back what a dead process left: the file's size would mislead.
            fresh = create and (connection.pragma("page_count") == 0 or is_begun(connection))
            if not fresh:
                refuse_other(connection, path)  # before the settings: WAL would change another program's file for good
            _settings(connection, readonly=readonly, fresh=fresh)
        except apsw.Error as error:
            number = connection.system_errno
            connection.close()
            raise translate(error, path, INDEX_BYTES + wal_bytes(1), number) from error
        except BaseException:
            connection.close()
            raise
        return cls(connection, path, readonly=readonly)

    @classmethod
    def examine(cls, path: str) -> Self:
        """Opens any SQLite file for reading, whosever it is and however damaged, and makes no file beside it.

        Raises:
            NotAJournal: it is no database. CorruptionError, StorageError: it cannot be read at all.
        """
        try:
            connection = open_untouched(path)
            try:
                connection.set_busy_timeout(int(limits.BUSY_TIMEOUT_S * 1000))
                _settings(connection, readonly=True, fresh=False)
            except BaseException:
                connection.close()
                raise
        except apsw.Error as error:
            raise translate(error, path) from error
        return cls(connection, path, readonly=True)

    def begin(self, *, sync: bool = False) -> Transaction:
        """Begins a write transaction; with `sync` it is on disk when it ends, and all before it with it."""
        self.alive()
        self._refuse_when_gone()
        sync = sync and self._rest == "NORMAL"
        return Transaction(self._connection, self.path, sync=sync, rest=self._rest, stuck=self._stick)

    def _refuse_when_gone(self) -> None:
        """Refuses to write to a file that was removed or replaced: SQLite would go on, and nobody would find it again.

        Raises:
            StorageError
        """
        if self._file is not None and identity(self.path) != self._file:  # None: a journal in memory has none
            raise StorageError(
                f"the journal {self.path} was removed or replaced while it was in use; nothing was written",
                hint="put it back, or close this one and open the root again, which tells what became of its journal",
            )

    def keep(self, durability: Literal["off", "normal", "full"]) -> None:
        """Says what a transaction survives: `off` no power cut, `normal` one when it asks to, `full` any."""
        self._rest, self._stuck = durability.upper(), True
        self._settle()

    def write_through(self, through: bool) -> None:
        """Writes into the file itself instead of a log first, while nobody else knows of it; or through the log again.

        Half the bytes are written, and a process that dies leaves a file that is of no use.
        """
        self.look().rows(f"PRAGMA journal_mode={'MEMORY' if through else 'WAL'}")

    def roll_back(self) -> None:
        """Ends a transaction that an interrupt left open; nothing of it stays.

        Where there is no memory even for that, it is ended before the next statement.
        """
        try:
            self._settle()
        except (CorruptionError, StorageError, MemoryError):
            self._stick()

    def _stick(self) -> None:
        self._stuck = True

    def _settle(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            if self._stuck:
                self._connection.execute(f"PRAGMA synchronous={self._rest}").fetchall()
        except apsw.Error as error:
            raise translate(error, self.path) from error
        self._stuck = False

    @contextmanager
    def read(self) -> Iterator[Read]:
        """Gives one snapshot for several statements."""
        with self.lock:
            self.alive()
            self.looking.rows("BEGIN DEFERRED")
            try:
                yield self.looking
            finally:
                self.roll_back()  # which is as good an end of a snapshot as any

    def look(self) -> Read:
        """Gives a handle whose statements each see what is committed at their moment."""
        self.alive()
        return self.looking

    def data_version(self) -> int:
        """Gives a number that changes whenever another connection, of any process, has committed something."""
        with self.lock:
            self.alive()
            return int(self.looking.value("PRAGMA data_version"))

    def checkpoint_when_large(self, most_bytes: int | None = None) -> None:
        """Copies the WAL into the file when it has outgrown its bound, so that the next commit overwrites it.

        A disk that refuses is no error here: what was committed is committed, and the next verb tries again.
        """
        most_bytes = limits.WAL_CHECKPOINT_BYTES if most_bytes is None else most_bytes
        if self._wal_pages * limits.PAGE_BYTES > most_bytes:
            with suppress(StorageError):
                self.checkpoint()

    def checkpoint(self) -> None:
        """Copies what no reader holds back from the WAL into the file; waits for nobody."""
        self.alive()
        try:
            frames, copied = self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        except apsw.BusyError:
            return  # another connection is at it already
        except apsw.Error as error:
            number = self._connection.system_errno
            raise translate(error, self.path, self._wal_pages * limits.PAGE_BYTES, number) from error
        self._wal_pages = 0
        self._tell_of_readers(wal_bytes(frames), held_back=copied < frames)

    def _tell_of_readers(self, wal_bytes: int, *, held_back: bool) -> None:
        """Says once that a reader keeps the WAL from being used again, when it has become large for that."""
        if not held_back:
            self._held_since, self._told = 0.0, False
            return
        self._held_since = self._held_since or time.monotonic()
        if wal_bytes <= limits.WAL_WARN_BYTES or self._told:
            return
        self._told = True
        LOG.warning(
            "the WAL of %s has grown to %d MiB: for %d s a reader has held an older state of the journal (%s); "
            "it is used again, and shrinks, when that transaction ends",
            self.path,
            wal_bytes >> 20,
            time.monotonic() - self._held_since,
            ", ".join(readers(self.path)) or "the system does not tell which process",
        )

    def wal_file_bytes(self) -> int:
        """Tells how long the file of the WAL is: so much of the next writes takes no room of the disk."""
        try:
            return os.path.getsize(self.path + "-wal")
        except OSError:
            return 0

    def guard(self, allowed: Callable[[int, str | None, str | None], bool], expired: Callable[[], bool]) -> None:
        """Lets the connection run only what `allowed` says, and only until `expired` says so: for SQL of the user."""

        def authorize(code: int, first: str | None, second: str | None, _name: str | None, _trigger: str | None) -> int:
            return apsw.SQLITE_OK if allowed(code, first, second) else apsw.SQLITE_DENY

        self._connection.authorizer = authorize
        self._connection.set_progress_handler(expired, limits.QUERY_STEPS)

    @contextmanager
    def ticking(self, tick: Callable[[], object]) -> Iterator[None]:
        """Calls a function now and then while long statements run within; what it raises ends them, and is raised."""

        def ticked() -> bool:
            tick()
            return False

        self._connection.set_progress_handler(ticked, limits.QUERY_STEPS)
        try:
            yield
        finally:
            self._connection.set_progress_handler(None)

    def teach(self, name: str, function: Callable[..., str | bytes | int | None], arguments: int) -> None:
        """Makes a deterministic function known to the SQL of this connection."""
        self._connection.create_scalar_function(name, function, arguments, deterministic=True)

    def backup_to(self, path: str) -> None:
        """Copies one whole snapshot into a new file, beside a working writer."""
        self.alive()
        copying.at_once(self._connection, path)

    def copying(self, path: str, pages: int) -> Generator[tuple[int, int], None, None]:
        """Copies one whole snapshot into an empty file, so many pages a step, beside a working writer.

        Yields after each step how many bytes are copied, and of how many; the connection is busy until the last one.
        The copy is not synced, and when it ends early it is of no use.
        """
        with self.read() as look:  # held to the end: without it a step would start over after every write of another
            yield from copying.in_steps(self._connection, look, path, pages)

    def trust_references(self) -> None:
        """Lets rows leave without a walk for each through the tables that may name it: their plan has looked."""
        self.alive()
        self._connection.execute("PRAGMA foreign_keys=OFF").fetchall()

    def give_back(self, pages: int) -> None:
        """Takes so many free pages off the end of the file, in a transaction of its own; readers live beside it."""
        self.alive()
        before = pages_written(self._connection)
        try:
            self._connection.execute(f"PRAGMA incremental_vacuum({pages})").fetchall()
        except apsw.Error as error:
            needed = wal_bytes(pages_written(self._connection) - before)
            raise translate(error, self.path, needed, self._connection.system_errno) from error

    def alive(self) -> None:
        """Refuses a connection that is closed, or that another process opened before it forked.

        Raises:
            Closed, UsageError
        """
        if not self._open:
            raise Closed(f"{self.path} is closed", hint="open it again")
        if self._stuck and not self.forked:
            self._settle()
        if self.forked:
            raise UsageError(
                f"{self.path} was opened by process {self._pid}, this is its fork {os.getpid()}",
                hint="open the journal in the process that uses it",
            )

    @property
    def forked(self) -> bool:
        """Tells whether another process opened the connection before it forked."""
        return self._forks != _FORKS[0]

    @property
    def closed(self) -> bool:
        """Tells whether `close` was called."""
        return not self._open

    def close(self) -> None:
        """Closes the connection; twice is fine. The last one of all processes leaves no WAL behind."""
        if self.forked:  # the lock may be held by a thread that is not here
            self._open = False
            return
        with self.lock:  # a statement of another thread ends first
            if self._open:
                self._connection.close()
            self._open = False

    def _count_wal(self, _connection: apsw.Connection, _name: str, pages: int) -> int:
        self._wal_pages = pages
        self.commits += 1
        return apsw.SQLITE_OK


def _connect(path: str, *, readonly: bool, create: bool) -> apsw.Connection:
    if not readonly:
        flags = apsw.SQLITE_OPEN_READWRITE | (apsw.SQLITE_OPEN_CREATE if create else 0)
        return apsw.Connection(path, flags=flags)
    connection = apsw.Connection(path, flags=apsw.SQLITE_OPEN_READONLY)
    connection.set_busy_timeout(int(limits.BUSY_TIMEOUT_S * 1000))  # another one may be mending what a third left
    try:
        connection.execute("PRAGMA schema_version").fetchall()
    except (apsw.CantOpenError, apsw.ReadOnlyError):
        connection.close()
        # On a medium that takes no -shm a cleanly closed journal cannot change: nobody can write to it either.
        return open_copy(path) if has_log(path) else open_immutable(path)
    return connection


def _settings(connection: apsw.Connection, *, readonly: bool, fresh: bool) -> None:
    for pragma in (*(MAKE if fresh else ()), *(() if readonly else WRITER), *EVERY):
        connection.execute(pragma).fetchall()  # drained one by one: a script would stop at the first that answers
    if readonly:
        connection.execute("PRAGMA query_only=ON").fetchall()
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)


__all__ = ["APPLICATION_ID", "Database", "Read", "Write"]
