"""How a record finds its content again: through the open session of its journal, or by a short read-only connection."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from weakref import WeakValueDictionary

from journal.database import Database
from journal.engine import compare, feed
from journal.engine.reading import Reading
from journal.ids import Sha256
from journal.records import Change, FilePatch, Hunk
from journal.tables import commits
from journal.tables.chunks import Chunks
from journal.tables.commits import ChangeFacts

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
            return _committed(self._path, facts, parted=change.parted)

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


class _ToldElsewhere(JournalSource):
    """The text of a path that is gone because it was renamed: none, as the patch of its new path has it."""

    def counts(self, patch: FilePatch) -> tuple[int, int]:
        return 0, 0

    def hunks(self, patch: FilePatch, context: int) -> tuple[Hunk, ...]:
        return ()

    def unified(self, patch: FilePatch, context: int) -> bytes:
        return b""

    def preview(self, patch: FilePatch) -> str:
        return ""


def _committed(journal: str, facts: ChangeFacts, *, parted: bool) -> FilePatch:
    """Makes the patch of a committed change; with `parted`, of its path alone, though it is one side of a rename."""
    act, origin, before = facts.invocation_id, facts.renamed_from, facts.before
    if origin is not None and parted:
        origin = before = None
    made = compare.patch(journal, facts.path, before, facts.after, invocation_id=act, renamed_from=origin)
    if facts.became is None or parted:
        return made
    told = compare.patch(journal, facts.became.path, before, facts.became.after, invocation_id=act)
    if told.sha_before == told.sha_after or not (told.is_binary or told.too_large):
        made = replace(made, too_large=told.too_large)  # who takes large contents by digest takes both sides so
        made.carry(_ToldElsewhere(journal))
    return made
