"""One act on files, from its plan to files in place: the steps of the write-ahead protocol, in the order of the disk.

    1  everything is worked out: what stands on disk, what shall, the new contents packed
    2  the new files are written to the temp folder
    3  one transaction: contents, edits, what is staged, a promise (intent) and a mark for each path, the audit row;
       synced when it marks a path for the first time or keeps bytes of someone else, because from here on the only
       copy of what stood there before may be the journal's
    4  folders are made, files put in place by exchange, and what was displaced is looked at
    5  an act on several paths is closed in one more transaction before it returns; an act on one path is closed by
       the next transaction, for looking at its path tells all there is to know
    6  an unexpected file goes back where it was; so does all that this act did; a transaction takes the rows back
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain

from journal.content.packing import PackedBlob
from journal.database import Write
from journal.engine import intake, placing, room
from journal.engine.desk import Desk, Ended, Place, now_us, took
from journal.engine.overlay import Edit
from journal.engine.slots import Slot, seen_of
from journal.errors import JournalError
from journal.ids import EditId, InvocationId, PathId
from journal.tables import blobs, intents, marks, paths, sessions, staged
from journal.tables.intents import IntentRow
from journal.tables.invocations import Asked, Chain, Opened, Outcome
from journal.tables.marks import Mark
from journal.tables.staged import EditRow, StagedRow
from journal.tables.states import ABSENT, State
from journal.workspace.faults import system_errors

Fold = Callable[[Slot], tuple[State | None, State | None]]
"""What a slot's staged row becomes: from its state at head to its state now; two equal states are no row."""


@dataclass(slots=True)
class Plan:
    """All that one act will do: the paths it touches, the edits it logs, how each path is staged afterwards."""

    asked: Asked
    slots: list[Slot]
    edits: list[Edit]
    packed: list[PackedBlob]
    fold: Fold
    folders: placing.Folders = field(default_factory=placing.Folders)

    @property
    def moving(self) -> list[Slot]:
        """Lists the slots whose files change on disk."""
        return [slot for slot in self.slots if slot.how]


def staged_now(slot: Slot) -> tuple[State | None, State | None]:
    """Folds an edit into what is staged: from the state at head (or, untracked, on disk) to the state now."""
    known = slot.known
    if known.staged is not None:
        untouched = slot.stood is None or slot.stood == slot.after
        return (known.staged[0] if untouched else slot.stood), slot.after
    return (known.head if known.head is not None else slot.before), slot.after


def carry_out(desk: Desk, plan: Plan) -> Opened:
    """Carries a plan out, all of it or nothing, and gives its audit row.

    Raises:
        WorkspaceChanged: an unexpected file stood at a path; it stands there still. StorageError and its kin.
    """
    _prepare(desk, plan)
    desk.doubt(True)  # until this act is known to be wholly done, or wholly undone
    opened = _promise(desk, plan)
    try:
        with desk.aside(), system_errors("write to the root", None, place=desk.root.fd):
            placing.publish(desk, plan.moving, plan.folders, opened.id)
    except BaseException as error:
        if plan.folders.undone:  # else an interrupt came when all was in place, and recovery says how the act ends
            _take_back(desk, plan, opened, error)
        raise
    _finish(desk, plan, opened)
    desk.doubt(False)
    return opened


def _prepare(desk: Desk, plan: Plan) -> None:
    """Steps 1 and 2: decides how each path changes, keeps large old contents, writes the new files."""
    placing.decide(plan.slots)
    moving = plan.moving
    try:
        for slot in moving:
            slot.captured |= intake.capture(desk, slot)
        room.for_files(desk, moving)
        plan.folders.make = placing.missing_folders(desk, moving)
        gifts = placing.Gifts()
        for slot in moving:
            placing.fill(desk, slot, gifts)
    except BaseException:
        placing.discard(desk, plan.slots)
        raise
    placing.discard(desk, [slot for slot in plan.slots if slot.how != "put"])


def _promise(desk: Desk, plan: Plan) -> Opened:
    """Step 3: one transaction with all rows of the act."""
    moving = plan.moving
    sync = any(not desk.is_marked(s.path, s.known) or s.captured for s in moving)
    sync = sync or any(s.adopted or s.rescued for s in plan.slots)
    opened: Opened | None = None
    try:
        with desk.transaction(sync=sync) as (tx, chain):
            opened = _open(chain, plan, running=bool(moving))
            _write_rows(desk, tx, plan, opened)
    except BaseException as error:
        if desk.landed and opened is not None and moving:  # interrupted after the commit, and nothing is on disk yet
            _take_back(desk, plan, opened, error)
        desk.doubt(desk.landed)
        placing.discard(desk, moving)
        raise
    for slot in moving:
        slot.known.marked = True
    for slot in plan.slots:
        desk.knows(slot.path, slot.known)
    return opened


