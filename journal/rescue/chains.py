"""Whether the two chains hold: that of the audit, and that of the commits."""

from collections.abc import Iterator

from journal.content.paths import loaded
from journal.database import Read
from journal.database.transaction import Row
from journal.ids import ChangeFields, audit_digest, audit_link, commit_id
from journal.limits import DENSE_NUMBERS_MAX
from journal.records import Finding
from journal.rescue.codes import finding
from journal.rescue.gauge import paged
from journal.tables import bases, shell_runs
from journal.tables.audit import start
from journal.tables.shell_runs import COVERED, JOIN_RUN

COLUMNS = """
SELECT l.seq, l.invocation_id, l.phase, l.digest, l.link,
       i.id, i.session_id, i.parent_id, i.call_id, i.kind, i.name, i.request, i.decision, i.decision_reason, i.rule,
       i.started_at, i.inverse, i.trace_id, i.state, i.finished_at, i.duration_us, i.error, i.sandbox"""
LINKS = "WHERE l.seq > :after ORDER BY l.seq LIMIT :most"
SELECT_LINKS = f"{COLUMNS} FROM audit_link AS l LEFT JOIN invocation AS i ON i.id = l.invocation_id {LINKS}"
SELECT_LINKS_AND_RUNS = f"""
{COLUMNS}, r.invocation_id, {COVERED}
FROM audit_link AS l LEFT JOIN invocation AS i ON i.id = l.invocation_id {JOIN_RUN} {LINKS}
"""
SELECT_STATES = "SELECT id, state FROM invocation WHERE id > :after ORDER BY id LIMIT :most"
SELECT_AUDIT_HEADS = "SELECT id, sha256, audit_head FROM commits WHERE id > :after ORDER BY id LIMIT :most"
SELECT_LINK_BYTES = "SELECT seq, link FROM audit_link WHERE seq > :after ORDER BY seq LIMIT :most"
SELECT_COMMITS = """
SELECT c.id, c.sha256, p.sha256, m.sha256, c.created_at, c.message, c.metadata, c.files, c.branch_id, c.n, c.parent_id
FROM commits AS c LEFT JOIN commits AS p ON p.id = c.parent_id LEFT JOIN commits AS m ON m.id = c.merged_id
WHERE c.id > :after ORDER BY c.id LIMIT :most
"""
SELECT_CHANGES = """
SELECT p.name, p.raw, x.sha256, c.before_mode, c.before_kind, y.sha256, c.after_mode, c.after_kind, o.name, o.raw
FROM change AS c JOIN path AS p ON p.id = c.path_id
LEFT JOIN path AS o ON o.id = c.renamed_from
LEFT JOIN blob AS x ON x.id = c.before_blob LEFT JOIN blob AS y ON y.id = c.after_blob
WHERE c.commit_id = :commit_id
"""
SELECT_PRUNED = """
SELECT seq, invocation_id, what, branch_id, upto, row_count, digest, link_seq, link, pruned_at FROM pruned
"""
FIXED, ALL = 13, 18
"""columns of an act that its first link covers, and that its second one does, with those of its command after them."""

UNTOLD, OPENED, CLOSED, WRONG = 0, 1, 2, 3
NEXT = {(UNTOLD, "opened"): OPENED, (OPENED, "closed"): CLOSED}


