"""A root as it stands, told beside a session that may be at work there: one snapshot, no lease, nothing written."""

import os
from os import PathLike

from journal.content.paths import normal
from journal.engine import compare, opening, root_reading, survey
from journal.engine.journal import Journal
from journal.errors import UnknownName
from journal.records import FilePatch, Paths, Status, StrPath
from journal.tables import sessions
from journal.tables.sessions import BranchRow
from journal.workspace import places
from journal.workspace.faults import system_errors
from journal.workspace.walk import Root


def of(journal: Journal, root: str | PathLike[str]) -> Status:
    """Tells what is staged at a root, where the disk holds something else, and what was edited by hand."""
    path = places.real_root(os.fspath(root), True)
    head = journal.head(opening.BRANCH)
    with journal.reading() as reading, reading.database.read() as look, system_errors("look at the root", path):
        branch = _branch(reading.database.path, path, sessions.branch(look, opening.BRANCH))
        place = Root.open(path)
        try:
            found = survey.survey(look, branch.id, survey.Survey(look, place, branch.root_id))
        finally:
            place.close()
        living = sessions.living(look, branch.id)
    session = "" if living is None else living[0]
    return survey.status(session, opening.BRANCH, None if head is None else head.id, found)


def staged(journal: Journal, root: str | PathLike[str], paths: Paths | None = None) -> list[FilePatch]:
    """Gives what is staged at a root as patches, by path bytes."""
    path = places.real_root(os.fspath(root), True)
    with journal.reading() as reading:
        branch = _branch(reading.database.path, path, sessions.branch(reading.database.look(), opening.BRANCH))
        return compare.staged_patches(reading, branch.id, paths)


def read_root(root: str | PathLike[str], path: StrPath) -> bytes | None:
    """Gives what a root holds at a path now, None when nothing; of a symlink the name it points to."""
    place = Root.open(places.real_root(os.fspath(root), True))
    try:
        return root_reading.content(place, normal(path, allow_git=True))
    finally:
        place.close()


def _branch(journal: str, root: str, branch: BranchRow | None) -> BranchRow:
    if branch is None:
        hint = "open the root once with `spool init`"
        raise UnknownName(f"{journal} knows no root yet", hint=hint, name=root, candidates=())
    return branch
