"""The plan of a prune: what it lets go by each criterion, and what it keeps whatever was asked."""

from pathlib import Path

from journal import Journal, Spool
from journal.database import Database
from journal.engine import retaining
from journal.engine.retaining import Criteria, Plan


def planned(path: str, wanted: Criteria, rows: int = 2000) -> Plan:
    database = Database.open(path, readonly=True)
    try:
        with database.read() as look:
            return retaining.plan(look, wanted, rows)
    finally:
        database.close()


def made(root: Path, commits: int = 6) -> str:
    with Spool.open(root) as spool:
        for number in range(commits):
            spool.write("a.txt", f"{number}\n")
            spool.write("b.txt", "the same\n" if number % 2 else "or not\n")
            spool.commit(f"{number}")
        return str(spool.journal.path)


def test_only_what_no_criterion_keeps_leaves(root: Path) -> None:
    path = made(root)
    assert planned(path, Criteria(2, None, None)).counts["commits"] == 4
    assert planned(path, Criteria(2, 0, None)).counts["commits"] == 0
    assert planned(path, Criteria(None, 1 << 62, None)).counts["commits"] == 5
    assert planned(path, Criteria(None, None, 1 << 40)).counts["commits"] == 0
    assert planned(path, Criteria(3, None, 0)).counts["commits"] == 3


def test_the_audit_is_cut_where_no_act_is_open(root: Path) -> None:
    plan = planned(made(root), Criteria(1, None, None), 4)
    assert len(plan.acts) > 1
    assert [part.act_id for part in plan.acts] == sorted({part.act_id for part in plan.acts})
    assert plan.invocations == plan.acts[-1].act_id  # all of them from the first on
    assert sum(part.count for part in plan.acts) == plan.acts[-1].seq == 2 * plan.invocations


def test_chunks_leave_before_their_bases_and_the_newest_stays(root: Path) -> None:
    plan = planned(made(root), Criteria(1, None, None))
    assert plan.chunks == sorted(plan.chunks, reverse=True) and plan.blobs == sorted(plan.blobs)


def test_nothing_is_unreached_after_verbs_and_prunes(root: Path) -> None:
    path = made(root)
    with Journal.open(path, readonly=False) as journal:
        journal.prune(keep_commits=2, dry_run=False)
    database = Database.open(path, readonly=True)
    assert retaining.unreached(database.look()) == ([], [])
    database.close()
