"""A file that is no sound journal, whatever it is, is a finding, and nothing is made beside it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from journal import Journal, Spool, UnknownName, UsageError, VerifyReport, verify
from journal.database import Database
from journal.database.migrate import SUPPORTED, migrate, shipped
from journal.rescue import files
from journal.tables import meta
from tests.rescue.damages import codes, damage

pytestmark = pytest.mark.damaged

DIE = """
import os, sys
from journal import Spool
spool = Spool.open(sys.argv[1], journal=sys.argv[2])
spool.write("d", "written by a process that dies\\n")
os._exit(0)
"""


def gone(path: Path) -> None:
    path.unlink()


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def text(path: Path) -> None:
    path.write_bytes(b"something else\n" * 1000)


def first_page_torn(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[100:2048] = b"\xa5" * 1948
    path.write_bytes(data)


def of_another_program(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (n INTEGER)")
    connection.close()


def begun(path: Path) -> None:
    path.unlink()
    Database.open(str(path), readonly=False, create=True).close()


def of_a_later_release(path: Path) -> None:
    damage(path, [f"PRAGMA user_version={SUPPORTED + 1}"])


def without_an_id(path: Path) -> None:
    damage(path, ["DELETE FROM meta WHERE key = 'journal_id'"])


KINDS: list[tuple[Callable[[Path], None], str]] = [
    (gone, "missing"),
    (folder, "not-a-file"),
    (empty, "empty"),
    (text, "not-a-database"),
    (first_page_torn, "unreadable"),
    (of_another_program, "not-a-journal"),
    (begun, "unfinished"),
    (without_an_id, "unfinished"),
    (of_a_later_release, "newer"),
]


def beside(path: Path) -> dict[str, bytes | None]:
    """Every file of the folder with its bytes."""
    return {each.name: each.read_bytes() if each.is_file() else None for each in path.parent.iterdir()}


def every_row(path: Path) -> list[object]:
    """All that the tables hold."""
    connection = sqlite3.connect(f"file:{path}?immutable=1", uri=True)
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall()
    found = [row for (name,) in tables for row in connection.execute(f"SELECT * FROM {name}")]
    connection.close()
    return found


@pytest.mark.parametrize(("make", "code"), KINDS, ids=[make.__name__ for make, _ in KINDS])
def test_what_is_no_journal_is_one_finding(sound: Path, make: Callable[[Path], None], code: str) -> None:
    make(sound)
    before = beside(sound)
    for full in (False, True):
        report = verify(sound, full=full)
        assert not report.ok
        assert codes(report) == {code}
        assert len(report.findings) == 1
    assert beside(sound) == before


def test_a_sound_file_is_sound_and_nothing_is_made_beside_it(sound: Path) -> None:
    before = beside(sound)
    assert verify(sound, full=True).findings == ()
    assert beside(sound) == before
    assert verify(os.fspath(sound))


@pytest.mark.parametrize("bytes_left", [1, 99, 1000, 5000, 40_000])
def test_a_file_that_was_cut_short_is_damaged_and_raises_nothing(sound: Path, bytes_left: int) -> None:
    os.truncate(sound, bytes_left)
    before = beside(sound)
    assert not verify(sound, full=True)
    assert beside(sound) == before


@pytest.mark.parametrize("at", range(0, 60_000, 7_777))
def test_any_torn_page_is_told_or_harmless_and_raises_nothing(sound: Path, at: int) -> None:
    before = every_row(sound)
    with sound.open("r+b") as file:
        file.seek(at)
        file.write(b"\x5a" * 300)
    report = verify(sound, full=True)
    assert not report.ok or every_row(sound) == before, "room that no row takes is torn without harm"
    assert all(finding.hint for finding in report.findings)


def test_an_earlier_format_is_told_and_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    database = Database.open(str(path), readonly=False, create=True)
    migrate(database, meta.MIGRATIONS, shipped()[:5])
    with database.begin() as tx:
        meta.put(tx, meta.JOURNAL_ID, "0" * 32)
    database.close()
    report = verify(path, full=True)
    assert (report.ok, codes(report)) == (True, {"older"})


def test_a_log_that_a_dead_process_left_counts_and_stays(root: Path, sound: Path) -> None:
    subprocess.run([sys.executable, "-c", DIE, str(root), str(sound)], check=True)
    before = beside(sound)
    assert f"{sound.name}-wal" in before
    report = verify(sound)
    assert (report.ok, codes(report)) == (True, {"wal-left"})
    assert report.checked["wal_frames"] > 0
    assert report.checked["path"] == 4, "what the log holds was not looked at"
    assert codes(verify(sound, full=True, root=root)) == {"wal-left", "session-left", "intent-left"}
    assert beside(sound) == before


def test_a_journal_in_use_is_read_beside_its_writer(root: Path, sound: Path) -> None:
    with Spool.open(root, journal=sound) as spool:
        spool.write("d", "in the log\n")
        report = verify(sound, full=True, root=root)
        assert (report.ok, report.findings) == (True, ())
        assert report.checked["path"] == 4
        assert report.checked["open_sessions"] == 1
        spool.write("d", "and on\n")
        commit = spool.commit("goes on")
        assert commit is not None
        assert commit.files == 3
    with Journal.open(sound) as journal:
        assert journal.verify()


def test_what_was_mended_is_sound_again(sound: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    shutil.copyfile(sound, whole)
    os.truncate(sound, 1000)
    text(sound)
    calls = []

    def mend(done: int, total: int) -> None:
        calls.append(done)

    assert codes(verify(sound, progress=mend)) == {"not-a-database"}
    shutil.copyfile(whole, sound)
    assert verify(sound, progress=mend)
    assert calls


@pytest.mark.parametrize("mended", [True, False])
def test_a_file_that_changes_meanwhile_is_looked_at_once_more(
    sound: Path, tmp_path: Path, mended: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, looked, looks = tmp_path / "whole", list[int](), files._looked
    shutil.copyfile(sound, whole)
    os.truncate(sound, os.path.getsize(sound) // 2)

    def changing(path: str, **options: Any) -> VerifyReport:
        report = looks(path, **options)
        looked.append(1)
        if mended:
            shutil.copyfile(whole, sound)
        os.utime(sound, ns=(len(looked), len(looked)))
        return report

    monkeypatch.setattr(files, "_looked", changing)
    assert verify(sound).ok == mended
    assert len(looked) == 2


def test_a_root_that_the_journal_does_not_know_is_refused(sound: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownName) as caught:
        verify(sound, root=tmp_path / "other")
    assert caught.value.candidates == (str(tmp_path / "root"),)


def test_what_is_no_path_is_refused() -> None:
    for path in (3, b"x", "a\0b"):
        with pytest.raises(UsageError):
            verify(path)  # type: ignore[arg-type]
