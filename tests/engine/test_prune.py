"""Prune: what leaves, what stays readable byte by byte, and what a kill in between leaves behind."""

import os
import random
from pathlib import Path
from typing import Any

import pytest

from journal import BusyError, CursorPruned, Journal, ReadOnly, Spool, UnknownName, UsageError
from tests.engine import looking
from tests.engine.interrupting import dying

Facts = dict[str, Any]


def made(root: Path, commits: int, seed: int = 1) -> Path:
    """A journal of many commits: files come, change, are renamed and go, and some stay from the first on."""
    choose = random.Random(seed)
    with Spool.open(root) as spool:
        spool.write("kept/first.txt", "stands since the first commit\n")
        for number in range(commits):
            name = f"f{choose.randrange(6)}.txt"
            spool.write(name, "".join(f"line {choose.randrange(50)} of {number}\n" for _ in range(40)))
            spool.write("log.txt", f"{number}\n" * (number + 1))
            if number % 5 == 4 and (root / name).exists():
                spool.move(name, f"moved/{number}.txt")
            if number % 7 == 6 and (root / "log.txt").exists():
                spool.delete("log.txt")
            spool.commit(f"commit {number}", metadata={"number": number})
        return Path(spool.journal.path)


def facts(path: Path, only: set[str] | None = None) -> dict[str, Facts]:
    """All that can be read of commits: record, tree, contents, changes, and the diff to the newest."""
    with Journal.open(path) as journal:
        found, head = {}, journal.head()
        for commit in journal.commits():
            if only is not None and commit.id not in only:
                continue
            tree = journal.tree(commit.id)
            found[commit.id] = {
                "commit": commit.to_dict(),
                "tree": {name: entry.to_dict() for name, entry in tree.items()},
                "bytes": {name: journal.read(name, commit.id) for name in tree},
                "changes": [change.to_dict() for change in journal.changes(commit=commit.id)],
                "diff": [(p.path, p.diff) for p in journal.diff(commit.id, head.id if head else None)],
                "whole": [(p.path, p.diff) for p in journal.diff(None, commit.id)],
            }
        return found


def pruned(path: Path, **criteria: Any) -> dict[str, int]:
    with Journal.open(path, readonly=False) as journal:
        return dict(journal.prune(dry_run=False, **criteria))


def test_without_a_criterion_it_refuses(root: Path) -> None:
    with Journal.open(made(root, 2), readonly=False) as journal, pytest.raises(UsageError):
        journal.prune()


@pytest.mark.parametrize(
    "wrong",
    [{"keep_commits": 0}, {"keep_commits": 1.5}, {"keep_days": -1}, {"keep_days": float("nan")}, {"max_bytes": -1}],
)
def test_a_criterion_that_makes_no_sense_is_refused(root: Path, wrong: dict[str, Any]) -> None:
    with Journal.open(made(root, 1), readonly=False) as journal, pytest.raises(UsageError):
        journal.prune(**wrong)


def test_a_dry_run_is_the_default_and_changes_nothing(root: Path) -> None:
    path = made(root, 12)
    with Journal.open(path) as journal:  # also by a reader
        before = looking.counts(journal)
        plan = journal.prune(keep_commits=4)
        assert looking.counts(journal) == before
        with pytest.raises(ReadOnly):
            journal.prune(keep_commits=4, dry_run=False)
    assert plan["commits"] == 8 and plan["blobs"] > 0 and plan["invocations"] > 0
    assert plan["bytes_after"] < plan["bytes_before"]
    done = pruned(path, keep_commits=4)
    assert {**done, "bytes_after": 0} == {**plan, "bytes_after": 0}


@pytest.mark.parametrize("seed", range(4))
def test_every_commit_that_is_kept_reads_as_before(root: Path, seed: int) -> None:
    path = made(root, 24, seed)
    before, choose = facts(path), random.Random(seed)
    for keep in sorted((choose.randrange(1, 24) for _ in range(3)), reverse=True):
        pruned(path, keep_commits=keep)
        after = facts(path)
        assert len(after) == keep
        assert after == {name: before[name] for name in after}
        with Journal.open(path) as journal:
            assert journal.verify().ok


