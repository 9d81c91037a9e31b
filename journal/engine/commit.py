"""Publishing what is staged, in one transaction that is on disk when it ends.

    1  every staged path is looked at: a content that nobody here wrote is refused, adopted or written over
    2  where there are validators or a gate: they judge with nothing locked, then step 1 again, on the same stage
    3  renamed paths are found, and the changes are counted
    4  one synced transaction: what is staged must still be what was looked at; acts that are done but not yet closed
       are closed; the commit is named, commit, changes and tree at head are written, staged rows go, the audit row is
       closed
"""

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from journal.database import Read, Write
from journal.engine import compare, hand_edits, judging, renames
from journal.engine.asking import asked
from journal.engine.desk import Desk, now_us, took
from journal.engine.judging import Judgement, Setting, Stage
from journal.engine.stage import checked_metadata
from journal.engine.survey import fields_of
from journal.errors import LimitExceeded, StageChanged, StorageError, UsageError
from journal.ids import BranchId, ChangeFields, CommitRow, Sha256, commit_id, compact_json
from journal.limits import MESSAGE_BYTES_MAX
from journal.records import Commit, when
from journal.tables import commits, sessions, staged, trees
from journal.tables.commits import Draft, DraftChange
from journal.tables.invocations import Asked, Outcome
from journal.tables.staged import Staged
from journal.tables.states import change_type

Origins = Mapping[str, Staged]
"""For each renamed path the row of the path that it was."""

DIGEST = re.compile(r"[0-9a-f]{64}").fullmatch


class Parent(NamedTuple):
    """The commit that a new one follows: its row, its name, its number in the branch; nothing, nothing, 0 at first."""

    id: CommitRow | None
    sha256: Sha256 | None
    n: int


class Words(NamedTuple):
    """What a commit says beside its changes: message, metadata as compact JSON, lines added and deleted."""

    message: str
    metadata: str
    additions: int = 0
    deletions: int = 0


def commit(
    desk: Desk, setting: Setting, message: str, metadata: Mapping[str, Any] | None, expect: str | None
) -> Commit | None:
    """Publishes all that is staged; None when nothing is. Once this returns, the commit is on disk.

    Raises:
        WorkspaceChanged: a staged path holds something else. StageChanged: something else is staged than was expected,
        or judged. ValidationFailed, GateRefused: a judge disagreed. Nothing was published.
    """
    words = Words(message, compact_json(checked_metadata(metadata)))
    _check_message(message)
    wanted = _wanted(expect)
    request = {"message": message, "expect": expect}
    with asked(desk, "commit", request) as what:
        stage = _ready(desk, wanted)
        if not stage.rows:
            finished = now_us()
            desk.record(what, Outcome("ok", finished, took(what.started_at, finished)))
            return None
        if not setting.judges:
            return _published(desk, setting, stage, what, words, None)
        hearing = judging.prepare(desk, setting, stage, words.metadata)
    judgement = judging.hear(desk, hearing)
    with asked(desk, "commit", request), judging.told(desk, what, judgement):
        stage = _ready(desk, hearing.stage.digest())
        return _published(desk, setting, stage, what, words, judgement)


def _ready(desk: Desk, wanted: Sha256 | None) -> Stage:
    """Lists what is staged, and settles what the disk holds otherwise; with `wanted` it must be exactly that."""
    _refuse_half_undone(desk)
    stage = judging.staged_now(desk.database.look(), desk.place.branch_id)
    if hand_edits.agree(desk, stage.rows) is not stage.rows:
        stage = judging.staged_now(desk.database.look(), desk.place.branch_id)
    if wanted is not None and stage.digest() != wanted:
        raise _stage_changed(wanted, stage)
    return stage


def _published(
    desk: Desk, setting: Setting, stage: Stage, what: Asked, words: Words, judgement: Judgement | None
) -> Commit:
    """Finds what was renamed, counts, and publishes."""
    origins = renames.of_stage(setting.reading, desk.place.branch_id, stage.rows)
    patches = compare.counted(setting.reading, desk.place.branch_id, stage.rows, origins)
    additions, deletions = sum(each.additions for each in patches), sum(each.deletions for each in patches)
    words = words._replace(additions=additions, deletions=deletions)
    draft, parent, cursor = _publish(desk, setting, stage, origins, what, words, judgement)
    return _record(draft, parent, setting.branch, setting.session, cursor)


def _refuse_half_undone(desk: Desk) -> None:
    """Refuses to publish what belongs to an act that failed and that the disk does not let go back yet."""
    if desk.stuck:
        hint = "mend the disk and repeat the call: it goes back first"
        raise StorageError("an act that failed could not be undone on disk yet; nothing was committed", hint=hint)


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


