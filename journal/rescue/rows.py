"""Whether the rows of a journal hold together: pages, schema, references, heads, and the pieces of each content."""

import struct
from collections.abc import Iterator

from journal.database import Read
from journal.database.migrate import SUPPORTED, made, shipped
from journal.errors import JournalError
from journal.limits import FINDINGS_PER_CODE_MAX, VERIFY_PAGE_ROWS
from journal.records import Finding
from journal.rescue.codes import finding
from journal.rescue.gauge import onward, paged
from journal.tables import paths

SELECT_VERSION = "PRAGMA user_version"
SELECT_SCHEMA = "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
SELECT_SCRIPTS = "SELECT version, name, sha256 FROM schema_migration ORDER BY version"
SELECT_HEADS = "SELECT name, head_id, (SELECT max(c.id) FROM commits AS c WHERE c.branch_id = branch.id) FROM branch"
SELECT_BLOBS = """
SELECT id, sha256, size, state, chunks FROM blob WHERE id > :after ORDER BY id LIMIT :most
"""
SELECT_SIZES = "SELECT c.id, c.size FROM json_each(:ids) AS j JOIN chunk AS c ON c.id = j.value"
SELECT_NAMES = """
SELECT sha256, id FROM blob INDEXED BY sqlite_autoindex_blob_1 WHERE sha256 > :after ORDER BY sha256 LIMIT :most
"""
SELECT_NAME = "SELECT sha256 FROM blob WHERE id = :id"
SELECT_NAMED = "SELECT id, sha256 FROM blob WHERE id > :after AND sha256 IS NOT NULL ORDER BY id LIMIT :most"
SELECT_NUMBER = "SELECT id, size FROM blob WHERE sha256 = :sha256"  # the size, so that the row itself is sought
COUNTED = ("path", "chunk", "blob", "edit", "staged", "commits", "change", "invocation", "audit_link")
BLOBS_AT_ONCE = 100


def file_bytes(look: Read) -> int:
    """Tells how many bytes the pages of the journal have."""
    return int(look.value("PRAGMA page_count")) * int(look.value("PRAGMA page_size"))


def pages(look: Read, checked: dict[str, int], *, full: bool) -> Iterator[Finding]:
    """Lets SQLite look at every page; with `full` also whether each index has just the rows of its table."""
    for row in look.rows(f"PRAGMA integrity_check({FINDINGS_PER_CODE_MAX})" if full else "PRAGMA quick_check(20)"):
        if row[0] != "ok" and not str(row[0]).startswith("*** in database"):
            yield finding("integrity", "pages", str(row[0]))
        elif row[0] != "ok":
            for line in str(row[0]).split("\n")[1:]:
                yield finding("integrity", "pages", line)
    checked["pages"] = int(look.value("PRAGMA page_count"))


def schema(look: Read, checked: dict[str, int]) -> Iterator[Finding]:
    """Holds every table, index, view and trigger against what the migrations make."""
    wanted = expected(min(int(look.value(SELECT_VERSION)), SUPPORTED))
    found = {(kind, name): sql for kind, name, sql in look.rows(SELECT_SCHEMA)}
    checked["schema"] = len(found)
    for key, sql in wanted.items():
        if key not in found:
            yield finding("schema", " ".join(key), f"the {key[0]} is missing")
        elif found[key] != sql:
            yield finding("schema", " ".join(key), f"the {key[0]} is another than the migrations make")
    for kind, name in found.keys() - wanted.keys():
        code = "schema" if kind == "trigger" else "schema-foreign"  # a trigger can change what verbs write
        yield finding(code, f"{kind} {name}", "no migration makes it")


def expected(format_: int) -> dict[tuple[str, str], str]:
    """Gives the text of each table, index, view and trigger that the scripts up to a number make, by kind and name."""
    return {(kind, name): sql for kind, name, sql in made(format_, SELECT_SCHEMA)}


