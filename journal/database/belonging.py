"""Whose file a database is: ours, nobody's yet, or that of another program."""

import os
from contextlib import suppress

import apsw

from journal.errors import NotAJournal

APPLICATION_ID = 0x53504F4C
"""`SPOL`: tells a journal from any other SQLite file, also to file(1)."""


def is_begun(connection: apsw.Connection) -> bool:
    """Tells whether a process died between the first two settings of a new file: it is empty but for the first."""
    wanted = {"auto_vacuum": 2, "application_id": 0, "schema_version": 0, "user_version": 0}
    return all(connection.pragma(name) == value for name, value in wanted.items())


def refuse_other(connection: apsw.Connection, path: str) -> None:
    """Refuses the file of another program.

    Raises:
        NotAJournal
    """
    found = connection.pragma("application_id")
    if found != APPLICATION_ID:
        raise NotAJournal(
            f"{path} is a SQLite database, but no journal: its application id is {found}, not {APPLICATION_ID}",
            hint="name a file that `spool init` made",
        )


def make_private(path: str) -> None:
    """Makes a file that its owner only may read, before SQLite opens it: the WAL takes its bits from it."""
    with suppress(OSError):  # it is there, or SQLite will say better why it cannot be
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))


def identity(path: str) -> tuple[int, int] | None:
    """Tells which file stands at a path, by device and inode; None when there is none."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
