"""The views of the journal as they are exported: which there are, what kinds of columns they have, and their rows."""

from collections.abc import Iterator
from typing import NamedTuple

from journal.content.paths import loaded
from journal.database import Read
from journal.database.transaction import Row

SELECT_VIEWS = "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name"
SELECT_COLUMNS = "SELECT name, type FROM pragma_table_xinfo(:name) ORDER BY cid"
SELECT_RAW = "SELECT name, raw FROM path WHERE raw IS NOT NULL"
SELECT_COMMITS = """
SELECT lower(hex(c.sha256)) AS commit_id, nullif(lower(hex(p.sha256)), '') AS parent_id,
       nullif(lower(hex(m.sha256)), '') AS merged_id, b.name AS branch, s.name AS session_id,
       strftime('%Y-%m-%dT%H:%M:%S', c.created_at / 1000000, 'unixepoch')
           || printf('.%06dZ', c.created_at % 1000000) AS created_at,
       c.message, c.metadata, c.files, c.additions, c.deletions,
       (SELECT max(x.seq) FROM change AS x WHERE x.commit_id = c.id) AS cursor
FROM commits AS c JOIN branch AS b ON b.id = c.branch_id JOIN session AS s ON s.id = c.session_id
LEFT JOIN commits AS p ON p.id = c.parent_id LEFT JOIN commits AS m ON m.id = c.merged_id
WHERE (SELECT max(x.seq) FROM change AS x WHERE x.commit_id = c.id) > :since ORDER BY c.id
"""
TEXTS = ("commit_id", "parent_id", "merged_id", "branch", "session_id", "created_at", "message", "metadata")
NUMBERS = ("files", "additions", "deletions", "cursor")
COMMITS = (*((name, "TEXT") for name in TEXTS), *((name, "INTEGER") for name in NUMBERS))
INSIDE = {"blob_chunk"}
"""views that show keys, which mean nothing outside."""


SELECT_CONTENTS = """
SELECT coalesce(sum(size), 0) FROM blob WHERE id IN (SELECT after_blob FROM change WHERE seq > :since)
"""

class Listing(NamedTuple):
    """Something to export: its name, its columns with the types that they declare, and the SQL that lists its rows."""

    name: str
    columns: tuple[tuple[str, str], ...]
    sql: str

    @property
    def row_bytes(self) -> int:
        """Tells how many bytes a row has at the least as a line of JSON: its names, and a letter a value."""
        return sum(len(f'"{name}": 0, ') for name, _ in self.columns) + len("{}\n") - len(", ")

    @property
    def resumes(self) -> bool:
        """Tells whether a cursor limits it."""
        return ":since" in self.sql


def listings(tx: Read) -> list[Listing]:
    """Lists what there is to export: the commits, and every view that a reader outside can use."""
    found = []
    for (view,) in tx.rows(SELECT_VIEWS):
        if view not in INSIDE:
            columns = tuple((row[0], row[1]) for row in tx.rows(SELECT_COLUMNS, name=view))
            limit = " WHERE cursor > :since ORDER BY cursor" if ("cursor", "INTEGER") in columns else ""
            found.append(Listing(view, columns, f'SELECT * FROM "{view}"{limit}'))
    if all(each.name != "commits" for each in found):
        found.append(Listing("commits", COMMITS, SELECT_COMMITS))
    return sorted(found)


def count(tx: Read, listing: Listing, since: int) -> int:
    """Counts the rows of one."""
    return int(tx.value(f"SELECT count(*) FROM ({listing.sql})", **_values(listing, since)))


def contents_bytes(tx: Read, since: int) -> int:
    """Tells how many bytes the contents have that changes past a cursor brought, each counted once."""
    return int(tx.value(SELECT_CONTENTS, since=since))


def kinds(tx: Read, listing: Listing, since: int) -> dict[str, set[str]]:
    """Tells of each column that declares no type which kinds of values it holds: integer, real, text, blob."""
    silent = [name for name, declared in listing.columns if not declared]
    if not silent:
        return {}
    asked = ", ".join(f"group_concat(DISTINCT typeof(\"{name}\"))" for name in silent)
    row = tx.row(f"SELECT {asked} FROM ({listing.sql})", **_values(listing, since))
    assert row is not None  # an aggregate without groups has one row
    return {name: set((held or "").split(",")) - {"null", ""} for name, held in zip(silent, row, strict=True)}


def rows(tx: Read, listing: Listing, since: int) -> Iterator[Row]:
    """Yields the rows of one, in the order of its columns; past a cursor, when that limits it."""
    for _, row in tx.stream(listing.sql, _values(listing, since)):
        yield row


def undecodable(tx: Read) -> dict[str, str]:
    """Gives for the name under which a path that is not UTF-8 stands in views the path itself."""
    return {row[0]: loaded(*row) for row in tx.rows(SELECT_RAW)}


def _values(listing: Listing, since: int) -> dict[str, int]:
    return {"since": since} if listing.resumes else {}
