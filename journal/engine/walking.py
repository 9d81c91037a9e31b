"""Commits in the order in which they were made, each with all that it changed, and whether it is what its id says."""

from collections.abc import Iterator
from typing import NamedTuple

from journal.database import Database, Read
from journal.ids import BranchId, ChangeFields, CommitRow, commit_id
from journal.limits import PAGE_ROWS
from journal.tables import commits, trees
from journal.tables.commits import ChangeFacts, CommitFacts, Wanted
from journal.tables.states import State


class Step(NamedTuple):
    """A commit and its changes; of the first of a branch that is still kept, where others went before it, the tree."""

    commit: CommitFacts
    changes: list[ChangeFacts]
    tree: dict[str, State] | None

    @property
    def becomes(self) -> dict[str, State | None]:
        """Tells for each path what the commit makes of it, None where it ends; a tree stands for all before it too."""
        if self.tree is not None:
            return dict(self.tree)
        return {change.path: change.after for change in self.changes}


def steps(database: Database, branch: str | None, after: CommitRow | None, upto: CommitRow) -> Iterator[Step]:
    """Yields the commits of a branch, or of all, past one and up to another; no read is open between two of them."""
    wanted, kept = Wanted(branch), set[BranchId]()
    while after is None or after < upto:
        with database.lock:
            page = commits.page(database.look(), wanted, after, PAGE_ROWS, newest_first=False)
        for facts in page:
            if facts.id > upto:
                return
            with database.read() as look:
                step = _step(look, facts, begins=facts.branch_id not in kept)
            kept.add(facts.branch_id)
            yield step
        if len(page) < PAGE_ROWS:
            return
        after = page[-1].id


def _step(look: Read, facts: CommitFacts, *, begins: bool) -> Step:
    """Reads one commit; the changes of a commit have cursors side by side."""
    listed = commits.changes(look, (facts.cursor or 0) - facts.files, facts.files, None, facts.id)
    tree = None
    if begins and facts.n > 1 and commits.first(look, facts.branch_id) == facts.n:
        tree = {entry.path: entry.state for entry in trees.at(look, facts.branch_id, facts.n)}
    return Step(facts, listed, tree)


def is_as_named(step: Step) -> bool:
    """Computes a commit's id from what it says, and tells whether it is that."""
    facts = step.commit
    said = (facts.parent, facts.merged, facts.created_at, facts.message, facts.metadata)
    return commit_id(*said, map(_fields, step.changes)) == facts.sha256


def _fields(change: ChangeFacts) -> ChangeFields:
    before, after = _side(change.before), _side(change.after)
    return ChangeFields(change.path, *before, *after, change.renamed_from)


def _side(state: State | None) -> tuple[bytes | None, int | None, str | None]:
    return (None, None, None) if state is None else (state.sha256, state.mode, state.kind)