def test_the_oldest_commit_that_is_kept_is_checked_out_and_restored(root: Path, tmp_path: Path) -> None:
    path = made(root, 15)
    before = facts(path)
    pruned(path, keep_commits=5)
    with Journal.open(path) as journal:
        oldest = next(journal.commits(newest_first=False)).id
        journal.checkout(oldest, tmp_path / "out")
    assert {k: v[0] for k, v in looking.disk(tmp_path / "out").items()} == before[oldest]["bytes"]
    with Spool.open(root) as spool:
        spool.restore(oldest)
        assert {k: v[0] for k, v in looking.disk(root).items()} == before[oldest]["bytes"]
        spool.commit("as it was")


def test_what_left_is_gone_by_name_and_by_cursor(root: Path) -> None:
    path = made(root, 10)
    with Journal.open(path) as journal:
        names = [commit.id for commit in journal.commits(newest_first=False)]
    pruned(path, keep_commits=3)
    with Journal.open(path) as journal:
        with pytest.raises(UnknownName):
            journal.tree(names[6])
        with pytest.raises(CursorPruned) as caught:
            journal.changes(after=0)
        assert next(c.commit_id for c in journal.changes(after=caught.value.oldest - 1)) == names[7]
        assert journal.commit(names[7]).parent_id == names[6]  # by its name, though it is gone


def test_work_goes_on_after_a_prune(root: Path) -> None:
    path = made(root, 10)
    pruned(path, keep_commits=2)
    with Spool.open(root) as spool:
        spool.write("more.txt", "more")
        assert (found := spool.commit("more")) is not None and found.parent_id is not None
    assert pruned(path, keep_commits=1)["commits"] == 2


def test_a_follower_keeps_what_it_has_not_acknowledged(root: Path) -> None:
    path = made(root, 10)
    with Journal.open(path, readonly=False) as journal:
        commits = list(journal.commits(newest_first=False))
        with journal.follower("index") as follower:
            follower.next()
            follower.ack(commits[3].cursor)
            assert journal.prune(keep_commits=1, dry_run=False)["commits"] == 4
            assert {change.commit_id for change in follower.next()} == {commit.id for commit in commits[4:]}


def test_days_keep_what_is_young(root: Path) -> None:
    path = made(root, 5)
    assert pruned(path, keep_days=1)["commits"] == 0
    assert pruned(path, keep_days=1, keep_commits=2)["commits"] == 0
    assert pruned(path, keep_days=0)["commits"] == 4


def test_a_size_takes_as_many_as_it_needs(root: Path) -> None:
    with Spool.open(root) as spool:
        for number in range(20):
            spool.write("noise.bin", random.Random(number).randbytes(40_000))
            spool.commit(f"{number}")
        path = Path(spool.journal.path)
    size = 600_000
    done = pruned(path, max_bytes=size)
    assert 0 < done["commits"] < 19 and done["bytes_after"] < size * 1.1 < done["bytes_before"]
    assert pruned(path, max_bytes=0, keep_commits=3)["commits"] == 20 - done["commits"] - 3


def test_what_is_staged_and_what_was_set_aside_stays(root: Path) -> None:
    path = made(root, 6)
    (root / "log.txt").write_text("by hand\n")
    with Spool.open(root, on_conflict="overwrite") as spool:
        spool.write("log.txt", "ours\n")
        spool.write("new.txt", "staged\n")
        before = spool.diff()
    pruned(path, keep_commits=1)
    with Spool.open(root) as spool:
        assert [(p.path, p.diff) for p in spool.diff()] == [(p.path, p.diff) for p in before]
        spool.reset()


def test_the_act_is_audited_with_a_record_in_the_chain(root: Path) -> None:
    path = made(root, 10)
    done = pruned(path, keep_commits=2)
    with Journal.open(path) as journal:
        assert looking.acts(journal)[-1] == ("prune", "ok")
        rows = journal.query("SELECT what, row_count FROM pruned ORDER BY seq")
        assert rows[0] == {"what": "commits", "row_count": done["commits"]}
        assert [row["what"] for row in rows] == ["commits", "acts"]
        oldest = looking.value(journal, "SELECT min(id) FROM invocation")
        assert oldest == looking.value(journal, "SELECT upto + 1 FROM pruned WHERE what = 'acts'")


@pytest.mark.damaged
@pytest.mark.parametrize("sql", ["UPDATE pruned SET row_count = row_count + 1", "DELETE FROM pruned"])
def test_a_record_that_was_changed_is_found(root: Path, sql: str) -> None:
    path = made(root, 10)
    pruned(path, keep_commits=2)
    code = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\n"
    code += "c.execute('DROP TRIGGER pruned_is_written_once')\nc.execute('DROP TRIGGER pruned_stays')\n"
    looking.run(code + f"c.execute({sql!r})\nc.commit()", path)
    with Journal.open(path) as journal:
        assert {f.code for f in journal.verify().findings} & {"audit-edited", "audit-chain"}


