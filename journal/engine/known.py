"""Which paths a journal knows at a root, for whoever has to tell a mistyped one from one that merely did not change."""

import os
from os import PathLike

from journal.content.paths import key
from journal.engine.journal import Journal
from journal.engine.status import branch_at
from journal.tables import paths, staged, trees
from journal.workspace import places


def tracked(journal: Journal, root: str | PathLike[str]) -> list[str]:
    """Lists the paths at head and what is staged, by path bytes."""
    real = places.real_root(os.fspath(root), True)
    with journal.reading() as reading, reading.database.read() as look:
        branch = branch_at(look, reading.database.path, real)
        names = {entry.path for entry in trees.head(look, branch.id)}
        names |= {row.path for row in staged.everything(look, branch.id)}
    return sorted(names, key=key)


def ever_seen(journal: Journal, path: str) -> bool:
    """Tells whether a path in its normal form, or one below it, was ever written or committed, at any root."""
    with journal.reading() as reading, reading.database.read() as look:
        return paths.any_in(look, path)
