"""`spool delete` removes files, all of them or none."""

from pathlib import Path

from tests.cli.running import Runner


def test_several(committed: Runner, root: Path) -> None:
    assert committed("delete", "a.txt", "src/b.txt").out == "D  a.txt  -3\nD  src/b.txt  -1\n"
    assert not (root / "a.txt").exists()


def test_all_or_none(committed: Runner, root: Path) -> None:
    told = committed("delete", "a.txt", "src", code=2)
    assert "src" in told.err
    assert (root / "a.txt").exists()


def test_what_is_not_there(committed: Runner) -> None:
    assert committed("delete", "missing.txt").out == "=  missing.txt  not there\n"


def test_as_json(committed: Runner) -> None:
    patches = committed("delete", "a.txt", "src/b.txt", "--json").json["patches"]
    assert [patch["change_type"] for patch in patches] == ["deleted", "deleted"]


def test_one_file_is_audited_by_the_name_of_the_verb(committed: Runner) -> None:
    committed("delete", "a.txt")
    committed("delete", "a.txt", "src/b.txt")
    last, first = committed("audit", "-n", "2", "--json").lines
    assert (first["name"], last["name"], last["request"]["description"]) == ("delete", "batch", "delete")
