"""Transaction handles: what is handed a Read cannot write, and a type checker proves it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from types import TracebackType
from typing import Any

import apsw

from journal.database.faults import garbled, translate
from journal.errors import JournalError, UsageError
from journal.limits import PAGE_BYTES

Value = None | int | float | str | bytes
Row = tuple[Any, ...]

FRAME_BYTES = 24
"""bytes of the header that each page has in the WAL."""


def pages_written(connection: apsw.Connection) -> int:
    """Counts the pages that a connection wrote so far, or was about to: SQLite counts them before it tries."""
    return connection.status(apsw.SQLITE_DBSTATUS_CACHE_WRITE)[0]


def wal_bytes(pages: int) -> int:
    """Tells how many bytes so many pages are in the WAL."""
    return pages * (PAGE_BYTES + FRAME_BYTES)


class Read:
    """Asks rows of a journal; each statement sees one snapshot, all of them the same one inside `Database.read`."""

    __slots__ = ("_path", "_run")

    def __init__(self, connection: apsw.Connection, path: str) -> None:
        self._run = connection.execute
        self._path = path

    def row(self, sql: str, **values: Value) -> Row | None:
        """Gives the first row, or None."""
        try:
            for row in self._run(sql, values):
                return row  # type: ignore[no-any-return]  # apsw calls a row Any
            return None
        except apsw.Error as error:
            raise self._fault(error, values) from error
        except UnicodeDecodeError as error:
            raise garbled(error, self._path) from error
        except UnicodeError as error:
            raise UsageError(f"a name is no text: {error}", hint="pass text without lone surrogates") from error

    def rows(self, sql: str, **values: Value) -> list[Row]:
        """Gives all rows; ask for a page at a time where there may be many."""
        try:
            return self._run(sql, values).fetchall()
        except apsw.Error as error:
            raise self._fault(error, values) from error
        except UnicodeDecodeError as error:
            raise garbled(error, self._path) from error

    def value(self, sql: str, **values: Value) -> Any:
        """Gives the first column of the first row, or None."""
        row = self.row(sql, **values)
        return None if row is None else row[0]

    def stream(self, sql: str, values: Mapping[str, Value] | Sequence[Value]) -> Iterator[tuple[list[str], Row]]:
        """Yields each row with its column names, holding the statement open meanwhile."""
        try:
            cursor = self._bound(sql, values)
            for row in cursor:  # the columns are asked for each time: several statements have several kinds of rows
                yield [column[0] for column in cursor.get_description()], row
        except apsw.Error as error:
            raise translate(error, self._path) from error

    def _fault(self, error: apsw.Error, values: Mapping[str, Value] | Sequence[Value]) -> JournalError:
        """Makes our error of one that came while a statement ran with some values."""
        return translate(error, self._path)

    def _bound(self, sql: str, values: Mapping[str, Value] | Sequence[Value]) -> apsw.Cursor:
        """Starts a statement whose values are a user's: what SQLite cannot hold is his mistake."""
        try:
            return self._run(sql, values)
        except (KeyError, TypeError, OverflowError, UnicodeError) as error:
            hint = "give each parameter a value: None, int of 64 bits, float, str or bytes"
            raise UsageError(f"a parameter of the query does not fit: {error}", hint=hint) from error


class Write(Read):
    """Changes rows of a journal, inside the transaction that its caller began and ends."""

    __slots__ = ("_before", "_connection", "_many")

    def __init__(self, connection: apsw.Connection, path: str) -> None:
        super().__init__(connection, path)
        self._many = connection.executemany
        self._connection = connection
        self._before = pages_written(connection)

    def fault(self, error: apsw.Error, values: Mapping[str, Value] | Sequence[Value] = ()) -> JournalError:
        """Makes our error of SQLite's; of a full disk it tells what the transaction had to write until then.

        That is the whole of it when its end failed, for then SQLite has counted all its pages.
        """
        said = values.values() if isinstance(values, Mapping) else values
        needed = wal_bytes(pages_written(self._connection) - self._before)
        needed += sum(len(each) for each in said if isinstance(each, bytes | str))
        return translate(error, self._path, needed, self._connection.system_errno)

    _fault = fault

    def run(self, sql: str, **values: Value) -> None:
        """Runs one statement to its end."""
        try:
            for _ in self._run(sql, values):
                pass
        except apsw.Error as error:
            raise self.fault(error, values) from error

    def run_many(self, sql: str, rows: Iterable[Mapping[str, Value] | Sequence[Value]]) -> None:
        """Runs one statement for every row of values, as they come; half the cost of as many single runs."""
        source = iter(rows)
        first, second = next(source, None), next(source, None)
        if first is None:
            return
        try:
            for _ in self._run(sql, first) if second is None else self._many(sql, chain((first, second), source)):
                pass
        except apsw.Error as error:
            raise self.fault(error, first) from error


class Transaction:
    """One write transaction: entered it holds the only write lock, left it is committed, or rolled back by an error.

    `stuck` hears that it could not be ended, for want of memory; then that has to come before the next statement.
    """

    __slots__ = ("_connection", "_path", "_rest", "_stuck", "_sync", "_write")

    def __init__(
        self, connection: apsw.Connection, path: str, *, sync: bool, rest: str, stuck: Callable[[], object]
    ) -> None:
        self._connection = connection
        self._stuck = stuck
        self._path = path
        self._sync = sync
        self._rest = rest

    def __enter__(self) -> Write:
        try:
            if self._connection.in_transaction:  # an interrupt cut off the one that began it
                self._connection.execute("ROLLBACK")
            if self._sync:
                self._connection.execute("PRAGMA synchronous=FULL")
            self._connection.execute("BEGIN IMMEDIATE")
            self._write = Write(self._connection, self._path)
        except apsw.Error as error:
            number = self._connection.system_errno
            self._settle()
            raise translate(error, self._path, wal_bytes(1), number) from error
        except BaseException:  # no memory for the handle: nobody would end the transaction
            self._settle()
            raise
        return self._write

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._connection.execute("COMMIT")
        except apsw.Error as fault:
            raise self._write.fault(fault) from fault
        finally:
            self._settle()

    def _settle(self) -> None:
        """Leaves no transaction open (a full disk may have ended it already) and the usual syncing in force."""
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            if self._sync:
                self._connection.execute(f"PRAGMA synchronous={self._rest}")
        except (apsw.Error, MemoryError):
            self._stuck()
