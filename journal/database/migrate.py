"""The way forward of the format: numbered scripts, each applied once, in one transaction with its record.

An empty file becomes a journal in one transaction, so that nobody ever sees, or keeps a copy of, the half of one.
"""

import functools
import hashlib
import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

import apsw

from journal.database import space
from journal.database.connection import Database
from journal.database.transaction import Read, Write
from journal.errors import BusyError, DiskFull, MigrationFailed, SchemaTooNew

SUPPORTED = 9
"""The newest migration this release ships; a test holds it against the folder."""

SELECT_VERSION = "PRAGMA user_version"


class Migration(NamedTuple):
    """One script: its number, its name and its text."""

    version: int
    name: str
    text: str

    @property
    def sha256(self) -> bytes:
        """Digests the text, so that a released script cannot be edited unseen."""
        return hashlib.sha256(self.text.encode()).digest()


def shipped() -> list[Migration]:
    """Lists the scripts of this release, in order."""
    from importlib.resources import files  # 10 ms that only a new or an old journal has to pay

    scripts = [entry for entry in files("journal.migrations").iterdir() if entry.name.endswith(".sql")]
    scripts.sort(key=lambda entry: entry.name)
    return [Migration(int(e.name[:4]), e.name.removesuffix(".sql"), e.read_text(encoding="utf-8")) for e in scripts]


@functools.cache
def made(format_: int, select: str) -> tuple[tuple[str, ...], ...]:
    """Gives the rows of a statement about an empty database that the scripts up to a number made, in memory."""
    connection = apsw.Connection(":memory:")
    try:
        for script in shipped()[:format_]:
            connection.execute(script.text).fetchall()
        return tuple(tuple(map(str, row)) for row in connection.execute(select))
    finally:
        connection.close()


def version(database: Database) -> int:
    """Tells how far a journal has come; 0 for an empty one."""
    return int(database.look().value(SELECT_VERSION))


class Record(NamedTuple):
    """How applied scripts are kept: the table of them has its home elsewhere."""

    applied: Callable[[Read], list[tuple[int, str, bytes]]]
    add: Callable[[Write, int, str, bytes], None]


def migrate(database: Database, record: Record, scripts: Sequence[Migration] | None = None) -> None:
    """Brings a journal to this release's format; a copy is kept beside it first when it holds data.

    Raises:
        SchemaTooNew: it is newer; nothing was touched. MigrationFailed: a script did not apply and changed nothing;
            those before it stay applied. DiskFull: there is no room for the copy, or for the change; it was undone.
    """
    found = version(database)
    newest = SUPPORTED if scripts is None else len(scripts)
    refuse_newer(database, newest)
    if found == newest:
        return
    scripts = shipped() if scripts is None else scripts
    if found:
        _refuse_edited(database, record.applied(database.look()), scripts)
        _keep_copy(database, found, f"{database.path}.before-{newest:04d}")
    for several in [[script] for script in scripts[found:]] if found else [scripts]:
        _apply(database, record, several)


def refuse_newer(database: Database, newest: int = SUPPORTED) -> None:
    """Refuses a journal of a later release.

    Raises:
        SchemaTooNew
    """
    found = version(database)
    if found > newest:
        raise SchemaTooNew(
            f"{database.path} has format {found}, this release knows {newest}",
            hint="install a newer spool-journal; the file was left as it is",
            found=found,
            supported=newest,
        )


def _refuse_edited(database: Database, applied: list[tuple[int, str, bytes]], scripts: Sequence[Migration]) -> None:
    for number, name, digest in applied:
        if digest != scripts[number - 1].sha256:
            raise MigrationFailed(
                f"{database.path} was made with another text of migration {name}",
                hint="use the release that made it",
            )


def _keep_copy(database: Database, found: int, path: str) -> None:
    """Copies the journal as it was found, unless another process was first: its copy is the one to keep."""
    with database.begin() as tx:  # nobody migrates it meanwhile
        if tx.value(SELECT_VERSION) != found:
            return
        space.require(f"copy {database.path} before its format changes", (path, os.path.getsize(database.path)))
        other = Database.open(database.path, readonly=True)  # SQLite copies nothing from a connection that may write
        try:
            other.backup_to(path)
        finally:
            other.close()


def _apply(database: Database, record: Record, scripts: Sequence[Migration]) -> None:
    name = scripts[0].name
    try:
        with database.begin(sync=True) as tx:
            for script in scripts:
                name = script.name
                if tx.value(SELECT_VERSION) < script.version:  # else another process was first
                    tx.run(script.text)
                    record.add(tx, script.version, script.name, script.sha256)
                    tx.run(f"PRAGMA user_version={script.version}")
    except (BusyError, DiskFull, MemoryError):
        raise
    except Exception as error:
        raise MigrationFailed(
            f"migration {name} did not apply to {database.path}: {error}",
            hint="the script changed nothing; report this with the text above",
        ) from error
