"""Making journal and root agree after the process died, whatever instant it died at.

    1  the temp folder is swept: files on their way in go, displaced files go when the journal holds their content;
       others are kept in it first (`rescued`)
    2  every promise that is not known to be kept is looked at, act by act. A path that stands at its new state is
       done. One that stands at the very file it was promised against is carried forward. Anything else is a third
       content, which somebody put there: it stays
    3  an act on one path goes forward, or is reported; an act on several goes forward as a whole when no path has a
       third content, and back as a whole when one has: it was never acknowledged
    4  audit rows that were never closed are closed: files by their outcome, anything else as interrupted
    5  one last transaction says all this, and gives the marks of this boot

Every step may be repeated, so a death in the middle of it costs nothing but another recovery.
"""

from collections.abc import Mapping
from functools import partial
from itertools import groupby
from typing import Literal

from journal.content.paths import parents
from journal.engine import aftermath, rows, shell_runs
from journal.engine.carrying import Tally, carry, keep
from journal.engine.desk import Desk, now_us
from journal.engine.knowing import load_many
from journal.engine.slots import state_on_disk
from journal.engine.turning import folders_of
from journal.errors import CorruptionError, JournalError, PathRefused
from journal.ids import InvocationId, PathId, Sha256
from journal.records import RecoveryReport
from journal.tables import blobs, intents, invocations, marks, sessions, staged
from journal.tables.intents import Intent
from journal.tables.invocations import Chain, Opened, Outcome
from journal.workspace import look as looking
from journal.workspace.faults import system_errors
from journal.workspace.temp import FOLDER, HOME

LEAVING = ("reset", "restore", "overwrite")
"""acts that remove the folders that verbs had to make, when their files leave them."""

Stand = Literal["after", "before", "third"]
Origin = Literal["found", "created", "moved", "copied", "missing"]


def mend(desk: Desk) -> None:
    """Does within a living session what recovery does at opening, after an act was cut short or could not be undone."""
    with desk.lock:
        desk.database.roll_back()
        try:
            desk.close_pending()
        except CorruptionError:
            desk.pending.clear()  # they were closed by a transaction whose end an interrupt hid
        failed, desk.stuck = desk.stuck, {}
        desk.forget()
        try:
            recover(desk, "found", failed)
        except BaseException:
            desk.stuck = failed
            raise
        left = {intent.act_id for intent in intents.open_ones(desk.database.look(), desk.place.branch_id)}
        desk.stuck = {act: outcome for act, outcome in failed.items() if act in left}
        desk.doubtful = bool(desk.stuck)


def recover(
    desk: Desk, journal: Origin, failed: Mapping[InvocationId, Outcome] | None = None, *, lost: bool = False
) -> RecoveryReport:
    """Mends what a dead process left, and tells what that was; costs three look-ups when there is nothing.

    Acts that are known to have `failed` go back, however their paths stand. `lost` says that the machine may have lost
    what it had not written to the disk yet: then marked files are held against the journal.
    """
    with desk.lock, system_errors("recover the root", None, place=desk.root.fd):
        tally = Tally(failed=dict(failed or {}), lost=lost)
        look = desk.database.look()
        if lost:
            with desk.database.begin() as tx:
                marks.distrust(tx, desk.place.root_id)
        promised = intents.open_ones(look, desk.place.branch_id)
        running = invocations.running(look, desk.place.branch_id)
        _sweep(desk, promised, tally)
        for act, group in groupby(promised, key=lambda each: each.act_id):
            _finish_act(desk, act, list(group), running, tally)
        if lost:
            aftermath.rewrite(desk, {intent.path for intent in promised}, tally)
        interrupted = _close(desk, promised, running, tally)
        desk.root.forget()
        return RecoveryReport(
            finished=tuple(tally.finished),
            undone=tuple(tally.undone),
            conflicts=tuple(tally.conflicts),
            interrupted=tuple(interrupted),
            swept=tally.swept,
            rescued=tuple(tally.rescued),
            journal=journal,
        )