def _publish(
    desk: Desk,
    setting: Setting,
    stage: Stage,
    origins: Origins,
    what: Asked,
    words: Words,
    judgement: Judgement | None,
) -> tuple[Draft, Parent, int]:
    """Step 4: the transaction."""
    branch = desk.place.branch_id
    try:
        with desk.transaction(sync=True) as (tx, chain):
            rows = _unchanged(tx, branch, stage)
            parent = _parent(tx, setting.branch)
            finished = now_us()
            chain.record(what, Outcome("ok", finished, took(what.started_at, finished)))
            changes = [_change(desk, tx, row, origins.get(row.path)) for row in rows]
            draft = _draft(desk, rows, origins, parent, words, chain.link)
            number = commits.add(tx, draft, changes)
            trees.advance(tx, branch, [(change.path_id, change.after) for change in changes])
            staged.clear(tx, branch)
            sessions.set_head(tx, branch, number)
            setting.reading.memoize(tx)
            if judgement is not None:
                judgement.keep(tx)
            cursor = commits.cursor(tx)
        desk.committed((row.path, row.after) for row in rows)
    except BaseException:
        desk.forget()
        raise
    desk.database.checkpoint_when_large()
    return draft, parent, cursor


def _unchanged(tx: Read, branch: BranchId, stage: Stage) -> list[Staged]:
    """Gives what is staged now, which must be what was looked at; the same by other acts is the same."""
    if sessions.generation(tx, branch) == stage.generation:
        return stage.rows
    found, wanted = judging.staged_now(tx, branch), stage.digest()
    if found.digest() != wanted:
        raise _stage_changed(wanted, found)
    return found.rows


def _parent(tx: Read, name: str) -> Parent:
    found = sessions.branch(tx, name)
    assert found is not None  # the session was opened on it
    return Parent(None, None, 0) if found.head_id is None else Parent(found.head_id, *commits.tip(tx, found.head_id))


def _change(desk: Desk, tx: Write, row: Staged, origin: Staged | None) -> DraftChange:
    """Spells one path; a renamed one begins with what stood at its old path, whose deletion is a change of its own."""
    after = desk.columns(tx, row.after)
    if origin is None:
        kind = change_type(row.before, row.after)
        return DraftChange(row.path_id, kind, desk.columns(tx, row.before), after, None, row.invocation_id)
    before = desk.columns(tx, origin.before)
    return DraftChange(row.path_id, "renamed", before, after, origin.path_id, row.invocation_id)


def _fields(row: Staged, origin: Staged | None) -> ChangeFields:
    if origin is None:
        return fields_of(row.path, row.before, row.after)
    return fields_of(row.path, origin.before, row.after, origin.path)


def _draft(desk: Desk, rows: list[Staged], origins: Origins, parent: Parent, words: Words, link: bytes) -> Draft:
    """Names the commit and spells its row."""
    created, place = now_us(), desk.place
    fields = [_fields(row, origins.get(row.path)) for row in rows]
    sha = commit_id(parent.sha256, None, created, words.message, words.metadata, fields)
    said = (words.message, words.metadata, len(rows), words.additions, words.deletions)
    return Draft(sha, parent.id, place.branch_id, parent.n + 1, place.session_id, created, *said, link)


def _record(draft: Draft, parent: Parent, branch: str, session: str, cursor: int) -> Commit:
    return Commit(
        id=draft.sha256.hex(),
        parent_id=None if parent.sha256 is None else parent.sha256.hex(),
        merged_id=None,
        branch=branch,
        session_id=session,
        created_at=when(draft.created_at),
        message=draft.message,
        metadata=json.loads(draft.metadata),
        files=draft.files,
        additions=draft.additions,
        deletions=draft.deletions,
        cursor=cursor,
    )


def _wanted(expect: object) -> Sha256 | None:
    """Reads the digest that a caller expects.

    Raises:
        UsageError: it is none.
    """
    if expect is None:
        return None
    if not isinstance(expect, str) or not DIGEST(expect):
        raise UsageError(f"expect is {expect!r:.200}, which is no digest", hint="pass the `digest` of status()")
    return Sha256(bytes.fromhex(expect))


def _stage_changed(wanted: Sha256, found: Stage) -> StageChanged:
    expected, here = wanted.hex(), found.digest().hex()
    return StageChanged(
        f"what is staged is {here[:12]}, not {expected[:12]} as was expected or judged; nothing was committed",
        hint="look at what is staged, then repeat",
        expected=expected,
        found=here,
    )
