"""What stands around the rows: the files of a root, marks of another boot, sessions and followers."""

from pathlib import Path

import pytest

from journal import Journal, UnknownName, VerifyReport
from tests.rescue.damages import codes, damage


def compared(path: Path, root: Path) -> VerifyReport:
    with Journal.open(path) as journal:
        report = journal.verify(root=root)
    assert report.ok, "what differs on disk is no damage of the journal"
    return report


def said(report: VerifyReport) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.subject, finding.message) for finding in report.findings]


def test_a_root_as_the_journal_says_has_no_findings(sound: Path, root: Path) -> None:
    report = compared(sound, root)
    assert report.findings == ()
    assert report.checked["files"] == 3


def test_what_differs_on_disk_is_told_by_what_it_differs_from(sound: Path, root: Path) -> None:
    (root / "a").write_text("mine\n")
    (root / "b").unlink()
    assert said(compared(sound, root)) == [
        ("disk-staged", "a", "its content is another"),
        ("disk-committed", "b", "nothing stands there"),
    ]


def test_other_modes_and_kinds_are_told(sound: Path, root: Path) -> None:
    mode = (root / "a").stat().st_mode & 0o777
    (root / "a").chmod(0o600)
    (root / "b").unlink()
    (root / "b").write_text("a")
    (root / "c").unlink()
    (root / "c").mkdir()
    assert said(compared(sound, root)) == [
        ("disk-staged", "a", f"its mode is 600, not {mode:o}"),
        ("disk-staged", "c", "a folder stands there"),
        ("disk-committed", "b", "a file stands there"),
    ]


@pytest.mark.damaged
def test_a_mark_of_another_boot_is_told(sound: Path, root: Path) -> None:
    damage(sound, ["INSERT OR REPLACE INTO unsynced VALUES (1, 1, 1, NULL, NULL, NULL, 'another')"])
    assert codes(compared(sound, root)) == {"mark-left"}


def test_a_root_that_moved_is_known_by_what_stands_in_it(sound: Path, root: Path) -> None:
    moved = root.with_name("moved")
    root.rename(moved)
    assert compared(sound, moved).findings == ()


def test_another_folder_is_refused(sound: Path, tmp_path: Path) -> None:
    with Journal.open(sound) as journal, pytest.raises(UnknownName):
        journal.verify(root=tmp_path)
