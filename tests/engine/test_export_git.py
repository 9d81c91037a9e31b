"""A stream for git becomes commits whose trees are ours, also a part of it after another."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from journal import Commit, CursorPruned, Journal, Spool, UsageError
from journal.content import git_stream
from tests.engine.looking import Contents
from tests.engine.walks import ODD, lively, tree

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

QUIET = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}


class Repository:
    """A bare repository that streams go into."""

    def __init__(self, path: Path) -> None:
        self.path = path
        subprocess.run(["git", "init", "-q", "--bare", path], check=True, env={**os.environ, **QUIET})

    def git(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Runs git there; it must end well."""
        command = ["git", "-C", str(self.path), *arguments]
        done = subprocess.run(command, input=stdin, capture_output=True, check=False, env={**os.environ, **QUIET})
        assert done.returncode == 0, done.stderr
        return done.stdout

    def take(self, stream: Path) -> None:
        """Imports a stream, and checks the repository as hard as git can."""
        self.git("fast-import", "--quiet", stdin=stream.read_bytes())
        assert b"error" not in self.git("fsck", "--strict", "--full")

    def commits(self, branch: str = "main") -> list[str]:
        """The ids of a branch's commits, oldest first."""
        return self.git("rev-list", "--reverse", branch).decode().split()

    def tree(self, commit: str) -> Contents:
        """Content, mode and kind of every path."""
        found: Contents = {}
        for line in filter(None, self.git("ls-tree", "-r", "-z", commit).split(b"\0")):
            facts, path = line.split(b"\t", 1)
            mode, _, blob = facts.decode().split()
            kind = "symlink" if mode == "120000" else "file"
            found[os.fsdecode(path)] = (self.git("cat-file", "blob", blob), int(mode, 8) & 0o777, kind)
        return found

    def message(self, commit: str) -> str:
        """The message as it stands in the commit."""
        return self.git("cat-file", "commit", commit).split(b"\n\n", 1)[1].decode()


def as_git_has_it(found: Contents) -> Contents:
    """Modes as git keeps them."""
    return {
        path: (data, 0 if kind == "symlink" else 0o755 if mode & 0o100 else 0o644, kind)
        for path, (data, mode, kind) in found.items()
    }


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "bare.git")


def agree(spool: Spool, repository: Repository, branch: str = "main") -> None:
    """Compares every commit of a branch."""
    ours = list(spool.journal.commits(branch=branch, newest_first=False))
    theirs = repository.commits(branch)
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        assert repository.tree(other) == as_git_has_it(tree(spool, mine.id))
        assert repository.message(other) == mine.message


def test_every_tree_is_ours(spool: Spool, root: Path, tmp_path: Path, repository: Repository) -> None:
    commits = lively(spool, root)
    told = spool.journal.export("git", tmp_path / "stream")
    contents = {change.sha_after for change in spool.journal.changes()} - {None}
    assert told == {
        "commits": len(commits), "changes": 17, "contents": len(contents), "left_out": 0, "cursor": spool.journal.cursor
    }  # fmt: skip
    repository.take(tmp_path / "stream")
    agree(spool, repository)
    assert ODD in repository.tree("main")
    assert (tmp_path / "stream").stat().st_mode & 0o777 == 0o600


def test_author_and_time_are_the_session_s(root: Path, tmp_path: Path, repository: Repository) -> None:
    with Spool.open(root, session_id='<a "b">\n\u00e9') as spool:
        spool.write("a", "x")
        made = spool.commit("one")
        assert isinstance(made, Commit)
        spool.journal.export("git", tmp_path / "stream")
    repository.take(tmp_path / "stream")
    assert repository.git("log", "-1", "--format=%an|%ae|%at|%cn|%ct", "main").decode().strip() == (
        f"a-b-\u00e9|a-b-\u00e9@journal|{int(made.created_at.timestamp())}|a-b-\u00e9|{int(made.created_at.timestamp())}"
    )


