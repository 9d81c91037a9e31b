"""Taking paths where a dead process would have taken them, or back, by the steps of an ordinary act."""

from dataclasses import dataclass, field

from journal.content.packing import pack
from journal.engine import intake, placing
from journal.engine.desk import Desk, now_us
from journal.engine.slots import Slot, Version, find
from journal.errors import PathRefused
from journal.ids import InvocationId
from journal.limits import STREAM_ABOVE
from journal.tables import blobs, marks, paths
from journal.tables.intents import Intent
from journal.tables.invocations import Outcome
from journal.tables.marks import Mark
from journal.tables.states import State
from journal.workspace import look as looking


@dataclass(slots=True)
class Tally:
    """What recovery has found and done so far."""

    finished: list[str] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    rescued: list[str] = field(default_factory=list)
    swept: int = 0
    lost: bool = False
    taken_back: set[InvocationId] = field(default_factory=set)
    blocked: set[InvocationId] = field(default_factory=set)
    failed: dict[InvocationId, Outcome] = field(default_factory=dict)


def carry(desk: Desk, todo: list[Intent], emptied: list[str], tally: Tally, *, back: bool) -> None:
    """Takes paths to their new states, or back to their old ones, by the steps of an ordinary act."""
    slots = [_slot(desk, intent, intent.before if back else intent.after) for intent in todo]
    placing.decide(slots)
    moving = [slot for slot in slots if slot.how]
    if not moving:
        for folder in emptied:
            desk.root.remove_folder(folder)
        return
    folders = placing.missing_folders(desk, moving)
    for slot in moving:
        if slot.look is None or slot.before is None:
            continue
        if not blobs.knows(desk.database.look(), slot.before.sha256):
            # It has the stamp of our own file, torn; but someone may have written it in the same tick of the clock.
            keep(desk, slot.path, desk.root.parent(slot.path), slot.look, "recovery")
            tally.rescued.append(slot.path)
    for slot in moving:
        placing.fill(desk, slot, {})
    with desk.database.begin(sync=True) as tx:
        marks.mark(tx, [_mark(desk, slot, todo[0].act_id) for slot in moving])
    placing.publish(desk, moving, placing.Folders(folders, emptied), todo[0].act_id)
    for slot in moving:
        placing.drop_displaced(desk, slot)


def keep(desk: Desk, path: str, at: tuple[int, str], found: looking.Look, reason: str) -> None:
    """Keeps bytes of unknown origin in the journal, synced, before anything is done to their file."""
    packed = None
    if found.size <= STREAM_ABOVE or found.kind == "symlink":
        packed = pack(looking.read(*at, found, path=path))
        sha = packed.sha256
    else:
        sha = intake.keep(desk, path, at, found)
    with desk.database.begin(sync=True) as tx:
        blob = blobs.number(tx, sha) if packed is None else blobs.put(tx, packed)
        marks.rescue(tx, paths.number(tx, path), blob, reason, now_us())


def _slot(desk: Desk, intent: Intent, target: State | None) -> Slot:
    try:
        slot = find(desk, intent.path, may_be_folder=True)
    except PathRefused:  # below a file that goes first; if it is not of this act, publishing is refused too
        slot = Slot(intent.path, desk.know(intent.path), None, None)
    slot.now = None if target is None else Version(target)
    return slot


def _mark(desk: Desk, slot: Slot, act: InvocationId) -> Mark:
    path_id, made, place = slot.known.path_id, slot.made, desk.place
    assert path_id is not None  # a promised path has a number
    seq = int(act)  # as the act itself would mark it: a sync that began before the act leaves it
    if made is None:
        return Mark(place.root_id, path_id, seq, None, None, None, place.boot_id)
    return Mark(place.root_id, path_id, seq, made.inode, made.size, made.mtime_ns, place.boot_id)
