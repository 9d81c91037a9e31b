"""Journals to damage, the damage itself by code, and a look at what is found."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import apsw

from journal import Journal, Spool, VerifyReport
from journal.ids import ChangeFields, commit_id

Plant = list[str] | Callable[[apsw.Connection], None]

ZEROS = "zeroblob(32)"
NOISE = b"".join(hashlib.sha256(b"%d" % n).digest() for n in range(4000))
NO_PROCESS = 1 << 30
INTENT = (
    "INSERT INTO intent (branch_id, path_id, act_id, seq, act_size, how, temp) "
    "SELECT branch_id, path_id, 1, 0, 1, 'put', 1 FROM staged LIMIT 1"
)
MANY = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1005) "


def another_beginning(connection: apsw.Connection) -> None:
    """Gives a change another beginning, and its commit the id that follows from it."""
    connection.execute("UPDATE change SET before_mode = 1 WHERE seq = 3")
    row: Any = connection.execute("SELECT created_at, message, metadata FROM commits WHERE n = 2").fetchall()[0]
    parent: Any = connection.execute("SELECT sha256 FROM commits WHERE n = 1").fetchall()[0][0]
    sides: Any = connection.execute(
        "SELECT x.sha256, c.before_mode, c.before_kind, y.sha256, c.after_mode, c.after_kind FROM change AS c "
        "JOIN blob AS x ON x.id = c.before_blob JOIN blob AS y ON y.id = c.after_blob WHERE c.seq = 3"
    ).fetchall()[0]
    fields = ChangeFields("a", sides[0], sides[1], sides[2], sides[3], sides[4], sides[5], None)
    made = commit_id(parent, None, row[0], row[1], row[2], [fields])
    connection.execute("UPDATE commits SET sha256 = ? WHERE n = 2", (made,))


ROWS: list[tuple[str, Plant, set[str]]] = [
    ("an edited act", ["UPDATE invocation SET request = '{}' WHERE id = 1"], {"audit-edited"}),
    ("an act whose end is edited", ["UPDATE invocation SET state = 'failed' WHERE id = 2"], {"audit-edited"}),
    ("a removed act", ["DELETE FROM invocation WHERE name = 'commit'"], {"audit-missing"}),
    ("an added act", ["INSERT INTO invocation SELECT 99, session_id, NULL, NULL, kind, name, request, decision, "
                      "decision_reason, rule, state, started_at, finished_at, duration_us, error, sandbox, inverse, "
                      "trace_id FROM invocation WHERE id = 1"], {"audit-unlinked"}),
    ("an act of a huge number", ["INSERT INTO audit_link SELECT max(seq) + 1, 1 << 60, 'opened', digest, link "
                                 "FROM audit_link"], {"audit-chain", "audit-missing"}),
    ("an edited link", [f"UPDATE audit_link SET link = {ZEROS} WHERE seq = 3"], {"audit-chain"}),
    ("an edited digest", [f"UPDATE audit_link SET digest = {ZEROS} WHERE seq = 3"], {"audit-chain", "audit-edited"}),
    ("a removed link", ["DELETE FROM audit_link WHERE seq = 2"], {"audit-chain", "audit-unlinked"}),
    ("a commit after a link that is gone", ["UPDATE commits SET audit_head = sha256 WHERE n = 1"],
                                           {"audit-cut"}),
    ("an edited message", ["UPDATE commits SET message = 'x' WHERE n = 1"], {"commit-id"}),
    ("an edited time", ["UPDATE commits SET created_at = created_at + 1 WHERE n = 2"], {"commit-id"}),
    ("an edited change", ["UPDATE change SET before_mode = 1 WHERE seq = 3"], {"commit-id", "tree"}),
    ("another beginning", another_beginning, {"tree"}),
    ("half a rename", ["UPDATE change SET renamed_from = 2, change_type = 'renamed' WHERE seq = 3"],
                      {"commit-id", "rename"}),
    ("a wrong count", ["UPDATE commits SET files = files + 1 WHERE n = 1"], {"commit-count"}),
    ("a wrong number", ["UPDATE commits SET n = n + 5 WHERE n = 2"], {"commit-order"}),
    ("an orphan", ["UPDATE commits SET parent_id = NULL WHERE n = 2"], {"commit-id", "commit-order"}),
    ("a branch that stands elsewhere", ["UPDATE branch SET head_id = 1"], {"branch-head"}),
    ("an edited tree", ["UPDATE head_entry SET mode = 0"], {"head-entry"}),
    ("a path gone from the tree", ["DELETE FROM head_entry WHERE path_id = 1"], {"head-entry"}),
    ("a path that no commit made", ["INSERT INTO head_entry SELECT branch_id, 3, blob_id, mode, kind FROM head_entry "
                                    "LIMIT 1"], {"head-entry"}),
    ("an edited stage", ["UPDATE staged SET after_mode = 0"], {"staged"}),
    ("a missing chunk", ["DELETE FROM chunk WHERE id = (SELECT max(id) FROM chunk)"], {"chunk-missing"}),
    ("a wrong size", ["UPDATE blob SET size = size + 1 WHERE id = 1"], {"blob-size"}),
    ("a wrong size of a chunk", ["UPDATE chunk SET size = size + 1 WHERE id = 1"], {"blob-size"}),
    ("a row that names none", ["UPDATE edit SET invocation_id = 999 WHERE id = 1"], {"reference"}),
    ("another schema", [f"UPDATE schema_migration SET sha256 = {ZEROS} WHERE version = 2"], {"migration"}),
    ("an unknown migration", [f"INSERT INTO schema_migration VALUES (99, 'x', {ZEROS}, 0)"], {"migration"}),
    ("a migration that is not on record", ["DELETE FROM schema_migration WHERE version = 3"], {"migration"}),
    ("a dropped index", ["DROP INDEX change_path"], {"schema"}),
    ("another view", ["DROP VIEW storage", "CREATE VIEW storage AS SELECT 1"], {"schema"}),
    ("a trigger of another", ["CREATE TRIGGER spy AFTER INSERT ON path BEGIN SELECT 1; END"], {"schema"}),
]  # fmt: skip
"""what the quick verification finds."""

FULL: list[tuple[str, Plant, set[str]]] = [
    ("a chunk of other bytes", ["INSERT INTO chunk VALUES (999, zeroblob(16), 3, 0, NULL, 0, 'abc')"
                                .replace("'abc'", "x'616263'")], {"chunk-digest"}),
    ("a frame that is torn", ["UPDATE chunk SET body = zeroblob(length(body)) WHERE id = 1"],
                             {"chunk-digest", "blob-digest"}),
    ("a delta against itself", ["INSERT INTO chunk VALUES (999, zeroblob(16), 3, 2, 999, 1, x'616263')"],
                               {"chunk-base"}),
    ("a content of another name", [f"UPDATE blob SET sha256 = {ZEROS} WHERE id = (SELECT max(id) FROM blob)"],
                                  {"blob-digest"}),
    ("a content of other lines", ["UPDATE blob SET line_count = line_count + 1 WHERE id = 1"], {"blob-facts"}),
    ("a text that is none", ["UPDATE blob SET is_text = 0 WHERE id = 1"], {"blob-facts"}),
    ("a wrong diff", ["UPDATE patch SET additions = additions + 1"], {"patch"}),
    ("a torn diff", ["UPDATE patch SET blocks = x'80'"], {"patch"}),
    ("a follower that is ahead", ["INSERT INTO follower VALUES ('x', 99, 0)"], {"follower"}),
    ("many findings of a code", [MANY + "INSERT INTO follower SELECT n, 99, 0 FROM n"], {"follower", "more"}),
]  # fmt: skip
"""what only the full one finds."""

WARNINGS: list[tuple[str, Plant, set[str]]] = [
    ("a table of another", ["CREATE TABLE mine (n INTEGER)"], {"schema-foreign"}),
    ("a content on its way", ["INSERT INTO blob VALUES (99, NULL, 0, 1, 0, 0, 'pending', x'')"], {"blob-pending"}),
    ("a session that nobody ended", [f"UPDATE session SET state = 'open', ended_at = NULL, pid = {NO_PROCESS}"],
                                    {"session-left"}),
    ("a promise that nobody kept", [INTENT], {"intent-left"}),
]  # fmt: skip
"""what is told and is no damage."""

ELSEWHERE = {
    *("missing", "not-a-file", "empty", "not-a-database", "not-a-journal", "unfinished", "newer", "older"),
    *("unreadable", "wal-left"),  # test_files.py
    *("mark-left", "disk-staged", "disk-committed"),  # test_places.py
    "integrity",  # test_check.py
}
"""codes whose damage is no statement, each planted in the test that is named."""


def sound_journal(root: Path, path: Path) -> None:
    """Makes a journal with two commits, and a third change staged."""
    with Spool.open(root, journal=path) as spool:
        spool.write("a", "one\n")
        spool.symlink("b", "a")
        spool.commit("first", metadata={"n": 1})
        spool.write("a", "two\n")
        spool.commit("second")
        spool.write("a", "three\n")
        spool.write("c", NOISE)


def damage(path: Path, plant: Plant) -> None:
    """Does what no verb would, with everything that guards the file out of the way while it is done."""
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA foreign_keys=OFF").fetchall()
    connection.execute("PRAGMA ignore_check_constraints=ON").fetchall()
    triggers: list[Any] = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    if isinstance(plant, list):
        for statement in plant:
            connection.execute(statement).fetchall()
    else:
        plant(connection)
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    for _, sql in triggers:
        if "change" in tables or " ON change" not in sql:
            connection.execute(sql)
    connection.close()


def verified(path: Path, *, full: bool = False) -> VerifyReport:
    """Opens a journal and verifies it."""
    with Journal.open(path) as journal:
        return journal.verify(full=full)


def codes(report: VerifyReport) -> set[str]:
    """The codes of all findings."""
    return {finding.code for finding in report.findings}


def planted(*lists: Iterable[tuple[str, Plant, set[str]]]) -> set[str]:
    """The codes that stand alone, or in company that cannot be avoided, in some lists."""
    return {code for each in lists for _, _, found in each for code in found}
