"""Opening a root: finding its journal, taking the lease, mending what a dead process left, starting a session.

`.spool/id` in the root names the journal and the root in it; when it is gone the journal is found by the root's path.
A root that was moved keeps its journal. A root that was copied gets one of its own, for two roots cannot share what is
staged. A journal that is not where `id` says is never made anew silently: the report says `missing`.
"""

import contextlib
import os
import time
from typing import Literal, NamedTuple

from journal.database import Database
from journal.database.migrate import migrate, refuse_newer
from journal.engine import branches
from journal.engine.desk import Desk, Place, now_us
from journal.engine.idle import Idle
from journal.engine.logs import LOG_BRAND, Branded
from journal.engine.recover import Origin, mend, recover
from journal.engine.turns import Turn
from journal.errors import BusyError, JournalError, StorageError, UnknownName, UsageError
from journal.ids import SessionRow
from journal.records import RecoveryReport
from journal.tables import marks, meta, sessions
from journal.tables.sessions import BranchRow, RootRow, SessionFacts
from journal.workspace import boot, identity, mounts, own, places, pointer, ticks
from journal.workspace.faults import system_errors
from journal.workspace.identity import Identity
from journal.workspace.lease import Held, Lease
from journal.workspace.look import signed
from journal.workspace.temp import HOME, Temp
from journal.workspace.walk import Root

BRANCH = branches.MAIN


class Wish(NamedTuple):
    """How a root is to be opened."""

    root: str
    journal: str | None
    session: str | None
    metadata: str
    wait_s: float
    allow_git: bool
    allow_wide_root: bool
    create: bool
    workers: int
    durability: Literal["off", "normal", "full"]
    branch: str | None = BRANCH
    log_brand: str = LOG_BRAND


class Opening(NamedTuple):
    """An open root: what every verb needs, session and branch by name, what recovery found, the leases to give back."""

    desk: Desk
    session: str
    branch: str
    recovery: RecoveryReport
    leases: list[Lease]
    idle: Idle


class Found(NamedTuple):
    """Where a root's journal is, and how it was found."""

    path: str
    origin: Origin


def open_root(wish: Wish) -> Opening:
    """Opens a root with its journal, both made when they are not there and `create` allows it.

    Raises:
        UsageError, UnknownName: nothing to open, or not so. BusyError: another session holds the root.
    """
    real = places.real_root(wish.root, wish.allow_wide_root)
    with contextlib.ExitStack() as undo, system_errors("open the root", real, place=real):
        root = Root.open(real)
        undo.callback(root.close)
        found = find_journal(real, wish.journal)
        if not os.path.exists(found.path) and not wish.create:
            raise _nothing(real, found.path)
        fresh = not os.path.lexists(os.path.join(real, HOME))
        temp = Temp.open(root)
        undo.callback(temp.close)
        started = time.monotonic()
        leases = [take_lease(temp.spool_fd, "lock", wish.wait_s, found.path, real)]
        undo.callback(leases[0].release)
        if fresh:  # and ours: whoever came second has waited, or was refused above
            undo.callback(temp.unmake)
        # Someone may take `.spool` away, and the lock in it, while a session works with a journal of its own choice.
        leases.append(take_lease(real, ".", _left(wish, started), found.path, real))
        undo.callback(leases[1].release)
        database, origin = _database(real, wish, undo)
        place_row, branch = _register(database, root, identity.read(temp.spool_fd), origin, wish.branch)
        beside = own.lease_name(database.path, place_row.id)
        leases.append(take_lease(os.path.dirname(database.path), beside, _left(wish, started), database.path, real))
        undo.callback(leases[2].release)
        _write_identity(temp, database, place_row)
        ticks.probe(temp)
        desk, session, report = _session(wish, database, root, temp, place_row, branch, origin)
        idle = Idle(desk, Branded("idle", wish.log_brand, session), syncing=wish.durability != "off")
        desk.ended = idle.poke
        undo.pop_all()
    return Opening(desk, session, branch.name, report, leases, idle)


def close(opening: Opening) -> None:
    """Ends a session when its verbs are done: what is done is closed, what is staged stays staged.

    Raises:
        UsageError: a verb of this thread is at work, or the session is that of the process that forked this one.
    """
    desk, alone = opening.desk, Turn(None)
    if desk.database.forked:  # whatever lock a thread of that process held at the fork, nobody gives back here
        try:
            desk.database.alive()
        finally:
            _let_go(opening)
    refuse_at_work(desk)
    try:
        opening.idle.stop()
        desk.turns.enter(alone)
        _close(opening, desk)
    finally:
        desk.turns.leave(alone)


def refuse_at_work(desk: Desk) -> None:
    """Refuses to close a spool whose verb this thread is in.

    Raises:
        UsageError
    """
    if desk.turn is not None and not desk.turn.over():
        raise UsageError("close was called from within a verb of this spool", hint="close it when the verb is done")


