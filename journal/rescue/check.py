"""Whether a journal is what it must be: one function an invariant, each giving what it found wrong."""

from collections.abc import Callable, Iterator

from journal.content.paths import loaded
from journal.database import Database, Read
from journal.database.migrate import shipped
from journal.errors import JournalError
from journal.ids import ChangeFields, audit_digest, audit_link, commit_id
from journal.records import Finding, VerifyReport
from journal.tables import audit, bases

RESTORE = "bring back a copy of the journal"
EVIDENCE = "keep a copy of the file: the audit was changed outside the journal"

SELECT_SCRIPTS = "SELECT version, name, sha256 FROM schema_migration ORDER BY version"
SELECT_LINKS = "SELECT seq, invocation_id, phase, digest, link FROM audit_link ORDER BY seq"
SELECT_ACTS = """
SELECT id, session_id, parent_id, call_id, kind, name, request, decision, decision_reason, rule, started_at, inverse,
       trace_id, state, finished_at, duration_us, error, sandbox
FROM invocation ORDER BY id
"""
SELECT_PRUNED = """
SELECT seq, invocation_id, what, branch_id, upto, row_count, digest, link_seq, link, pruned_at FROM pruned
"""
SELECT_COMMITS = """
SELECT c.id, c.sha256, p.sha256, m.sha256, c.created_at, c.message, c.metadata, c.files, c.branch_id, c.n, c.audit_head
FROM commits AS c LEFT JOIN commits AS p ON p.id = c.parent_id LEFT JOIN commits AS m ON m.id = c.merged_id
ORDER BY c.id
"""
SELECT_CHANGES = """
SELECT p.name, p.raw, x.sha256, c.before_mode, c.before_kind, y.sha256, c.after_mode, c.after_kind, o.name, o.raw
FROM change AS c JOIN path AS p ON p.id = c.path_id
LEFT JOIN path AS o ON o.id = c.renamed_from
LEFT JOIN blob AS x ON x.id = c.before_blob LEFT JOIN blob AS y ON y.id = c.after_blob
WHERE c.commit_id = :commit_id
"""
SELECT_HEADS = "SELECT name, head_id, (SELECT max(c.id) FROM commits AS c WHERE c.branch_id = branch.id) FROM branch"
SELECT_HEAD_DRIFT = """
WITH newest AS (
    SELECT k.branch_id, x.path_id, max(x.seq) AS seq FROM change AS x JOIN commits AS k ON k.id = x.commit_id
    GROUP BY k.branch_id, x.path_id
), folded AS (
    SELECT n.branch_id, n.path_id, c.after_blob AS blob_id, c.after_mode AS mode, c.after_kind AS kind
    FROM newest AS n JOIN change AS c ON c.seq = n.seq WHERE c.after_kind IS NOT NULL
    {base}
)
SELECT p.name, p.raw FROM (
    SELECT * FROM (SELECT branch_id, path_id, blob_id, mode, kind FROM head_entry EXCEPT SELECT * FROM folded)
    UNION SELECT * FROM (SELECT * FROM folded EXCEPT SELECT branch_id, path_id, blob_id, mode, kind FROM head_entry)
) AS drift JOIN path AS p ON p.id = drift.path_id
"""
UNCHANGED_BASE = """
    UNION ALL SELECT b.branch_id, b.path_id, b.blob_id, b.mode, b.kind FROM base_entry AS b
    WHERE NOT EXISTS (SELECT 1 FROM newest AS n WHERE n.branch_id = b.branch_id AND n.path_id = b.path_id)
"""
SELECT_STAGE_DRIFT = """
SELECT p.name, p.raw FROM staged AS s JOIN path AS p ON p.id = s.path_id LEFT JOIN edit AS e ON e.id = s.edit_id
WHERE e.id IS NULL OR e.path_id <> s.path_id OR e.after_blob IS NOT s.after_blob OR e.after_mode IS NOT s.after_mode
   OR e.after_kind IS NOT s.after_kind
"""
SELECT_CHUNKS = "SELECT id, size FROM chunk"
SELECT_BLOBS = "SELECT id, sha256, size, state, chunks FROM blob"
ROWS = ("path", "chunk", "blob", "edit", "staged", "commits", "change", "invocation", "audit_link")

