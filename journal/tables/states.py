"""What a path is at one moment, as rows and verbs hand it to each other."""

from typing import NamedTuple, cast

from journal.errors import CorruptionError
from journal.ids import BlobId, Sha256
from journal.records import ChangeType, Kind


class State(NamedTuple):
    """A file or symlink as the journal knows it; a path that does not exist has no State."""

    sha256: Sha256
    size: int
    is_text: bool
    mode: int
    kind: Kind


Columns = tuple[BlobId | None, int | None, Kind | None]
ABSENT: Columns = (None, None, None)


def state_of(sha256: bytes | None, size: int | None, is_text: int, mode: int | None, kind: str | None) -> State | None:
    """Makes a State of the columns of a blob and of a row that names it, or None of none.

    Raises:
        CorruptionError: SQLite gives back whatever a damaged row holds, and that is no such thing.
    """
    if sha256 is None or size is None or mode is None or kind is None:
        return None
    if type(sha256) is not bytes or type(size) is not int or type(mode) is not int or type(kind) is not str:
        raise CorruptionError("a row of a path or of a content is none", hint="run `spool verify`")
    return State(Sha256(sha256), size, bool(is_text), mode, cast(Kind, kind))


def same_content(a: State | None, b: State | None) -> bool:
    """Tells whether two states have the same bytes in the same kind of file, whatever their modes."""
    if a is None or b is None:
        return a is b
    return a.sha256 == b.sha256 and a.kind == b.kind


def change_type(before: State | None, after: State | None) -> ChangeType:
    """Names the difference: existence first, then content and kind, then mode."""
    if before is None:
        return "created"
    if after is None:
        return "deleted"
    same = before.sha256 == after.sha256 and before.kind == after.kind
    return "mode" if same and before.mode != after.mode else "modified"
