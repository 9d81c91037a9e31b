"""Copying one whole snapshot of a journal into another file, beside a working writer."""

import os
from collections.abc import Generator

import apsw

from journal.database.faults import translate
from journal.database.transaction import Read


def at_once(source: apsw.Connection, path: str) -> None:
    """Copies into a new file, private as the journal itself.

    Raises:
        DiskFull, StorageError
    """
    try:
        target = apsw.Connection(path)
        os.chmod(path, 0o600)
        try:
            with target.backup("main", source, "main") as backup:
                backup.step(-1)  # in one go: a step at a time starts over at every write
        finally:
            target.close()
    except apsw.Error as error:
        raise translate(error, path) from error


def in_steps(
    source: apsw.Connection, look: Read, path: str, pages: int
) -> Generator[tuple[int, int], None, None]:
    """Copies the snapshot that `look` begins into an empty file; its caller holds it open to the end.

    Yields after each step how many bytes are copied, and of how many. The copy is not synced.
    """
    size = int(look.value("PRAGMA page_size"))
    look.value("PRAGMA schema_version")  # which begins it
    whole = size * int(look.value("PRAGMA page_count"))
    try:
        target = apsw.Connection(path)
        try:
            for pragma in ("journal_mode=OFF", "synchronous=OFF"):
                target.execute(f"PRAGMA {pragma}").fetchall()
            with target.backup("main", source, "main") as backup:
                while not backup.done:
                    backup.step(pages)
                    yield (backup.page_count - backup.remaining) * size, backup.page_count * size
        finally:
            target.close()
    except apsw.Error as error:
        raise translate(error, path, whole) from error
