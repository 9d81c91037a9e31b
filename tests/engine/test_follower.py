"""Followers by name: each change until it is acknowledged, at least once, in order, and across processes."""

import math
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from journal import Closed, CursorPruned, Follower, Journal, LimitExceeded, ReadOnly, Spool, UnknownName, UsageError
from journal.database import Database, Read
from journal.database.migrate import SUPPORTED, migrate, shipped
from journal.tables import commits, meta
from journal.tables.commits import ChangeFacts
from tests.engine.following import Reader, committed, opened, sleeping
from tests.engine.looking import disk, held, run, value
from tests.engine.renaming import two_commits
from tests.workspace.test_watch import descriptors


@pytest.fixture
def journal(spool: Spool) -> Iterator[Journal]:
    """Another connection to the journal of the session, for writing."""
    with opened(spool) as other:
        yield other


@pytest.fixture
def follower(journal: Journal) -> Follower:
    return journal.follower("memory")


def cursors(follower: Follower, limit: int = 1000, **more: Any) -> list[int]:
    """The cursors of what comes next."""
    return [change.cursor for change in follower.next(limit, **more)]


def test_the_same_comes_again_until_it_is_acknowledged(spool: Spool, follower: Follower) -> None:
    committed(spool, "a", "b", "c")
    assert (follower.name, follower.cursor, follower.lag()) == ("memory", 0, 3)
    assert cursors(follower) == cursors(follower) == [1, 2, 3]
    assert follower.next(2) == spool.journal.changes(0, 2)
    follower.ack()
    assert (follower.cursor, follower.lag(), cursors(follower)) == (2, 1, [3])
    committed(spool, "d")
    assert cursors(follower) == [3, 4]
    follower.ack(3)
    assert cursors(follower) == [4]
    follower.ack()
    assert (follower.cursor, follower.lag(), cursors(follower)) == (4, 0, [])


def test_a_lower_acknowledgement_changes_nothing(spool: Spool, follower: Follower) -> None:
    committed(spool, "a", "b")
    follower.ack()  # next() has looked at nothing yet
    assert follower.cursor == 0
    follower.ack(2)
    follower.ack(1)
    follower.ack(0)
    assert (follower.cursor, spool.journal.followers()) == (2, {"memory": 0})


@pytest.mark.parametrize("cursor", [3, 1 << 62, -1, True, "1", 1.0])
def test_what_was_not_committed_yet_cannot_be_acknowledged(spool: Spool, follower: Follower, cursor: Any) -> None:
    committed(spool, "a", "b")
    with pytest.raises(UsageError, match="cursor"):
        follower.ack(cursor)
    assert (follower.cursor, cursors(follower)) == (0, [1, 2])


def test_filtered_changes_are_acknowledged_along(spool: Spool, journal: Journal) -> None:
    follower = journal.follower("memory", paths="src", branch="main")
    committed(spool, "a", "b")
    assert cursors(follower) == []
    follower.ack()
    assert (follower.cursor, follower.lag()) == (2, 0)
    committed(spool, "a", "src/a", "src/b", "z")
    assert cursors(follower, 1) == [4]
    follower.ack()
    assert follower.cursor == 4, "what comes after the first was not looked at"
    found = follower.next()
    assert [(change.cursor, change.ends_commit) for change in found] == [(5, True)]
    follower.ack()
    assert (follower.cursor, follower.lag()) == (6, 0)


