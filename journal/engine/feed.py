"""Commits and committed changes as records, a page at a time."""

import json
import re
from collections.abc import Iterator
from datetime import datetime

from journal.content.paths import normal
from journal.content.selection import Selection
from journal.database import Database, Read
from journal.errors import CursorPruned, UnknownName, UsageError
from journal.ids import CommitRow
from journal.limits import ID_PREFIX_MIN, PAGE_ROWS
from journal.records import Change, Commit, Paths, StrPath, micros, when
from journal.tables import commits, paths, sessions
from journal.tables.commits import ChangeFacts, CommitFacts, Wanted
from journal.tables.states import State

CURSOR_END = 1 << 63
"""SQLite's integers end here."""
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


class Walk:
    """A reader's way through the feed, past a cursor and by a filter; nobody else's writes disturb it.

    A change is handed out when it is known whether it `ends_commit`: the last of its commit that the filter lets
    through. Until then it is held back, and `cursor` stays before it.
    """

    def __init__(
        self, look: Read, after: int, wanted: Paths | None, branch: str | None = None, commit: str | None = None
    ) -> None:
        given: object = branch
        if given is not None and not isinstance(given, str):
            raise UsageError(f"a branch is named by a str, found {type(given).__name__}", hint="pass its name")
        self._branch = branch
        self._commit = None if commit is None else CommitRow(find_commit(look, commit).id)
        self._chosen = Selection.of(wanted, lambda path: paths.find(look, path) is not None)
        self._held: ChangeFacts | None = None
        self._seen = self._asked = after
        self.at_end = False

    @property
    def cursor(self) -> int:
        """Tells up to where everything was looked at, and handed out if the filter lets it through."""
        return self._seen if self._held is None else self._held.cursor - 1

    def go(self, cursor: int) -> None:
        """Stands behind another cursor."""
        self._seen = self._asked = cursor
        self._held, self.at_end = None, False

    def step(self, look: Read, journal: str, size: int = PAGE_ROWS) -> list[Change]:
        """Looks at the next page, at most `size` changes of a filter that lets all through; `look` is one snapshot.

        Raises:
            CursorPruned: a part of what follows was removed.
        """
        size = min(size, PAGE_ROWS) if self._chosen.everything else PAGE_ROWS
        page = commits.changes(look, self._seen, size, self._branch, self._commit)
        self.at_end = len(page) < size
        self._pass(look, page)
        made = []
        for facts in page:
            if self._chosen.everything:
                made.append((facts, facts.cursor == facts.last_of_commit))
            elif self._chosen.matches(facts.path):
                made += self._release(facts.commit)
                self._held = facts
        if self._held is not None and self._seen >= self._held.last_of_commit:
            made += self._release(None)
        return [change_record(facts, ends, journal, parted=self._parts(facts)) for facts, ends in made]

    def _pass(self, look: Read, page: list[ChangeFacts]) -> None:
        """Moves past a page, if the feed has every cursor up to its end."""
        upto = max(commits.issued(look), self._seen) if self.at_end else page[-1].cursor
        if self._commit is None:  # else it is one commit that is asked for, and that is kept whole or not at all
            there = commits.kept(look, self._seen, upto) if self._branch is not None else len(page)
            if there != upto - self._seen:
                raise pruned(look, self._asked)
        self._seen = upto

    def _parts(self, facts: ChangeFacts) -> bool:
        """Tells whether the filter lets one path of a rename through, and not the other."""
        other = facts.renamed_from if facts.became is None else facts.became.path
        return other is not None and not self._chosen.matches(other)

    def _release(self, commit: bytes | None) -> list[tuple[ChangeFacts, bool]]:
        """Hands out what was held back, now that the next one is known to be of `commit`, or there is none."""
        held, self._held = self._held, None
        return [] if held is None else [(held, held.commit != commit)]


def changes_of(
    database: Database, after: int, limit: int, *, wanted: Paths | None, branch: str | None, commit: str | None
) -> list[Change]:
    """Lists committed changes past a cursor, in the order of the feed.

    Raises:
        CursorPruned: a part of what follows was removed. UnknownName: there is no such commit.
    """
    with database.read() as look:
        return collect(look, Walk(look, after, wanted, branch, commit), limit, database.path)


def collect(look: Read, walk: Walk, limit: int, journal: str) -> list[Change]:
    """Lists the next changes of a walk, which then stands behind the last of them, or at the end of the feed."""
    found = walk.step(look, journal, limit)
    while len(found) < limit and not walk.at_end:
        found += walk.step(look, journal, limit - len(found))
    if len(found) > limit:
        found = found[:limit]
        walk.go(found[-1].cursor)
    return found


def change_record(facts: ChangeFacts, ends: bool, journal: str, *, parted: bool = False) -> Change:
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
        renamed_to=None if facts.became is None else facts.became.path,
        _parted=parted,
        _journal=journal,
    )


def checked_cursor(cursor: object, name: str = "after") -> int:
    """Gives a cursor back if it can be one.

    Raises:
        UsageError: it is no whole number from 0 up that SQLite can count to.
    """
    if not isinstance(cursor, int) or isinstance(cursor, bool) or not 0 <= cursor < CURSOR_END:
        raise UsageError(f"{name} is {cursor!r}", hint="a cursor is a number from 0 to 2**63 - 1")
    return cursor


def checked_limit(limit: object) -> int:
    """Gives a limit back if it can be one.

    Raises:
        UsageError: it is no whole number from 1 up that SQLite can count to.
    """
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit < CURSOR_END:
        raise UsageError(f"limit is {limit!r}", hint="pass a number from 1 to 2**63 - 1")
    return limit


def refuse_gap(look: Read, since: int) -> None:
    """Refuses a cursor that the feed has not come to, or past which a part of it was removed.

    Raises:
        UsageError, CursorPruned
    """
    newest = commits.issued(look)
    if since > newest:
        hint = "pass one of this journal's own, or none for all there is"
        raise UsageError(f"no change has cursor {since} yet: the newest has {newest}", hint=hint)
    if since and commits.kept(look, since, newest) != newest - since:
        raise pruned(look, since)


def pruned(look: Read, after: int) -> CursorPruned:
    """Gives the error that says so when what follows a cursor is not all there, with where to go on."""
    oldest = commits.unbroken(look)
    return CursorPruned(
        f"not all that follows cursor {after} is kept; from {oldest} on it is",
        hint="start again from tree(head.id) and head.cursor",
        name=str(after),
        candidates=(),
        oldest=oldest,
    )


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
