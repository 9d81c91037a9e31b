"""Trees, contents and differences at any commit, named in any way that a commit can be named."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from journal import Commit, Journal, Move, PathRefused, Spool, UnknownName, UsageError
from tests.engine.looking import by_path, disk
from tests.engine.renaming import TEXT, committed, told, two_commits


@pytest.fixture
def made(spool: Spool) -> list[Commit]:
    """Three commits: a file comes, changes beside others, and goes."""
    found = []
    spool.write("a", "one\n")
    spool.write("src/b", "b\n", mode=0o755)
    found.append(spool.commit("first"))
    spool.write("a", "two\n")
    spool.symlink("link", "a")
    found.append(spool.commit("second"))
    spool.delete("src/b")
    spool.chmod("a", 0o600)
    found.append(spool.commit("third"))
    return [commit for commit in found if commit is not None]


def shapes(patches: list[Any]) -> list[tuple[str, str]]:
    return [(patch.path, patch.change_type) for patch in patches]


def test_a_path_is_read_as_of_any_commit(spool: Spool, made: list[Commit]) -> None:
    journal = spool.journal
    assert [journal.read("a", commit.id) for commit in made] == [b"one\n", b"two\n", b"two\n"]
    assert [journal.read("src/b", commit.id[:7]) for commit in made] == [b"b\n", b"b\n", None]
    assert [journal.read(Path("link"), commit.id) for commit in made] == [None, b"a", b"a"]
    spool.write("a", "staged\n")
    assert journal.read("a") == journal.read("./a", "main") == b"two\n"
    assert journal.read("src") is None
    assert journal.read("never") is None
    with journal.open_read("a", made[0].id) as reader:
        assert (reader.size, reader.read()) == (4, b"one\n")


def test_what_did_not_exist_cannot_be_opened(spool: Spool, made: list[Commit]) -> None:
    for path, at in (("src/b", None), ("never", made[0].id), ("link", made[0].id)):
        with pytest.raises(UnknownName) as caught:
            spool.journal.open_read(path, at)
        assert (caught.value.name, bool(caught.value.hint)) == (path, True)
    for path in ("/etc/passwd", "../a", "a/", ""):
        with pytest.raises(PathRefused):
            spool.journal.read(path)


def test_before_the_first_commit_there_is_nothing(spool: Spool) -> None:
    journal = spool.journal
    assert (journal.read("a"), journal.tree(), journal.diff(None, None)) == (None, {}, [])
    assert (journal.branches(), journal.commit_at(datetime.now(UTC))) == ({"main": None}, None)
    with pytest.raises(UnknownName):
        journal.open_read("a")


def test_a_large_content_is_opened_in_pieces_also_after_closing(spool: Spool, root: Path) -> None:
    data = bytes(range(256)) * 20_000
    spool.write("big", data)
    spool.commit("big")
    with Journal.open(root) as journal:
        reader = journal.open_read("big")
    assert max(map(len, reader)) < len(data)
    assert reader.seek(-3, 2) == len(data) - 3
    assert reader.read() == data[-3:]


def test_branches_are_named_with_their_heads(spool: Spool, made: list[Commit]) -> None:
    assert spool.journal.branches() == {"main": made[-1].id}


def test_the_commit_at_a_time_is_the_newest_up_to_then(spool: Spool, made: list[Commit]) -> None:
    journal = spool.journal
    tick = timedelta(microseconds=1)
    for commit in made:
        assert journal.commit_at(commit.created_at) == commit
    assert journal.commit_at(made[0].created_at - tick) is None
    assert journal.commit_at(made[2].created_at - tick) == made[1]
    assert journal.commit_at(datetime.now(UTC) + timedelta(days=9), branch="main") == made[2]
    with pytest.raises(UnknownName) as caught:
        journal.commit_at(datetime.now(UTC), branch="none")
    assert caught.value.candidates == ("main",)
    for wrong in (datetime(2030, 1, 1), None, 5, "2030-01-01"):
        given: Any = wrong
        with pytest.raises(UsageError):
            journal.commit_at(given)


def test_two_commits_differ_by_what_lies_between(spool: Spool, made: list[Commit]) -> None:
    journal, (first, second, third) = spool.journal, made
    assert shapes(journal.diff(None, first.id)) == [("a", "created"), ("src/b", "created")]
    assert shapes(journal.diff(first.id, second.id)) == [("a", "modified"), ("link", "created")]
    assert shapes(journal.diff(second.id, third.id[:9])) == [("a", "mode"), ("src/b", "deleted")]
    assert shapes(journal.diff(first.id, None)) == [("a", "modified"), ("link", "created"), ("src/b", "deleted")]
    assert shapes(journal.diff(third.id, first.id)) == [("a", "modified"), ("link", "deleted"), ("src/b", "created")]
    assert shapes(journal.diff(None, "main")) == [("a", "created"), ("link", "created")]
    assert journal.diff("main", third.id) == []
    patch = journal.diff(first.id, second.id)[0]
    assert (patch.additions, patch.deletions, patch.mode_before, patch.mode_after) == (1, 1, 0o644, 0o644)
    assert patch.diff.endswith("@@ -1 +1 @@\n-one\n+two\n")


def test_a_change_that_was_taken_back_between_does_not_differ(spool: Spool, made: list[Commit]) -> None:
    spool.write("a", "other\n")
    spool.write("new", "x")
    spool.commit("there")
    spool.write("a", "two\n")
    spool.delete("new")
    spool.commit("and back")
    assert spool.journal.diff(made[-1].id, "main") == []


def test_a_difference_is_narrowed_by_paths(spool: Spool, made: list[Commit]) -> None:
    journal = spool.journal
    assert shapes(journal.diff(None, made[1].id, paths="src")) == [("src/b", "created")]
    assert shapes(journal.diff(made[0].id, made[2].id, paths=["l*", "none"])) == [("link", "created")]
    assert journal.diff(None, None, paths=[]) == []
    spool.write("x[1]", "1")
    spool.write("x1", "1")
    spool.commit("names with brackets")
    spool.write("x1", "2")
    spool.commit("not this one")
    assert journal.diff(made[2].id, "main", paths="x[1]")[0].path == "x[1]"
    assert spool.journal.diff("main", "main", paths="x[1]") == []


def test_differences_come_by_the_bytes_of_their_paths(spool: Spool) -> None:
    names = ["é", "z", "a/b", "a-b", "B"]
    for name in names:
        spool.write(name, "x")
    spool.commit("all")
    assert [patch.path for patch in spool.journal.diff(None, None)] == sorted(names, key=str.encode)


@pytest.mark.parametrize("name", ["none", "", "abc", "0" * 64, "f" * 7])
def test_a_commit_that_is_not_there_is_unknown_everywhere(
    spool: Spool, made: list[Commit], tmp_path: Path, name: str
) -> None:
    journal = spool.journal
    calls: list[Callable[[], object]] = [
        lambda: journal.commit(name),
        lambda: journal.tree(name),
        lambda: journal.read("a", name),
        lambda: journal.open_read("a", name),
        lambda: journal.diff(name, None),
        lambda: journal.diff(None, name),
        lambda: journal.changes(commit=name),
        lambda: journal.commits(after=name),
        lambda: journal.checkout(name, tmp_path / "out"),
        lambda: spool.diff(since=name),
    ]
    for call in calls:
        with pytest.raises(UnknownName):
            call()
    assert not (tmp_path / "out").exists()


def test_a_commit_has_the_same_three_names_everywhere(spool: Spool, made: list[Commit], tmp_path: Path) -> None:
    journal, newest = spool.journal, made[-1].id
    for at, name in enumerate((newest, newest[:7], newest.upper(), "main")):
        assert journal.commit(name).id == newest
        assert list(journal.tree(name)) == ["a", "link"]
        assert journal.read("a", name) == b"two\n"
        assert len(journal.diff(name, made[0].id)) == len(journal.diff(made[0].id, name)) == 3
        assert len(journal.changes(commit=name)) == 2
        assert [commit.id for commit in journal.commits(after=name, limit=1)] == [made[1].id]
        assert journal.checkout(name, tmp_path / f"{at}") == 2
        assert spool.diff(since=name) == []


def test_what_is_staged_is_compared_with_an_older_commit(spool: Spool, made: list[Commit]) -> None:
    first, _, third = made
    spool.write("a", "three\n")
    spool.write("new", "x")
    spool.write("src/b", "b\n", mode=0o755)
    assert spool.diff(since="main") == spool.diff() == spool.diff(since=third.id)
    found = spool.diff(since=first.id)
    assert shapes(found) == [("a", "modified"), ("link", "created"), ("new", "created")]
    assert found[0].diff.endswith("-one\n+three\n")
    assert found[0].invocation_id is not None
    assert found[1].invocation_id is None
    assert shapes(spool.diff("n*", since=first.id)) == [("new", "created")]
    spool.reset()
    assert shapes(spool.diff(since=first.id)) == shapes(spool.journal.diff(first.id, "main"))


def test_a_file_that_stood_there_before_is_compared_with_itself(spool: Spool, root: Path) -> None:
    spool.write("a", "x")
    spool.commit("first")
    (root / "theirs").write_text("by hand\n")
    spool.write("theirs", "by us\n")
    assert spool.diff(since="main") == spool.diff()
    assert shapes(spool.diff(since="main")) == [("theirs", "modified")]
    assert disk(root)["theirs"][0] == b"by us\n"


def test_reading_writes_nothing(spool: Spool, made: list[Commit]) -> None:
    journal = spool.journal
    before = journal.query("SELECT count(*) AS n, max(seq) AS link FROM audit_link")
    journal.read("a", made[0].id)
    journal.diff(None, None)
    list(journal.invocations())
    assert journal.query("SELECT count(*) AS n, max(seq) AS link FROM audit_link") == before


def test_any_two_commits_are_compared_with_what_was_renamed_in_between(spool: Spool) -> None:
    moved = two_commits(spool)
    first, second = (commit.id for commit in moved.journal.commits(newest_first=False))
    moved.move("dir/b", "c")
    moved.write("c", "nothing in common\n")
    moved.batch([Move("box", "bin")])
    since = moved.diff(since=first)
    assert told(since) == [("c", "renamed", "a")]
    assert told(moved.diff()) == [("bin", "renamed", "box"), ("c", "renamed", "dir/b")]
    assert moved.diff(since=second) == moved.diff()
    moved.commit("third")
    third = moved.journal.head()
    assert third is not None
    diff = moved.journal.diff
    assert told(diff(first, second)) == [("box", "renamed", "bin"), ("dir/b", "renamed", "a")]
    assert told(diff(second, first)) == [("a", "renamed", "dir/b"), ("bin", "renamed", "box")]
    assert told(diff(first, third.id)) == [("c", "renamed", "a")]
    assert told(diff(third.id, first)) == [("a", "renamed", "c")]
    assert told(diff(first, third.id, "a")) == [("a", "deleted", None)]
    assert told(diff(None, second)) == [(path, "created", None) for path in ("box", "dir/b", "stays")]


def test_a_path_that_two_commits_renamed_is_told_once(spool: Spool) -> None:
    committed(spool, a=TEXT)
    first = spool.journal.head()
    assert first is not None
    spool.move("a", "b")
    spool.commit("one")
    spool.write("a", "again\n")
    spool.commit("again")
    spool.move("a", "c")
    spool.commit("two")
    found = spool.journal.diff(first.id, None)
    assert by_path(found) == by_path(spool.journal.diff(first.id, None, ["a", "b", "c"]))
    assert told(found) == [("b", "renamed", "a"), ("c", "created", None)]
