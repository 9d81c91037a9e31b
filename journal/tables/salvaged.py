"""Rows as they were found in a damaged journal, put into one that was just made: with their numbers, in any order."""

from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from journal.content.paths import loaded
from journal.database import Read, Write
from journal.errors import CorruptionError, UsageError
from journal.tables.blobs import HOLLOW
from journal.tables.states import Columns

Value = None | int | str | bytes

SELECT_NAME = "SELECT name, raw FROM path WHERE id = :id"
UPDATE_NAME = "UPDATE path SET name = :name WHERE id = :id"
SELECT_BLOB = "SELECT sha256, chunks FROM blob WHERE id = :id"
SELECT_EDIT = "SELECT branch_id, path_id, after_blob, after_mode, after_kind FROM edit WHERE id = :id"
SELECT_ACT = "SELECT 1 FROM invocation WHERE id = :id"
SELECT_HELD = "SELECT count(*), coalesce(max({key}), 0), coalesce(min({key}), 1) FROM {table}"
SELECT_PRUNED = "SELECT 1 FROM pruned LIMIT 1"
SELECT_ISSUED = "SELECT seq FROM sqlite_sequence WHERE name = :name"
UPDATE_ISSUED = "UPDATE sqlite_sequence SET seq = :seq WHERE name = :name"
INSERT_ISSUED = "INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)"
SELECT_LOST_CONTENTS = """
SELECT k.sha256, p.name, p.raw, b.sha256
FROM blob AS b LEFT JOIN change AS c ON c.after_blob = b.id
LEFT JOIN commits AS k ON k.id = c.commit_id LEFT JOIN path AS p ON p.id = c.path_id
WHERE b.chunks = :hollow ORDER BY k.id, c.seq, b.id
"""
STAND_INS = {
    "session": """
INSERT INTO session (id, name, branch_id, started_at, ended_at, pid, host, state, metadata)
SELECT DISTINCT session_id, printf('salvaged-%d', session_id), 1, 0, NULL, 0, '', 'died', '{}'
FROM (SELECT session_id FROM invocation UNION SELECT session_id FROM commits)
WHERE session_id NOT IN (SELECT id FROM session) RETURNING id
""",
    "branch": """
INSERT INTO branch (id, name, root_id, head_id, generation)
SELECT branch_id, CASE WHEN branch_id = 1 AND NOT EXISTS (SELECT 1 FROM branch WHERE name = 'main') THEN 'main'
                       ELSE printf('salvaged-%d', branch_id) END, 1, NULL, 0
FROM (SELECT branch_id FROM commits UNION SELECT branch_id FROM session UNION SELECT branch_id FROM edit)
WHERE branch_id NOT IN (SELECT id FROM branch) RETURNING id
""",
    "root": """
INSERT INTO root (id, uuid, path, raw, dev, inode)
SELECT DISTINCT root_id, lower(hex(randomblob(16))), printf('salvaged-%d', root_id), NULL, 0, 0
FROM branch WHERE root_id NOT IN (SELECT id FROM root) RETURNING id
""",
}
UPDATE_HEADS = "UPDATE branch SET head_id = (SELECT max(c.id) FROM commits AS c WHERE c.branch_id = branch.id)"
INSERT_TREES = """
INSERT INTO head_entry (branch_id, path_id, blob_id, mode, kind)
SELECT k.branch_id, c.path_id, c.after_blob, c.after_mode, c.after_kind
FROM (SELECT max(x.seq) AS seq FROM change AS x JOIN commits AS y ON y.id = x.commit_id
      GROUP BY y.branch_id, x.path_id) AS n
JOIN change AS c ON c.seq = n.seq JOIN commits AS k ON k.id = c.commit_id WHERE c.after_kind IS NOT NULL
"""
INSERT_BASES = """
INSERT INTO head_entry (branch_id, path_id, blob_id, mode, kind)
SELECT b.branch_id, b.path_id, b.blob_id, b.mode, b.kind FROM base_entry AS b
WHERE NOT EXISTS (SELECT 1 FROM change AS c JOIN commits AS k ON k.id = c.commit_id
                  WHERE c.path_id = b.path_id AND k.branch_id = b.branch_id)
"""
SELECT_TREE_KEYS = "SELECT branch_id, path_id, blob_id, mode, kind FROM head_entry"
UPSERT_TREE = """
INSERT INTO head_entry (branch_id, path_id, blob_id, mode, kind) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET blob_id = excluded.blob_id, mode = excluded.mode, kind = excluded.kind
"""
DELETE_TREE = "DELETE FROM head_entry WHERE branch_id = :branch_id AND path_id = :path_id"


