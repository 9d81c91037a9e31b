"""How a record finds its content again: through the open session of its journal, or by a short read-only connection."""

from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakValueDictionary

from journal.database import Database
from journal.engine import compare, feed
from journal.engine.reading import Reading
from journal.ids import Sha256
from journal.records import Change, FilePatch, Hunk
from journal.tables import commits
from journal.tables.chunks import Chunks

_LIVE: "WeakValueDictionary[str, Reading]" = WeakValueDictionary()


def enrol(reading: Reading) -> None:
    """Lets records of a journal that is open be answered through it; one open for writing memoizes their diffs too."""
    other = _LIVE.get(reading.database.path)
    if other is None or other.database.closed or not reading.database.readonly:
        _LIVE[reading.database.path] = reading


class JournalSource:
    """A journal's contents for its records, by the journal's path."""

    def __init__(self, path: str) -> None:
        self._path = path

    def counts(self, patch: FilePatch) -> tuple[int, int]:
        """Counts the added and deleted lines."""
        with self._reading() as reading:
            return reading.counts(patch)

    def hunks(self, patch: FilePatch, context: int) -> tuple[Hunk, ...]:
        """Gives the changed places with so many lines of context."""
        with self._reading() as reading:
            return reading.hunks(patch, context)

    def unified(self, patch: FilePatch, context: int) -> bytes:
        """Renders the patch as `git apply` and GNU patch take it."""
        with self._reading() as reading:
            return reading.unified(patch, context)

    def side_by_side(self, patch: FilePatch, width: int, context: int) -> str:
        """Renders the patch in two columns."""
        with self._reading() as reading:
            return reading.side_by_side(patch, width, context)

    def html(self, patch: FilePatch, context: int, style: bool) -> str:
        """Renders the patch as a table of HTML."""
        with self._reading() as reading:
            return reading.html(patch, context, style)

    def preview(self, patch: FilePatch) -> str:
        """Gives the first changed lines."""
        with self._reading() as reading:
            return reading.preview(patch)

    def patch_of(self, change: Change) -> FilePatch:
        """Gives the patch of a committed change."""
        with self._reading() as reading, reading.database.lock:
            look = reading.database.look()
            facts = next(iter(commits.changes(look, change.cursor - 1, 1, None, None)), None)
            if facts is None or facts.cursor != change.cursor:
                raise feed.pruned(look, change.cursor - 1)
            return compare.patch(
                self._path,
                facts.path,
                facts.before,
                facts.after,
                invocation_id=facts.invocation_id,
                renamed_from=facts.renamed_from,
            )

    def whole(self, sha256: str) -> bytes:
        """Gives a content, checked."""
        with self._reading() as reading:
            return reading.read(Sha256(bytes.fromhex(sha256)))

    def pieces(self, sha256: str, offset: int) -> Iterator[bytes]:
        """Yields a content from an offset on, in checked pieces."""
        with self._reading() as reading:
            yield from reading.pieces(Sha256(bytes.fromhex(sha256)), offset)

    @contextmanager
    def _reading(self) -> Iterator[Reading]:
        live = _LIVE.get(self._path)
        if live is not None and not live.database.closed:
            yield live
            with live.database.lock:
                live.keep()
            return
        database = Database.open(self._path, readonly=True)
        try:
            yield Reading(database, Chunks(database.look))
        finally:
            database.close()


