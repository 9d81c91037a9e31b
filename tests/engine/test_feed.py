"""Commits and changes a page at a time: order, cursors, filters, and the names of commits."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import apsw
import pytest

from journal import Commit, CursorPruned, Spool, UnknownName, UsageError
from journal.engine import feed
from journal.ids import Sha256, commit_id
from tests.engine.renaming import two_commits


@pytest.fixture
def made(spool: Spool) -> list[Commit]:
    """Five commits of three paths each; `even` is in every second one."""
    found = []
    for n in range(5):
        spool.write("src/a", f"{n}\n")
        spool.write(f"src/{n}", f"{n}\n")
        spool.write("even" if n % 2 == 0 else "odd", f"{n}\n")
        commit = spool.commit(f"commit {n}")
        assert commit is not None
        found.append(commit)
    return found


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "PAGE_ROWS", 2)


@pytest.mark.usefixtures("small_pages")
def test_commits_come_in_both_orders(spool: Spool, made: list[Commit]) -> None:
    assert list(spool.journal.commits()) == made[::-1]
    assert list(spool.journal.commits(newest_first=False)) == made


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("size", [1, 2, 3, 5, 9])
def test_pages_of_commits_join_without_gap_or_overlap(
    spool: Spool, made: list[Commit], newest_first: bool, size: int
) -> None:
    found: list[Commit] = []
    after = None
    while page := list(spool.journal.commits(after=after, limit=size, newest_first=newest_first)):
        found += page
        after = page[-1].id
    assert found == (made[::-1] if newest_first else made)


def test_commits_are_filtered_by_path_time_and_branch(spool: Spool, made: list[Commit]) -> None:
    journal = spool.journal
    assert list(journal.commits(path="even", newest_first=False)) == made[::2]
    assert list(journal.commits(path=Path("src/3"))) == [made[3]]
    assert list(journal.commits(path="none")) == []
    assert list(journal.commits(since=made[2].created_at)) == made[:1:-1]
    assert list(journal.commits(until=made[2].created_at)) == made[2::-1]
    elsewhere = made[2].created_at.astimezone(timezone(timedelta(hours=5)))
    assert list(journal.commits(since=elsewhere, until=elsewhere)) == [made[2]]
    assert len(list(journal.commits(branch="main"))) == 5
    assert list(journal.commits(branch="none")) == []


@pytest.mark.parametrize("when", [datetime(2020, 1, 1), "2020", 5])
@pytest.mark.parametrize("name", ["since", "until"])
def test_a_time_without_a_zone_is_refused(spool: Spool, name: str, when: Any) -> None:
    with pytest.raises(UsageError, match=name):
        list(spool.journal.commits(**{name: when}))


def test_an_iterator_sees_what_is_committed_meanwhile(spool: Spool, made: list[Commit]) -> None:
    commits = spool.journal.commits(newest_first=False, after=made[3].id)
    assert next(commits) == made[4]
    spool.write("late", "x")
    late = spool.commit("late")
    assert late in list(spool.journal.commits(newest_first=False, after=made[4].id))
    assert list(spool.journal.commits(since=datetime.now(UTC) + timedelta(days=1))) == []


def test_a_commit_is_named_by_id_prefix_or_branch(spool: Spool, made: list[Commit]) -> None:
    journal = spool.journal
    for commit in made:
        assert journal.commit(commit.id) == commit
        assert journal.commit(commit.id[:7]) == commit
        assert journal.commit(commit.id[:12].upper()) == commit
    assert journal.commit("main") == made[-1]


@pytest.mark.parametrize("name", ["", "abc", "zzzzzzz", "0" * 64, "0" * 65, "Main", "0" * 7 + "%"])
def test_a_commit_that_is_not_there_is_an_unknown_name(spool: Spool, made: list[Commit], name: str) -> None:
    with pytest.raises(UnknownName) as caught:
        spool.journal.commit(name)
    assert (caught.value.name, caught.value.candidates) == (name, ())
    assert caught.value.hint


def test_a_prefix_shorter_than_seven_is_refused_though_it_is_unique(spool: Spool, made: list[Commit]) -> None:
    with pytest.raises(UnknownName, match="too short"):
        spool.journal.commit(made[0].id[:6])


def test_a_commit_is_named_by_text(spool: Spool) -> None:
    wrong: Any = 5
    with pytest.raises(UsageError):
        spool.journal.commit(wrong)


@pytest.mark.damaged  # the ids are not the true ones
def test_a_prefix_that_fits_several_names_them(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("journal.engine.commit.commit_id", lambda *all: Sha256(b"\xab" * 5 + commit_id(*all)[5:]))
    ids = []
    for n in range(3):
        spool.write("a", f"{n}")
        commit = spool.commit()
        assert commit is not None
        ids.append(commit.id)
    for prefix in ("ab" * 4, "ab" * 5):
        with pytest.raises(UnknownName, match="fits 3 commits") as caught:
            spool.journal.commit(prefix)
        assert caught.value.candidates == tuple(sorted(ids))
    assert spool.journal.commit(ids[1]).id == ids[1]


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("size", [1, 2, 3, 4, 15, 99])
def test_changes_follow_the_order_of_commits(spool: Spool, made: list[Commit], size: int) -> None:
    found, after = [], 0
    while page := spool.journal.changes(after, size):
        assert len(page) <= size
        found += page
        after = page[-1].cursor
    assert [change.cursor for change in found] == list(range(1, 16))
    assert [change.commit_id for change in found] == [commit.id for commit in made for _ in range(3)]
    assert [change.path for change in found[:3]] == ["even", "src/0", "src/a"]
    assert [change.cursor for change in found if change.ends_commit] == [commit.cursor for commit in made]


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize(
    ("paths", "count", "ends"),
    [
        ("src", 10, [3, 6, 9, 12, 15]),
        ("even", 3, [1, 7, 13]),
        (["even", "src/3"], 4, [1, 7, 11, 13]),
        ("src/?", 10, [3, 6, 9, 12, 15]),
        ("none", 0, []),
        ([], 0, []),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 99])
def test_a_filter_knows_where_each_commit_ends_for_its_reader(
    spool: Spool, made: list[Commit], paths: Any, count: int, ends: list[int], size: int
) -> None:
    found, after = [], 0
    while page := spool.journal.changes(after, size, paths=paths):
        found += page
        after = page[-1].cursor
    assert len(found) == count
    assert [change.cursor for change in found if change.ends_commit] == ends


def test_changes_of_one_commit_and_of_one_branch(spool: Spool, made: list[Commit]) -> None:
    journal = spool.journal
    assert {change.commit_id for change in journal.changes(commit=made[1].id)} == {made[1].id}
    assert len(journal.changes(commit=made[1].id)) == 3
    assert journal.changes(commit=made[1].id, after=made[1].cursor) == []
    assert len(journal.changes(branch="main")) == 15
    assert journal.changes(branch="none") == []
    with pytest.raises(UnknownName):
        journal.changes(commit="0" * 40)


@pytest.mark.parametrize("after", [-1, 1 << 63, True, 1.0, "1", None])
def test_a_cursor_is_a_number_from_zero_up(spool: Spool, made: list[Commit], after: Any) -> None:
    with pytest.raises(UsageError, match="after"):
        spool.journal.changes(after)
    assert len(spool.journal.changes(0)) == 15


@pytest.mark.parametrize("limit", [-1, 0, 1 << 63, True, 1.0, "1", None])
def test_a_limit_is_a_number_from_one_up(spool: Spool, limit: Any) -> None:
    with pytest.raises(UsageError, match="limit"):
        spool.journal.changes(0, limit)


def test_behind_the_newest_change_there_is_nothing_yet(spool: Spool, made: list[Commit]) -> None:
    assert spool.journal.changes(15) == spool.journal.changes(16) == spool.journal.changes((1 << 63) - 1) == []


def test_a_branch_is_named_by_text(spool: Spool) -> None:
    wrong: Any = 5
    with pytest.raises(UsageError, match="branch"):
        spool.journal.changes(branch=wrong)


def test_the_changes_of_a_commit_end_with_its_last(spool: Spool, made: list[Commit]) -> None:
    found = spool.journal.changes(commit=made[2].id, paths=["even", "src/2"])
    assert [(change.path, change.ends_commit) for change in found] == [("even", False), ("src/2", True)]
    assert [change.ends_commit for change in spool.journal.changes(commit=made[2].id, branch="main")] == [0, 0, 1]


def remove(spool: Spool, *which: int) -> None:
    """Takes changes out of the feed, as nothing in the package does."""
    connection = apsw.Connection(str(spool.journal.path))
    connection.execute("DROP TRIGGER IF EXISTS change_stays")
    connection.executemany("DELETE FROM change WHERE seq = ?", [(each,) for each in which])
    connection.close()


@pytest.mark.damaged
@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize(
    ("gone", "oldest", "first", "stays"),
    [
        (range(1, 7), 7, 6, 9),
        ([1], 2, 1, 14),
        ([1, 2, 3, 7, 8, 9], 10, 9, 6),
        ([14, 15], 16, 15, 0),
        (range(1, 16), 16, 15, 0),
    ],
)
@pytest.mark.parametrize("filters", [{}, {"branch": "main"}, {"paths": "src"}, {"paths": "src", "branch": "main"}])
def test_what_was_removed_is_said_and_never_skipped(
    spool: Spool, made: list[Commit], gone: Any, oldest: int, first: int, stays: int, filters: Any
) -> None:
    remove(spool, *gone)
    for after in range(first):
        with pytest.raises(CursorPruned) as caught:
            spool.journal.changes(after, **filters)
        assert (caught.value.oldest, caught.value.name) == (oldest, str(after))
        assert "head" in caught.value.hint
    found = spool.journal.changes(caught.value.oldest - 1, **filters)
    assert len(found) == (stays if "paths" not in filters else sum(change.path.startswith("src") for change in found))
    spool.write("late", "x")
    late = spool.commit("late")
    assert late is not None
    assert [change.path for change in spool.journal.changes(max(first, 15))] == ["late"]


@pytest.mark.damaged
def test_one_commit_is_there_or_not_whatever_was_removed_before_it(spool: Spool, made: list[Commit]) -> None:
    gone = spool.journal.changes(limit=1)[0]
    remove(spool, 1, 2, 3)
    assert len(spool.journal.changes(commit=made[3].id)) == 3
    with pytest.raises(CursorPruned):
        _ = gone.patch


def test_what_was_rolled_back_leaves_no_gap(spool: Spool, made: list[Commit], monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("journal.tables.sessions.set_head", lambda *_: 1 / 0)
        spool.write("a", "x")
        with pytest.raises(ZeroDivisionError):
            spool.commit()
    assert spool.commit() is not None
    assert [change.cursor for change in spool.journal.changes(14)] == [15, 16]


def test_a_change_tells_all_of_its_commit(spool: Spool, made: list[Commit]) -> None:
    change = spool.journal.changes(after=5, limit=1)[0]
    assert (change.path, change.change_type, change.kind, change.kind_before) == ("src/a", "modified", "file", "file")
    assert change.sha_before == hashlib.sha256(b"0\n").hexdigest()
    assert change.sha_after == hashlib.sha256(b"1\n").hexdigest()
    assert (change.branch, change.session_id) == ("main", spool.session_id)
    assert change.committed_at == made[1].created_at
    assert change.patch.diff.endswith("@@ -1 +1 @@\n-0\n+1\n")
    assert change.to_dict(patch=True)["patch"]["additions"] == 1


def test_a_commit_records_what_went_and_what_it_is_now(spool: Spool) -> None:
    moved = two_commits(spool)
    journal = moved.journal
    found = journal.changes(commit="main")
    assert [(c.path, c.change_type, c.renamed_from, c.renamed_to, c.parted) for c in found] == [
        ("a", "deleted", None, "dir/b", False),
        ("bin", "deleted", None, "box", False),
        ("box", "renamed", "bin", None, False),
        ("dir/b", "renamed", "a", None, False),
    ]
    gone, _, _, now = found
    assert (now.sha_before, now.mode_before, now.kind_before) == (gone.sha_before, gone.mode_before, gone.kind_before)
    assert (gone.sha_after, now.mode_after, now.to_dict()["renamed_to"]) == (None, 0o755, None)
    assert journal.verify().findings == ()
    assert [(row["path"], row["renamed_from"]) for row in journal.query("SELECT * FROM history WHERE cursor > 3")] == [
        (c.path, c.renamed_from) for c in found
    ]
    assert set(journal.tree()) == {"box", "dir/b", "stays"}


def test_a_reader_of_one_side_sees_it_by_itself(spool: Spool) -> None:
    moved = two_commits(spool)
    journal = moved.journal
    (gone,) = journal.changes(3, paths="a")
    assert (gone.parted, gone.renamed_to, gone.patch.deletions) == (True, "dir/b", 20)
    assert gone.patch.diff.startswith("diff --git a/a b/a\ndeleted file mode 100644\n")
    (come,) = journal.changes(3, paths="dir")
    assert (come.parted, come.change_type, come.renamed_from, come.ends_commit) == (True, "renamed", "a", True)
    assert (come.patch.change_type, come.patch.renamed_from, come.patch.additions) == ("created", None, 20)
    both = journal.changes(3, paths=["a", "dir/b"])
    assert [(change.parted, bool(change.patch.diff)) for change in both] == [(False, False), (False, True)]
    assert both == [change for change in journal.changes(3) if change.path in ("a", "dir/b")]
