"""`spool status` shows what is staged, in conflict or edited by hand, and what to do next."""

import os
from pathlib import Path

from tests.cli.running import Runner


def test_a_fresh_journal(spool: Runner) -> None:
    out = spool("status").out.splitlines()
    assert out[:2] == ["On branch main, no commits yet", "Nothing staged."]
    assert "`spool write PATH`" in out[2]


def test_a_clean_root(committed: Runner) -> None:
    head = committed("status", "--json").json["head"]
    out = committed("status").out.splitlines()
    assert out[:2] == [f"On branch main, head {head[:12]} first", "Nothing staged; the root is as its head says."]
    assert committed("status", "--plain").out == ""


def staged(spool: Runner) -> None:
    spool("write", "new.txt", "--text", "new\n")
    spool("write", "a.txt", "--text", "x" * 2000)
    spool("delete", "src/b.txt")


def test_what_is_staged(committed: Runner) -> None:
    staged(committed)
    out = committed("status").out
    assert "Staged:\n  M  a.txt      14 B -> 2.0 KiB\n  A  new.txt    4 B\n  D  src/b.txt  2 B\n" in out
    assert "`spool commit -m MESSAGE`" in out and "`spool reset`" in out
    assert committed("status", "--plain").out == "M  a.txt\nA  new.txt\nD  src/b.txt\n"


def test_conflicts_and_edits(committed: Runner, root: Path) -> None:
    committed("write", "a.txt", "--text", "mine\n")
    (root / "a.txt").write_text("theirs\n")
    (root / "src/b.txt").write_text("by hand\n")
    out = committed("status").out
    assert "In conflict" in out and "`spool reset --force PATH`" in out
    assert "Edited by hand, not staged:\n  M  src/b.txt" in out
    plain = committed("status", "--plain").out.splitlines()
    assert "C  a.txt" in plain and "E  src/b.txt" in plain


def test_as_json(committed: Runner) -> None:
    assert committed("status", "--json").json["clean"] is True
    staged(committed)
    found = committed("status", "--json").json
    assert found["branch"] == "main" and found["clean"] is False and len(found["digest"]) == 64
    assert [(entry["path"], entry["change_type"]) for entry in found["staged"]] == [
        ("a.txt", "modified"),
        ("new.txt", "created"),
        ("src/b.txt", "deleted"),
    ]


def test_the_digest_alone(committed: Runner) -> None:
    empty = committed("status", "--digest").out
    staged(committed)
    digest = committed("status", "--digest", "--plain").out
    assert digest == committed("status", "--json").json["digest"] + "\n" != empty
    assert "digest" in committed("status", "--digest", "--json").json


def test_names_are_relative_to_where_the_user_stands(committed: Runner, root: Path) -> None:
    staged(committed)
    below = committed.at(root / "src")
    (root / "src").mkdir(exist_ok=True)
    assert "  M  ../a.txt" in below("status").out
    assert "M  a.txt" in below("status", "--plain").out.splitlines()


def test_hostile_names(spool: Runner) -> None:
    spool("write", "a\nb\x1b[31m", "--text", "x")
    spool("write", os.fsdecode(b"\xff"), "--text", "x")
    out = spool("status").out
    assert "a\\x0ab\\x1b[31m" in out
    assert {"bytes_base64": "/w=="} in [entry["path"] for entry in spool("status", "--json").json["staged"]]


def test_colours_on_a_terminal(committed: Runner, terminal: None) -> None:
    staged(committed)
    out = committed("status", coloured=True).out
    assert "\x1b[32mA\x1b[0m  new.txt" in out
    assert "\x1b[31mD\x1b[0m  src/b.txt" in out


def test_a_renamed_file_is_one_line(committed: Runner) -> None:
    committed("move", "a.txt", "docs/a.txt")
    committed("replace", "docs/a.txt", "two", "second")
    committed("write", "new.txt", "--text", "new\n")
    out = committed("status").out
    assert "Staged:\n  R  a.txt -> docs/a.txt  14 B -> 17 B\n  A  new.txt              4 B\n" in out
    assert committed("status", "--plain").out == "R  a.txt -> docs/a.txt\nA  new.txt\n"
    staged = [(entry["path"], entry["change_type"]) for entry in committed("status", "--json").json["staged"]]
    assert staged == [("a.txt", "deleted"), ("docs/a.txt", "created"), ("new.txt", "created")]
