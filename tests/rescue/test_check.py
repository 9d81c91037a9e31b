"""Every kind of damage, planted in a sound journal, is found by its own code and by no other."""

import hashlib
import os
from pathlib import Path

import apsw
import pytest

from journal import Journal, Spool, VerifyReport
from journal.database.migrate import SUPPORTED

pytestmark = pytest.mark.damaged

ZEROS = "zeroblob(32)"
DAMAGE: list[tuple[str, list[str], set[str]]] = [
    ("an edited act", ["UPDATE invocation SET request = '{}' WHERE id = 1"], {"audit-edited"}),
    ("an act whose end is edited", ["UPDATE invocation SET state = 'failed' WHERE id = 2"], {"audit-edited"}),
    ("a removed act", ["DELETE FROM invocation WHERE name = 'commit'"], {"audit-missing"}),
    ("an added act", ["INSERT INTO invocation SELECT 99, session_id, NULL, NULL, kind, name, request, decision, "
                      "decision_reason, rule, state, started_at, finished_at, duration_us, error, sandbox, inverse, "
                      "trace_id FROM invocation WHERE id = 1"], {"audit-unlinked"}),
    ("an edited link", [f"UPDATE audit_link SET link = {ZEROS} WHERE seq = 3"], {"audit-chain"}),
    ("an edited digest", [f"UPDATE audit_link SET digest = {ZEROS} WHERE seq = 3"], {"audit-chain", "audit-edited"}),
    ("a removed link", ["DELETE FROM audit_link WHERE seq = 2"], {"audit-chain", "audit-unlinked"}),
    ("an edited message", ["UPDATE commits SET message = 'x' WHERE n = 1"], {"commit-id"}),
    ("an edited time", ["UPDATE commits SET created_at = created_at + 1 WHERE n = 2"], {"commit-id"}),
    ("an edited change", ["UPDATE change SET before_mode = 1 WHERE seq = 3"], {"commit-id"}),
    ("half a rename", ["UPDATE change SET renamed_from = 2, change_type = 'renamed' WHERE seq = 3"],
                      {"commit-id", "rename"}),
    ("a wrong count", ["UPDATE commits SET files = files + 1 WHERE n = 1"], {"commit-count"}),
    ("a wrong number", ["UPDATE commits SET n = n + 5 WHERE n = 2"], {"commit-order"}),
    ("an edited tree", ["UPDATE head_entry SET mode = 0"], {"head-entry"}),
    ("a path gone from the tree", ["DELETE FROM head_entry WHERE path_id = 1"], {"head-entry"}),
    ("an edited stage", ["UPDATE staged SET after_mode = 0"], {"staged"}),
    ("a missing chunk", ["DELETE FROM chunk WHERE id = (SELECT max(id) FROM chunk)"], {"chunk-missing"}),
    ("a wrong size", ["UPDATE blob SET size = size + 1 WHERE id = 1"], {"blob-size"}),
    ("a wrong size of a chunk", ["UPDATE chunk SET size = size + 1 WHERE id = 1"], {"blob-size"}),
    ("a row that names none", ["UPDATE edit SET invocation_id = 999 WHERE id = 1"], {"reference"}),
    ("another schema", [f"UPDATE schema_migration SET sha256 = {ZEROS} WHERE version = 2"], {"migration"}),
    ("an unknown migration", [f"INSERT INTO schema_migration VALUES (9, 'x', {ZEROS}, 0)"], {"migration"}),
]  # fmt: skip


@pytest.fixture
def sound(root: Path, tmp_path: Path) -> Path:
    """A journal with two commits, and a third change staged."""
    path = tmp_path / "sound.db"
    with Spool.open(root, journal=path) as spool:
        spool.write("a", "one\n")
        spool.symlink("b", "a")
        spool.commit("first", metadata={"n": 1})
        spool.write("a", "two\n")
        spool.commit("second")
        spool.write("a", "three\n")
        spool.write("c", b"".join(hashlib.sha256(b"%d" % n).digest() for n in range(4000)))
    return path


def damage(path: Path, statements: list[str]) -> None:
    """Runs statements that no verb would, with everything that guards the file out of the way."""
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA foreign_keys=OFF").fetchall()
    connection.execute("PRAGMA ignore_check_constraints=ON").fetchall()
    triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement).fetchall()
    for _, sql in triggers:
        connection.execute(sql)
    connection.close()


def verified(path: Path) -> VerifyReport:
    with Journal.open(path) as journal:
        return journal.verify()


def test_a_sound_journal_has_no_findings_and_says_what_was_looked_at(sound: Path) -> None:
    report = verified(sound)
    assert (report.ok, report.findings) == (True, ())
    assert report
    expected = {"commits": 2, "change": 3, "edit": 5, "staged": 2, "invocation": 7, "audit_link": 14, "path": 3}
    assert {table: report.checked[table] for table in expected} == expected
    assert report.checked["pages"] > 0
    assert report.checked["schema_migration"] == SUPPORTED


@pytest.mark.parametrize(("what", "statements", "codes"), DAMAGE, ids=[each[0] for each in DAMAGE])
def test_damage_is_found_by_its_code(sound: Path, what: str, statements: list[str], codes: set[str]) -> None:
    damage(sound, statements)
    report = verified(sound)
    assert not report.ok
    assert not report
    assert {finding.code for finding in report.findings} == codes
    for finding in report.findings:
        assert finding.severity == "error"
        assert finding.subject
        assert finding.message
        assert finding.hint


def test_each_finding_names_what_it_is_about(sound: Path) -> None:
    damage(sound, ["UPDATE invocation SET name = 'x' WHERE id IN (2, 3)", "UPDATE staged SET after_mode = 0"])
    subjects = [(finding.code, finding.subject) for finding in verified(sound).findings]
    assert sorted(set(subjects)) == [
        ("audit-edited", "invocation 2"),
        ("audit-edited", "invocation 3"),
        ("staged", "a"),
        ("staged", "c"),
    ]


def test_an_audit_removed_as_a_whole_is_missed_by_the_edits(sound: Path) -> None:
    damage(sound, ["DELETE FROM audit_link", "DELETE FROM invocation"])
    assert "reference" in {finding.code for finding in verified(sound).findings}


def test_pages_that_cannot_be_read_are_a_finding_and_no_exception(sound: Path) -> None:
    with sound.open("r+b") as file:
        file.seek(-20 * 4096, os.SEEK_END)  # the last things written: chunks of the large file
        file.write(b"\xa5" * 20 * 4096)
    report = verified(sound)
    assert not report.ok
    assert "integrity" in {finding.code for finding in report.findings}


def test_a_value_that_its_column_forbids_is_found_where_the_file_may_be_written(sound: Path) -> None:
    damage(sound, ["UPDATE session SET state = 'odd'"])
    with Journal.open(sound, readonly=False) as journal:  # SQLite drops CHECKs when it opens a file to read only
        report = journal.verify()
    assert [(finding.code, finding.subject) for finding in report.findings] == [("integrity", "pages")]
    assert "session" in report.findings[0].message


def test_a_missing_table_is_unreadable(sound: Path) -> None:
    damage(sound, ["PRAGMA legacy_alter_table=ON", "ALTER TABLE change RENAME TO gone"])
    codes = {finding.code for finding in verified(sound).findings}
    assert "unreadable" in codes


def test_verifying_changes_nothing(sound: Path) -> None:
    before = sound.read_bytes()
    assert verified(sound).ok
    assert sound.read_bytes() == before
