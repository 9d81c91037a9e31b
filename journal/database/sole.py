"""The one hold on a database file, which tells a file that is in use from one that a dead process left open.

What lies beside a file (`-wal`, `-shm`) says that it was open, and not whether it still is. Its locks do: whoever has
it open holds a shared one on the file itself, in this process too, and the system takes that of a dead process back.
"""

import ctypes
import os
from contextlib import suppress
from typing import Self

import apsw

from journal.database.belonging import refuse_other
from journal.database.connection import Database
from journal.database.faults import translate
from journal.errors import BusyError, ReadOnly

LOG = "-wal"


class Sole:
    """A journal that nobody else can open until `let_go`; `database` looks at it, and its files stay as they are.

    Another file may take its name meanwhile: no file beside it is removed when it is let go.
    """

    __slots__ = ("_connection", "_had_log", "_path", "database")

    def __init__(self, connection: apsw.Connection, path: str, *, had_log: bool) -> None:
        self._connection = connection
        self._path = path
        self._had_log = had_log
        self.database = Database(connection, path, readonly=True)

    @classmethod
    def take(cls, path: str) -> Self:
        """Takes the hold at once, and waits for nobody.

        Raises:
            BusyError: somebody has the file open. NotAJournal: it is another program's. ReadOnly: it takes no writes,
                so that nobody can tell.
        """
        had_log = os.path.exists(path + LOG)
        try:
            connection = apsw.Connection(path, flags=apsw.SQLITE_OPEN_READWRITE)
        except apsw.Error as error:
            raise translate(error, path) from error
        try:
            _hold(connection, path)
        except apsw.BusyError as error:
            connection.close()
            hint = "close it there, or name another file"
            raise BusyError(f"{path!r} is open elsewhere", hint=hint, waited_s=0.0) from error
        except apsw.Error as error:
            connection.close()
            raise translate(error, path) from error
        except BaseException:
            connection.close()
            raise
        return cls(connection, path, had_log=had_log)

    def play_in(self) -> None:
        """Copies the log into the file, and brings that to disk: from then on the file is whole without it."""
        try:
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        except apsw.Error as error:
            raise translate(error, self._path) from error

    def let_go(self, *, replaced: bool = False) -> None:
        """Lets others in again; `replaced` says that another file has its name by now."""
        if not (replaced or self._had_log):
            with suppress(OSError):  # looking made it, and it is empty
                os.unlink(self._path + LOG)
        self.database.close()


def _hold(connection: apsw.Connection, path: str) -> None:
    if connection.readonly("main"):
        hint = "give the right to write it, or name another file"
        raise ReadOnly(f"{path!r} takes no writes, so that nobody can tell whether it is in use", hint=hint)
    connection.execute("PRAGMA locking_mode=EXCLUSIVE").fetchall()
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    stay = ctypes.c_int(1)
    connection.file_control("main", apsw.SQLITE_FCNTL_PERSIST_WAL, ctypes.addressof(stay))
    refuse_other(connection, path)
    connection.execute("BEGIN EXCLUSIVE").fetchall()
    connection.execute("ROLLBACK").fetchall()  # the locks are kept in this mode
    connection.execute("PRAGMA query_only=ON").fetchall()