class Phases:
    """How far the chain has told of each act: a byte an act, as there are many."""

    def __init__(self) -> None:
        self._dense = bytearray()
        self._sparse: dict[int, int] = {}

    def of(self, act: int) -> int:
        """Tells how far it has."""
        if not 0 <= act < DENSE_NUMBERS_MAX:
            return self._sparse.get(act, UNTOLD)
        return self._dense[act] if act < len(self._dense) else UNTOLD

    def step(self, act: int, phase: str) -> None:
        """Takes a link in."""
        reached = NEXT.get((self.of(act), phase), WRONG)
        if not 0 <= act < DENSE_NUMBERS_MAX:  # a damaged number must not ask for memory
            self._sparse[act] = reached
            return
        if act >= len(self._dense):
            self._dense.extend(bytes(act + 1 - len(self._dense) + len(self._dense) // 8))
        self._dense[act] = reached


def audit(look: Read, _checked: dict[str, int]) -> Iterator[Finding]:
    """Recomputes every link of the audit chain, and the digest of every act at every phase.

    It goes on from where a prune let older links go; what is told of those by `pruned` links must be so.
    """
    phases, begun, pruned = Phases(), start(look), _pruned(look)
    link, cut = begun.link, _Heads(look, begun.link)
    cut.pass_by(link)
    statement = SELECT_LINKS_AND_RUNS if shell_runs.there(look) else SELECT_LINKS
    for place, row in enumerate(paged(look, statement), begun.seq + 1):
        seq, act, phase, digest, found = row[:5]
        if seq != place or audit_link(link, seq, phase, act, digest) != found:
            yield finding("audit-chain", f"link {seq}", "it does not follow from the link before it")
        link = found
        cut.pass_by(link)
        if phase == "pruned":
            if seq not in pruned or audit_digest(phase, pruned[seq][1:]) != digest:
                yield finding("audit-edited", f"record {seq}", "it does not tell what left the journal")
            continue
        phases.step(act, phase)
        if row[5] is None:
            yield finding("audit-missing", f"invocation {act}", "the chain knows it, the table does not")
        elif audit_digest(phase, _covered(row[5:], phase)) != digest:
            yield finding("audit-edited", f"invocation {act}", f"it is not as it was when it was {phase}")
    for act, state in paged(look, SELECT_STATES):
        if phases.of(act) != (OPENED if state == "running" else CLOSED):
            yield finding("audit-unlinked", f"invocation {act}", "the chain does not tell of it as it stands")
    for name in cut.left():
        yield finding("audit-cut", name, "the audit chain it was written after is not there any more")


class _Heads:
    """The links that commits were written after, met one after the other while the chain is walked."""

    def __init__(self, look: Read, first: bytes) -> None:
        self._look = look
        self._first = first
        self._rows = paged(look, SELECT_AUDIT_HEADS)
        self._next = next(self._rows, None)

    def pass_by(self, link: bytes) -> None:
        """Takes a link of the chain, in order."""
        while self._next is not None and self._next[2] == link:
            self._next = next(self._rows, None)

    def left(self) -> list[str]:
        """Names the commits whose link is nowhere; only where one is, the chain is walked again."""
        if self._next is None:
            return []
        wanted: dict[bytes, list[str]] = {}
        for _, sha, link in (self._next, *self._rows):
            wanted.setdefault(link, []).append(sha.hex())
        wanted.pop(self._first, None)
        for _, link in paged(self._look, SELECT_LINK_BYTES):
            wanted.pop(link, None)
        return [name for names in wanted.values() for name in names]


def commits(look: Read, _checked: dict[str, int]) -> Iterator[Finding]:
    """Recomputes every commit's id from what it says."""
    bases_of = bases.all_of(look)
    newest: dict[int, tuple[int, int | None]] = {branch: (base.n, None) for branch, base in bases_of.items()}
    for row in paged(look, SELECT_COMMITS):
        commit, sha, parent, merged, created, message, metadata, files, branch, n, parent_row = row
        base = bases_of.get(branch)
        if parent is None and base is not None and n == base.n + 1:
            parent = base.sha256
        changes = [_fields(change) for change in look.rows(SELECT_CHANGES, commit_id=commit)]
        name = sha.hex()
        if len(changes) != files:
            yield finding("commit-count", name, f"it says {files} files and has {len(changes)}")
        for path in _half_renamed(changes):
            yield finding("rename", name, f"{path!r} is renamed from a path that it does not delete")
        if commit_id(parent, merged, created, message, metadata, changes) != sha:
            yield finding("commit-id", name, "its id does not follow from what it says")
        number, before = newest.get(branch, (0, None))
        if number + 1 != n:
            yield finding("commit-order", name, f"it is number {n} after number {number}")
        elif before is not None and parent_row != before:
            yield finding("commit-order", name, f"its parent is commit {parent_row}, and {before} is the one before it")
        newest[branch] = (n, commit)


def _covered(row: Row, phase: str) -> Row:
    """Gives what the link of a phase covers, out of an act's columns and those of its command, if it has one."""
    if phase == "opened":
        return row[:FIXED]
    return (*row[:ALL], *row[ALL + 1 :]) if row[ALL : ALL + 1] != (None,) else row[:ALL]


def _pruned(look: Read) -> dict[int, tuple]:  # type: ignore[type-arg]  # the columns of SELECT_PRUNED
    """Gives the records of what left, by the place of their links."""
    return {row[0]: row for row in look.rows(SELECT_PRUNED)} if bases.there(look) else {}


def _fields(row: tuple) -> ChangeFields:  # type: ignore[type-arg]  # the columns of SELECT_CHANGES
    renamed = None if row[8] is None else loaded(row[8], row[9])
    return ChangeFields(loaded(row[0], row[1]), row[2], row[3], row[4], row[5], row[6], row[7], renamed)


def _half_renamed(changes: list[ChangeFields]) -> Iterator[str]:
    """Names renamed paths whose old one is not deleted by the same commit with the content that they begin with."""
    gone = {change.path: change[1:4] for change in changes if change.kind_after is None}
    for change in changes:
        if change.renamed_from is not None and gone.get(change.renamed_from) != change[1:4]:
            yield change.path
