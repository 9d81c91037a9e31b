"""`spool commit` publishes what is staged, with a message and facts."""

import json
from pathlib import Path

import pytest

from journal.cli import commit
from journal.errors import UsageError
from tests.cli.running import Runner


def test_it_says_what_was_published(spool: Runner) -> None:
    spool("write", "a.txt", "--text", "one\ntwo\n")
    out = spool("commit", "-m", "say hello", "-m", "and why").out.splitlines()
    head = spool("status", "--json").json["head"]
    assert out == [f"[main {head[:12]}] say hello", " 1 file changed, 2 insertions(+)"]
    assert spool("log", "--json").lines[0]["message"] == "say hello\n\nand why"


def test_nothing_staged(spool: Runner) -> None:
    assert spool("commit", "-m", "x").out == "Nothing staged, nothing to commit.\n"
    assert spool("commit", "--json").json == {"version": 1, "commit": None}


def test_as_json_with_metadata(spool: Runner) -> None:
    spool("write", "a.txt", "--text", "x")
    facts = ["task=17", "owner=ann", 'tags=["a"]', "odd=NaN", "text==", "empty="]
    argv = [part for fact in facts for part in ("--metadata", fact)]
    found = spool("commit", "--json", *argv).json["commit"]
    assert found["metadata"] == {
        "task": 17, "owner": "ann", "tags": ["a"], "odd": "NaN", "text": "=", "empty": "",
    }  # fmt: skip
    assert (found["message"], found["files"], found["additions"]) == ("", 1, 1)


def test_plain_is_the_id(spool: Runner) -> None:
    spool("write", "a.txt", "--text", "x")
    commit_id = spool("commit", "--plain").out
    assert commit_id.strip() == spool("status", "--json").json["head"]


def test_a_hand_edit_is_a_conflict(committed: Runner, root: Path) -> None:
    committed("write", "a.txt", "--text", "mine")
    (root / "a.txt").write_text("theirs")
    assert "a.txt" in committed("commit", "-m", "x", code=3).err


@pytest.mark.parametrize("pair", ["task", "=17", ""])
def test_what_is_no_pair(pair: str) -> None:
    with pytest.raises(UsageError):
        list(commit.pairs([pair]))


def test_only_what_was_expected_is_published(spool: Runner) -> None:
    spool("write", "a.txt", "--text", "x")
    digest = spool("status", "--digest").out.strip()
    spool("write", "b.txt", "--text", "x")
    told = json.loads(spool("commit", "--expect", digest, "--json", code=3).err)
    assert (told["error"], told["expected"]) == ("stage_changed", digest)
    assert told["found"] == spool("status", "--digest").out.strip()
    spool("reset", "b.txt")
    assert spool("commit", "--expect", digest, "-m", "reviewed").out.endswith(" 1 file changed, 1 insertion(+)\n")
    spool("commit", "--expect", digest, code=3)
    assert "no digest" in spool("commit", "--expect", "abc", code=2).err
