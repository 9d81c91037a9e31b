"""`spool reset` goes back to head, and leaves alone what someone else edited."""

from pathlib import Path

from tests.cli.running import Runner


def staged(spool: Runner) -> None:
    spool("write", "a.txt", "--text", "staged\n")
    spool("write", "made/new.txt", "--text", "new\n")


def test_all_of_it(committed: Runner, root: Path) -> None:
    staged(committed)
    assert committed("reset").out.splitlines() == [
        "write   a.txt              14 B  it was staged",
        "delete  made/new.txt             it was staged",
        "2 paths restored, 1 as they were.",
    ]
    assert (root / "a.txt").read_text() == "one\ntwo\nthree\n"
    assert not (root / "made").exists()
    assert committed("reset").out.splitlines() == ["Nothing staged, nothing to take back."]


def test_some_paths(committed: Runner, root: Path) -> None:
    staged(committed)
    committed.at(root / "made")("reset", ".")
    assert committed("diff", "--name-only").out == "a.txt\n"
    committed("reset", "", code=2)


def test_a_dry_run_touches_nothing(committed: Runner, root: Path) -> None:
    staged(committed)
    assert committed("reset", "--dry-run").out.splitlines()[-1] == "Nothing was touched."
    plan = committed("reset", "-n", "--json").json
    assert plan["dry_run"] is True
    assert [(step["path"], step["action"]) for step in plan["plan"]] == [("a.txt", "write"), ("made/new.txt", "delete")]
    assert (root / "a.txt").read_text() == "staged\n"


def test_what_someone_else_edited(committed: Runner, root: Path) -> None:
    staged(committed)
    (root / "a.txt").write_text("theirs\n")
    told = committed("reset", code=3).out
    assert "Left alone, edited by someone else: a.txt" in told and "--force" in told
    assert (root / "a.txt").read_text() == "theirs\n"
    found = committed("reset", "--json", code=3).json
    assert found["conflicts"] == ["a.txt"]
    committed("reset", "--dry-run")
    committed("reset", "--force", "a.txt")
    assert (root / "a.txt").read_text() == "one\ntwo\nthree\n"


def test_as_json(committed: Runner) -> None:
    staged(committed)
    found = committed("reset", "--json").json
    assert found["restored"] == ["a.txt", "made/new.txt"]
    assert (found["conflicts"], found["dry_run"]) == ([], False)


def test_what_force_cannot_take_back_is_told_with_a_way_out(committed: Runner, root: Path) -> None:
    (root / "a.txt").unlink()
    (root / "a.txt").mkdir()
    (root / "a.txt/theirs").write_text("x")
    for argv in (["reset"], ["reset", "--force"]):
        told = committed(*argv, code=3).out
        assert "a folder stands there" in told and "Move away" in told
        assert "`spool reset --force" not in told
    (root / "a.txt").rename(root / "elsewhere")
    committed("reset", "a.txt")
    assert (root / "a.txt").read_text() == "one\ntwo\nthree\n"


def test_many_that_are_left_alone_are_not_all_named_again(spool: Runner, root: Path) -> None:
    for number in range(8):
        spool("write", f"{number}", "--text", "x")
    spool("commit")
    for number in range(8):
        (root / f"{number}").write_text("theirs")
    assert "edited by someone else: 0, 1, 2, 3, 4 and 3 more\n" in spool("reset", code=3).out
