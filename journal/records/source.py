"""Where the lazy part of a record gets its content from, also after it was pickled or its spool was closed."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from journal.records.changes import Change, FilePatch, Hunk


class Source(Protocol):
    """What a record may ask of the journal it came from; each answer is a short read."""

    def counts(self, patch: "FilePatch") -> tuple[int, int]:
        """Counts the added and deleted lines."""

    def hunks(self, patch: "FilePatch", context: int) -> "tuple[Hunk, ...]":
        """Gives the changed places with so many lines of context."""

    def unified(self, patch: "FilePatch", context: int) -> bytes:
        """Renders the patch as `git apply` and GNU patch take it."""

    def side_by_side(self, patch: "FilePatch", width: int, context: int) -> str:
        """Renders the patch in two columns, in lines of at most so many."""

    def html(self, patch: "FilePatch", context: int, style: bool) -> str:
        """Renders the patch as a table of HTML, with its style ahead or without."""

    def preview(self, patch: "FilePatch") -> str:
        """Gives the first changed lines."""

    def patch_of(self, change: "Change") -> "FilePatch":
        """Gives the patch of a committed change."""

    def whole(self, sha256: str) -> bytes:
        """Gives a content, checked."""

    def pieces(self, sha256: str, offset: int) -> Iterator[bytes]:
        """Yields a content from an offset on, in checked pieces."""


class _Nowhere:
    """Holds the one hook by which a journal's path becomes a Source."""

    find: Callable[[str], Source] | None = None


def supply(find: Callable[[str], Source]) -> None:
    """Sets how a Source is found by a journal's path; `journal/__init__` does so once."""
    _Nowhere.find = find


def source_at(journal: str) -> Source:
    """Finds the Source for a journal's path."""
    if _Nowhere.find is None:
        raise RuntimeError("import `journal` before asking a record for its content")
    return _Nowhere.find(journal)
