"""The history of each path is walked once, and its end is the tree at head, on every branch."""

from pathlib import Path

import pytest

from journal import Spool, Write
from journal.rescue import trees
from tests.rescue.damages import damage, verified

PATHS = 7


@pytest.fixture
def branched(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two roots with a branch each in one journal, with changes, deletions and files that come back."""
    monkeypatch.setattr(trees, "VERIFY_PAGE_ROWS", 3)
    path, other = tmp_path / "branched.db", tmp_path / "other"
    other.mkdir()
    for place, branch in ((root, "main"), (other, "side")):
        with Spool.open(place, journal=path, branch=branch) as spool:
            for turn in range(3):
                spool.batch([Write(f"{n}", f"{branch} {n} {turn}\n") for n in range(PATHS)])
                spool.commit(f"{turn}")
            spool.delete("0")
            spool.delete("1")
            spool.commit("gone")
            spool.write("1", "back\n")
            spool.commit("back")
    return path


def found(path: Path) -> list[tuple[str, str]]:
    return [(each.code, each.subject) for each in verified(path).findings]


def test_every_change_is_walked(branched: Path) -> None:
    report = verified(branched)
    assert report.findings == ()
    assert report.checked["history"] == report.checked["change"] == 2 * (3 * PATHS + 3)


@pytest.mark.damaged
def test_a_tree_at_head_is_told_by_path(branched: Path) -> None:
    five = "(SELECT id FROM path WHERE name = '5')"
    damage(branched, [f"UPDATE head_entry SET blob_id = 1 WHERE branch_id = 2 AND path_id = {five}"])
    assert found(branched) == [("head-entry", "5")]


@pytest.mark.damaged
def test_a_path_that_is_gone_and_in_the_tree_all_the_same_is_told(branched: Path) -> None:
    gone = "(SELECT id FROM path WHERE name = '0')"
    damage(branched, [f"INSERT INTO head_entry SELECT 1, {gone}, 1, 420, 'file'"])
    assert found(branched) == [("head-entry", "0")]


@pytest.mark.damaged
def test_a_beginning_that_is_another_is_told_with_its_commit(branched: Path) -> None:
    change = "(SELECT max(c.seq) FROM change AS c JOIN path AS p ON p.id = c.path_id WHERE p.name = '4')"
    damage(branched, [f"UPDATE change SET before_mode = 1 WHERE seq = {change}"])
    assert ("tree", "4") in found(branched)


@pytest.mark.damaged
def test_what_stood_at_a_path_that_head_does_not_have_nobody_can_say(branched: Path) -> None:
    back = "(SELECT max(c.seq) FROM change AS c JOIN path AS p ON p.id = c.path_id WHERE p.name = '1')"
    damage(branched, [f"UPDATE change SET before_blob = 1, before_mode = 420, before_kind = 'file' WHERE seq = {back}"])
    assert [code for code, _ in found(branched)] == ["commit-id"]