def _sweep(desk: Desk, promised: list[Intent], tally: Tally) -> None:
    """Step 1."""
    owners = {f"x-{intent.temp}": intent.path for intent in promised}
    for name in desk.temp.leftovers():
        found = looking.look(desk.temp.fd, name)
        if found is None:
            continue
        path = owners.get(name, f"{HOME}/{FOLDER}/{name}")
        if found.kind not in ("file", "symlink"):
            tally.conflicts.append(path)  # somebody else's doing: it is told and left
            continue
        if name.startswith("x-") and not _is_known(desk, name, found):
            keep(desk, path, (desk.temp.fd, name), found, "sweep")
            tally.rescued.append(path)
        if name.startswith(("w-", "x-")):
            desk.temp.unlink(name)
            tally.swept += 1


def _is_known(desk: Desk, name: str, found: looking.Look) -> bool:
    return blobs.knows(desk.database.look(), Sha256(looking.digest(desk.temp.fd, name, found)))


def _finish_act(desk: Desk, act: InvocationId, group: list[Intent], running: list[Opened], tally: Tally) -> None:
    """Steps 2 and 3 for one act."""
    _learn(desk, group)
    own, clear = {intent.path for intent in group}, _clear(desk, act, group, running)
    stands = {i.path: aftermath.after_loss(_stand(desk, i, own, clear), i, tally) for i in group}
    third = [intent.path for intent in group if stands[intent.path] == "third"]
    tally.conflicts += third
    back = act in tally.failed or (bool(third) and group[0].act_size > 1)
    todo = [intent for intent in group if stands[intent.path] == ("after" if back else "before")]
    if back and (barred := {intent.path for intent in todo if _is_barred(desk, intent, own, third)}):
        tally.conflicts += sorted(barred)  # what stood there is in the journal, and what someone else put there stays
        todo = [intent for intent in todo if intent.path not in barred]
    leaving = _leaving(desk, act, group, running, back=back)
    going = set[str]() if back else {intent.path for intent in todo}
    cleared = {folder for folder in clear if not going.isdisjoint([folder, *parents(folder)])}
    folders = {*_turned(group, back=back), *(folder for folder, _ in leaving), *cleared}
    emptied = sorted(filter(partial(_is_folder, desk), folders), key=lambda folder: -folder.count("/"))
    try:
        with system_errors("recover", None, place=desk.root.fd):
            carry(desk, todo, emptied, tally, back=back)
    except JournalError:
        tally.blocked.add(act)  # its promises stay, and the next opening tries again
        tally.conflicts += [intent.path for intent in todo]
        return
    (tally.undone if back else tally.finished).extend(intent.path for intent in todo)
    if back:
        tally.taken_back.add(act)
    elif gone := [number for folder, number in leaving if not _is_folder(desk, folder)]:
        with desk.database.begin() as tx:
            staged.unmade(tx, desk.place.branch_id, gone)


def _learn(desk: Desk, group: list[Intent]) -> None:
    """Asks for many paths by a few statements; never what was last seen there, as a torn file may look the same."""
    found, _ = load_many(desk.database.look(), desk.place, [intent.path for intent in group])
    for path, known in found.items():
        desk.knows(path, known)


def _stand(desk: Desk, intent: Intent, own: set[str], clear: set[str]) -> Stand:
    """Tells at which of its states a path stands, comparing recorded values and never a clock."""
    try:
        at = desk.root.parent(intent.path)
        found = looking.look(*at)
    except FileNotFoundError:
        found = None
    except PathRefused:
        if own.isdisjoint(parents(intent.path)):
            return "third"
        found = None  # a file of the same act stands where the folder was, or shall be
    if found is None:
        return "after" if intent.after is None else "before" if intent.before is None else "third"
    if found.kind == "folder" and intent.after is None:
        return "after"  # the file is gone: a folder of this act, or of someone else, stands in its place
    if found.kind not in ("file", "symlink"):
        gives_way = intent.before is None and intent.how == "put" and found.kind == "folder"
        return "before" if gives_way and desk.root.holds_only(intent.path, own | folders_of(own) | clear) else "third"
    state, _ = state_on_disk(desk, intent.path, desk.know(intent.path), found, at)
    if state == intent.after:
        return "after"
    stamp = (found.inode, found.mtime_ns)
    if stamp == intent.after_stamp and intent.how != "mode":
        return "before"  # our own file, torn: it is written again
    return "before" if state == intent.before and stamp == intent.before_stamp else "third"


