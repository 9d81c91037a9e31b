"""Transaction handles: what is handed a Read cannot write, and a type checker proves it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from types import TracebackType
from typing import Any

import apsw

from journal.database.faults import garbled, translate
from journal.errors import UsageError

Value = None | int | float | str | bytes
Row = tuple[Any, ...]


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
            raise translate(error, self._path) from error
        except UnicodeDecodeError as error:
            raise garbled(error, self._path) from error
        except UnicodeError as error:
            raise UsageError(f"a name is no text: {error}", hint="pass text without lone surrogates") from error

    def rows(self, sql: str, **values: Value) -> list[Row]:
        """Gives all rows; ask for a page at a time where there may be many."""
        try:
            return self._run(sql, values).fetchall()
        except apsw.Error as error:
            raise translate(error, self._path) from error
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

    def _bound(self, sql: str, values: Mapping[str, Value] | Sequence[Value]) -> apsw.Cursor:
        """Starts a statement whose values are a user's: what SQLite cannot hold is his mistake."""
        try:
            return self._run(sql, values)
        except (KeyError, TypeError, OverflowError, UnicodeError) as error:
            hint = "give each parameter a value: None, int of 64 bits, float, str or bytes"
            raise UsageError(f"a parameter of the query does not fit: {error}", hint=hint) from error


class Write(Read):
    """Changes rows of a journal, inside the transaction that its caller began and ends."""

    __slots__ = ("_many",)

    def __init__(self, connection: apsw.Connection, path: str) -> None:
        super().__init__(connection, path)
        self._many = connection.executemany

    def run(self, sql: str, **values: Value) -> None:
        """Runs one statement to its end."""
        try:
            for _ in self._run(sql, values):
                pass
        except apsw.Error as error:
            raise translate(error, self._path) from error

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
            raise translate(error, self._path) from error


class Transaction:
    """One write transaction: entered it holds the only write lock, left it is committed, or rolled back by an error."""

    __slots__ = ("_connection", "_path", "_rest", "_sync")

    def __init__(self, connection: apsw.Connection, path: str, *, sync: bool, rest: str) -> None:
        self._connection = connection
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
        except apsw.Error as error:
            self._settle()
            raise translate(error, self._path) from error
        return Write(self._connection, self._path)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._connection.execute("COMMIT")
        except apsw.Error as fault:
            raise translate(fault, self._path) from fault
        finally:
            self._settle()

    def _settle(self) -> None:
        """Leaves no transaction open (a full disk may have ended it already) and the usual syncing in force."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        if self._sync:
            self._connection.execute(f"PRAGMA synchronous={self._rest}")
