"""What of a journal may leave: planned as a whole before a row is touched.

Commits leave from the old end of each branch. With them go the edits they were made of, the acts of that time, and each
content that nothing names any more. What stays: the head of each branch; what a follower has not acknowledged; commits
that another branch stands on; contents of the trees and changes of every commit that is kept, of what is staged,
promised, marked or set aside; and the bases that chunks of these are stored against.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from journal.database import Read
from journal.tables import bases, followers, retention
from journal.tables.blobs import ids_of
from journal.tables.leaving import Links
from journal.tables.retention import CommitLine, Room

# Bytes that a row takes beside its texts and bodies, with its entries in indexes; they only estimate.
COMMIT_ROW, CHANGE_ROW, EDIT_ROW, ACT_ROW, LINK_ROW, BLOB_ROW, CHUNK_ROW = 170, 90, 60, 110, 80, 100, 70
NEVER = 1 << 62
"""later than any act"""


class Criteria(NamedTuple):
    """Which commits are to be kept; None leaves a criterion out. A commit leaves when none that is given keeps it."""

    keep_commits: int | None
    kept_since: int | None
    max_bytes: int | None


class Plan(NamedTuple):
    """What leaves: commits by branch, oldest first; edits, contents and chunks by number; parts of the audit chain."""

    commits: dict[int, list[CommitLine]]
    edits: list[int]
    acts: list[Links]
    blobs: list[int]
    chunks: list[int]
    invocations: int
    room: Room
    freed: int

    @property
    def bytes_after(self) -> int:
        """Estimates the size of the file afterwards; it errs by pages that are left half full."""
        used = (self.room.pages - self.room.free) * self.room.page_bytes
        return max(used - self.freed, self.room.page_bytes)

    @property
    def counts(self) -> dict[str, int]:
        """Tells how much leaves."""
        return {
            "commits": sum(map(len, self.commits.values())),
            "blobs": len(self.blobs),
            "invocations": self.invocations,
            "edits": len(self.edits),
            "chunks": len(self.chunks),
        }


def plan(look: Read, wanted: Criteria, step_rows: int) -> Plan:
    """Plans what leaves; of as many commits as the other criteria let go, only those that `max_bytes` asks for."""
    lines = retention.commits(look)
    free = _removable(look, lines, wanted)
    if wanted.max_bytes is None:
        return _planned(look, lines, free, step_rows)
    most = wanted.max_bytes

    def fits(count: int) -> bool:
        return _planned(look, lines, free[:count], step_rows).bytes_after <= most

    count = bisect_left(range(len(free)), x=True, key=fits)
    return _planned(look, lines, free[:count], step_rows)


def unreached(look: Read) -> tuple[list[int], list[int]]:
    """Lists contents and chunks that nothing reaches, chunks before their bases, while all else stays."""
    alive = bytearray(retention.last_blob(look) + 1)
    _keep_changes(look, {}, alive)
    _keep_edits(look, {}, alive)
    for number in (*retention.held(look), *retention.outputs(look, 0)):
        alive[number] = 1
    return _dead(look, alive)[:2]


def _removable(look: Read, lines: Sequence[CommitLine], wanted: Criteria) -> list[CommitLine]:
    """Lists the commits that may leave, in the order in which they were made; of each branch its oldest ones."""
    heads = {line.branch_id: line.n for line in lines}
    acknowledged, stood_on = min(followers.places(look).values(), default=None), retention.stood_on(look)
    stopped, found = set[int](), list[CommitLine]()
    for line in lines:
        left = heads[line.branch_id] - line.n
        kept = (
            not left
            or line.id in stood_on
            or (acknowledged is not None and line.cursor > acknowledged)
            or (wanted.keep_commits is not None and left < wanted.keep_commits)
            or (wanted.kept_since is not None and line.created_at >= wanted.kept_since)
        )
        if kept:
            stopped.add(line.branch_id)
        if line.branch_id not in stopped:
            found.append(line)
    return found


def _planned(look: Read, lines: Sequence[CommitLine], going: Sequence[CommitLine], step_rows: int) -> Plan:
    by_branch = dict[int, list[CommitLine]]()
    for line in going:
        by_branch.setdefault(line.branch_id, []).append(line)
    acts_upto: dict[int, int] = {branch: base.act_id for branch, base in bases.all_of(look).items()}
    acts_upto.update((branch, listed[-1].act_id) for branch, listed in by_branch.items())
    alive = bytearray(retention.last_blob(look) + 1)
    by_changes = _keep_changes(look, {line.id: line.branch_id for line in going}, alive)
    edits, by_edits = _keep_edits(look, acts_upto, alive)
    oldest = min(by_changes, by_edits, retention.oldest_named(look) or NEVER)
    acts, invocations = _acts(look, min(_bound(lines, going, acts_upto), oldest - 1), step_rows)
    for number in (*retention.held(look), *retention.outputs(look, acts[-1].act_id if acts else 0)):
        alive[number] = 1
    dead_blobs, dead_chunks, freed = _dead(look, alive)
    freed += len(edits) * EDIT_ROW + LINK_ROW * sum(part.count for part in acts)
    freed += sum(COMMIT_ROW + line.text_bytes + line.files * CHANGE_ROW for line in going)
    freed += invocations * ACT_ROW + (retention.acts_bytes(look, acts[-1].act_id) if acts else 0)
    return Plan(by_branch, edits, acts, dead_blobs, dead_chunks, invocations, retention.room(look), freed)


def _bound(lines: Sequence[CommitLine], going: Sequence[CommitLine], acts_upto: dict[int, int]) -> int:
    """Gives the newest act that is older than all commits that are kept."""
    gone, kept = {line.id for line in going}, dict[int, int]()
    for line in lines:
        if line.id not in gone:
            kept.setdefault(line.branch_id, line.act_id)
    bounds = [min(acts_upto.get(branch, NEVER), act - 1) for branch, act in kept.items()]
    return min(bounds) if any(branch in acts_upto for branch in kept) else 0


def _keep_changes(look: Read, gone: dict[int, int], alive: bytearray) -> int:
    """Marks the contents of the changes that stay, and of the trees they stand on; gives the oldest act they name.

    `gone` tells the branch of each commit that leaves.
    """
    standing = dict[tuple[int, int], int]()
    if bases.there(look):
        standing = {(branch, path): blob for branch, path, blob in bases.blobs(look)}
    oldest = NEVER
    for commit, path, before, after, act in retention.changes(look):
        if commit in gone:
            if after is None:
                standing.pop((gone[commit], path), None)
            else:
                standing[gone[commit], path] = after
            continue
        for blob in (before, after):
            if blob is not None:
                alive[blob] = 1
        oldest = oldest if act is None else min(oldest, act)
    for blob in standing.values():
        alive[blob] = 1
    return oldest


def _keep_edits(look: Read, acts_upto: dict[int, int], alive: bytearray) -> tuple[list[int], int]:
    """Lists the edits that leave, and marks the contents of the others; gives the oldest act that these name, too."""
    in_use, leaving, oldest = retention.edits_in_use(look), list[int](), NEVER
    for number, branch, act, before, after, undone_by in retention.edits(look):
        if act <= acts_upto.get(branch, 0) and number not in in_use:
            leaving.append(number)
            continue
        oldest = min(oldest, act, undone_by or NEVER)
        for blob in (before, after):
            if blob is not None:
                alive[blob] = 1
    return leaving, oldest


def _dead(look: Read, alive: bytearray) -> tuple[list[int], list[int], int]:
    """Lists contents and chunks that nothing reaches, chunks before their bases, and estimates their bytes.

    The newest of both stays in any case, so that no number is ever given out twice: diffs are remembered by them.
    """
    alive[-1] = 1
    chunks = bytearray(retention.last_chunk(look) + 1)
    chunks[-1] = 1
    dead, size = list[int](), 0
    for number, pending, packed in retention.blobs(look):
        if not alive[number] and not pending:
            dead.append(number)
            size += BLOB_ROW + len(packed)
            continue
        for chunk in ids_of(packed):
            if chunk < len(chunks):
                chunks[chunk] = 1
    dead_chunks = list[int]()
    for number, base, body in retention.chunks(look):
        if not chunks[number]:
            dead_chunks.append(number)
            size += CHUNK_ROW + body
        elif base is not None:
            chunks[base] = 1
    return dead, dead_chunks, size


def _acts(look: Read, upto: int, step_rows: int) -> tuple[list[Links], int]:
    """Cuts the beginning of the audit chain, up to an act, into parts between which no act is open; counts the acts."""
    children, opened, held = retention.children(look), set[int](), list[tuple[int, int, bytes, bytes]]()
    parts, part, newest, below, acts, waiting = list[Links](), Links(), 0, 0, 0, 0
    for seq, act, phase, digest, link in retention.links(look):
        held.append((seq, 0 if phase == "pruned" else act, digest, link))
        if phase != "pruned":
            if act > upto:
                break
            (opened.add if phase == "opened" else opened.discard)(act)
            newest, below = max(newest, act), max(below, children.get(act, 0))
            waiting += phase == "opened"
        if opened or below > newest or not waiting:
            continue
        for each in held:
            part.take(*each)
        acts, waiting = acts + waiting, 0
        held.clear()
        if part.count >= step_rows:
            parts.append(part)
            part = Links()
    return [*parts, *([part] if part.count else [])], acts