def references(look: Read, _checked: dict[str, int]) -> Iterator[Finding]:
    """Follows every foreign key."""
    for table, rowid, parent, _ in look.rows("PRAGMA foreign_key_check"):
        where = table if rowid is None else f"{table} {rowid}"
        yield finding("reference", where, f"a row of {table} names one that {parent} lacks")


def migrations(look: Read, checked: dict[str, int]) -> Iterator[Finding]:
    """Holds the scripts that made the journal against those of this release."""
    known = {script.version: script for script in shipped()}
    rows = look.rows(SELECT_SCRIPTS)
    for version, name, sha256 in rows:
        script = known.get(version)
        if script is None or script.sha256 != sha256:
            yield finding("migration", name, "it was made by a script that this release does not ship")
    format_ = int(look.value(SELECT_VERSION))
    if [row[0] for row in rows if row[0] in known] != list(range(1, format_ + 1)):
        yield finding("migration", f"format {format_}", "the scripts that are on record do not lead to it")
    checked["schema_migration"] = len(rows)


def counts(look: Read, checked: dict[str, int]) -> Iterator[Finding]:
    """Counts rows."""
    for table in COUNTED:
        checked[table] = int(look.value(f"SELECT count(*) FROM {table}"))
    yield from ()


def heads(look: Read, _checked: dict[str, int]) -> Iterator[Finding]:
    """Checks that each branch stands at its newest commit."""
    for name, head, newest in look.rows(SELECT_HEADS):
        if head != newest:
            yield finding("branch-head", name, f"it stands at commit number {head}, its newest is {newest}")


def blobs(look: Read, _checked: dict[str, int]) -> Iterator[Finding]:
    """Checks that every content has its chunks, and that their sizes are its size."""
    some: list[tuple[int, bytes | None, int, str, tuple[int, ...]]] = []
    for number, sha, size, state, packed in paged(look, SELECT_BLOBS):
        some.append((number, sha, size, state, numbers(packed)))
        if len(some) == BLOBS_AT_ONCE:
            yield from _blobs(look, some)
            some.clear()
    yield from _blobs(look, some)


def names(look: Read) -> Iterator[Finding]:
    """Follows the name of every content to its row: a damaged row may have another number, or none at all.

    Where pages and indexes are sound it must be so, and nobody need look.
    """
    after = b""
    while page := look.rows(SELECT_NAMES, after=after, most=VERIFY_PAGE_ROWS):
        for sha, number in page:
            try:
                found = look.value(SELECT_NAME, id=number)
            except JournalError:
                found = None
            if found != sha:
                yield finding("blob-digest", sha.hex(), f"its name leads to row {number}, which is not its own")
        after = onward(after, page[-1][0])


def named(look: Read) -> Iterator[Finding]:
    """Looks for the row of every content by its name, which a damaged index may not lead to."""
    for number, sha in paged(look, SELECT_NAMED):
        try:
            found = look.value(SELECT_NUMBER, sha256=sha)
        except JournalError:
            found = None
        if found != number:
            said = sha.hex() if isinstance(sha, bytes) else f"blob {number}"
            yield finding("blob-digest", said, "its name does not lead to its row")


def _blobs(look: Read, some: list[tuple[int, bytes | None, int, str, tuple[int, ...]]]) -> Iterator[Finding]:
    named = {each for row in some for each in row[4]}
    sizes: dict[int, int] = dict(look.rows(SELECT_SIZES, ids=paths.ids(named)))
    for number, sha, size, state, ids in some:
        name = f"blob {number}" if sha is None else sha.hex()
        missing = next((each for each in ids if each not in sizes), None)
        if missing is not None:
            yield finding("chunk-missing", name, f"chunk {missing} of it is missing")
        elif state == "whole" and sum(sizes[each] for each in ids) != size:
            yield finding("blob-size", name, f"it says {size} bytes and its chunks have others")


def numbers(packed: bytes) -> tuple[int, ...]:
    """Reads the numbers of a content's chunks, as damaged as they may be."""
    whole = struct.unpack_from(f">{len(packed) // 4}I", packed)
    return whole if len(packed) % 4 == 0 else (*whole, int.from_bytes(packed[len(packed) // 4 * 4 :], "big"))