def _close(opening: Opening, desk: Desk) -> None:
    with desk.lock:
        if desk.database.closed:
            return
        try:
            if desk.doubtful:
                desk.mend()
            with desk.transaction() as (tx, _):
                desk.save_seen(tx)
                sessions.end(tx, desk.place.session_id, now_us())
            with contextlib.suppress(StorageError):
                desk.database.checkpoint()  # what was committed is committed
        finally:
            _let_go(opening)


def _let_go(opening: Opening) -> None:
    for thing in (opening.desk.database, opening.desk.temp, opening.desk.root):
        thing.close()
    for lease in opening.leases:
        lease.release()


def abandon(opening: Opening) -> None:
    """Gives the root free of a spool that was dropped without being closed; its session counts as died."""
    opening.idle.stop()
    for lease in opening.leases:
        lease.release()
    opening.desk.temp.close()
    opening.desk.root.close()


def find_journal(real: str, given: str | None) -> Found:
    """Says where the journal of a root is or will be; touches nothing.

    Raises:
        UsageError: the root belongs to another journal than the one that was given.
    """
    said = identity.read_at(real)
    exists = said is not None and os.path.exists(said.journal)
    if given is not None:
        path = os.path.abspath(given)
        if said is not None and exists and os.path.realpath(said.journal) != os.path.realpath(path):
            raise UsageError(
                f"{real} belongs to the journal {said.journal}, not to {path}",
                hint="leave journal= out, or remove .spool/id to give this root another journal",
            )
        return Found(path, "missing" if said is not None and not exists else _made_or_found(path))
    if said is not None and exists:
        return Found(said.journal, "found")
    path = str(places.default_journal(real))
    attached = pointer.read(path) if said is None else None
    if attached is not None and os.path.exists(attached):
        return Found(attached, "found")
    if said is not None and os.path.realpath(said.journal) != os.path.realpath(path) and not os.path.exists(path):
        return Found(path, "missing")
    if not os.path.exists(path) and (said is not None or places.was_used(path)):
        return Found(path, "missing")
    return Found(path, _made_or_found(path))


def locate(root: str) -> str:
    """Finds the journal of a root, or of the root above a folder.

    Raises:
        UnknownName: there is none.
    """
    start = folder = os.path.realpath(root)
    while True:
        path = find_journal(folder, None).path
        if os.path.isdir(folder) and os.path.exists(path):
            return path
        above = os.path.dirname(folder)
        if above == folder or identity.read_at(folder) is not None:  # a root whose journal is gone is not its parent's
            raise _nothing(start, str(places.default_journal(start)))
        folder = above


def _made_or_found(path: str) -> Origin:
    return "found" if os.path.exists(path) else "created"


def _nothing(root: str, path: str) -> UnknownName:
    hint = "make one with `spool init`, or Spool.open with create=True"
    return UnknownName(f"{root} has no journal (looked at {path})", hint=hint, name=root, candidates=())


def _database(real: str, wish: Wish, undo: contextlib.ExitStack) -> tuple[Database, Origin]:
    """Opens the journal now that the root is ours; a copied root gets another one."""
    found = find_journal(real, wish.journal)
    database = _open_file(found.path, create=True)
    undo.callback(database.close)
    said = identity.read_at(real)
    if said is None or found.origin != "found":
        return database, found.origin
    if said.journal_id != meta.get(database.look(), meta.JOURNAL_ID):
        return database, "missing"  # the file was emptied, or another journal stands in its place
    row = sessions.root_by_uuid(database.look(), said.root)
    if row is None or row.path == real:
        return database, "found"
    if not _stands_there(row):
        return database, "moved"
    database.close()
    if wish.journal is not None:
        hint = "leave journal= out to give the copy a journal of its own"
        raise UsageError(f"{real} is a copy of {row.path}, whose journal this is", hint=hint)
    another = _open_file(str(places.default_journal(real)), create=True)
    undo.callback(another.close)
    return another, "copied"


def _open_file(path: str, *, create: bool) -> Database:
    folder = os.path.dirname(path)
    mounts.refuse_unsafe_mount(folder)
    places.make_state_folder(folder)
    own.enrol(path)
    database = Database.open(path, readonly=False, create=create)
    try:
        prepare(database)
    except BaseException:
        database.close()
        raise
    return database


def create_file(path: str) -> None:
    """Makes an empty journal at a path, on a disk where it is safe."""
    _open_file(path, create=True).close()