def test_a_stream_goes_on_where_the_one_before_it_ended(
    spool: Spool, root: Path, tmp_path: Path, repository: Repository
) -> None:
    lively(spool, root)
    whole = Repository(tmp_path / "whole.git")
    cursors = [commit.cursor for commit in spool.journal.commits(newest_first=False)]
    spool.journal.export("git", tmp_path / "first")
    spool.write("later", "1")
    spool.write("bin/secret", "again")
    spool.commit("later")
    told = spool.journal.export("git", tmp_path / "second", since=cursors[-1])
    assert (told["commits"], told["changes"]) == (1, 2)
    assert b"from refs/heads/main^0\n" in (tmp_path / "second").read_bytes()
    repository.take(tmp_path / "first")
    repository.take(tmp_path / "second")
    agree(spool, repository)
    spool.journal.export("git", tmp_path / "all")
    whole.take(tmp_path / "all")
    assert whole.commits() == repository.commits()
    empty = spool.journal.export("git", tmp_path / "none", since=told["cursor"])
    assert (empty["commits"], empty["cursor"]) == (0, told["cursor"])
    repository.take(tmp_path / "none")
    assert whole.commits() == repository.commits()


def test_a_stream_does_not_begin_within_a_commit(spool: Spool, tmp_path: Path) -> None:
    spool.write("a", "1")
    spool.write("b", "1")
    first = spool.commit("two")
    spool.write("a", "2")
    spool.commit("one")
    assert first is not None and first.cursor == 2
    with pytest.raises(UsageError, match="cursor 1 lies within a commit"):
        spool.journal.export("git", tmp_path / "stream", since=1)
    assert not (tmp_path / "stream").exists()
    assert spool.journal.export("git", tmp_path / "stream", since=2)["commits"] == 1


def test_all_branches_come(root: Path, tmp_path: Path, repository: Repository) -> None:
    (tmp_path / "second").mkdir()
    path = tmp_path / "both.db"
    with Spool.open(root, journal=path) as one, Spool.open(tmp_path / "second", journal=path, branch="a/s..x") as two:
        for n in range(3):
            one.write("mine", f"{n}")
            one.commit("mine")
            two.write("theirs", f"{n}")
            two.commit("theirs")
        told = one.journal.export("git", tmp_path / "stream", since=2)
        assert told["commits"] == 4
        told = one.journal.export("git", tmp_path / "all")
        repository.take(tmp_path / "all")
        agree(one, repository)
        assert len(repository.commits(git_stream.ref("a/s..x").decode())) == 3


def test_branches_that_git_cannot_have_are_refused(root: Path, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    path = tmp_path / "both.db"
    with (
        Spool.open(root, journal=path, branch="a") as one,
        Spool.open(tmp_path / "second", journal=path, branch="a/b") as two,
    ):
        one.write("mine", "x")
        one.commit("mine")
        assert one.journal.export("git", tmp_path / "fine")["commits"] == 1
        two.write("theirs", "x")
        two.commit("theirs")
        with pytest.raises(UsageError, match="beside"):
            one.journal.export("git", tmp_path / "stream")
    assert not (tmp_path / "stream").exists()


def test_what_git_has_no_room_for_is_left_out_and_counted(root: Path, tmp_path: Path, repository: Repository) -> None:
    with Spool.open(root, allow_git=True) as spool:
        strange = [".git/config", "sub/.GIT/x", "git~1", ".git . ", "a/.g\u200cit", "back\\.git"]
        for path in (*strange, ".gitignore", "git"):
            spool.write(path, path)
        spool.commit("odd")
        told = spool.journal.export("git", tmp_path / "stream")
        assert (told["changes"], told["left_out"]) == (8, 6)
    repository.take(tmp_path / "stream")
    assert sorted(repository.tree("main")) == [".gitignore", "git"]


def test_a_stream_that_was_cut_off_is_refused_by_git(
    spool: Spool, root: Path, tmp_path: Path, repository: Repository
) -> None:
    lively(spool, root)
    spool.journal.export("git", tmp_path / "stream")
    data = (tmp_path / "stream").read_bytes().removesuffix(b"done\n")
    command = ["git", "-C", str(repository.path), "fast-import", "--quiet"]
    assert subprocess.run(command, input=data, capture_output=True, check=False).returncode != 0


@pytest.mark.damaged
def test_a_cursor_whose_sequel_is_gone_is_refused(root: Path, tmp_path: Path) -> None:
    import apsw

    with Spool.open(root, journal=tmp_path / "my.db") as spool:
        for n in range(3):
            spool.write("a", f"{n}")
            spool.commit("n")
    connection = apsw.Connection(str(tmp_path / "my.db"))
    connection.execute("DROP TRIGGER change_stays; DROP TRIGGER commits_stay")
    connection.execute("DELETE FROM change WHERE seq = 2")
    connection.close()
    with Journal.open(tmp_path / "my.db") as journal, pytest.raises(CursorPruned):
        journal.export("git", tmp_path / "stream", since=1)
