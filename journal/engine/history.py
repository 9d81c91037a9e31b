"""Trees and contents as of a commit, and what differs between two of them."""

from collections.abc import Mapping
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from journal.content.paths import key, normal
from journal.content.selection import Selection
from journal.database import Database, Read
from journal.engine import compare, renames
from journal.engine.feed import commit_record, commits_of, find_commit
from journal.engine.opening import BRANCH
from journal.engine.reading import Reading
from journal.errors import UnknownName, UsageError
from journal.ids import BranchId
from journal.records import Blob, Commit, Entry, FilePatch, Paths, StrPath
from journal.tables import commits, paths, sessions, staged, trees
from journal.tables.states import State
from journal.tables.trees import TreeEntry

States = Mapping[str, State]


class Point(NamedTuple):
    """A commit by its place: its branch, its number there, and whether that is the head."""

    branch_id: BranchId
    n: int
    is_head: bool


def point(look: Read, at: str | None) -> Point | None:
    """Finds a commit by id, prefix or branch; None is the head of main, which may not be there yet.

    Raises:
        UnknownName: there is no such commit.
    """
    if at is not None:
        facts = find_commit(look, at)
        named = sessions.branch(look, facts.branch)
        return Point(facts.branch_id, facts.n, named is not None and named.head_id == facts.id)
    main = sessions.branch(look, BRANCH)
    if main is None or main.head_id is None:
        return None
    return Point(main.id, commits.tip(look, main.head_id)[1], True)


def entries(look: Read, at: Point | None) -> list[TreeEntry]:
    """Lists the tree at a commit, in no order."""
    if at is None:
        return []
    return trees.head(look, at.branch_id) if at.is_head else trees.at(look, at.branch_id, at.n)


def selected(look: Read, at: str | None, wanted: Paths | None) -> list[TreeEntry]:
    """Lists the part of a tree that some paths mean, by path bytes.

    Raises:
        UnknownName, PathRefused
    """
    found = entries(look, point(look, at))
    names = {entry.path for entry in found}
    chosen = Selection.of(wanted, names.__contains__)
    return sorted((entry for entry in found if chosen.matches(entry.path)), key=lambda entry: key(entry.path))


def tree(database: Database, at: str | None, wanted: Paths | None) -> dict[str, Entry]:
    """Gives the entries of a tree by path, in the order of their bytes."""
    with database.read() as look:
        found = selected(look, at, wanted)
    return {e.path: Entry(e.path, e.state.sha256.hex(), e.state.size, e.state.mode, e.state.kind) for e in found}


def content(database: Database, path: StrPath, at: str | None) -> Blob | None:
    """Gives what a path holds at a commit, of a symlink the target's name; it costs one path, not the tree.

    Raises:
        PathRefused, UnknownName: no path, or no commit, is called so.
    """
    name = normal(path, allow_git=True)
    with database.read() as look:
        where, path_id = point(look, at), paths.find(look, name)
        if where is None or path_id is None:
            return None
        state = trees.one_at(look, where.branch_id, where.n, path_id)
    return None if state is None else Blob(state.sha256.hex(), state.size, state.is_text, database.path)


def known_content(database: Database, path: StrPath, at: str | None) -> Blob:
    """Gives what a path holds at a commit.

    Raises:
        UnknownName: the path does not exist there.
    """
    found = content(database, path, at)
    if found is None:
        name = normal(path, allow_git=True)
        where = "the head of main" if at is None else at
        hint = "`spool log --path PATH` lists the commits that changed it"
        raise UnknownName(f"there is no {name!r} at {where}", hint=hint, name=name, candidates=())
    return found


def head(database: Database, branch: str) -> Commit | None:
    """Gives the newest commit of a branch, or None before the first.

    Raises:
        UnknownName: there is no such branch.
    """
    with database.lock:
        look = database.look()
        found = sessions.branch(look, branch)
        if found is None and branch != BRANCH:
            names = tuple(name for name, _ in sessions.branches(look))
            raise UnknownName(
                f"no branch is called {branch!r}", hint="see `spool branches`", name=branch, candidates=names
            )
        if found is None or found.head_id is None:
            return None
        return commit_record(commits.by_row(look, found.head_id))


def commit_at(database: Database, when: datetime, branch: str) -> Commit | None:
    """Gives the newest commit of a branch that was made at a time or before.

    Raises:
        UsageError: the time has no zone. UnknownName: there is no such branch.
    """
    given: object = when
    if not isinstance(given, datetime) or given.tzinfo is None:
        hint = "pass one with a time zone, such as datetime.now(UTC)"
        raise UsageError("when is not an aware datetime", hint=hint)
    if head(database, branch) is None:
        return None
    found = commits_of(database, None, 1, None, branch, None, when, newest_first=True)
    return next(found, None)