Check = Callable[[Read, dict[str, int]], Iterator[Finding]]


def check(database: Database) -> VerifyReport:
    """Looks at a whole journal except for the bytes of its contents; damage is a finding, never an exception."""
    findings, checked = list[Finding](), dict[str, int]()
    try:
        with database.read() as look:
            for each in CHECKS:
                findings += _safely(each, look, checked)
    except JournalError as error:
        findings.append(_error("unreadable", database.path, str(error), RESTORE))
    return VerifyReport(not any(each.severity == "error" for each in findings), checked, tuple(findings))


def _safely(each: Check, look: Read, checked: dict[str, int]) -> list[Finding]:
    """Runs one check; a page that cannot be read ends it with a finding."""
    findings = list[Finding]()
    try:
        findings.extend(each(look, checked))
    except Exception as error:  # whatever damage makes of a row, it is told and not raised
        findings.append(_error("unreadable", each.__name__.strip("_"), f"{type(error).__name__}: {error}", RESTORE))
    return findings


def _pages(look: Read, checked: dict[str, int]) -> Iterator[Finding]:
    for row in look.rows("PRAGMA quick_check(20)"):
        if row[0] != "ok":
            yield _error("integrity", "pages", str(row[0]), RESTORE)
    checked["pages"] = int(look.value("PRAGMA page_count"))


def _references(look: Read, _checked: dict[str, int]) -> Iterator[Finding]:
    for table, rowid, parent, _ in look.rows("PRAGMA foreign_key_check"):
        yield _error("reference", f"{table} {rowid}", f"a row of {table} names one that {parent} lacks", RESTORE)


def _migrations(look: Read, checked: dict[str, int]) -> Iterator[Finding]:
    known = {script.version: script for script in shipped()}
    for version, name, sha256 in look.rows(SELECT_SCRIPTS):
        script = known.get(version)
        if script is None or script.sha256 != sha256:
            yield _error("migration", name, "it was made by a script that this release does not ship", RESTORE)
    checked["schema_migration"] = len(known)


def _counts(look: Read, checked: dict[str, int]) -> Iterator[Finding]:
    for table in ROWS:
        checked[table] = int(look.value(f"SELECT count(*) FROM {table}"))
    yield from ()


def _chain(look: Read, _checked: dict[str, int]) -> Iterator[Finding]:
    """Recomputes every link of the audit chain, and the digest of every act at every phase."""
    acts = {row[0]: row for row in look.rows(SELECT_ACTS)}
    phases: dict[int, list[str]] = {}
    start, pruned = audit.start(look), _pruned(look)
    link = start.link
    for place, (seq, act, phase, digest, found) in enumerate(look.rows(SELECT_LINKS), start.seq + 1):
        if seq != place or audit_link(link, seq, phase, act, digest) != found:
            yield _error("audit-chain", f"link {seq}", "it does not follow from the link before it", EVIDENCE)
        link = found
        if phase == "pruned":
            if seq not in pruned or audit_digest(phase, pruned[seq][1:]) != digest:
                yield _error("audit-edited", f"record {seq}", "it does not tell what left the journal", EVIDENCE)
            continue
        phases.setdefault(act, []).append(phase)
        row = acts.get(act)
        if row is None:
            yield _error("audit-missing", f"invocation {act}", "the chain knows it, the table does not", EVIDENCE)
        elif audit_digest(phase, row[:13] if phase == "opened" else row) != digest:
            yield _error("audit-edited", f"invocation {act}", f"it is not as it was when it was {phase}", EVIDENCE)
    for act, row in acts.items():
        wanted = ["opened"] if row[13] == "running" else ["opened", "closed"]
        if phases.get(act) != wanted:
            yield _error("audit-unlinked", f"invocation {act}", "the chain does not tell of it as it stands", EVIDENCE)