def _open(chain: Chain, plan: Plan, *, running: bool) -> Opened:
    if running:
        return chain.open(plan.asked)
    finished = now_us()
    return chain.record(plan.asked, Outcome("ok", finished, took(plan.asked.started_at, finished)))


def _write_rows(desk: Desk, tx: Write, plan: Plan, opened: Opened) -> None:
    disks = [slot.disk.packed for slot in plan.slots if slot.disk is not None]  # first: the bases of new versions
    kept = [*(blob for blob in disks if blob is not None), *plan.packed]
    if len(kept) > 2:
        for sha, number in blobs.put_many(tx, kept).items():
            desk.numbered(sha, number)
    else:
        for blob in kept:
            desk.numbered(blob.sha256, blobs.put(tx, blob))
    plan.packed.clear()
    for slot in plan.slots:
        if slot.known.path_id is None:
            slot.known.path_id = paths.number(tx, slot.path)
    last = _log_edits(desk, tx, plan, opened.id)
    _tell_rescued(desk, tx, plan, last)
    prior = {slot.path: slot.known.row for slot in plan.slots}
    _stage(desk, tx, plan, last)
    _promise_disk(desk, tx, plan, opened.id, prior, last)


def _log_edits(desk: Desk, tx: Write, plan: Plan, act: InvocationId) -> dict[str, EditId]:
    """Appends the act's edits; gives the number of the last one of each path."""
    number, last = staged.last_edit(tx) + 1, dict[str, EditId]()
    ids = {slot.path: _id(slot) for slot in plan.slots}

    def rows() -> Iterator[EditRow]:  # made one by one, as they are written: an act may have a hundred thousand
        for seq, edit in enumerate(each for each in plan.edits if each.before != each.after):
            last[edit.path] = EditId(number + seq)
            source = ids[edit.moved_from] if edit.moved_from else None
            sides = desk.columns(tx, edit.before), desk.columns(tx, edit.after)
            yield EditRow(last[edit.path], act, desk.place.branch_id, ids[edit.path], seq, *sides, source)

    staged.log(tx, rows())
    return last


def _tell_rescued(desk: Desk, tx: Write, plan: Plan, last: dict[str, EditId]) -> None:
    """Records whose bytes are written over; a path that gets its staged content back stays the act's that staged it."""
    for slot in plan.slots:
        blob = desk.columns(tx, slot.before)[0] if slot.rescued else None
        if blob is not None:
            marks.rescue(tx, _id(slot), blob, slot.rescued, plan.asked.started_at)
            if slot.known.staged is not None and plan.fold(slot) == slot.known.staged:
                last.pop(slot.path, None)


def _stage(desk: Desk, tx: Write, plan: Plan, last: dict[str, EditId]) -> None:
    branch, rows, dropped = desk.place.branch_id, list[StagedRow](), list[PathId]()
    for slot in plan.slots:
        before, after = plan.fold(slot)
        known = slot.known
        if before == after:
            if known.row is not None:
                dropped.append(_id(slot))
            known.staged = known.row = None
        elif slot.path in last or known.row is not None:
            edit = last[slot.path] if slot.path in last else known.row[0]  # type: ignore[index]  # one of the two is
            row = StagedRow(branch, _id(slot), desk.columns(tx, before), desk.columns(tx, after), edit)
            if known.staged != (before, after) or slot.path in last:
                rows.append(row)
            known.staged, known.row = (before, after), (row.edit_id, row.before, row.after)
            known.adopted = plan.asked.name == "adopt" if slot.path in last else known.adopted
    if rows:
        staged.put(tx, rows)
    if dropped:
        staged.drop(tx, branch, dropped)
    if rows or dropped:
        sessions.bump(tx, branch)


def _promise_disk(
    desk: Desk,
    tx: Write,
    plan: Plan,
    act: InvocationId,
    prior: dict[str, intents.Prior | None],
    last: dict[str, EditId],
) -> None:
    moving, place = plan.moving, desk.place
    intents.put(tx, chain(_moving(desk, tx, moving, act, prior), _staying(desk, tx, plan, act, prior)))
    marks.mark(tx, (_mark(slot, act, place) for slot in moving))
    if plan.folders.make:
        edit = next(iter(last.values()), None) or EditId(staged.last_edit(tx))
        staged.made(tx, place.branch_id, [(paths.number(tx, folder), edit) for folder in plan.folders.make])


