"""The statements of real verbs, recorded once with their values and run again by bare SQLite."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import apsw

from journal import Spool
from journal.database import Database


class Statement(NamedTuple):
    """One statement as it was run."""

    sql: str
    values: Any


connections: list[apsw.Connection] = []
"""Every connection that this process opened, in order."""

apsw.connection_hooks.append(connections.append)


class Recorded:
    """A spool whose writes are recorded; its journal is copied first, so that the same keys fit the copy."""

    def __init__(self, spool: Spool, copy: Path) -> None:
        self._connection = next(each for each in reversed(connections) if _writes(each, spool.journal.path))
        copy.parent.mkdir(parents=True, exist_ok=True)
        target = apsw.Connection(str(copy))
        with target.backup("main", self._connection, "main") as backup:
            backup.step(-1)
        target.close()

    def take(self, call: Callable[[], object]) -> list[Statement]:
        """Runs a call and gives the statements that it ran, each with its values."""
        found: list[Statement] = []

        def trace(_cursor: object, sql: str, values: Any) -> bool:
            found.append(Statement(sql, values))
            return True

        self._connection.exec_trace = trace
        try:
            call()
        finally:
            self._connection.exec_trace = None
        return found


class Bare:
    """A second journal of the same schema and settings, driven by bare SQLite: no logic, only statements."""

    def __init__(self, path: Path) -> None:
        self._database = Database.open(str(path), readonly=False)
        self._run = connections[-1].execute

    def replay(self, statements: list[Statement]) -> None:
        """Runs recorded statements, with the syncs and checkpoints that they had."""
        for sql, values in statements:
            for _ in self._run(sql, values):
                pass
        self._database.checkpoint_when_large()

    def close(self) -> None:
        """Closes the journal."""
        self._database.close()


def put_file(temp: Path, path: Path, data: bytes) -> None:
    """Puts a file in place by temporary file and rename, with no sync: the journal's commit is the durable part."""
    fd = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    os.write(fd, data)
    os.close(fd)
    os.rename(temp, path)


def _writes(connection: apsw.Connection, path: Path) -> bool:
    try:
        return connection.filename == str(path) and not connection.readonly("main")
    except apsw.ConnectionClosedError:
        return False
