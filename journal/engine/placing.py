"""The disk side of an act: how each path changes, the new files, their way in, and the way back."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from journal.content.packing import PackedBlob, pack
from journal.content.paths import parents
from journal.engine.desk import Desk
from journal.engine.slots import Slot, Version
from journal.errors import JournalError, PathRefused, ReadOnly, StorageError, WorkspaceChanged
from journal.ids import InvocationId, Sha256
from journal.limits import PARENT_RETRIES, STREAM_ABOVE
from journal.tables import blobs
from journal.tables.states import same_content
from journal.workspace import calls, faults
from journal.workspace import look as looking
from journal.workspace import publish as publishing
from journal.workspace.look import Look
from journal.workspace.publish import Outcome
from journal.workspace.temp import TempGone


def decide(slots: list[Slot]) -> None:
    """Says of each path how its file changes: put, remove, move with away, mode, or not at all.

    A moved file and one whose mode changes keep their inode: `made` is what it looks like now.
    """
    by_path = {slot.path: slot for slot in slots}
    for slot in slots:
        slot.how = _how(slot)
        slot.made = slot.look if slot.how == "mode" else None
    for slot in slots:
        source = by_path.get(slot.now.origin) if slot.now is not None and slot.now.origin else None
        if source is None or source is slot or slot.how != "put" or slot.look is not None:
            continue
        if source.how == "remove" and source.before == slot.after:
            slot.how, source.how, slot.moved_from = "move", "away", source.path
            slot.made = source.look


def _how(slot: Slot) -> str:
    if slot.before == slot.after:
        return ""
    if slot.now is None:
        return "remove"
    if slot.look is not None and slot.now.state.kind == "file" and same_content(slot.before, slot.after):
        return "mode"
    return "put"


def missing_folders(desk: Desk, moving: list[Slot]) -> list[str]:
    """Lists the folders that have to be made, outermost first; checks that the others can be written.

    Raises:
        ReadOnly: a folder cannot be written.
    """
    missing, checked, away = dict[str, None](), set[str](), {slot.path for slot in moving if slot.now is None}
    for slot in moving:
        folder = slot.path.rpartition("/")[0]
        if folder in checked:
            continue
        checked.add(folder)
        blocked = next((parent for parent in parents(slot.path) if parent in away), None)
        if blocked is not None:
            missing.update(dict.fromkeys(p for p in parents(slot.path) if p == blocked or p.startswith(blocked + "/")))
            continue
        if slot.look is None and slot.now is not None:
            missing.update(dict.fromkeys(desk.root.missing_parents(slot.path)))
        if not calls.may_write(desk.root.nearest(slot.path)):
            hint = "give this user the right to write there"
            raise ReadOnly(f"the folder of {slot.path!r} cannot be written", hint=hint)
    return sorted(missing, key=lambda folder: folder.count("/"))


Gifts = dict[str, calls.Inheritance]
"""what each folder gives to the files made in it, asked once an act."""


def fill(desk: Desk, slot: Slot, gifts: Gifts) -> None:
    """Writes the new file of a path into the temp folder, unless it stands there or no new file is needed."""
    slot.temp = desk.temp.number()
    if slot.how != "put" or slot.now is None:
        return
    now = slot.now
    if now.temp and now.made is not None and now.made.mode == now.state.mode:
        slot.temp, slot.made = now.temp, now.made
        return
    if now.temp:
        desk.temp.discard(now.temp)
    if now.state.kind == "symlink":
        slot.made = desk.temp.link_to(slot.temp, b"".join(content(desk, now)))
    else:
        slot.made = _filled(desk, slot, slot.temp, now, gifts)
    if now.data is not None:
        slot.now = now._replace(data=None)  # the file has it


def written(desk: Desk, slot: Slot, now: Version, gifts: Gifts) -> Version:
    """Writes a new content that is in memory into a temp file ahead of its act, and drops its plain bytes."""
    if now.data is None or now.state.kind == "symlink":
        return now
    if now.temp:
        return now._replace(data=None)
    number = desk.temp.number()
    return now._replace(data=None, temp=number, made=_filled(desk, slot, number, now, gifts))


def _filled(desk: Desk, slot: Slot, number: int, now: Version, gifts: Gifts) -> Look:
    like = desk.root.parent(slot.path) if slot.look is not None else None
    given = None if like is not None or slot.folder else given_to(desk, slot.path, gifts)
    data = content(desk, now)
    try:
        with desk.aside():
            return desk.temp.fill(number, data, now.state.mode, like, given)
    except OSError as error:
        if error.errno not in faults.FULL:
            raise  # the verb as a whole tells of it
        raise faults.translate(
            error, "write", slot.path, place=desk.temp.fd, needed_bytes=now.state.size
        ) from error


def given_to(desk: Desk, path: str, gifts: Gifts) -> calls.Inheritance | None:
    """Tells what a new file is given by the folder it will lie in, or by the innermost above it that exists."""
    folder = path.rpartition("/")[0]
    if folder not in gifts:
        try:
            gifts[folder] = calls.inheritance(_nearest(desk, path))
        except PathRefused:
            return None  # a file that this act removes stands in the way still
    return gifts[folder]


def _nearest(desk: Desk, path: str) -> int:
    try:
        return desk.root.parent(path)[0]
    except FileNotFoundError:
        return desk.root.nearest(path)


def content(desk: Desk, now: Version) -> Iterable[bytes]:
    """Gives the bytes that a path shall have, from memory or from the journal."""
    if now.data is not None:
        return [now.data]
    look = desk.database.look()
    return desk.under_lock(blobs.pieces(blobs.get(look, now.state.sha256), desk.chunks, look))


def discard(desk: Desk, slots: list[Slot]) -> None:
    """Removes the temp files of paths that are not published."""
    for slot in slots:
        for number in {slot.temp, 0 if slot.now is None else slot.now.temp} - {0}:
            desk.temp.discard(number)


@dataclass(slots=True)
class Folders:
    """The folders of an act: those to make, those to remove when they are empty, and those that are gone.

    `undone` says that the act was taken back on disk; until then an error leaves it open how far it came.
    """

    make: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    undone: bool = False


def publish(desk: Desk, moving: list[Slot], folders: Folders, act: InvocationId) -> None:
    """Step 4: removals deepest first, empty folders away, folders made, files put in place, modes set.

    Raises:
        WorkspaceChanged: something unexpected stood at a path; all that was done is undone.
    """
    removals = sorted((s for s in moving if s.how == "remove"), key=lambda s: -s.path.count("/"))
    removed, placed, made = list[Slot](), list[Slot](), list[str]()
    try:
        for slot in removals:
            _step(desk, slot, act, removed)
        for folder in folders.empty:
            folders.gone.append(folder)  # first: an interrupt may come between any two lines
            if not desk.root.remove_folder(folder):
                folders.gone.pop()
        _make(desk, folders.make, made)
        for slot in moving:
            if slot.how in ("put", "move", "mode"):
                _step(desk, slot, act, placed)
    except BaseException:
        _undo(desk, placed)
        for folder in reversed(made):
            with suppress(OSError):
                desk.root.remove_folder(folder)
        with suppress(OSError, PathRefused):
            desk.root.make_parents(folders.gone[::-1])
        _undo(desk, removed)
        _discard(desk, moving, [*removed, *placed])
        folders.undone = True
        raise


def _make(desk: Desk, folders: list[str], made: list[str]) -> None:
    """Makes folders; when somebody removes one above them meanwhile, as a verb that goes back does, that one too."""
    for attempt in range(PARENT_RETRIES):
        try:
            desk.root.make_parents(folders, made)
            return
        except FileNotFoundError:
            if attempt == PARENT_RETRIES - 1:
                raise
            desk.root.forget()
            above = {each for folder in folders for each in (*parents(folder), folder)}
            folders = sorted(above, key=lambda each: each.count("/"))


def _step(desk: Desk, slot: Slot, act: InvocationId, done: list[Slot]) -> None:
    """Changes one path, and looks at what was displaced; when that cannot be told, the path goes back at once."""
    slot.stuck = True  # until it is known what became of it: an interrupt may come after the exchange
    try:
        outcome = _place(desk, slot)
    except Exception:
        slot.kept = True  # what waits in the temp folder may be anybody's
        _undo(desk, [slot])
        with suppress(OSError):
            slot.kept = not _holds_ours(desk, slot)
        raise
    slot.kept = outcome.kept
    slot.displaced = outcome.displaced
    if not outcome.ok:
        slot.stuck = False
        raise _alien(desk, slot, outcome, act)
    done.append(slot)
    slot.stuck = False


def _holds_ours(desk: Desk, slot: Slot) -> bool:
    """Tells whether the temp folder holds nothing of a path but the file that was prepared for it."""
    found = looking.look(desk.temp.fd, f"x-{slot.temp}")
    return found is None or (slot.how == "put" and slot.made is not None and looking.same_file(found, slot.made))


def _place(desk: Desk, slot: Slot) -> Outcome:
    for attempt in range(PARENT_RETRIES):
        try:
            return _place_once(desk, slot)
        except TempGone as error:
            hint = "repeat the call; nothing was changed"
            raise StorageError("the folder .spool was removed while a verb used it", hint=hint) from error
        except FileNotFoundError:
            if attempt == PARENT_RETRIES - 1:
                raise
            desk.root.forget()  # somebody removed a folder that was just there
            desk.root.make_parents(desk.root.missing_parents(slot.path))
    raise AssertionError("the last attempt returned or raised")


def _place_once(desk: Desk, slot: Slot) -> Outcome:
    at = desk.root.parent(slot.path)
    known = _knows(slot)
    if slot.how == "put":
        assert slot.made is not None  # filled before the transaction
        return publishing.put(desk.temp, slot.temp, *at, slot.look, known, slot.made)
    if slot.how == "move":
        assert slot.made is not None
        source = desk.root.parent(slot.moved_from)
        return publishing.move(*source, *at, slot.made, known)
    assert slot.look is not None and slot.how in ("remove", "mode")
    if slot.how == "remove":
        return publishing.remove(desk.temp, slot.temp, *at, slot.look, known)
    return publishing.set_mode(*at, slot.look, slot.now.state.mode if slot.now is not None else 0)


def _knows(slot: Slot) -> publishing.Known:
    """Tells by its digest whether a displaced file is the one that was read."""
    state = slot.after if slot.how == "move" else slot.before
    expected = None if state is None else state.sha256

    def known(dir_fd: int, name: str) -> bool:
        found = looking.look(dir_fd, name)
        return found is not None and Sha256(looking.digest(dir_fd, name, found, path=slot.path)) == expected

    return known


def _undo(desk: Desk, done: list[Slot]) -> None:
    """Takes back what was done, last first, with no content written; a foreign file in the way is left alone.

    A path that the system did not let go back is `stuck`: its displaced file stays, and recovery has to see to it.
    """
    for slot in reversed(done):
        slot.stuck = True
        with suppress(OSError, JournalError):  # the others shall go back all the same
            _undo_one(desk, slot)
            slot.stuck = False


def _undo_one(desk: Desk, slot: Slot) -> None:
    temp, at = desk.temp, desk.root.parent(slot.path)
    if slot.how == "remove":
        publishing.take_back_remove(temp, slot.temp, *at)
    elif slot.how == "mode" and slot.look is not None:
        publishing.take_back_mode(*at, slot.look, slot.look.mode)
    elif slot.made is None:
        return
    elif slot.how == "move":
        publishing.take_back_move(*desk.root.parent(slot.moved_from), *at, slot.made)
    elif slot.look is None:
        publishing.take_back_new(temp, slot.temp, *at, slot.made)
    else:
        publishing.take_back_put(temp, slot.temp, *at, slot.made)


def _discard(desk: Desk, moving: list[Slot], done: list[Slot]) -> None:
    """Removes the temp files that were not published; one that holds unknown bytes stays for `rescue_kept`."""
    for slot in moving:
        if not slot.kept and not slot.stuck and slot not in done:
            desk.temp.discard(slot.temp)


def rescue_kept(desk: Desk, moving: list[Slot]) -> list[tuple[Slot, PackedBlob]]:
    """Packs bytes of unknown origin that could not go back to their path; very large ones stay for the sweep."""
    rescued = []
    for slot in moving:
        with suppress(OSError, WorkspaceChanged):  # what cannot be read stays for the sweep too
            found = looking.look(desk.temp.fd, f"x-{slot.temp}") if slot.kept else None
            if found is not None and found.kind in ("file", "symlink") and found.size <= STREAM_ABOVE:
                rescued.append((slot, pack(looking.read(desk.temp.fd, f"x-{slot.temp}", found))))
    return rescued


def look_again(desk: Desk, slot: Slot) -> Look | None:
    """Looks at a path after its file was put in place: only then is the change time known."""
    if slot.now is None:
        return None
    try:
        return looking.look(*desk.root.parent(slot.path))
    except (OSError, PathRefused):
        return None  # it stands there all the same: the next look reads it


def is_as_made(slot: Slot, found: Look) -> bool:
    """Tells that what stands at the path is the very file that was put there, not written to since."""
    made = slot.made
    return made is not None and looking.same_file(made, found)


def drop_displaced(desk: Desk, slot: Slot) -> None:
    """Unlinks the displaced file of a path; the journal holds its content."""
    if slot.displaced:
        desk.temp.discard(slot.temp)


def _alien(desk: Desk, slot: Slot, outcome: Outcome, act: InvocationId) -> WorkspaceChanged:
    expected = slot.before
    what = "was removed" if outcome.gone else "was changed"
    found = None
    with suppress(OSError, JournalError):  # it stands there again, and may be written to at this moment
        at = desk.root.parent(slot.path)
        stands = looking.look(*at)
        found = None if stands is None else looking.digest(*at, stands, path=slot.path).hex()
    error = WorkspaceChanged(
        f"{slot.path!r} {what} by someone else while it was being written",
        hint="look at it, then repeat the call; nothing of theirs was lost",
        path=slot.path,
        expected=None if expected is None else expected.sha256.hex(),
        found=found,
        paths=(slot.path,),
    )
    error.invocation_id = act
    return error
