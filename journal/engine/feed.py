"""Commits and committed changes as records, a page at a time."""

import json
import re
from collections.abc import Iterator
from datetime import datetime

from journal.content.paths import normal
from journal.content.selection import Selection
from journal.database import Database, Read
from journal.errors import UnknownName, UsageError
from journal.ids import CommitRow
from journal.limits import ID_PREFIX_MIN, PAGE_ROWS
from journal.records import Change, Commit, Paths, StrPath, micros, when
from journal.tables import commits, paths, sessions
from journal.tables.commits import ChangeFacts, CommitFacts, Wanted
from journal.tables.states import State

FULL_ID = re.compile(r"[0-9A-Fa-f]{64}").fullmatch


def commit_record(facts: CommitFacts) -> Commit:
    """Makes the record of a commit."""
    return Commit(
        id=facts.sha256.hex(),
        parent_id=None if facts.parent is None else facts.parent.hex(),
        merged_id=None if facts.merged is None else facts.merged.hex(),
        branch=facts.branch,
        session_id=facts.session,
        created_at=when(facts.created_at),
        message=facts.message,
        metadata=json.loads(facts.metadata),
        files=facts.files,
        additions=facts.additions,
        deletions=facts.deletions,
        cursor=facts.cursor,
    )


def find_commit(look: Read, name: str) -> CommitFacts:
    """Finds a commit by its id, a unique prefix of at least seven characters, or the name of a branch.

    Raises:
        UnknownName: none, or several, has that name.
    """
    given: object = name
    if not isinstance(given, str):
        raise UsageError(f"a commit is named by a str, found {type(given).__name__}", hint="pass its id")
    exact = commits.by_sha(look, bytes.fromhex(name)) if FULL_ID(name) else None
    if exact is not None:
        return exact  # a full id is meant, whatever a branch is called
    branch = sessions.branch(look, name)
    if branch is not None:
        if branch.head_id is None:
            raise _unknown(f"branch {name!r} has no commit yet", name)
        return commits.by_row(look, branch.head_id)
    prefix = name.lower()
    if not prefix or len(prefix) > 64 or not all(letter in "0123456789abcdef" for letter in prefix):
        raise _unknown(f"no commit and no branch is called {name!r}", name)
    if len(prefix) < ID_PREFIX_MIN:
        raise _unknown(f"{name!r} is too short to name a commit: give at least {ID_PREFIX_MIN} characters", name)
    found = commits.prefixed(look, prefix)
    if len(found) != 1:
        what = f"{name!r} fits {len(found)} commits" if found else f"no commit is called {name!r}"
        raise _unknown(what, name, tuple(found))
    facts = commits.by_sha(look, bytes.fromhex(found[0]))
    assert facts is not None  # it was found a moment ago, and commits are never removed while a reader looks
    return facts


def commits_of(
    database: Database,
    after: str | None,
    limit: int | None,
    path: StrPath | None,
    branch: str | None,
    since: datetime | None,
    until: datetime | None,
    *,
    newest_first: bool,
) -> Iterator[Commit]:
    """Yields commits, a page a read, so that no read transaction stays open between two of them.

    Raises:
        UnknownName, UsageError: at once, and not when the first commit is asked for.
    """
    if limit is not None and (type(limit) is not int or limit < 0):
        raise UsageError(f"limit is {limit!r}", hint="pass a number from 0 on, or None for all")
    with database.lock:
        look = database.look()
        at = None if after is None else CommitRow(find_commit(look, after).id)
        path_id = None if path is None else paths.find(look, normal(path, allow_git=True))
    wanted = Wanted(branch, _micros("since", since), _micros("until", until), path_id)
    nothing = path is not None and path_id is None
    return _pages(database, wanted, at, 0 if nothing else limit, newest_first=newest_first)


def _pages(
    database: Database, wanted: Wanted, at: CommitRow | None, left: int | None, *, newest_first: bool
) -> Iterator[Commit]:
    while left is None or left > 0:
        size = PAGE_ROWS if left is None else min(left, PAGE_ROWS)
        with database.lock:
            page = commits.page(database.look(), wanted, at, size, newest_first=newest_first)
        yield from map(commit_record, page)
        if len(page) < size:
            return
        at, left = page[-1].id, None if left is None else left - len(page)


def changes_of(
    database: Database, after: int, limit: int, *, wanted: Paths | None, branch: str | None, commit: str | None
) -> list[Change]:
    """Lists committed changes past a cursor, in the order of the feed."""
    found, cursor = list[ChangeFacts](), after
    with database.read() as look:
        number = None if commit is None else CommitRow(find_commit(look, commit).id)
        chosen = Selection.of(wanted, lambda path: paths.find(look, path) is not None)
        while len(found) < limit:
            size = PAGE_ROWS if not chosen.everything else min(PAGE_ROWS, limit - len(found))
            page = commits.changes(look, cursor, size, branch, number)
            found += [facts for facts in page if chosen.matches(facts.path)]
            if len(page) < size:
                break
            cursor = page[-1].cursor
        found = found[:limit]
        ends = _ends(look, found, chosen)
    return [change_record(facts, facts.cursor in ends, database.path) for facts in found]


def change_record(facts: ChangeFacts, ends: bool, journal: str) -> Change:
    """Makes the record of a committed change."""
    before, after = facts.before, facts.after
    side: State | None = after if after is not None else before
    assert side is not None  # a change has at least one side, the schema says
    return Change(
        commit_id=facts.commit.hex(),
        path=facts.path,
        change_type=facts.change_type,  # type: ignore[arg-type]  # one of the five, the schema says
        kind=side.kind,
        kind_before=None if before is None else before.kind,
        sha_before=None if before is None else before.sha256.hex(),
        sha_after=None if after is None else after.sha256.hex(),
        mode_before=None if before is None else before.mode,
        mode_after=None if after is None else after.mode,
        renamed_from=facts.renamed_from,
        invocation_id=facts.invocation_id,
        cursor=facts.cursor,
        branch=facts.branch,
        session_id=facts.session,
        committed_at=when(facts.committed_at),
        ends_commit=ends,
        _journal=journal,
    )


def _ends(look: Read, found: list[ChangeFacts], chosen: Selection) -> set[int]:
    """Finds the last change of each commit that the reader's filter lets through."""
    last = {facts.commit: facts for facts in found}
    ends = set[int]()
    for facts in last.values():
        rest = facts.last_of_commit - facts.cursor
        after = commits.changes(look, facts.cursor, rest, None, None) if rest > 0 and not chosen.everything else []
        if chosen.everything:
            ends.update({facts.cursor} if rest == 0 else set())
        elif not any(each.commit == facts.commit and chosen.matches(each.path) for each in after):
            ends.add(facts.cursor)
    return ends


def _micros(name: str, time: datetime | None) -> int | None:
    if time is None:
        return None
    given: object = time
    if not isinstance(given, datetime) or given.tzinfo is None:
        hint = "pass one with a time zone, such as datetime.now(UTC)"
        raise UsageError(f"{name} is not an aware datetime", hint=hint)
    return micros(given)


def _unknown(message: str, name: str, candidates: tuple[str, ...] = ()) -> UnknownName:
    hint = "give more characters" if candidates else "see `spool log` for the ids"
    return UnknownName(message, hint=hint, name=name, candidates=candidates)
