"""What the journal says of one path, or of many at once."""

from collections.abc import Sequence
from typing import NamedTuple

from journal.database import Read
from journal.ids import BranchId, EditId, PathId, RootId, SessionRow
from journal.tables import marks, paths, staged, trees
from journal.tables.marks import Seen
from journal.tables.states import Columns, State


class Place(NamedTuple):
    """The numbers under which a session works."""

    root_id: RootId
    branch_id: BranchId
    session_id: SessionRow
    boot_id: str


class Known:
    """What the journal says of one path: at head, staged (with its row as written), and whether it is marked.

    `adopted`: whether the act that staged it adopted it, None when that was not asked yet.
    """

    __slots__ = ("adopted", "head", "marked", "path_id", "row", "staged")

    def __init__(self) -> None:
        self.path_id: PathId | None = None
        self.head: State | None = None
        self.staged: tuple[State | None, State | None] | None = None
        self.row: tuple[EditId, Columns, Columns] | None = None
        self.marked = False
        self.adopted: bool | None = None

    @property
    def tracked(self) -> bool:
        """Tells whether the path is staged or in the tree at head."""
        return self.staged is not None or self.head is not None

    @property
    def expected(self) -> State | None:
        """Gives what a tracked path should hold."""
        return self.head if self.staged is None else self.staged[1]


def load(look: Read, place: Place, path: str) -> Known:
    """Asks what the journal says of a path."""
    known = Known()
    known.path_id = paths.find(look, path)
    if known.path_id is None:
        return known
    known.head = trees.at_head(look, place.branch_id, known.path_id)
    known.marked = marks.marked(look, place.root_id, known.path_id)
    known.row = staged.row_of(look, place.branch_id, known.path_id)
    if known.row is not None and (found := staged.get(look, place.branch_id, known.path_id)) is not None:
        known.staged = (found.before, found.after)
    return known


def load_many(look: Read, place: Place, names: Sequence[str]) -> tuple[dict[str, Known], dict[str, Seen]]:
    """Asks the same of many paths by a few statements, and what was last seen at each."""
    numbers = paths.find_many(look, names)
    found = {name: Known() for name in names}
    if not numbers:
        return found, {}
    ids, branch, root = list(numbers.values()), place.branch_id, place.root_id
    heads, rows = trees.at_head_many(look, branch, ids), staged.many(look, branch, ids)
    marked, seen = marks.marked_many(look, root, ids), marks.last_seen_many(look, root, ids)
    for name, path_id in numbers.items():
        known = found[name]
        known.path_id, known.head, known.marked = path_id, heads.get(path_id), path_id in marked
        if path_id in rows:
            row, known.row = rows[path_id]
            known.staged = (row.before, row.after)
    return found, {name: seen[path_id] for name, path_id in numbers.items() if path_id in seen}
