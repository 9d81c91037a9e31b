"""Taking over what someone else did to the root: it is staged as it stands, and no file is touched."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple

from journal.content.paths import key
from journal.content.selection import Selection, several
from journal.engine import compare, easing, intake
from journal.engine.act import Plan, carry_out, staged_now
from journal.engine.asking import asked
from journal.engine.desk import Desk
from journal.engine.overlay import Edit
from journal.engine.slots import Slot, find, recall, refuse_journal, same_state
from journal.engine.stage import collector_off
from journal.errors import PathRefused
from journal.limits import LISTED_NAMES_MAX, ROWS_BYTES_PER_TX
from journal.records import FilePatch, Paths
from journal.tables import staged, trees
from journal.tables.invocations import Asked
from journal.tables.states import State
from journal.workspace import listing
from journal.workspace import look as looking


class Taken(NamedTuple):
    """What was taken over: the edits, by path bytes, and the act that staged them."""

    edits: list[Edit]
    act: int


def adopt(desk: Desk, paths: Paths | None) -> list[FilePatch]:
    """Stages what someone else changed: contents, modes and removals of tracked paths; new files where `paths` say so.

    Raises:
        PathRefused: a path that may not be journaled was named. LimitExceeded: too many names lie below one.
        WorkspaceChanged: a file was written to while it was read.
    """
    paths = None if paths is None else several(paths)
    request = {"paths": None if paths is None else list(map(str, paths))}
    with asked(desk, "adopt", request) as what:
        meant = _meant(desk, paths)
        with collector_off(len(meant)):
            taken = take(desk, what, meant)
            return [
                compare.patch(desk.database.path, each.path, each.before, each.after, invocation_id=taken.act)
                for each in taken.edits
            ]


def take(desk: Desk, what: Asked, names: Iterable[str]) -> Taken:
    """Stages some paths as they stand; those that are as the journal says are left out."""
    slots, edits, heavy, held = list[Slot](), list[Edit](), list[Slot](), 0
    names = list(names)
    desk.expect(names)
    for name in names:
        slot = _standing(desk, name)
        expected = slot.known.expected
        if same_state(slot.before, expected):
            continue
        slot.adopted = True
        slots.append(slot)
        edits.append(Edit(name, expected, slot.before))
        intake.capture(desk, slot)
        heavy.append(slot)
        held += easing.thin(slot)
        if held > ROWS_BYTES_PER_TX:
            easing.store(desk, heavy)
            heavy, held = [], 0
    act = carry_out(desk, Plan(what, slots, edits, [], _fold))
    for slot in slots:  # the next session need not read them again
        if slot.known.path_id is not None and slot.path in desk.seen:
            desk.unsaved[slot.known.path_id] = desk.seen[slot.path]
    return Taken(edits, int(act.id))


def _fold(slot: Slot) -> tuple[State | None, State | None]:
    """Stages an untracked file as created, though it stood there before."""
    known = slot.known
    return staged_now(slot) if known.tracked else (None, slot.after)


def _standing(desk: Desk, name: str) -> Slot:
    """Looks at a path; where a folder or a device stands, or the way is barred, the file is gone."""
    try:
        return recall(desk, find(desk, name, may_be_folder=True))
    except PathRefused:
        return recall(desk, Slot(name, desk.know(name), None, None))


def _meant(desk: Desk, paths: Paths | None) -> list[str]:
    """Lists the tracked paths that are meant, and the untracked files too when some are named, by path bytes."""
    look = desk.database.look()
    tracked = {row.path for row in staged.everything(look, desk.place.branch_id)}
    tracked.update(entry.path for entry in trees.head(look, desk.place.branch_id))
    chosen = Selection.of(paths, lambda name: name in tracked or _stands(desk, name))
    found = {name for name in tracked if chosen.matches(name)}
    if paths is not None:
        found.update(_named(desk, chosen, tracked))
    return sorted(found, key=key)


def _stands(desk: Desk, name: str) -> bool:
    try:
        return looking.look(*desk.root.parent(name)) is not None
    except (FileNotFoundError, PathRefused):
        return False


def _named(desk: Desk, chosen: Selection, tracked: set[str]) -> Iterator[str]:
    """Lists the untracked files at and below the paths that were named.

    Raises:
        PathRefused: what a walk leaves out without a word was named itself.
    """
    for start in () if chosen.nothing else chosen.starts:
        try:
            if start:
                desk.path(start)
                _refuse_journal_at(desk, start)
            for name in listing.files(desk.root, start, lambda each: _may_be_listed(desk, each), LISTED_NAMES_MAX):
                if name not in tracked and chosen.matches(name):
                    yield name
        except PathRefused:
            if start not in tracked:  # else its file is gone, which is staged
                raise


def _refuse_journal_at(desk: Desk, path: str) -> None:
    with suppress(FileNotFoundError):
        found = looking.look(*desk.root.parent(path))
        if found is not None:
            refuse_journal(path, found)


def _may_be_listed(desk: Desk, path: str) -> bool:
    """Leaves out what is the journal's own, what no verb takes, and every `.git` that was not named itself."""
    try:
        desk.path(path)
    except PathRefused:
        return False
    return path.rpartition("/")[2].casefold() != ".git"
