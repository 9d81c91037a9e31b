"""Whose file a database is: ours, nobody's yet, or that of another program."""

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
