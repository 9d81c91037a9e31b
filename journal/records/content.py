"""Contents as the journal holds them: an entry of a tree, a blob."""

from dataclasses import dataclass, field

from journal.records.base import Record
from journal.records.changes import Kind
from journal.records.reader import Reader
from journal.records.source import source_at


@dataclass(frozen=True, slots=True)
class Entry(Record):
    """One path of a tree."""

    path: str
    sha256: str
    size: int
    mode: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Blob(Record):
    """One whole content, named by the SHA-256 of its bytes."""

    sha256: str
    size: int
    is_text: bool
    _journal: str = field(default="", repr=False, compare=False)

    def read(self) -> bytes:
        """Reads all of it.

        Raises:
            DigestMismatch: the stored bytes are damaged.
        """
        return source_at(self._journal).whole(self.sha256)

    def open(self) -> Reader:
        """Opens it as a binary file in bounded memory."""
        source = source_at(self._journal)
        return Reader(self.size, lambda offset: source.pieces(self.sha256, offset))
