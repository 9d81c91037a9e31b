"""`spool replace` replaces literal text or a pattern, once, several times or everywhere."""

import json
from pathlib import Path

from tests.cli.running import Runner


def test_once_often_and_everywhere(spool: Runner, root: Path) -> None:
    spool("write", "a.txt", "--text", "a.a.a.a\n")
    assert spool("replace", "a.txt", "a", "b").out == "M  a.txt  +1 -1  (1 place)\n"
    assert (root / "a.txt").read_text() == "b.a.a.a\n"
    assert spool("replace", "a.txt", "a", "c", "--count", "2").out == "M  a.txt  +1 -1  (2 places)\n"
    spool("replace", "a.txt", ".", "-", "--all")
    assert (root / "a.txt").read_text() == "b-c-c-a\n"


def test_a_pattern(committed: Runner, root: Path) -> None:
    committed("replace", "a.txt", r"(?m)^t(\w+)", r"T\1", "--regex", "--all")
    assert (root / "a.txt").read_text() == "one\nTwo\nThree\n"
    assert "regular expression" in committed("replace", "a.txt", "(", "x", "--regex", code=2).err


def test_no_match(committed: Runner) -> None:
    assert committed("replace", "a.txt", "nowhere", "x").out == "=  a.txt  no match\n"
    assert committed("replace", "a.txt", "nowhere", "x", "--required", code=2).err.startswith("spool: ")


def test_what_comes_nearest_is_told_once(committed: Runner) -> None:
    told = committed("replace", "a.txt", "tree", "x", "--required", code=2)
    assert told.err.count("3: three") == 1
    found = committed("replace", "a.txt", "tree", "x", "--required", "--json", code=2)
    assert json.loads(found.err)["nearest"] == ["3: three"]


def test_all_and_count_contradict(committed: Runner) -> None:
    committed("replace", "a.txt", "o", "x", "--all", "--count", "1", code=2)


def test_a_match_that_begins_with_a_dash(spool: Runner, root: Path) -> None:
    spool("write", "a.txt", "--text=--old\n")
    spool("replace", "a.txt", "--", "--old", "--new")
    assert (root / "a.txt").read_text() == "--new\n"


def test_as_json(committed: Runner) -> None:
    (patch,) = committed("replace", "a.txt", "t", "T", "--all", "--json").json["patches"]
    assert (patch["replacements"], patch["additions"], patch["deletions"]) == (2, 2, 2)


def test_one_place_only(committed: Runner, root: Path) -> None:
    told = committed("replace", "a.txt", "t", "T", "--unique", code=2).err
    assert "at 2 places" in told
    assert "2: two" in told and "3: three" in told
    committed("replace", "a.txt", "tw", "TW", "--unique")
    assert (root / "a.txt").read_text() == "one\nTWo\nthree\n"