def branches(database: Database) -> dict[str, str | None]:
    """Gives each branch with the id of its newest commit, by name."""
    with database.lock:
        return {name: None if sha is None else sha.hex() for name, sha in sessions.branches(database.look())}


def between(reading: Reading, before: str | None, after: str | None, wanted: Paths | None) -> list[FilePatch]:
    """Gives what differs between two commits as patches, by path bytes; before None is the empty tree.

    Between two commits of one branch it costs what changed between them, and not their trees.
    """
    with reading.database.read() as look:
        start, end, known = None if before is None else point(look, before), point(look, after), dict[str, str]()
        if start is None or end is None or start.branch_id != end.branch_id:
            old, new = _states(entries(look, start)), _states(entries(look, end))
        else:
            low, high = sorted((start.n, end.n))
            old = _states(trees.changed_at(look, start.branch_id, start.n, low, high))
            new = _states(trees.changed_at(look, end.branch_id, end.n, low, high))
            known = _renamed(look, start.branch_id, low, high)
            known = known if start.n == low else {first: last for last, first in known.items()}
        pairs = {path: (old.get(path), new.get(path)) for path in {**old, **new}}
        return _patches(reading, look, pairs, wanted, {}, known)


def since(reading: Reading, branch_id: BranchId, commit: str, wanted: Paths | None) -> list[FilePatch]:
    """Gives what is staged on a branch against one of its commits, or against a commit of another branch.

    A path that was first staged after that commit is compared with what stood on disk, as `diff` without a commit does.
    """
    with reading.database.read() as look:
        start, head_n = point(look, commit), commits.count(look, branch_id)
        assert start is not None  # it was named
        known = dict[str, str]()
        if start.branch_id == branch_id:
            old = _states(trees.changed_at(look, branch_id, start.n, start.n, head_n))
            new = _states(trees.changed_at(look, branch_id, head_n, start.n, head_n))
            changed = set(trees.changed(look, branch_id, start.n, head_n))
            known = _renamed(look, branch_id, start.n, head_n)
        else:
            old, new = _states(entries(look, start)), _states(trees.head(look, branch_id))
            changed = {*old, *new}
        pairs = {path: (old.get(path), new.get(path)) for path in changed}
        acts, rows = dict[str, int](), staged.everything(look, branch_id)
        known |= {new: known.get(old, old) for new, old in renames.moved(reading, branch_id, rows).items()}
        for row in rows:
            pairs[row.path] = (old.get(row.path) if row.path in changed else row.before, row.after)
            acts[row.path] = row.invocation_id
        return _patches(reading, look, pairs, wanted, acts, known)


def _states(listed: list[TreeEntry]) -> dict[str, State]:
    return {entry.path: entry.state for entry in listed}


def _renamed(look: Read, branch_id: BranchId, low: int, high: int) -> dict[str, str]:
    """Tells of paths that commits of a branch renamed, one time or several, what each was after the commit `low`."""
    found = dict[str, str]()
    for _, turns in groupby(commits.turns(look, branch_id, low, high), key=lambda turn: turn.n):
        listed = list(turns)
        made = {turn.path: found.get(turn.renamed_from, turn.renamed_from) for turn in listed if turn.renamed_from}
        for turn in listed:
            found.pop(turn.path, None)
        found |= made
    return found


def _patches(
    reading: Reading,
    look: Read,
    pairs: Mapping[str, tuple[State | None, State | None]],
    wanted: Paths | None,
    acts: Mapping[str, int],
    known: Mapping[str, str],
) -> list[FilePatch]:
    chosen = Selection.of(wanted, lambda path: paths.find(look, path) is not None)
    differing = sorted((p for p, (old, new) in pairs.items() if old != new and chosen.matches(p)), key=key)
    gone = {path: old for path, (old, new) in pairs.items() if old is not None and new is None}
    come = {path: new for path, (old, new) in pairs.items() if new is not None and old is None}
    shown = set(differing)
    if not shown.isdisjoint(gone) and not shown.isdisjoint(come):  # a rename is one of the whole, or none
        origins = {n: o for n, o in renames.find(reading, gone, come, known).items() if {n, o} <= shown}
    else:
        origins = {}
    told, found = set(origins.values()), list[FilePatch]()
    for path in differing:
        if path not in told:
            (before, after), origin = pairs[path], origins.get(path)
            before = before if origin is None else gone[origin]
            act, journal = acts.get(path), reading.database.path
            found.append(compare.patch(journal, path, before, after, invocation_id=act, renamed_from=origin))
    return found
