"""Following the feed: nothing is missed, nothing is held meanwhile, and every way of ending it is prompt."""

import itertools
import math
import threading
from pathlib import Path
from typing import Any

import apsw
import pytest

from journal import Change, Closed, CursorPruned, Journal, PathRefused, Spool, UsageError
from journal.engine import feed
from journal.engine.following import Lookout, Pace, Trail, Waiter
from journal.limits import (
    FOLLOW_BURST_S,
    FOLLOW_NET_S,
    FOLLOW_POLL_MAX_S,
    FOLLOW_POLL_S,
    FOLLOW_REST_MAX_S,
    FOLLOW_REST_S,
    FOLLOW_SETTLE_S,
)
from journal.workspace import watch
from journal.workspace.watch import Watch
from tests.engine.following import Reader, committed, opened, sleeping, taken
from tests.engine.looking import held, run
from tests.workspace.test_watch import descriptors

LAST = "last"


def until_last(journal: Journal, after: int = 0, **more: Any) -> list[Change]:
    """Follows until a change of the path `last`."""
    found = []
    for change in journal.follow(after, **more):
        found.append(change)
        if change.path == LAST:
            break
    return found


def test_what_is_there_comes_first_then_what_is_committed(spool: Spool) -> None:
    committed(spool, "a", "b")
    changes = spool.journal.follow()
    assert taken(changes, 2) == [1, 2]
    committed(spool, "c")
    assert next(changes) == spool.journal.changes(2)[0]
    assert taken(spool.journal.follow(1), 2) == [2, 3]


WRITER = """
import sys
from journal import Spool, Write
with Spool.open(sys.argv[1]) as spool:
    print("open", flush=True)
    sys.stdin.readline()
    for n in range(40):
        spool.batch([Write(f"f{i}", f"{n} {i}") for i in range(5)])
        spool.commit(f"{n}")
    spool.write("last", "x")
    spool.commit()
"""


@pytest.mark.parametrize("works", [True, False], ids=["told by the system", "by looking"])
def test_every_commit_of_another_process_comes_once_and_in_order(
    root: Path, monkeypatch: pytest.MonkeyPatch, works: bool
) -> None:
    if not works:
        monkeypatch.setattr(watch, "_listen", lambda folder: None)
    with held(root, WRITER) as process, Journal.open(root) as journal, sleeping(monkeypatch) as sleep:
        reader = Reader(lambda: until_last(journal))
        reader.start()
        sleep.until()
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
        found = reader.ended().result
    assert [change.cursor for change in found] == list(range(1, 202))
    assert all(change.ends_commit == (change.cursor % 5 == 0) for change in found[:-1])


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("paths", [None, "src", "a", ["a", "src/2", LAST], "src/?"])
def test_a_filter_knows_where_commits_end_also_between_pages(
    spool: Spool, monkeypatch: pytest.MonkeyPatch, size: int, paths: Any
) -> None:
    for n in range(4):
        committed(spool, "a", f"src/{n}", "src/x", "z")
    committed(spool, LAST)
    wanted = paths if paths is None else [LAST, *([paths] if isinstance(paths, str) else paths)]
    expected = spool.journal.changes(paths=wanted)
    monkeypatch.setattr(feed, "PAGE_ROWS", size)
    assert until_last(spool.journal, paths=wanted) == expected
    assert until_last(spool.journal, 5, paths=wanted, branch="main") == [c for c in expected if c.cursor > 5]


def test_a_branch_that_has_no_commit_is_waited_for(spool: Spool) -> None:
    committed(spool, "a")
    asked = itertools.count()
    assert list(spool.journal.follow(branch="other", stop=lambda: next(asked) > 3)) == []


def test_no_read_transaction_is_held_between_two_changes(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "PAGE_ROWS", 2)
    committed(spool, "a", "b", "c")
    with Journal.open(spool.journal.path) as journal:
        changes = journal.follow()
        other = apsw.Connection(str(spool.journal.path))
        for cursor in (1, 2, 3):
            assert next(changes).cursor == cursor
            assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall() == [(0, 0, 0)]
        other.close()


