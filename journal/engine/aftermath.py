"""What the loss of unwritten memory, as by a power cut, did to files that carry a mark.

The journal's word stands: each marked path gets the content that the journal says it has, for the journal's commits
are synced and the root's files are not. What stood there is kept first where the journal does not hold it, as nobody
can tell a torn file of ours from one that a person wrote just before. A path that is not tracked any more gets what
the last act left there: the file of a person that a reset brought back, or nothing; but a file that nobody knows, and
that is not the one which was put there, is left alone.
"""

from collections.abc import Iterator
from typing import NamedTuple

from journal.engine.carrying import Tally, carry
from journal.engine.desk import Desk
from journal.engine.slots import state_on_disk
from journal.engine.turning import folders_of
from journal.errors import JournalError
from journal.ids import InvocationId
from journal.tables import blobs, marks, staged
from journal.tables.intents import Intent
from journal.tables.marks import Marked
from journal.tables.states import State
from journal.workspace import look as looking
from journal.workspace.faults import system_errors


def after_loss(stand: str, intent: Intent, tally: Tally) -> str:
    """Judges anew where a promised path stands: after a loss, a third content is what the disk kept of several."""
    return "before" if tally.lost and stand == "third" and intent.act_id not in tally.failed else stand


class Wanted(NamedTuple):
    """A marked path, and what the journal says stands there."""

    mark: Marked
    expected: State | None

    @property
    def order(self) -> tuple[bool, int]:
        """Sorts what goes first, deepest first: a file may stand where a folder was, or a folder where a file was."""
        depth = self.mark.path.count("/")
        return (False, -depth) if self.expected is None else (True, depth)


def rewrite(desk: Desk, promised: set[str], tally: Tally) -> None:
    """Writes marked files again that do not hold what the journal says, but for those that an act had promised."""
    wanted = sorted(_wanted(desk, promised), key=lambda each: each.order)
    folders = folders_of([each.mark.path for each in wanted if each.expected is None])
    for each in wanted:
        path = each.mark.path
        try:
            with system_errors("recover", path, place=desk.root.fd):
                _rewrite_one(desk, each, folders, tally)
        except JournalError:
            tally.conflicts.append(path)  # its mark stays, and the next loss looks again


def _wanted(desk: Desk, promised: set[str]) -> Iterator[Wanted]:
    """Tells of each marked path what the journal says of it; nothing of one that no act is known to have touched."""
    look, place = desk.database.look(), desk.place
    left = staged.left(look, place.branch_id, place.root_id)
    for mark in marks.everything(look, place.root_id):
        known = desk.know(mark.path)
        if mark.path not in promised and (known.tracked or mark.path_id in left):
            yield Wanted(mark, known.expected if known.tracked else left[mark.path_id])


def _rewrite_one(desk: Desk, wanted: Wanted, folders: set[str], tally: Tally) -> None:
    (path, path_id, inode), expected = wanted.mark, wanted.expected
    found, stands = _standing(desk, path)
    if found == expected:
        return
    is_other = stands is not None and stands.inode != inode and not desk.know(path).tracked
    if is_other and found is not None and not blobs.knows(desk.database.look(), found.sha256):
        return  # somebody put it there since, and it is nobody's business here
    emptied = list[str]()
    if stands is not None and found is None:  # a folder: it goes when nothing is in it any more
        emptied = sorted((each for each in folders if each == path or each.startswith(path + "/")), reverse=True)
    how, unknown = "put" if expected is not None else "remove", (None, None)
    promise = Intent(path_id, path, InvocationId(0), 1, how, 0, None, found, unknown, expected, unknown, None)
    carry(desk, [promise], emptied, tally, back=False)
    tally.finished.append(path)


def _standing(desk: Desk, path: str) -> tuple[State | None, looking.Look | None]:
    """Gives the file or symlink that stands at a path, and what was seen there.

    Raises:
        PathRefused: the way there leads through a file or symlink.
    """
    try:
        at = desk.root.parent(path)
    except FileNotFoundError:
        return None, None
    found = looking.look(*at)
    if found is None or found.kind not in ("file", "symlink"):
        return None, found
    return state_on_disk(desk, path, desk.know(path), found, at)[0], found
