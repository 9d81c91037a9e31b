"""Branches: a journal may have several, each checked out in one root, all in one feed."""

import re

from journal.database import Read
from journal.errors import UsageError
from journal.limits import BRANCH_NAME_MAX, ID_PREFIX_MIN
from journal.tables import sessions
from journal.tables.sessions import BranchRow, RootRow

MAIN = "main"
NAME = re.compile(rf"(?![-./])[\w./-]{{1,{BRANCH_NAME_MAX}}}").fullmatch
LIKE_A_COMMIT = re.compile(rf"[0-9A-Fa-f]{{{ID_PREFIX_MIN},64}}").fullmatch


def checked(name: str | None) -> str | None:
    """Lets a name pass that can be a branch's, and is not taken for a commit's; None stands for the root's own.

    Raises:
        UsageError: it cannot.
    """
    given: object = name
    if given is None:
        return None
    if not isinstance(given, str) or not NAME(given) or LIKE_A_COMMIT(given):
        hint = f"letters, digits and . _ / - , up to {BRANCH_NAME_MAX}, and not what begins a commit's id"
        raise UsageError(f"a branch cannot be called {name!r}", hint=hint)
    return given


def chosen(look: Read, name: str | None, row: RootRow) -> BranchRow | None:
    """Finds the branch that is to be opened in a root; None when it has to be made.

    Raises:
        UsageError: the branch is checked out in another root, or another branch in this one.
    """
    here = sessions.branch_in(look, row.id)
    if name is None and here is not None:
        return here
    named = sessions.branch(look, name or MAIN)
    if named is not None and named.root_id != row.id:
        other = sessions.root_of(look, named.root_id)
        raise UsageError(
            f"branch {named.name!r} is checked out in {'' if other is None else other.path}, not in {row.path}",
            hint="give this root a branch of its own by branch=NAME, or another journal by journal=",
        )
    if named is None and here is not None:
        raise UsageError(
            f"branch {here.name!r} is checked out in {row.path}, not {name!r}",
            hint=f"open it with branch={here.name!r}, or check {name!r} out in a root of its own",
        )
    return named