def _clear(desk: Desk, act: InvocationId, group: list[Intent], running: list[Opened]) -> set[str]:
    """Lists the folders in the way of a file that may go when they are empty, as the act itself had judged."""
    name = next((opened.name for opened in running if opened.id == act), "")
    if name not in LEAVING:
        return set()
    turned = [i.path for i in group if i.after is not None and i.before is None and _is_folder(desk, i.path)]
    found = set(turned).union(*map(desk.root.folders_below, turned))
    return found if name == "restore" else found.intersection(
        folder for folder, _, _ in staged.folders(desk.database.look(), desk.place.branch_id)
    )


def _leaving(
    desk: Desk, act: InvocationId, group: list[Intent], running: list[Opened], *, back: bool
) -> list[tuple[str, PathId]]:
    """Lists the folders that go when they are empty, deepest first.

    Those that an act made before it was taken back; those that the files of an act that goes back to states leave.
    """
    made = staged.folders(desk.database.look(), desk.place.branch_id)
    if back:
        return [(folder, number) for folder, number, made_by in made if made_by == act]
    if not any(opened.id == act and opened.name in LEAVING for opened in running):
        return []
    going = {folder for intent in group if intent.after is None for folder in parents(intent.path)}
    return [(folder, number) for folder, number, _ in made if folder in going]


def _is_barred(desk: Desk, intent: Intent, own: set[str], third: list[str]) -> bool:
    """Tells whether a file cannot go back: below a file of someone else, or where a folder holds more than ours."""
    if intent.before is None:
        return False
    if not set(third).isdisjoint(parents(intent.path)):
        return True
    mine = own.difference(third)
    return _is_folder(desk, intent.path) and not desk.root.holds_only(intent.path, mine | folders_of(mine))


def _turned(group: list[Intent], *, back: bool) -> set[str]:
    """Lists the folders that must go because the act puts a file in the place of one."""
    ends = {intent.path: intent.before if back else intent.after for intent in group}
    going = {folder for path, end in ends.items() if end is None for folder in parents(path)}
    return {folder for folder in going if any(ends.get(each) is not None for each in [folder, *parents(folder)])}


def _is_folder(desk: Desk, path: str) -> bool:
    try:
        found = looking.look(*desk.root.parent(path))
    except (FileNotFoundError, PathRefused):
        return False
    return found is not None and found.kind == "folder"


def _close(desk: Desk, promised: list[Intent], running: list[Opened], tally: Tally) -> list[int]:
    """Steps 4 and 5; gives the acts that were interrupted."""
    if not (tally.lost or promised or running or blobs.has_pending(desk.database.look())):
        return []
    interrupted, finished = list[int](), now_us()
    with desk.database.begin(sync=True) as tx:
        for act in tally.taken_back:
            rows.take_back(tx, desk.place.branch_id, act)
        intents.done(tx, desk.place.branch_id, {i.act_id for i in promised} - tally.blocked)
        chain = Chain(tx)
        for opened in running:
            if opened.id in tally.blocked:
                continue
            outcome = _outcome(opened, tally, finished)
            if outcome.state == "interrupted":
                interrupted.append(int(opened.id))
            if opened.kind == "shell":
                shell_runs.recover(tx, opened)
            chain.close(opened, outcome)
        if not sessions.others_open(tx, desk.place.branch_id):  # else one may be on its way in at another root
            blobs.drop_pending(tx)
        marks.restamp(tx, desk.place.root_id, desk.place.boot_id)
    desk.forget()
    return interrupted


def _outcome(opened: Opened, tally: Tally, finished: int) -> Outcome:
    if opened.kind != "spool":
        return Outcome("interrupted", finished, None, "the process ended while this ran")
    if opened.id in tally.failed:
        return tally.failed[opened.id]
    if opened.id in tally.taken_back:
        return Outcome("failed", finished, None, "the process ended in the middle; it was taken back")
    return Outcome("ok", finished, None)
