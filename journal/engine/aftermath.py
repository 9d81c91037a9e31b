"""What the loss of unwritten memory, as by a power cut, did to files that carry a mark.

The journal's word stands: each marked path gets the content that the journal says it has, for the journal's commits
are synced and the root's files are not. What stood there is kept first where the journal does not hold it, as nobody
can tell a torn file of ours from one that a person wrote just before; a file that was never tracked and that nobody
knows is left alone.
"""

from journal.engine.carrying import Tally, carry
from journal.engine.desk import Desk
from journal.engine.slots import state_on_disk
from journal.errors import JournalError, PathRefused
from journal.ids import InvocationId
from journal.tables import blobs, marks
from journal.tables.intents import Intent
from journal.tables.states import State
from journal.workspace import look as looking
from journal.workspace.faults import system_errors


def after_loss(stand: str, intent: Intent, tally: Tally) -> str:
    """Judges anew where a promised path stands: after a loss, a third content is what the disk kept of several."""
    return "before" if tally.lost and stand == "third" and intent.act_id not in tally.failed else stand


def rewrite(desk: Desk, promised: set[str], tally: Tally) -> None:
    """Writes marked files again that do not hold what the journal says, but for those that an act had promised."""
    for path, _ in marks.everything(desk.database.look(), desk.place.root_id):
        if path in promised:
            continue
        try:
            with system_errors("recover", path, place=desk.root.fd):
                _rewrite_one(desk, path, tally)
        except JournalError:
            tally.conflicts.append(path)  # its mark stays, and the next loss looks again


def _rewrite_one(desk: Desk, path: str, tally: Tally) -> None:
    known = desk.know(path)
    expected, found = known.expected, _standing(desk, path)
    if found == expected:
        return
    if not known.tracked and found is not None and not blobs.knows(desk.database.look(), found.sha256):
        return  # it was never tracked, so it is nobody's business here
    path_id = known.path_id
    assert path_id is not None  # a marked path has a number
    how, unknown = "put" if expected is not None else "remove", (None, None)
    promise = Intent(path_id, path, InvocationId(0), 1, how, 0, None, found, unknown, expected, unknown, None)
    carry(desk, [promise], [], tally, back=False)
    tally.finished.append(path)


def _standing(desk: Desk, path: str) -> State | None:
    """Gives what stands at a path.

    Raises:
        PathRefused: neither a file nor a symlink.
    """
    try:
        at = desk.root.parent(path)
    except FileNotFoundError:
        return None
    found = looking.look(*at)
    if found is None:
        return None
    if found.kind not in ("file", "symlink"):
        raise PathRefused(f"{path!r} is no file", hint="move it away", path=path, reason="no file")
    return state_on_disk(desk, path, desk.know(path), found, at)[0]
