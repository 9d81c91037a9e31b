"""Publishing what is staged, in one transaction that is on disk when it ends.

    1  acts that are done but not yet closed are closed
    2  every staged path is looked at: a content that nobody here wrote is refused, nothing is published
    3  the changes are counted and the commit is named
    4  one synced transaction: what is staged must still be what was looked at; commit, changes and tree at head are
       written, staged rows go, the audit row is closed
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from journal.database import Write
from journal.engine import compare
from journal.engine.asking import asked
from journal.engine.desk import Desk, now_us
from journal.engine.feed import commit_record
from journal.engine.reading import Reading
from journal.engine.stage import checked_metadata
from journal.engine.survey import Survey, fields_of
from journal.errors import LimitExceeded, StageChanged, UsageError, WorkspaceChanged
from journal.ids import CommitRow, commit_id, compact_json
from journal.limits import MESSAGE_BYTES_MAX
from journal.records import Commit
from journal.tables import commits, sessions, staged, trees
from journal.tables.commits import CommitFacts, Draft, DraftChange
from journal.tables.invocations import Asked, Chain, Outcome
from journal.tables.staged import Staged
from journal.tables.states import change_type, same_content


class Words(NamedTuple):
    """What a commit says beside its changes: message, metadata as compact JSON, lines added and deleted."""

    message: str
    metadata: str
    additions: int = 0
    deletions: int = 0


def commit(
    desk: Desk, reading: Reading, branch: str, message: str, metadata: Mapping[str, Any] | None
) -> Commit | None:
    """Publishes all that is staged; None when nothing is. Once this returns, the commit is on disk.

    Raises:
        WorkspaceChanged: a staged path holds something else; nothing was published.
    """
    words = Words(message, compact_json(checked_metadata(metadata)))
    _check_message(message)
    with asked(desk, "commit", {"message": message}) as what:
        desk.close_pending()
        look = desk.database.look()
        rows = staged.everything(look, desk.place.branch_id)
        if not rows:
            finished = now_us()
            desk.record(what, Outcome("ok", finished, finished - what.started_at))
            return None
        found = sessions.branch(look, branch)
        assert found is not None  # the session was opened on it
        _refuse_hand_edits(desk, rows)
        parent = None if found.head_id is None else commits.by_row(look, found.head_id)
        additions, deletions = _counts(desk, reading, rows)
        words = words._replace(additions=additions, deletions=deletions)
        facts = _publish(desk, reading, rows, found.generation, parent, what, words)
    return commit_record(facts)


def _check_message(message: object) -> None:
    if not isinstance(message, str):
        raise UsageError(f"the message is {type(message).__name__}", hint="pass a str")
    size = len(message.encode("utf-8", "surrogatepass"))
    if size > MESSAGE_BYTES_MAX:
        raise LimitExceeded(
            f"the message has {size} bytes, at most {MESSAGE_BYTES_MAX} are kept",
            hint="shorten it, or write it to a file of the commit",
            limit="MESSAGE_BYTES_MAX",
            allowed=MESSAGE_BYTES_MAX,
            found=size,
        )
    if "\0" in message or not _is_unicode(message):
        raise UsageError("the message holds a NUL or a lone surrogate", hint="pass plain text")


def _is_unicode(message: str) -> bool:
    try:
        message.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse_hand_edits(desk: Desk, rows: list[Staged]) -> None:
    """Step 2: looks at every staged path; what stands there must be what is about to be published."""
    eyes = Survey(desk.database.look(), desk.root, desk.place.root_id, desk.seen)
    changed = [row for row in rows if not _as_staged(eyes, row)]
    if not changed:
        return
    first = changed[0]
    standing = eyes.standing(first.path, first.path_id)
    others = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
    raise WorkspaceChanged(
        f"{first.path!r}{others} changed on disk since it was staged; nothing was committed",
        hint="look at `spool status`, then put the staged content back, or reset the path with force",
        path=first.path,
        expected=None if first.after is None else first.after.sha256.hex(),
        found=None if standing is None or standing == "other" else standing.sha256.hex(),
        paths=tuple(row.path for row in changed),
    )


def _as_staged(eyes: Survey, row: Staged) -> bool:
    standing = eyes.standing(row.path, row.path_id)
    return standing != "other" and same_content(standing, row.after)


def _counts(desk: Desk, reading: Reading, rows: list[Staged]) -> tuple[int, int]:
    """Step 3: counts the lines of every change."""
    additions = deletions = 0
    for row in rows:
        patch = compare.patch(desk.database.path, row.path, row.before, row.after, invocation_id=None)
        added, deleted = reading.counts(patch)
        additions, deletions = additions + added, deletions + deleted
    return additions, deletions


def _publish(
    desk: Desk,
    reading: Reading,
    rows: list[Staged],
    generation: int,
    parent: CommitFacts | None,
    what: Asked,
    words: Words,
) -> CommitFacts:
    """Step 4: the transaction."""
    branch = desk.place.branch_id
    try:
        with desk.database.begin(sync=True) as tx:
            if sessions.generation(tx, branch) != generation:
                raise _stage_changed()
            chain = Chain(tx)
            desk.settle(tx, chain)
            finished = now_us()
            chain.record(what, Outcome("ok", finished, finished - what.started_at))
            changes = [_change(desk, tx, row) for row in rows]
            number = commits.add(tx, _draft(desk, rows, parent, words, chain.link), changes)
            trees.advance(tx, branch, [(change.path_id, change.after) for change in changes])
            staged.clear(tx, branch)
            sessions.set_head(tx, branch, number)
            reading.memoize(tx)
            facts = commits.by_row(tx, number)
        desk.settled()
    finally:
        desk.forget_rows()
    desk.database.checkpoint_when_large()
    return facts


def _change(desk: Desk, tx: Write, row: Staged) -> DraftChange:
    sides = desk.columns(tx, row.before), desk.columns(tx, row.after)
    return DraftChange(row.path_id, change_type(row.before, row.after), *sides, None, row.invocation_id)


def _draft(desk: Desk, rows: list[Staged], parent: CommitFacts | None, words: Words, link: bytes) -> Draft:
    """Names the commit and spells its row."""
    created, place = now_us(), desk.place
    above = None if parent is None else parent.sha256
    fields = [fields_of(row.path, row.before, row.after) for row in rows]
    sha = commit_id(above, None, created, words.message, words.metadata, fields)
    parent_id = CommitRow(parent.id) if parent is not None else None
    n = 1 if parent is None else parent.n + 1
    said = (words.message, words.metadata, len(rows), words.additions, words.deletions)
    return Draft(sha, parent_id, place.branch_id, n, place.session_id, created, *said, link)


def _stage_changed() -> StageChanged:
    return StageChanged("what is staged changed while it was being committed", hint="look at it again, then repeat")
