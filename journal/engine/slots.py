"""A path on its way through a verb: what stands there now, and what shall."""

from typing import NamedTuple

from journal.content import text
from journal.content.packing import PackedBlob, pack
from journal.engine.desk import Desk, Known
from journal.errors import PathRefused, WorkspaceChanged
from journal.ids import Sha256, sha256
from journal.limits import STREAM_ABOVE
from journal.records import Kind
from journal.tables import blobs, staged
from journal.tables.marks import Seen
from journal.tables.states import State, same_content
from journal.workspace import look as looking
from journal.workspace import own
from journal.workspace.look import Look


class Version(NamedTuple):
    """A content on its way: its state, how to store it when it is new, its bytes when they are in memory.

    `temp` is the number of a temp file that holds it already, with its look; `origin` is the path on whose disk file
    it stands unchanged.
    """

    state: State
    packed: PackedBlob | None = None
    data: bytes | None = None
    temp: int = 0
    made: Look | None = None
    origin: str = ""


class Slot:
    """One path of a verb: its look and content on disk, and the version that it shall have in the end.

    `adopted`: someone else's content is taken over as it stands. `rescued`: it is written over, for this reason, and is
    kept first. `stood`: the path is staged as an untracked file that was adopted as it stood, in this state.
    """

    __slots__ = (
        *("adopted", "captured", "disk", "displaced", "folder", "how", "kept", "rescued", "stood", "stuck"),
        *("known", "look", "made", "moved_from", "now", "path", "temp"),
    )

    def __init__(self, path: str, known: Known, look: Look | None, disk: Version | None) -> None:
        self.path = path
        self.known = known
        self.look = look
        self.disk = disk
        self.now = disk
        self.folder = False
        self.how = ""
        self.moved_from = ""
        self.temp = 0
        self.made: Look | None = None
        self.adopted = False
        self.rescued = ""
        self.stood: State | None = None
        self.captured = False
        self.displaced = False
        self.kept = False
        self.stuck = False

    @property
    def before(self) -> State | None:
        """Gives the state on disk."""
        return None if self.disk is None else self.disk.state

    @property
    def after(self) -> State | None:
        """Gives the state that it shall have."""
        return None if self.now is None else self.now.state


def find(desk: Desk, path: str, *, may_be_folder: bool = False) -> Slot:
    """Looks at a path, and reads it unless a look that still holds tells its content.

    Raises:
        PathRefused: a folder, a device, or a way through a symlink.
    """
    known = desk.know(path)
    try:
        dir_fd, name = desk.root.parent(path)
    except FileNotFoundError:
        return Slot(path, known, None, None)
    found = looking.look(dir_fd, name)
    if found is None:
        return Slot(path, known, None, None)
    if may_be_folder and found.kind == "folder":
        slot = Slot(path, known, None, None)
        slot.folder = True
        return slot
    looking.refuse_special(path, found)
    refuse_journal(path, found)
    return Slot(path, known, found, _content(desk, path, known, found, (dir_fd, name)))


def refuse_journal(path: str, found: Look) -> None:
    """Refuses a second name of an open journal, before anything opens it.

    Raises:
        PathRefused
    """
    if own.is_linked(found):
        reason = "it is a link to a journal"
        raise PathRefused(f"{path!r} is refused: {reason}", hint="remove the link", path=path, reason=reason)


def refuse_hand_edit(slot: Slot) -> None:
    """Refuses to go on over a content that neither the journal nor this session put there.

    Raises:
        WorkspaceChanged: with both digests; nothing was changed.
    """
    if slot.adopted or not differs_from_expected(slot):
        return
    expected, found = slot.known.expected, slot.before
    raise WorkspaceChanged(
        f"{slot.path!r} was changed by someone else since it was last written here",
        hint="take it over with adopt(), or reset the path with force",
        path=slot.path,
        expected=None if expected is None else expected.sha256.hex(),
        found=None if found is None else found.sha256.hex(),
        paths=(slot.path,),
    )


