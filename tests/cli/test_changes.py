"""`spool changes` gives the feed of committed changes, from a cursor on."""

import pytest

from journal.cli import changes
from tests.cli.running import Runner


def test_the_feed(committed: Runner) -> None:
    committed("delete", "a.txt")
    committed("commit")
    newest, oldest = (line["id"][:12] for line in committed("log", "--json").lines)
    assert committed("changes").out.splitlines() == [
        f"1  {oldest}  A  a.txt",
        f"2  {oldest}  A  src/b.txt",
        f"3  {newest}  D  a.txt",
    ]
    assert committed("changes", "src").out == committed("changes", "--branch", "main", "src/*").out
    assert committed("changes", "src").out == f"2  {oldest}  A  src/b.txt\n"
    assert "no branch is called 'none'" in committed("changes", "--branch", "none", code=2).err
    assert committed("changes", "--after", "3").out == "No changes after that cursor.\n"


def test_with_patches(committed: Runner) -> None:
    assert "\n+one\n+two\n" in committed("changes", "--patch").out


def test_as_json(committed: Runner) -> None:
    first, second = committed("changes", "--json").lines
    assert (first["cursor"], first["ends_commit"], second["ends_commit"]) == (1, False, True)
    assert "patch" not in first
    assert committed("changes", "--json", "--patch").lines[0]["patch"]["additions"] == 3
    assert committed("changes", "--json", "--after", "9").out == ""


def test_all_of_them_unless_a_limit_is_given(spool: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "PAGE", 2)
    for n in range(5):
        spool("write", f"{n}", "--text", "x")
    spool("commit")
    for more in ([], ["--limit", "5"], ["--limit", "9"]):
        told = spool("changes", *more)
        assert (len(told.out.splitlines()), told.err) == (5, "")
    for limit in (1, 2, 3, 4):
        told = spool("changes", "--limit", str(limit))
        assert (len(told.out.splitlines()), told.err) == (limit, f"spool: there are more; `--after {limit}` goes on\n")
        assert spool("changes", "--limit", str(limit), "--plain").err == ""
        assert spool("changes", "--limit", str(limit), "--json").err == ""
    assert spool("changes", "--after", "3", "--limit", "1").err.startswith("spool: there are more; `--after 4`")
    assert "'0' is no whole number from 1 up" in spool("changes", "--limit", "0", code=2).err


def test_a_rename_is_what_went_and_what_it_is_now(committed: Runner) -> None:
    committed("move", "a.txt", "docs/a.txt")
    committed("commit")
    gone, come = committed("changes", "--after", "2").out.splitlines()
    assert (gone[17:], come[17:]) == ("D  a.txt", "R  a.txt -> docs/a.txt")
    assert committed("changes", "--after", "2", "--patch").out.count("diff --git") == 1
    lines = committed("changes", "--after", "2", "--json").lines
    assert [(line["renamed_from"], line["renamed_to"]) for line in lines] == [(None, "docs/a.txt"), ("a.txt", None)]