class Gap(NamedTuple):
    """How many numbers of a table that gives out each once are not there."""

    table: str
    missing: int


def put(tx: Write, table: str, row: Sequence[Value]) -> bool:
    """Keeps a row, unless the table refuses it: one with its number is there, or it breaks a rule."""
    marks = ", ".join("?" * len(row))
    try:
        tx.run_many(f"INSERT INTO {table} VALUES ({marks})", [row])
    except (CorruptionError, UsageError):
        return False
    return True


def path(tx: Read, number: Value) -> str | None:
    """Gives the path of a number."""
    row = tx.row(SELECT_NAME, id=number)
    return None if row is None else loaded(*row)


def rename(tx: Write, number: int, name: str) -> None:
    """Gives a path the name that it was found to have had."""
    tx.run(UPDATE_NAME, id=number, name=name)


def content(tx: Read, number: Value) -> tuple[bytes, bool] | None:
    """Names a content by its number, and tells whether its bytes are here too."""
    row = tx.row(SELECT_BLOB, id=number)
    return None if row is None else (row[0], row[1] != HOLLOW)


def edit(tx: Read, number: Value) -> tuple[int, int, Columns] | None:
    """Gives branch, path and outcome of an edit."""
    row = tx.row(SELECT_EDIT, id=number)
    return None if row is None else (row[0], row[1], row[2:5])


def knows_act(tx: Read, number: Value) -> bool:
    """Tells whether an audited act is here."""
    return tx.value(SELECT_ACT, id=number) is not None


def issue(tx: Write, table: str, key: str, told: int) -> Gap:
    """Sees to it that no number of a table is given out twice, and counts those whose rows are not here."""
    held, last, first = tx.row(SELECT_HELD.format(key=key, table=table)) or (0, 0, 1)
    last = max(int(last), told)
    if tx.row(SELECT_PRUNED) is not None:  # older ones were let go
        held = int(held) + int(first) - 1
    if last:
        found = tx.value(SELECT_ISSUED, name=table)
        tx.run(INSERT_ISSUED if found is None else UPDATE_ISSUED, name=table, seq=last)
    return Gap(table, last - int(held))


def lost_contents(tx: Read) -> list[tuple[bytes | None, str, bytes]]:
    """Lists commit, path and name of every content whose bytes are gone; path "" where no commit has it."""
    rows = tx.rows(SELECT_LOST_CONTENTS, hollow=HOLLOW)
    return [(row[0], "" if row[1] is None else loaded(row[1], row[2]), row[3]) for row in rows]


def stand_in(tx: Write) -> list[tuple[str, int]]:
    """Makes rows for sessions, branches and roots that others name and that are gone; says which."""
    made = []
    for table, statement in STAND_INS.items():
        made += [(table, int(row[0])) for row in tx.rows(statement)]
    return made


def fold(tx: Write) -> None:
    """Places each branch at its newest commit, and makes its tree of the changes of its commits."""
    tx.run(UPDATE_HEADS)
    tx.run(INSERT_TREES)
    tx.run(INSERT_BASES)


def tree(tx: Read) -> set[tuple[Value, ...]]:
    """Lists the trees of all branches: branch, path, blob, mode and kind."""
    return set(tx.rows(SELECT_TREE_KEYS))


def correct(tx: Write, told: Sequence[Sequence[Value]], gone: Sequence[tuple[int, int]]) -> None:
    """Brings trees to what the damaged journal itself said of them."""
    for row in told:
        with suppress(CorruptionError, UsageError):  # what no table takes, no journal said
            tx.run_many(UPSERT_TREE, [row])
    for branch_id, path_id in gone:
        tx.run(DELETE_TREE, branch_id=branch_id, path_id=path_id)


def count(tx: Read, table: str) -> int:
    """Counts the rows of a table."""
    return int(tx.value(f"SELECT count(*) FROM {table}"))