def test_a_session_that_holds_the_root_is_not_pruned_under(root: Path) -> None:
    path = made(root, 4)
    with looking.held(root), pytest.raises(BusyError) as caught:
        pruned(path, keep_commits=1)
    assert caught.value.hint == "close that session, then repeat the call"  # prune takes no time to wait
    assert pruned(path, keep_commits=1)["commits"] == 3


def test_a_cut_anywhere_leaves_a_valid_journal(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("journal.engine.prune.RETENTION_ROWS", 8)
    monkeypatch.setattr("journal.engine.upkeep.RETENTION_ROWS", 8)
    path = made(root, 14)
    before = facts(path)
    at = 1
    while True:
        with dying(at) as count:
            try:
                done = pruned(path, keep_commits=3)
            except KeyboardInterrupt:
                done = None
        with Journal.open(path) as journal:
            assert journal.verify().findings == ()
        after = facts(path)
        assert after == {name: before[name] for name in after} and len(after) >= 3
        if done is not None:
            break
        at += 1
    assert at > 5 and count[0] < at
    assert not any(pruned(path, keep_commits=3)[what] for what in ("commits", "blobs", "chunks", "edits"))


KILLED = """
import os, sys
from journal import Journal
from journal.database import Database
from journal.engine import prune, upkeep
prune.RETENTION_ROWS = upkeep.RETENTION_ROWS = 8
count, begin = [0], Database.begin
def counted(self, *, sync=False):
    count[0] += 1
    if count[0] == int(sys.argv[2]):
        os._exit(9)
    return begin(self, sync=sync)
Database.begin = counted
with Journal.open(sys.argv[1], readonly=False) as journal:
    journal.prune(keep_commits=3, dry_run=False)
"""


def test_a_kill_is_told_by_the_next_prune(root: Path) -> None:
    path = made(root, 14)
    before = facts(path)
    for at in (3, 4):
        looking.run(KILLED, path, str(at), status=9)
        with Journal.open(path) as journal:
            assert journal.verify().ok
    pruned(path, keep_commits=3)
    assert facts(path) == {name: before[name] for name in facts(path)}
    with Journal.open(path) as journal:
        states = [state for name, state in looking.acts(journal) if name == "prune"]
    assert states == ["interrupted", "interrupted", "ok"]


READER = """
import sqlite3, sys
reader = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True, isolation_level=None)
reader.execute("BEGIN")
ask = "SELECT count(*), sum(length(body)) FROM chunk"
before = reader.execute(ask).fetchall(), reader.execute("SELECT count(*) FROM history").fetchall()
print("ready", flush=True)
sys.stdin.readline()
assert (reader.execute(ask).fetchall(), reader.execute("SELECT count(*) FROM history").fetchall()) == before
print("same", flush=True)
"""


def test_a_reader_that_holds_a_snapshot_goes_on_seeing_it(root: Path) -> None:
    path = made(root, 10)
    with looking.held(path, READER) as reader:
        assert pruned(path, keep_commits=1)["commits"] == 9
        assert reader.stdin is not None and reader.stdout is not None
        reader.stdin.write("\n")
        reader.stdin.flush()
        assert reader.stdout.readline() == "same\n"


def test_two_branches_keep_their_own(root: Path, tmp_path: Path) -> None:
    path, other = made(root, 6), tmp_path / "other"
    other.mkdir()
    with Spool.open(other, journal=path, branch="side") as spool:
        for number in range(4):
            spool.write("side.txt", f"{number}\n")
            spool.commit(f"side {number}")
    before = facts(path)
    assert pruned(path, keep_commits=2)["commits"] == 6
    after = facts(path)
    assert len(after) == 4 and after == {name: before[name] for name in after}


def test_the_room_is_given_back(root: Path) -> None:
    with Spool.open(root) as spool:
        for number in range(8):
            spool.write("noise.bin", random.Random(number).randbytes(400_000))
            spool.commit(f"{number}")
        path = Path(spool.journal.path)
    done = pruned(path, keep_commits=1)
    assert os.path.getsize(path) <= done["bytes_after"] < done["bytes_before"] / 3
