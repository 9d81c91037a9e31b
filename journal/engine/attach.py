"""Giving a root another journal: one that was salvaged, or brought back from a copy."""

import contextlib
import os
from typing import NamedTuple

from journal.database import Database, Write
from journal.engine import opening
from journal.errors import JournalError, UsageError
from journal.tables import marks, meta, sessions
from journal.tables.sessions import RootRow
from journal.workspace import boot, identity, mounts, own, places, pointer
from journal.workspace.faults import system_errors
from journal.workspace.identity import Identity
from journal.workspace.look import signed
from journal.workspace.temp import HOME, Temp
from journal.workspace.walk import Root


class Had(NamedTuple):
    """The journal that a root has: what `.spool/id` says, where it is or would be, and whether it is there."""

    said: Identity | None
    path: str
    stands: bool


def attach(database: Database, root: str, *, force: bool) -> None:
    """Makes a journal that of a root, from its next opening on; the one it had stays where it is.

    Raises:
        UsageError: the root has a journal that this one does not come from, unless `force`; or another root has this
            one, which no force helps. BusyError: a session holds the root. StorageError: its disk is no place for it.
    """
    real = places.real_root(root, True)
    ours = os.path.realpath(database.path)
    mounts.refuse_unsafe_mount(os.path.dirname(ours))
    with database.lock, contextlib.ExitStack() as done, system_errors("attach a journal to", real, place=real):
        place = Root.open(real)
        done.callback(place.close)
        fresh = not os.path.lexists(os.path.join(real, HOME))
        temp = Temp.open(place)
        done.callback(temp.close)
        had = _had(real)
        lock = opening.take_lease(temp.spool_fd, "lock", None, had.path, real)
        done.callback(lock.release)
        done.callback(opening.take_lease(real, ".", None, had.path, real).release)
        try:
            row = _row(database, ours, real, had, force)
            _keep_out(done, had, real, row, ours)
            with database.begin(sync=True) as tx:
                stands = (real, signed(place.dev), signed(place.inode))
                if row is None:
                    row = sessions.add_root(tx, os.urandom(16).hex(), *stands)
                else:
                    row = sessions.place_root(tx, row, *stands)
                _begin_anew(tx, row, ours)
        except BaseException:
            if fresh:
                temp.unmake()
            raise
        _point(real, ours)
        identity.write(temp.spool_fd, Identity(_id(database), row.uuid, ours))


def _begin_anew(tx: Write, row: RootRow, ours: str) -> None:
    """Forgets what the journal says of the disk, which is of another time: the root's files are not held against it."""
    marks.clear(tx, row.id, marks.newest(tx, row.id))
    marks.doubt_others(tx, row.id)  # whether memory was lost is not asked again for the other roots
    meta.put(tx, meta.BOOT_ID, boot.boot_id())
    meta.put(tx, meta.TOKEN, boot.write_token(ours, ""))


def _point(real: str, ours: str) -> None:
    """Lets the root find this journal when its `.spool` is gone, too; without a home there is nowhere to say so."""
    try:
        default = str(places.default_journal(real))
        places.make_state_folder(os.path.dirname(default))
    except UsageError:
        return
    pointer.write(os.path.realpath(default), ours)


def _had(real: str) -> Had:
    said = identity.read_at(real)
    try:
        path = opening.find_journal(real, None).path
    except UsageError:  # without a home there is no place where one would be
        return Had(said, "", False)
    return Had(said, path, os.path.exists(path))


def _row(database: Database, ours: str, real: str, had: Had, force: bool) -> RootRow | None:
    """Finds what this journal knows the root as; None when it is to take it in."""
    look = database.look()
    by_path = sessions.root_by_path(look, real)
    known = by_path if had.said is None else sessions.root_by_uuid(look, had.said.root)
    if known is None and had.stands and not force:
        raise _foreign(database, ours, real, had)
    row = known or by_path
    if row is None:
        main = sessions.branch(look, opening.BRANCH)
        row = None if main is None else sessions.root_of(look, main.root_id)
        return None if row is None or _is_at_home(row, ours, real) else row
    if _is_at_home(row, ours, real):
        raise UsageError(
            f"{ours} is the journal of {row.path} and cannot be that of {real} too: they are known as one root",
            hint="remove `.spool` from the copy, or attach a backup of the journal",
        )
    return row


def _is_at_home(row: RootRow, ours: str, real: str) -> bool:
    """Tells whether another folder is that root, and has this very file for its journal."""
    said = None if row.path == real else identity.read_at(row.path)
    return said is not None and said.root == row.uuid and os.path.realpath(said.journal) == ours


def _foreign(database: Database, ours: str, real: str, had: Had) -> UsageError:
    theirs = "" if had.said is None else f" (journal {had.said.journal_id}, root {had.said.root})"
    return UsageError(
        f"{real} belongs to the journal {had.path}{theirs}, which {ours} (journal {_id(database)}) does not come from",
        hint="name the journal that was made from it, or pass force=True",
    )


def _keep_out(done: contextlib.ExitStack, had: Had, real: str, row: RootRow | None, ours: str) -> None:
    """Holds the leases beside both journals: a session whose `.spool` was removed has no other lock."""
    places_of = []
    if had.stands:
        with contextlib.suppress(JournalError):  # it may be the damaged one
            other = Database.open(had.path, readonly=True)
            try:
                look = other.look()
                theirs = sessions.root_by_path(look, real)
                if theirs is None and had.said is not None:
                    theirs = sessions.root_by_uuid(look, had.said.root)
            finally:
                other.close()
            if theirs is not None:
                places_of.append((had.path, theirs))
    if row is not None and (ours, row.id) not in [(os.path.realpath(path), each.id) for path, each in places_of]:
        places_of.append((ours, row))
    for journal, each in places_of:
        name = own.lease_name(journal, each.id)
        lease = opening.take_lease(os.path.dirname(journal), name, None, had.path, real)
        done.callback(lease.release)


def _id(database: Database) -> str:
    return meta.get(database.look(), meta.JOURNAL_ID) or ""