def _moving(
    desk: Desk, tx: Write, moving: list[Slot], act: InvocationId, prior: dict[str, intents.Prior | None]
) -> Iterator[IntentRow]:
    """Makes the promises of the paths whose files change."""
    ids = {slot.path: _id(slot) for slot in moving}
    for seq, slot in enumerate(moving):
        look, made = slot.look, slot.made
        stood = (None, None) if look is None else (look.inode, look.mtime_ns)
        stands = (None, None) if made is None else (made.inode, made.mtime_ns)
        before = desk.columns(tx, slot.before) if look is not None else ABSENT
        after = desk.columns(tx, slot.after)
        source = ids[slot.moved_from] if slot.moved_from else None
        head = (desk.place.branch_id, ids[slot.path], act, seq, len(moving), slot.how, slot.temp, source)
        yield IntentRow(*head, before, stood, after, stands, prior[slot.path])


def _mark(slot: Slot, act: InvocationId, place: Place) -> Mark:
    made = slot.made
    if made is None:
        return Mark(place.root_id, _id(slot), int(act), None, None, None, place.boot_id)
    return Mark(place.root_id, _id(slot), int(act), made.inode, made.size, made.mtime_ns, place.boot_id)


def _staying(
    desk: Desk, tx: Write, plan: Plan, act: InvocationId, prior: dict[str, intents.Prior | None]
) -> Iterator[IntentRow]:
    """Makes the promises of paths whose staged row changes and whose file stays: should the act be taken back, they
    are how the row is found again. An act that moves no file is never taken back."""
    moving, branch, staying = plan.moving, desk.place.branch_id, 0
    for slot in plan.slots if moving else []:
        if not slot.how and prior[slot.path] != slot.known.row:
            stands = (None, None) if slot.look is None else (slot.look.inode, slot.look.mtime_ns)
            state = desk.columns(tx, slot.before)
            head = (branch, _id(slot), act, len(moving) + staying, len(moving), "mode", 0, None)
            yield IntentRow(*head, state, stands, state, stands, prior[slot.path])
            staying += 1


def _finish(desk: Desk, plan: Plan, opened: Opened) -> None:
    """Step 5: remembers what stands on disk now; closes the act at once when it has several paths."""
    moving = plan.moving
    if moving:  # first of all: from here on the act is done, whatever becomes of the rest
        finished = now_us()
        desk.pending.append(Ended(opened, Outcome("ok", finished, took(plan.asked.started_at, finished))))
    for slot in moving:
        found = placing.look_again(desk, slot)
        desk.seen.pop(slot.path, None)
        if found is not None and slot.now is not None and placing.is_as_made(slot, found):
            seen = desk.seen[slot.path] = seen_of(found, slot.now.state.sha256, slot.now.state.is_text)
            desk.unsaved[_id(slot)] = seen
    if len(moving) > 1 or plan.folders.gone:
        _close_batch(desk, plan)
    with desk.aside():
        for slot in moving:
            placing.drop_displaced(desk, slot)
    desk.database.checkpoint_when_large()


def _close_batch(desk: Desk, plan: Plan) -> None:
    """Says in one transaction that all paths of the act are in place, so that nothing takes it back any more."""
    # When the disk takes no row the act is still done; then the next transaction closes it, as it does a single path's.
    with suppress(JournalError), desk.transaction() as (tx, _):
        found = [paths.find(tx, folder) for folder in plan.folders.gone]
        staged.unmade(tx, desk.place.branch_id, [path_id for path_id in found if path_id is not None])


def _take_back(desk: Desk, plan: Plan, opened: Opened, error: BaseException) -> None:
    """Step 6: the files went back already; now the rows do, and what could not go back is kept as a blob."""
    if isinstance(error, JournalError):
        error.invocation_id = opened.id
    rescued = placing.rescue_kept(desk, plan.moving)
    finished = now_us()
    text = str(error) if isinstance(error, JournalError) else type(error).__name__
    outcome = Outcome("failed", finished, took(plan.asked.started_at, finished), text)
    desk.forget()
    if any(slot.stuck for slot in plan.moving) or not isinstance(error, Exception):
        # Its promises stay, and recovery looks at every path: after an interrupt nobody knows what was done last.
        desk.stuck[opened.id] = outcome
        return
    desk.failed.append(Ended(opened, outcome))
    # When the disk takes no row, the next transaction takes the rows back, and the error to tell is the first one.
    with suppress(JournalError), desk.transaction(sync=bool(rescued)) as (tx, _):
        for slot, packed in rescued:
            marks.rescue(tx, paths.number(tx, slot.path), blobs.put(tx, packed), "displaced", finished)
    if desk.landed:
        for slot, _ in rescued:
            desk.temp.discard(slot.temp)
    desk.root.forget()
    desk.doubt(False)


def _id(slot: Slot) -> PathId:
    path_id = slot.known.path_id
    assert path_id is not None  # numbers are given out first of all
    return path_id
