"""A root as it stands, told beside a session that may be at work there: one snapshot, no lease, nothing written."""

import os
from os import PathLike

from journal.content.paths import normal
from journal.database import Read
from journal.engine import compare, history, renames, root_reading, survey
from journal.engine.journal import Journal
from journal.errors import UnknownName
from journal.records import FilePatch, Paths, Status, StrPath
from journal.tables import commits, sessions
from journal.tables import staged as rows
from journal.tables.sessions import BranchRow
from journal.workspace import identity, places
from journal.workspace.faults import system_errors
from journal.workspace.walk import Root


def of(journal: Journal, root: str | PathLike[str]) -> Status:
    """Tells what is staged at a root, where the disk holds something else, and what was edited by hand."""
    path = places.real_root(os.fspath(root), True)
    with journal.reading() as reading, reading.database.read() as look, system_errors("look at the root", path):
        branch = branch_at(look, reading.database.path, path)
        head = None if branch.head_id is None else commits.tip(look, branch.head_id)[0].hex()
        place = Root.open(path)
        try:
            found = survey.survey(look, branch.id, survey.Survey(look, place, branch.root_id))
        finally:
            place.close()
        living = sessions.living(look, branch.id)
    return survey.status("" if living is None else living[0], branch.name, head, found)


def staged(journal: Journal, root: str | PathLike[str], paths: Paths | None = None) -> list[FilePatch]:
    """Gives what is staged at a root as patches, by path bytes."""
    path = places.real_root(os.fspath(root), True)
    with journal.reading() as reading, reading.database.read() as look:
        branch = branch_at(look, reading.database.path, path)
        return compare.staged_patches(reading, branch.id, paths)


def renamed(journal: Journal, root: str | PathLike[str]) -> dict[str, str]:
    """Gives for each path that is staged at a root as a renamed one the path that it was."""
    path = places.real_root(os.fspath(root), True)
    with journal.reading() as reading, reading.database.read() as look:
        branch = branch_at(look, reading.database.path, path)
        found = renames.of_stage(reading, branch.id, rows.everything(look, branch.id))
    return {new: origin.path for new, origin in found.items()}


def judged(journal: Journal, root: str | PathLike[str]) -> tuple[list[FilePatch], str]:
    """Gives all that is staged at a root as patches, by path bytes, with the digest that `commit` can be held to."""
    path = places.real_root(os.fspath(root), True)
    with journal.reading() as reading, reading.database.read() as look:
        branch = branch_at(look, reading.database.path, path)
        digest = survey.digest_of(rows.everything(look, branch.id))
        return compare.staged_patches(reading, branch.id, None), digest.hex()


def since(journal: Journal, root: str | PathLike[str], commit: str, paths: Paths | None = None) -> list[FilePatch]:
    """Gives what is staged at a root against a commit, as patches by path bytes.

    Raises:
        UnknownName: no commit is called so.
    """
    path = places.real_root(os.fspath(root), True)
    with journal.reading() as reading:
        with reading.database.read() as look:
            branch = branch_at(look, reading.database.path, path)
        return history.since(reading, branch.id, commit, paths)


def read_root(root: str | PathLike[str], path: StrPath) -> bytes | None:
    """Gives what a root holds at a path now, None when nothing; of a symlink the name it points to."""
    real = places.real_root(os.fspath(root), True)
    with system_errors("open the root", real):
        place = Root.open(real)
    try:
        return root_reading.content(place, normal(path, allow_git=True))
    finally:
        place.close()


def branch_at(look: Read, journal: str, root: str) -> BranchRow:
    """Gives the branch that is checked out at a root; a root that was moved is known by its id.

    Raises:
        UnknownName: the journal knows no root, or another one.
    """
    said, row = identity.read_at(root), sessions.root_by_path(look, root)
    if row is None and said is not None:
        row = sessions.root_by_uuid(look, said.root)
    branch = None if row is None else sessions.branch_in(look, row.id)
    if branch is None:
        empty = not sessions.branches(look)
        what = "knows no root yet" if empty else f"is not the journal of {root}"
        hint = "open the root once with `spool init`" if empty else "name that root, or leave the journal out"
        raise UnknownName(f"{journal} {what}", hint=hint, name=root, candidates=())
    return branch
