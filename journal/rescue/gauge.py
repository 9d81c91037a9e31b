"""How far a verification is."""

from collections.abc import Iterator
from typing import TypeVar

from journal.database import Read
from journal.database.transaction import Row
from journal.errors import CorruptionError
from journal.limits import VERIFY_PAGE_ROWS
from journal.records import Progress

Place = TypeVar("Place", int, bytes, tuple[int, int])


class Gauge:
    """Counts the bytes that were gone through; what the caller's progress function raises is told from damage."""

    def __init__(self, progress: Progress | None) -> None:
        self.total = 0
        self._progress = progress
        self._done = 0
        self._raised: BaseException | None = None

    def add(self, amount: int) -> None:
        """Says that so many more bytes are gone through."""
        self._done = min(self._done + amount, self.total)
        self.tell()

    def tell(self) -> None:
        """Tells how far it is, though nothing more may be done: whoever wants to end it can do so here."""
        if self._progress is None:
            return
        try:
            self._progress(self._done, self.total)
        except BaseException as error:
            self._raised = error
            raise

    def end(self) -> None:
        """Tells that all is done."""
        self._done = self.total
        self.tell()

    def reraise(self) -> None:
        """Raises again what the progress function raised, if it did."""
        if self._raised is not None:
            raise self._raised


def paged(look: Read, sql: str) -> Iterator[Row]:
    """Yields the rows of a statement, a page at a time: it goes on past `:after`, its first column, up to `:most`."""
    after = -(1 << 63)
    while page := look.rows(sql, after=after, most=VERIFY_PAGE_ROWS):
        yield from page
        after = onward(after, page[-1][0])
        if len(page) < VERIFY_PAGE_ROWS:
            return


def onward(before: Place, after: Place) -> Place:
    """Gives where a walk through rows in order goes on, past where it was.

    Raises:
        CorruptionError: it leads back, as in a damaged tree, and would never end.
    """
    if not after > before:
        raise CorruptionError(f"the rows after {before!r} lead back to {after!r}", hint="see the findings about pages")
    return after
