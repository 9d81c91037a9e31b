"""Agents are killed at random moments and nothing is lost; and the ledger that says so sees what is lost."""

from collections import Counter
from pathlib import Path

import pytest

from tests.crash import forked, tally
from tests.crash.conftest import Extent
from tests.crash.ledger import File, Ledger, Seen, content
from tests.crash.soak import soak

pytestmark = pytest.mark.timeout(900)
ME = (0, 0)


def test_what_agents_were_told_stands_after_every_kill(tmp_path: Path, extent: Extent) -> None:
    kills = 1000 if extent.deaths == 0 else 20
    figures, bad = forked.run(lambda: soak(tmp_path, 7, lambda told: _kills(told) < kills), patience_s=0).answer
    tally.count("soak", f"{figures['acts']} acts", [bad] * _kills(figures))
    assert bad == []
    assert min(figures["agents"], figures["looks"], figures["acts"]) >= kills // 2


def _kills(told: Counter[str]) -> int:
    return told["agents"] + told["recoveries"]


def seen(ledger: Ledger, **other: object) -> Seen:
    """What a look finds that agrees with a ledger, but for `other`."""
    disk = {path: file.told for path, file in ledger.work.items()}
    staged = {path: (None, told) for path, told in disk.items()}
    return Seen(disk, staged, [], {}, {}, {})._replace(**other)  # type: ignore[arg-type]  # fields of it


@pytest.fixture
def ledger() -> Ledger:
    """A ledger with one acknowledged write."""
    made = Ledger()
    made.begin(ME, ["write", "a", "one", 1, None])
    made.end(ME, "")
    return made


def test_an_acknowledged_write_that_is_gone_is_seen(ledger: Ledger) -> None:
    assert ledger.meet(seen(ledger)) == []
    problems = ledger.meet(seen(ledger, disk={}, staged={}))
    assert [problem.split(":")[0] for problem in problems] == ["disk of a", "staged of a"]


def test_a_commit_that_is_gone_or_has_changed_is_seen(ledger: Ledger) -> None:
    ledger.begin(ME, ["commit", "told"])
    ledger.end(ME, "c0ffee")
    told = {"a": ledger.work["a"].told}
    assert ledger.meet(seen(ledger, staged={}, commits=["c0ffee"], head=told, trees={"c0ffee": told})) == []
    assert "the commits are" in ledger.meet(seen(ledger, staged={}, head=told))[0]
    changed = {"c0ffee": {"a": ("file", 0o600, told["a"][2])}}
    problems = ledger.meet(seen(ledger, staged={}, commits=["c0ffee"], head=told, trees=changed))
    assert problems == ["the commit c0ffee has changed"]


@pytest.mark.parametrize("landed", [True, False])
def test_an_act_nobody_heard_the_end_of_is_there_or_not(ledger: Ledger, landed: bool) -> None:
    ledger.begin(ME, ["batch", [["write", "b", "two", 1, 0o600], ["delete", "a"]]])
    told = File("file", 0o600, content("two", 1)).told
    there = seen(ledger, disk={"b": told}, staged={"b": (None, told)})
    assert ledger.meet(there if landed else seen(ledger)) == []
    assert set(ledger.work) == ({"b"} if landed else {"a"})


def test_half_of_an_act_is_seen(ledger: Ledger) -> None:
    ledger.begin(ME, ["batch", [["write", "b", "two", 1, 0o600], ["delete", "a"]]])
    both = {**seen(ledger).disk, "b": File("file", 0o600, content("two", 1)).told}
    problems = ledger.meet(seen(ledger, disk=both, staged={path: (None, told) for path, told in both.items()}))
    assert "is half done" in problems[0]