def test_a_reader_that_waits_lets_the_log_be_emptied_and_hears_of_the_next_one(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Journal.open(spool.journal.path) as journal, sleeping(monkeypatch) as sleep:
        reader = Reader(lambda: until_last(journal))
        reader.start()
        for n in range(3):
            sleep.until()
            other = apsw.Connection(str(spool.journal.path))
            assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall() == [(0, 0, 0)]
            other.close()
            committed(spool, f"{n}")
        committed(spool, LAST)
        assert [change.cursor for change in reader.ended().result] == [1, 2, 3, 4]


def test_stop_is_asked_before_each_change_and_while_waiting(spool: Spool) -> None:
    committed(spool, "a", "b", "c")
    seen: list[Change] = []
    for change in spool.journal.follow(stop=lambda: len(seen) == 2):
        seen.append(change)
    assert [change.path for change in seen] == ["a", "b"]
    stopped = threading.Event()
    reader = Reader(lambda: list(spool.journal.follow(1, stop=stopped.is_set)))
    reader.start()
    stopped.set()
    assert [change.path for change in reader.ended().result] in ([], ["b"], ["b", "c"])
    assert list(spool.journal.follow(stop=lambda: True)) == []


def test_an_error_of_stop_comes_out(spool: Spool) -> None:
    with pytest.raises(ZeroDivisionError):
        list(spool.journal.follow(stop=lambda: bool(1 / 0)))


def test_closing_the_journal_wakes_whoever_waits(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    before = descriptors()
    with sleeping(monkeypatch) as sleep:
        journal = Journal.open(spool.journal.path)
        readers = [Reader(lambda: list(journal.follow(poll_s=3600))) for _ in range(3)]
        for reader in readers:
            reader.start()
            sleep.until()
        journal.close()
        assert all(isinstance(reader.ended().error, Closed) for reader in readers)
    assert not_of_sqlite(descriptors()) == not_of_sqlite(before)


def not_of_sqlite(names: list[str]) -> list[str]:
    """SQLite keeps a descriptor open while another connection of the process has locks on its file."""
    return [name for name in names if "journal.db" not in name]


def test_closing_the_spool_ends_who_follows_its_journal(root: Path) -> None:
    with Spool.open(root) as spool:
        committed(spool, "a", "b")
        changes = spool.journal.follow()
        assert next(changes).path == "a"
    with pytest.raises(Closed):
        next(changes)
    with pytest.raises(Closed):
        spool.journal.follow()


def test_an_iterator_that_is_dropped_or_never_begun_leaves_nothing_open(spool: Spool) -> None:
    committed(spool, "a")
    spool.journal.follow()
    before = descriptors()
    changes = spool.journal.follow()
    next(changes)
    assert descriptors() != before
    del changes
    assert descriptors() == before


FORK = """
import os, sys
from journal import Journal, Spool, UsageError
with Spool.open(sys.argv[1]) as spool:
    for name in "ab":
        spool.write(name, name)
    spool.commit()
    with Journal.open(sys.argv[1], readonly=False) as journal:
        changes, follower = journal.follow(), journal.follower("one")
        assert next(changes).path == "a"
        child = os.fork()
        if child == 0:
            for call in (lambda: next(changes), journal.follow, lambda: follower.next(wait_s=60), follower.ack,
                         lambda: journal.follower("two"), journal.followers, follower.lag):
                try:
                    call()
                except UsageError:
                    continue
                os._exit(1)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert next(changes).path == "b"
        spool.write("c", "c")
        spool.commit()
        assert next(changes).path == "c"
        assert len(follower.next()) == 3
print("fine")
"""


def test_a_fork_is_refused_and_takes_nothing_from_its_parent(root: Path) -> None:
    assert run(FORK, root) == "fine\n"


@pytest.mark.damaged
def test_what_is_removed_before_it_was_read_is_said(spool: Spool) -> None:
    committed(spool, "a")
    changes = spool.journal.follow()
    next(changes)
    committed(spool, "b", "c")
    connection = apsw.Connection(str(spool.journal.path))
    connection.execute("DROP TRIGGER change_stays; DELETE FROM change WHERE seq < 3")
    connection.close()
    with pytest.raises(CursorPruned) as caught:
        next(changes)
    assert caught.value.oldest == 3
    assert taken(spool.journal.follow(2), 1) == [3]


@pytest.mark.parametrize(
    "wrong",
    [
        *({"after": each} for each in (-1, True, "0", 1 << 63)),
        *({"poll_s": each} for each in (0, -1, True, "1", math.nan, None)),
        {"stop": 5},
        {"branch": 5},
        {"paths": 5},
    ],
    ids=str,
)
def test_a_wrong_call_is_refused_before_anything_is_asked_for(spool: Spool, wrong: Any) -> None:
    with pytest.raises(UsageError):
        spool.journal.follow(**wrong)
    if "stop" not in wrong:
        with pytest.raises(UsageError):
            spool.journal.follow_async(**wrong)
    with pytest.raises(PathRefused):
        spool.journal.follow(paths="../elsewhere")


def test_paths_are_read_once_so_that_an_iterator_will_do(spool: Spool) -> None:
    changes = spool.journal.follow(paths=iter(["a", LAST]))
    committed(spool, "a", "b")
    committed(spool, LAST)
    assert [next(changes).path, next(changes).path] == ["a", LAST]


def test_rare_looks_are_bounded_by_what_the_system_takes(spool: Spool) -> None:
    committed(spool, "a")
    changes = spool.journal.follow(poll_s=math.inf)
    assert next(changes).path == "a"
    trail = Trail(Lookout("", spool.journal._look), 0, math.inf, None, None)
    assert trail._poll_s == FOLLOW_POLL_MAX_S


@pytest.fixture
def quiet(tmp_path: Path) -> Watch:
    """A watch over a journal that nobody writes to."""
    return Watch(str(tmp_path / "journal.db"))


def settled(watch: Watch, poll_s: float = FOLLOW_POLL_S) -> tuple[Pace, float]:
    """A pace at which nothing was heard for long, and the time it is then."""
    pace = Pace(watch, poll_s)
    return pace, pace._settled + 1


def test_one_who_hears_nothing_sleeps_long_and_listens(quiet: Watch) -> None:
    pace, now = settled(quiet)
    assert pace.next(now) == (FOLLOW_NET_S, True)
    pace.slept(now + 1, heard=False, early=False)
    assert pace.next(now + 1) == (FOLLOW_NET_S, True)
    slow, now = settled(quiet, 7.0)
    assert slow.next(now) == (7.0, True)
    quiet.works = False
    assert pace.next(now) == (FOLLOW_POLL_S, True)


def test_after_a_write_the_looks_come_at_growing_distances(quiet: Watch) -> None:
    pace, now = settled(quiet)
    pace.slept(now, heard=True, early=True)
    begun, rests = now, []
    while now < begun + FOLLOW_SETTLE_S:
        seconds, listens = pace.next(now)
        assert listens == (now - begun >= FOLLOW_BURST_S)
        rests.append(seconds)
        now += seconds
        pace.slept(now, heard=False, early=False)
    assert rests[:5] == [FOLLOW_REST_S * 2**n for n in range(5)]
    assert set(rests[5:]) == {FOLLOW_REST_MAX_S}
    assert pace.next(now) == (FOLLOW_NET_S, True)


def test_a_burst_of_writes_is_listened_to_once_in_a_while(quiet: Watch) -> None:
    pace, now = settled(quiet)
    listened, begun = 0, now
    while now < begun + 1:
        seconds, listens = pace.next(now)
        listened += listens
        now += 0.0001 if listens else seconds
        pace.slept(now, heard=True, early=listens)
    assert listened <= 1 / FOLLOW_BURST_S


def test_files_of_others_wake_only_once_in_a_while(quiet: Watch) -> None:
    pace, now = settled(quiet)
    pace.slept(now, heard=False, early=True)
    assert pace.next(now) == (FOLLOW_BURST_S, False)
    assert pace.next(now + FOLLOW_BURST_S + 0.001) == (FOLLOW_NET_S, True)  # a sum of floats may fall short of it


def test_a_watch_that_begins_late_looks_often_at_first(quiet: Watch) -> None:
    pace = Pace(quiet, FOLLOW_POLL_S)
    seconds, _ = pace.next(pace._settled - FOLLOW_SETTLE_S)
    assert seconds == FOLLOW_REST_S


def test_there_is_news_at_first_and_after_a_commit_only(spool: Spool) -> None:
    lookout = Lookout(str(spool.journal.path), spool.journal._look)
    with Waiter(lookout, FOLLOW_POLL_S) as waiter:
        assert [waiter.news(), waiter.news()] == [True, False]
        spool.write("a", "1")
        with opened(spool) as other:
            other.follower("memory")
        assert not waiter.news(), "what is staged or acknowledged is no change of the feed"
        spool.commit()
        assert [waiter.news(), waiter.news()] == [True, False]
