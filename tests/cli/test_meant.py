"""A mistyped name is answered by the one that may have been meant."""

from pathlib import Path

import pytest

from journal.cli import meant
from tests.cli.running import Runner


def test_the_nearest_comes_first_and_the_far_ones_not_at_all() -> None:
    pool = ["json/tool.py", "json/encoder.py", "json/decoder.py", "main"]
    assert meant.nearest("jsn/tool.py", pool) == ["json/tool.py"]
    assert meant.nearest("tol.py", pool) == ["json/tool.py"]
    assert meant.nearest("json/coder.py", pool) == ["json/encoder.py", "json/decoder.py"]
    assert meant.nearest("main", pool) == meant.nearest("README", pool) == []


@pytest.mark.parametrize(
    "argv",
    [
        ["diff", "b.tx"],
        ["diff", "--from", "main", "b.tx"],
        ["show", "main", "b.tx"],
        ["reset", "b.tx"],
        ["restore", "main", "b.tx"],
        ["adopt", "b.tx"],
        ["read", "b.tx"],
        ["read", "--at", "main", "b.tx"],
        ["log", "--path", "b.tx"],
        ["checkout", "main", "out", "b.tx"],
        ["chmod", "600", "b.tx"],
        ["replace", "b.tx", "a", "b"],
        ["move", "b.tx", "c"],
    ],
)
def test_a_mistyped_path(argv: list[str], committed: Runner) -> None:
    assert "Did you mean 'src/b.txt'?\n" in committed(*argv, code=2).err
    assert committed("status", "--json").json["clean"]


def test_paths_are_told_as_the_user_would_type_them(committed: Runner, root: Path) -> None:
    here = committed.at(root / "src")
    assert "Did you mean 'b.txt'?" in here("diff", "b.tx", code=2).err
    assert "Did you mean '../a.txt'?" in here("diff", "../a.tx", code=2).err


def test_a_path_that_was_there_once_or_stands_on_disk_is_meant(committed: Runner, root: Path) -> None:
    (root / "untracked").write_text("x")
    committed("write", "once/made", "--text", "x")
    committed("reset")
    for path in ("untracked", "once/made", "once", "once/", "src", ".", "*.none"):
        assert committed("diff", path).out == ""


def test_mistyped_commits_and_branches(committed: Runner) -> None:
    head = committed("status", "--json").json["head"]
    for argv in (["show", "mian"], ["diff", "--from", "mian"], ["log", "--branch", "mian"], ["restore", "mian"]):
        assert "Did you mean 'main'?" in committed(*argv, code=2).err
    wrong = head[:11] + ("0" if head[11] != "0" else "1")
    assert f"Did you mean {head[:12]!r}?" in committed("show", wrong, code=2).err
    assert "See `spool log`" in committed("show", "qqqq", code=2).err


def test_a_path_where_a_commit_is_due_and_the_other_way_round(committed: Runner) -> None:
    assert "`spool show main a.txt`" in committed("show", "a.txt", code=2).err
    error = committed("diff", "main", code=2).err
    assert "'main' is a commit" in error and "`spool diff --from main`" in error


def test_several_are_listed_and_a_document_holds_them(committed: Runner) -> None:
    import json

    committed("write", "src/c.txt", "--text", "x")
    lines = committed("diff", "src/d.txt", code=2).err.splitlines()
    assert [line.strip() for line in lines[1:]] == ["Did you mean one of these?", "src/c.txt", "src/b.txt"]
    error = json.loads(committed("diff", "src/d.txt", "--json", code=2).err)
    assert (error["error"], error["candidates"]) == ("unknown_name", ["src/c.txt", "src/b.txt"])
    assert json.loads(committed("show", "mian", "--json", code=2).err)["hint"] == "did you mean 'main'?"
