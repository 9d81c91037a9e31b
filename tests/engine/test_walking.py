"""Commits come in the order in which they were made, each whole, and no read stays open meanwhile."""

from pathlib import Path

import apsw
import pytest

from journal import Journal, Spool
from journal.engine import walking
from journal.ids import CommitRow
from journal.tables.commits import CommitFacts
from tests.engine.walks import lively

END = CommitRow(1 << 60)


def test_every_commit_comes_with_what_it_changed(
    spool: Spool, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = lively(spool, root)
    for page in (1, 2, 6, 500):
        monkeypatch.setattr(walking, "PAGE_ROWS", page)
        with spool.journal.reading() as reading:
            found = list(walking.steps(reading.database, "main", None, END))
            assert [step.commit.sha256.hex() for step in found] == ids
            assert all(walking.is_as_named(step) for step in found)
            assert not any(step.tree for step in found)
            for step in found:
                listed = spool.journal.changes(commit=step.commit.sha256.hex())
                assert [change.path for change in step.changes] == [change.path for change in listed]
            part = list(walking.steps(reading.database, None, found[1].commit.id, found[3].commit.id))
            assert part == found[2:4]
            assert list(walking.steps(reading.database, "side", None, END)) == []


def test_others_write_between_two_commits(spool: Spool, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lively(spool, root)
    monkeypatch.setattr(walking, "PAGE_ROWS", 1)
    with Journal.open(root) as journal, journal.reading() as reading:
        walk = walking.steps(reading.database, "main", None, END)
        next(walk)
        with reading.database.read() as look:  # none is open
            assert look.value("SELECT count(*) FROM commits") == 6
        spool.write("later", "x")
        spool.commit("later")
        assert len(list(walk)) == 6


def test_an_id_is_of_all_that_a_commit_says(spool: Spool, root: Path) -> None:
    lively(spool, root)
    with spool.journal.reading() as reading:
        step = next(walking.steps(reading.database, "main", None, END))
    facts: CommitFacts = step.commit
    for forged in (facts._replace(message="x"), facts._replace(created_at=1), facts._replace(parent=bytes(32))):
        assert not walking.is_as_named(step._replace(commit=forged))
    assert not walking.is_as_named(step._replace(changes=step.changes[1:]))


@pytest.mark.damaged
def test_the_first_that_is_kept_stands_for_all_before_it(root: Path, tmp_path: Path) -> None:
    with Spool.open(root, journal=tmp_path / "my.db") as spool:
        for n in range(3):
            spool.write("a", f"{n}")
            spool.write(f"b{n}", f"{n}")
            spool.commit(f"{n}")
    connection = apsw.Connection(str(tmp_path / "my.db"))
    for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("UPDATE commits SET parent_id = NULL WHERE n = 2; UPDATE change SET commit_id = 2 WHERE seq = 2")
    connection.execute("DELETE FROM change WHERE commit_id = 1; DELETE FROM commits WHERE n = 1")
    connection.close()
    with Journal.open(tmp_path / "my.db") as journal:
        with journal.reading() as reading:
            first, second = walking.steps(reading.database, "main", None, END)
        assert set(first.becomes) == {"a", "b0", "b1"}
        assert second.tree is None
        assert journal.replay(tmp_path / "out") == 2
        assert journal.export("git", tmp_path / "stream")["commits"] == 2
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a", "b0", "b1", "b2"]