def differs_from_expected(slot: Slot) -> bool:
    """Tells whether a tracked path holds other content than was last written there; absence is nobody's content."""
    return slot.known.tracked and slot.disk is not None and not same_content(slot.disk.state, slot.known.expected)


def same_state(a: State | None, b: State | None) -> bool:
    """Tells whether two states have the same content and mode."""
    return same_content(a, b) and (a is None or b is None or a.mode == b.mode)


def recall(desk: Desk, slot: Slot) -> Slot:
    """Looks up whether a path is staged as an untracked file that was adopted as it stood: reset never removes one."""
    known = slot.known
    is_new = known.staged is not None and known.staged[0] is None and known.head is None
    if is_new and known.row is not None:
        if known.adopted is None:
            known.adopted = staged.is_adopted(desk.database.look(), known.row[0])
        slot.stood = known.expected if known.adopted else None
    return slot


def seen_of(found: Look, sha: Sha256, is_text: bool) -> Seen:
    """Makes what is remembered of a look and the content it saw."""
    return Seen(
        sha,
        is_text,
        found.kind,
        found.dev,
        found.inode,
        found.size,
        found.mtime_ns,
        found.ctime_ns,
        found.mode,
        found.taken_ns,
    )


def holds(seen: Seen | None, found: Look) -> bool:
    """Tells whether what was seen then still tells what a file holds now."""
    if seen is None or (seen.inode, seen.mtime_ns, seen.size) != (found.inode, found.mtime_ns, found.size):
        return False
    if (seen.kind, seen.dev, seen.ctime_ns) != (found.kind, found.dev, found.ctime_ns):
        return False
    return looking.settled(found, seen.taken_ns)


def state_on_disk(desk: Desk, path: str, known: Known, found: Look, at: tuple[int, str]) -> tuple[State, bytes | None]:
    """Tells the state of what was looked at, with its bytes when they had to be read and are few."""
    seen, data = desk.seen_at(path, known), None
    if seen is not None and holds(seen, found):
        return State(seen.sha256, found.size, seen.is_text, found.mode, _kind(found)), None
    if found.kind == "symlink" or found.size <= STREAM_ABOVE:
        with desk.aside():
            data = looking.read(*at, found, path=path)
            sha, is_text = sha256(data), text.is_text(data)
    else:
        with desk.aside():
            sha = Sha256(looking.digest(*at, found, path=path))
        is_text = _sniffed(desk, sha, at)
    desk.seen[path] = seen_of(found, sha, is_text)
    return State(sha, found.size, is_text, found.mode, _kind(found)), data


def _content(desk: Desk, path: str, known: Known, found: Look, at: tuple[int, str]) -> Version:
    """Gives what stands on disk, packed when the journal does not hold it yet; a large one is stored later."""
    state, data = state_on_disk(desk, path, known, found, at)
    if _is_held(desk, known, state):
        return Version(state, None, data, origin=path)
    if data is None and state.size <= STREAM_ABOVE:
        data = looking.read(*at, found, path=path)
    if data is None:
        return Version(state, None, None, origin=path)
    base = () if known.expected is None else desk.chunk_list(known.expected.sha256)
    with desk.aside():
        packed = pack(data, base, desk.bases, state.sha256)
    return Version(state, packed, data, origin=path)


def _is_held(desk: Desk, known: Known, state: State) -> bool:
    expected = known.expected
    if (expected is not None and expected.sha256 == state.sha256) or desk.holds(state.sha256):
        return True
    # What stands at a path that was never seen is hardly ever held already, and asking costs as much as packing.
    return known.path_id is not None and blobs.knows(desk.database.look(), state.sha256)


def _sniffed(desk: Desk, sha: Sha256, at: tuple[int, str]) -> bool:
    blob = blobs.find(desk.database.look(), sha)
    return blob.is_text if blob is not None else text.is_text(next(looking.pieces(*at), b""))


def _kind(found: Look) -> Kind:
    return "symlink" if found.kind == "symlink" else "file"