def prepare(database: Database) -> None:
    """Brings a journal to this release's format, and names it when it is new.

    Raises:
        SchemaTooNew, MigrationFailed
    """
    refuse_newer(database)
    migrate(database, meta.MIGRATIONS)
    if meta.get(database.look(), meta.JOURNAL_ID) is None:
        os.chmod(database.path, 0o600)
        with database.begin(sync=True) as tx:
            meta.put(tx, meta.JOURNAL_ID, os.urandom(16).hex())
            meta.put(tx, meta.CREATED_AT, str(now_us()))


def _stands_there(row: RootRow) -> bool:
    """Tells whether a root is still where it was last seen, and not another one by now."""
    found = identity.read_at(row.path)
    return found is not None and found.root == row.uuid


def _register(
    database: Database, root: Root, said: Identity | None, origin: Origin, name: str | None
) -> tuple[RootRow, BranchRow]:
    """Finds the root and its branch in the journal, or takes them in; records where the root stands now."""
    look = database.look()
    stands = (root.path, signed(root.dev), signed(root.inode))
    row = sessions.root_by_path(look, root.path)
    if row is None and said is not None and origin == "moved":
        row = sessions.root_by_uuid(look, said.root)
    branch = None if row is None else branches.chosen(look, name, row)
    if row is not None and branch is not None and (row.path, row.dev, row.inode) == stands:
        return row, branch
    with database.begin(sync=True) as tx:
        if row is None:
            row = sessions.add_root(tx, os.urandom(16).hex(), *stands)
        else:
            row = sessions.place_root(tx, row, *stands)
        return row, branches.chosen(tx, name, row) or sessions.add_branch(tx, name or BRANCH, row.id)


def _write_identity(temp: Temp, database: Database, row: RootRow) -> None:
    journal_id = meta.get(database.look(), meta.JOURNAL_ID) or ""
    ours = Identity(journal_id, row.uuid, os.path.realpath(database.path))

    def write() -> None:
        if identity.read(temp.spool_fd) != ours:
            identity.write(temp.spool_fd, ours)

    write()
    temp.on_remade = write


def _session(
    wish: Wish, database: Database, root: Root, temp: Temp, row: RootRow, branch: BranchRow, origin: Origin
) -> tuple[Desk, str, RecoveryReport]:
    """Recovers, then starts the session."""
    name, look = wish.session if wish.session is not None else os.urandom(8).hex(), database.look()
    known = sessions.find(look, name)
    if known is not None and known[1] != branch.id:
        raise UsageError(f"session {name!r} belongs to another root", hint="choose another session_id")
    place = Place(row.id, branch.id, known[0] if known is not None else SessionRow(0), boot.boot_id())
    desk = Desk(database, root, temp, place, allow_git=wish.allow_git, workers=wish.workers)
    desk.database.keep(wish.durability)
    lost = boot.is_lost(meta.get(look, meta.BOOT_ID), meta.get(look, meta.TOKEN) or "", database.path)
    lost = lost or marks.of_another_boot(look, row.id, place.boot_id)
    report = recover(desk, origin, lost=lost)
    desk.mend = lambda: mend(desk)
    facts = SessionFacts(name, os.getpid(), os.uname().nodename, now_us(), wish.metadata)
    with database.begin() as tx:
        session = sessions.start(tx, branch.id, facts)
        meta.put(tx, meta.BOOT_ID, place.boot_id)  # last of all: a death in recovery must find the loss again
        meta.put(tx, meta.TOKEN, boot.write_token(database.path, meta.get(tx, meta.TOKEN) or ""))
        if lost:
            marks.doubt_others(tx, row.id)
    desk.place = place._replace(session_id=session)
    return desk, name, report


def _left(wish: Wish, started: float) -> float:
    return max(wish.wait_s - (time.monotonic() - started), 0.0)


def take_lease(folder: int | str, name: str, wait_s: float | None, journal: str, root: str) -> Lease:
    """Takes one of the locks of a root; its journal is asked who holds it. Where nobody could wait, it is None.

    Raises:
        BusyError: another session does.
    """
    try:
        return Lease.take(folder, name, wait_s or 0.0)
    except Held as error:
        holder = _holder(journal, root)
        who = f"by {holder}" if holder else "by another session"
        raise BusyError(
            f"this root is held {who}",
            hint="close that session, " + ("then repeat the call" if wait_s is None else "or wait for it with wait_s="),
            holder=holder,
            waited_s=error.waited_s,
        ) from error


def _holder(journal: str, root: str) -> str | None:
    """Says who holds the root, as far as the journal tells."""
    try:
        database = Database.open(journal, readonly=True)
    except JournalError:
        return None
    try:
        look = database.look()
        row = sessions.root_by_path(look, root)
        branch = sessions.branch(look, BRANCH) if row is None else sessions.branch_in(look, row.id)
        found = None if branch is None else sessions.living(look, branch.id)
        return None if found is None else f"session {found[0]} (process {found[1]} on {found[2]})"
    except JournalError:
        return None
    finally:
        database.close()