def test_what_the_filter_drops_is_not_looked_at_twice(
    spool: Spool, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    follower = journal.follower("memory", paths="src")
    for n in range(5):
        committed(spool, f"{n}")
    assert cursors(follower) == []
    seen, real = list[int](), commits.changes

    def changes(look: Read, after: int, *more: Any) -> list[ChangeFacts]:
        seen.append(after)
        return real(look, after, *more)

    monkeypatch.setattr(commits, "changes", changes)
    committed(spool, "src/a")
    assert cursors(follower) == cursors(follower) == [6]
    assert set(seen) == {5}
    follower.rewind()
    assert cursors(follower) == [6]
    assert seen[-1] == 0


def test_an_acknowledgement_outlives_its_process(root: Path) -> None:
    code = """
import os, sys
from journal import Journal
journal = Journal.open(sys.argv[1], readonly=False)
follower = journal.follower("memory")
print([change.cursor for change in follower.next(2)], flush=True)
follower.ack()
os.kill(os.getpid(), 9)
"""
    with Spool.open(root) as spool:
        committed(spool, "a", "b", "c")
        assert run(code, root, status=-9) == "[1, 2]\n"
        assert spool.journal.followers() == {"memory": 1}
        assert run(code, root, status=-9) == "[3]\n"
        assert run(code, root, status=-9) == "[]\n"


def test_two_of_one_name_see_everything_each(spool: Spool, journal: Journal) -> None:
    first, second = journal.follower("memory"), journal.follower("memory")
    committed(spool, "a", "b", "c")
    first.next()
    first.ack()
    assert (second.cursor, cursors(second, 2)) == (0, [1, 2])
    second.ack()
    assert (first.cursor, second.cursor, cursors(second)) == (3, 2, [3])
    assert (second.lag(), journal.followers()) == (1, {"memory": 0})
    assert journal.follower("memory").cursor == 3


def test_followers_are_listed_with_what_they_have_before_them(spool: Spool, journal: Journal) -> None:
    assert spool.journal.followers() == {}
    committed(spool, "a", "b")
    journal.follower("b").ack(2)
    journal.follower("a").ack(1)
    journal.follower("ünï")
    assert list(spool.journal.followers().items()) == [("a", 1), ("b", 0), ("ünï", 2)]
    committed(spool, "c")
    assert spool.journal.followers() == {"a": 2, "b": 1, "ünï": 3}


def test_going_back_is_on_purpose_and_goes_back_only(spool: Spool, journal: Journal, follower: Follower) -> None:
    committed(spool, "a", "b", "c")
    follower.ack(2)
    follower.next()
    follower.rewind(1)
    follower.ack()  # what was looked at before counts no more
    assert (follower.cursor, cursors(follower), journal.followers()) == (1, [2, 3], {"memory": 2})
    follower.rewind(3)
    assert (follower.cursor, journal.followers()) == (1, {"memory": 2})
    follower.rewind()
    assert (follower.cursor, cursors(follower)) == (0, [1, 2, 3])
    for wrong in (-1, True, "0", None):
        cursor: Any = wrong
        with pytest.raises(UsageError):
            follower.rewind(cursor)


def test_a_follower_needs_a_journal_that_may_be_written(spool: Spool) -> None:
    for readonly in (spool.journal, Journal.open(spool.journal.path)):
        with pytest.raises(ReadOnly) as caught:
            readonly.follower("memory")
        assert "readonly=False" in caught.value.hint
        readonly.close()
    assert spool.journal.followers() == {}


@pytest.mark.parametrize("name", ["", 5, None, b"a", "a\0b", "\udcff", "x" * 256, "ü" * 128])
def test_a_name_is_text_of_some_length(spool: Spool, journal: Journal, name: Any) -> None:
    with pytest.raises(UsageError) as caught:
        journal.follower(name)
    assert caught.value.hint
    if isinstance(name, str) and len(name) > 100:
        assert isinstance(caught.value, LimitExceeded)
        assert (caught.value.allowed, caught.value.found) == (255, 256)
    assert journal.followers() == {}


def test_the_longest_name_and_an_odd_one_are_fine(journal: Journal) -> None:
    for name in ("x" * 255, " ", "a/b\n", "'; DROP TABLE follower; --"):
        assert journal.follower(name).name == name
    assert len(journal.followers()) == 4


@pytest.mark.parametrize(
    "wrong",
    [{"limit": 0}, {"limit": True}, {"wait_s": -1}, {"wait_s": math.nan}, {"wait_s": "1"}, {"stop": 5}],
    ids=str,
)
def test_a_wrong_call_changes_nothing(spool: Spool, follower: Follower, wrong: Any) -> None:
    committed(spool, "a")
    with pytest.raises(UsageError):
        follower.next(**wrong)
    assert cursors(follower) == [1]


def test_a_wrong_filter_takes_nobody_in(journal: Journal) -> None:
    wrong: Any = 5
    for filters in ({"paths": wrong}, {"branch": wrong}, {"paths": "../x"}):
        with pytest.raises(UsageError):
            journal.follower("memory", **filters)
    assert journal.followers() == {}


COMMIT = """
import sys
from journal import Spool
with Spool.open(sys.argv[1]) as spool:
    print("open", flush=True)
    while name := sys.stdin.readline().strip():
        spool.write(name, name)
        spool.commit()
"""


def test_waiting_ends_with_the_first_commit_that_the_filter_lets_through(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with held(root, COMMIT) as process, Journal.open(root, readonly=False) as journal, sleeping(monkeypatch) as sleep:
        assert process.stdin is not None
        follower = journal.follower("memory", paths="src")
        reader = Reader(lambda: follower.next(wait_s=math.inf))
        reader.start()
        for name in ("a", "b", "src/a"):
            sleep.until()
            process.stdin.write(f"{name}\n")
            process.stdin.flush()
        assert [change.path for change in reader.ended().result] == ["src/a"]
        follower.ack()
        assert follower.lag() == 0


def test_waiting_ends_with_nothing_when_the_time_is_over_or_stop_says_so(follower: Follower) -> None:
    assert follower.next(wait_s=0.001) == []
    assert follower.next(wait_s=math.inf, stop=lambda: True) == []


@pytest.mark.parametrize("whom", ["follower", "journal"])
def test_closing_wakes_whoever_waits(
    journal: Journal, follower: Follower, monkeypatch: pytest.MonkeyPatch, whom: str
) -> None:
    before = descriptors()
    with sleeping(monkeypatch) as sleep:
        reader = Reader(lambda: follower.next(wait_s=math.inf))
        reader.start()
        sleep.until()
        (follower if whom == "follower" else journal).close()
        assert isinstance(reader.ended().error, Closed)
    if whom == "follower":
        assert descriptors() == before
        assert journal.followers() == {"memory": 0}


def test_a_closed_follower_is_of_no_more_use_and_its_place_stays(spool: Spool, journal: Journal) -> None:
    committed(spool, "a", "b")
    with journal.follower("memory") as follower:
        follower.ack(1)
    follower.close()
    for call in (follower.next, follower.ack, follower.lag, follower.rewind, follower.__enter__):
        with pytest.raises(Closed):
            call()
    assert (follower.name, follower.cursor) == ("memory", 1)
    assert cursors(journal.follower("memory")) == [2]


def test_its_attributes_are_read_only_and_it_does_not_pickle(follower: Follower) -> None:
    for name in ("name", "cursor"):
        with pytest.raises(AttributeError):
            setattr(follower, name, 1)
    with pytest.raises(TypeError):
        pickle.dumps(follower)


@pytest.mark.damaged
def test_what_was_removed_is_said_and_the_follower_goes_on_from_there(
    spool: Spool, journal: Journal, follower: Follower
) -> None:
    committed(spool, "a", "b", "c")
    connection = apsw.Connection(str(spool.journal.path))
    connection.execute("DROP TRIGGER change_stays; DELETE FROM change WHERE seq < 3")
    connection.close()
    with pytest.raises(CursorPruned) as caught:
        follower.next()
    assert isinstance(caught.value, UnknownName)
    follower.ack(caught.value.oldest - 1)
    assert (cursors(follower), follower.lag()) == ([3], 1)


def test_acknowledging_beside_a_session_that_works_disturbs_neither(spool: Spool, journal: Journal) -> None:
    follower = journal.follower("memory")

    def follow() -> int:
        while follower.cursor < 60:
            follower.next(wait_s=10)
            follower.ack()
        return follower.cursor

    reader = Reader(follow)
    reader.start()
    for n in range(30):
        committed(spool, "a", "b", text=f"{n}")
    assert reader.ended().error is None
    assert reader.result == 60
    assert spool.status().clean
    assert spool.journal.verify().ok


def test_acknowledging_empties_a_log_that_has_grown(
    spool: Spool, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    committed(spool, "a")
    monkeypatch.setattr("journal.limits.WAL_CHECKPOINT_BYTES", 0)
    done = list[str]()

    def checkpoint(self: Database) -> None:
        done.append(self.path)

    with monkeypatch.context() as patched:
        patched.setattr(Database, "checkpoint", checkpoint)
        follower.ack(1)
    assert done == [str(spool.journal.path)]


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A journal that a release without followers made."""
    path = tmp_path / "older.db"
    database = Database.open(str(path), readonly=False, create=True)
    migrate(database, meta.MIGRATIONS, shipped()[:4])
    with database.begin() as tx:
        meta.put(tx, meta.JOURNAL_ID, "0" * 32)
    database.close()
    return path


def test_a_journal_of_an_older_release_is_read_as_it_is_and_brought_forward_to_be_written(older: Path) -> None:
    with Journal.open(older) as journal:
        assert journal.followers() == {}
        assert value(journal, "PRAGMA user_version") == 4
        assert list(older.parent.glob("*before*")) == []
    with Journal.open(older, readonly=False) as journal:
        assert journal.follower("memory").next() == []
        assert value(journal, "PRAGMA user_version") == SUPPORTED
    assert len(list(older.parent.glob("*before*"))) == 1


@pytest.mark.parametrize("limit", [1, 2, 3, 9])
def test_a_follower_mirrors_files_by_what_changes_say(spool: Spool, root: Path, limit: int) -> None:
    moved = two_commits(spool)
    mirror: dict[str, tuple[bytes, int]] = {}
    with Journal.open(moved.journal.path, readonly=False) as journal:
        follower = journal.follower("mirror")
        while page := follower.next(limit):
            for change in page:
                if change.sha_after is None:
                    del mirror[change.path]
                else:
                    mirror[change.path] = (journal.blob(change.sha_after).read(), change.mode_after or 0)
            follower.ack()
    assert mirror == {path: (data, mode) for path, (data, mode, _) in disk(root).items()}
