"""The chains are walked a page at a time, and what is wrong is told wherever it lies."""

from pathlib import Path

import pytest

from journal import Spool
from journal.rescue import gauge
from journal.rescue.chains import CLOSED, OPENED, UNTOLD, WRONG, Phases
from tests.rescue.damages import codes, damage, verified


@pytest.fixture
def long(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A journal of a dozen commits, read three rows at a time."""
    monkeypatch.setattr(gauge, "VERIFY_PAGE_ROWS", 3)
    path = tmp_path / "long.db"
    with Spool.open(root, journal=path) as spool:
        for number in range(12):
            spool.write("a", f"{number}\n")
            spool.commit(f"commit {number}")
    return path


def test_pages_join_without_a_seam(long: Path) -> None:
    report = verified(long)
    assert report.findings == ()
    assert report.checked["commits"] == 12


@pytest.mark.damaged
@pytest.mark.parametrize("seq", [1, 3, 4, 47, 48])
def test_an_edited_link_is_found_in_any_page(long: Path, seq: int) -> None:
    damage(long, [f"UPDATE audit_link SET digest = zeroblob(32) WHERE seq = {seq}"])
    found = verified(long).findings
    assert (found[0].code, found[0].subject) == ("audit-chain", f"link {seq}")
    assert codes(verified(long)) == {"audit-chain", "audit-edited"}


@pytest.mark.damaged
def test_each_commit_whose_link_is_gone_is_named_and_no_other(long: Path) -> None:
    damage(long, ["UPDATE commits SET audit_head = (SELECT sha256 FROM commits WHERE n = 1) WHERE n IN (3, 9)"])
    found = verified(long).findings
    assert [each.code for each in found] == ["audit-cut", "audit-cut"]


@pytest.mark.damaged
@pytest.mark.parametrize("n", [1, 6, 12])
def test_an_edited_commit_is_found_in_any_page(long: Path, n: int) -> None:
    damage(long, [f"UPDATE commits SET message = 'x' WHERE n = {n}"])
    assert [each.code for each in verified(long).findings] == ["commit-id"]


def test_phases_tell_how_far_the_chain_told_of_an_act(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("journal.rescue.chains.DENSE_NUMBERS_MAX", 100)
    phases = Phases()
    for act in (0, 1, 50, 99, 100, 1 << 60, -7):
        assert phases.of(act) == UNTOLD
        phases.step(act, "opened")
        assert phases.of(act) == OPENED
        phases.step(act, "closed")
        assert phases.of(act) == CLOSED
        phases.step(act, "closed")
        assert phases.of(act) == WRONG
    phases.step(51, "closed")
    assert phases.of(51) == WRONG
    assert phases.of(52) == UNTOLD
