"""Every kind of damage, planted in a sound journal, is found by its own code and by no other."""

import os
import sqlite3
from pathlib import Path
from typing import Any

import apsw
import pytest

from journal import Journal, Spool
from journal.database.migrate import SUPPORTED
from tests.rescue.damages import FULL, NOISE, ROWS, WARNINGS, Plant, codes, damage, verified

pytestmark = pytest.mark.damaged


def test_a_sound_journal_has_no_findings_and_says_what_was_looked_at(sound: Path) -> None:
    report = verified(sound)
    assert (report.ok, report.findings) == (True, ())
    assert report
    expected = {"commits": 2, "change": 3, "edit": 5, "staged": 2, "invocation": 7, "audit_link": 14, "path": 3}
    assert {table: report.checked[table] for table in expected} == expected
    assert report.checked["pages"] > 0
    assert report.checked["schema_migration"] == SUPPORTED
    assert "whole_blobs" not in report.checked


def test_a_full_verification_says_how_much_it_read(sound: Path) -> None:
    report = verified(sound, full=True)
    assert (report.ok, report.findings) == (True, ())
    assert report.checked["whole_blobs"] == report.checked["blob"] == 5
    assert report.checked["whole_chunks"] == report.checked["chunk"]
    assert report.checked["content_bytes"] == len("one\na" "two\n" "three\n") + len(NOISE)
    assert report.checked["patches"] == 1


@pytest.mark.parametrize(("what", "plant", "found"), ROWS, ids=[each[0] for each in ROWS])
def test_damage_is_found_by_its_code(sound: Path, what: str, plant: Plant, found: set[str]) -> None:
    damage(sound, plant)
    report = verified(sound)
    assert not report.ok
    assert not report
    assert codes(report) == found
    for finding in report.findings:
        assert finding.severity == "error"
        assert finding.subject
        assert finding.message
        assert finding.hint


@pytest.mark.parametrize(("what", "plant", "found"), FULL, ids=[each[0] for each in FULL])
def test_damage_of_contents_is_found_by_the_full_one_alone(
    sound: Path, what: str, plant: Plant, found: set[str]
) -> None:
    damage(sound, plant)
    assert verified(sound).findings == ()
    report = verified(sound, full=True)
    assert not report.ok
    assert codes(report) == found


@pytest.mark.parametrize(("what", "plant", "found"), WARNINGS, ids=[each[0] for each in WARNINGS])
def test_what_is_no_damage_is_a_warning(sound: Path, what: str, plant: Plant, found: set[str]) -> None:
    damage(sound, plant)
    report = verified(sound, full=True)
    assert report.ok
    assert codes(report) == found
    assert {finding.severity for finding in report.findings} == {"warning"}


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
    assert "reference" in codes(verified(sound))


def test_pages_that_cannot_be_read_are_a_finding_and_no_exception(sound: Path) -> None:
    with sound.open("r+b") as file:
        file.seek(-20 * 4096, os.SEEK_END)  # the last things written: chunks of the large file
        file.write(b"\xa5" * 20 * 4096)
    report = verified(sound)
    assert not report.ok
    assert "integrity" in codes(report)
    assert {"integrity", "chunk-digest", "blob-digest"} <= codes(verified(sound, full=True))


def test_a_value_that_its_column_forbids_is_found_where_the_file_may_be_written(sound: Path) -> None:
    damage(sound, ["UPDATE session SET state = 'odd'"])
    with Journal.open(sound, readonly=False) as journal:  # SQLite drops CHECKs when it opens a file to read only
        report = journal.verify()
    assert [(finding.code, finding.subject) for finding in report.findings] == [("integrity", "pages")]
    assert "session" in report.findings[0].message


def test_a_missing_table_is_told_and_what_needs_it_is_unreadable(sound: Path) -> None:
    damage(sound, ["PRAGMA legacy_alter_table=ON", "ALTER TABLE change RENAME TO gone"])
    assert {"unreadable", "schema"} <= codes(verified(sound, full=True))


def test_verifying_changes_nothing(sound: Path) -> None:
    before = sound.read_bytes()
    assert verified(sound, full=True).ok
    assert sound.read_bytes() == before


@pytest.mark.parametrize("full", [False, True])
def test_progress_counts_bytes_up_to_all_of_them(sound: Path, full: bool) -> None:
    calls = list[tuple[int, int]]()
    with Journal.open(sound) as journal:
        journal.verify(full=full, progress=lambda done, total: calls.append((done, total)))
    size = sound.stat().st_size + (len(NOISE) + 15 if full else 0)
    assert calls[-1] == (size, size)
    assert sorted(calls) == calls


def test_what_a_progress_function_raises_ends_it_and_is_no_damage(sound: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise ValueError("enough")

    with Journal.open(sound) as journal:
        for full in (False, True):
            with pytest.raises(ValueError, match="enough"):
                journal.verify(full=full, progress=stop)
        assert journal.verify(full=True)


def test_verbs_go_on_while_contents_are_read(root: Path, tmp_path: Path) -> None:
    with Spool.open(root, journal=tmp_path / "live.db") as spool:
        spool.write("a", NOISE)
        spool.commit("one")
        made = list[int]()

        def write(done: int, total: int) -> None:
            made.append(done)
            if len(made) == 1:
                spool.write("b", "meanwhile\n")

        report = spool.journal.verify(full=True, root=root, progress=write)
        assert made
        assert report.ok
        assert spool.read("b") == b"meanwhile\n"


def test_a_name_that_leads_nowhere_is_told_with_the_content(sound: Path) -> None:
    def unnamed(connection: apsw.Connection) -> None:
        """Takes the index of names for that of paths, whose entries lead to other rows."""
        connection.execute("PRAGMA writable_schema=ON").fetchall()
        root: Any = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'chunk_base'").fetchall()
        connection.execute("UPDATE sqlite_schema SET rootpage = ? WHERE name = 'sqlite_autoindex_blob_1'", root[0])

    damage(sound, unnamed)
    report = verified(sound, full=True)
    told = {each.subject for each in report.findings if each.message == "its name does not lead to its row"}
    with sqlite3.connect(sound) as connection:
        names = {row[0] for row in connection.execute("SELECT lower(hex(sha256)) FROM blob NOT INDEXED")}
    connection.close()
    assert told == names and len(names) == 5