def _commits(look: Read, _checked: dict[str, int]) -> Iterator[Finding]:
    """Recomputes every commit's id from what it says."""
    bases_of, first = bases.all_of(look), audit.start(look).link
    numbers: dict[int, int] = {branch: base.n for branch, base in bases_of.items()}
    links = {first, *(row[4] for row in look.rows(SELECT_LINKS))}
    for row in look.rows(SELECT_COMMITS):
        commit, sha, parent, merged, created, message, metadata, files, branch, n, audit_head = row
        changes = [_fields(change) for change in look.rows(SELECT_CHANGES, commit_id=commit)]
        base, name = bases_of.get(branch), sha.hex()
        parent = base.sha256 if parent is None and base is not None and n == base.n + 1 else parent
        if len(changes) != files:
            yield _error("commit-count", name, f"it says {files} files and has {len(changes)}", RESTORE)
        for path in _half_renamed(changes):
            yield _error("rename", name, f"{path!r} is renamed from a path that it does not delete", RESTORE)
        if commit_id(parent, merged, created, message, metadata, changes) != sha:
            yield _error("commit-id", name, "its id does not follow from what it says", RESTORE)
        if audit_head not in links:
            yield _error("audit-cut", name, "the audit chain it was written after is not there any more", EVIDENCE)
        if numbers.get(branch, 0) + 1 != n:
            yield _error("commit-order", name, f"it is number {n} after number {numbers.get(branch, 0)}", RESTORE)
        numbers[branch] = n


def _pruned(look: Read) -> dict[int, tuple]:  # type: ignore[type-arg]  # the columns of SELECT_PRUNED
    """Gives the records of what left, by the place of their links."""
    return {row[0]: row for row in look.rows(SELECT_PRUNED)} if bases.there(look) else {}


def _heads(look: Read, _checked: dict[str, int]) -> Iterator[Finding]:
    """Checks that each branch stands at its newest commit."""
    for name, head, newest in look.rows(SELECT_HEADS):
        if head != newest:
            yield _error("branch-head", name, f"it stands at commit number {head}, its newest is {newest}", RESTORE)


def _fields(row: tuple) -> ChangeFields:  # type: ignore[type-arg]  # the columns of SELECT_CHANGES
    renamed = None if row[8] is None else loaded(row[8], row[9])
    return ChangeFields(loaded(row[0], row[1]), row[2], row[3], row[4], row[5], row[6], row[7], renamed)


def _half_renamed(changes: list[ChangeFields]) -> Iterator[str]:
    """Names renamed paths whose old one is not deleted by the same commit with the content that they begin with."""
    gone = {change.path: change[1:4] for change in changes if change.kind_after is None}
    for change in changes:
        if change.renamed_from is not None and gone.get(change.renamed_from) != change[1:4]:
            yield change.path


def _trees(look: Read, _checked: dict[str, int]) -> Iterator[Finding]:
    based = UNCHANGED_BASE if bases.there(look) else ""
    for name, raw in look.rows(SELECT_HEAD_DRIFT.format(base=based)):
        yield _error("head-entry", loaded(name, raw), "the tree at head is not what the commits made", RESTORE)
    for name, raw in look.rows(SELECT_STAGE_DRIFT):
        yield _error("staged", loaded(name, raw), "what is staged is not what its last edit made", RESTORE)


def _blobs(look: Read, _checked: dict[str, int]) -> Iterator[Finding]:
    """Checks that every content has its chunks, and that their sizes are its size."""
    sizes: dict[int, int] = dict(look.rows(SELECT_CHUNKS))
    for number, sha, size, state, packed in look.rows(SELECT_BLOBS):
        ids = [int.from_bytes(packed[at : at + 4], "big") for at in range(0, len(packed), 4)]
        name = f"blob {number}" if sha is None else sha.hex()
        if missing := [each for each in ids if each not in sizes]:
            yield _error("chunk-missing", name, f"chunk {missing[0]} of it is missing", RESTORE)
        elif state == "whole" and sum(sizes[each] for each in ids) != size:
            yield _error("blob-size", name, f"it says {size} bytes and its chunks have others", RESTORE)


def _error(code: str, subject: str, message: str, hint: str) -> Finding:
    return Finding(code, "error", subject, message, hint)


CHECKS: tuple[Check, ...] = (_pages, _references, _migrations, _counts, _chain, _commits, _heads, _trees, _blobs)
