"""`spool adopt` stages what someone else changed, and touches no file."""

from pathlib import Path

from tests.cli.running import Runner


def test_what_someone_else_changed(committed: Runner, root: Path) -> None:
    (root / "a.txt").write_text("theirs\n")
    (root / "src/b.txt").unlink()
    (root / "new.txt").write_text("new\n")
    assert committed("adopt").out.splitlines()[:2] == ["M  a.txt  +1 -3", "D  src/b.txt  -1"]
    told = "Nothing to adopt: what is tracked is as the journal says.\n"
    assert committed("adopt").out == told + "`spool adopt .` takes in new files too.\n"
    assert committed("adopt", "--plain").out == told
    assert committed("adopt", "a.txt").out == "Nothing to adopt: all is as the journal says.\n"
    assert committed("diff", "--name-only").out.split() == ["a.txt", "src/b.txt"]


def test_new_files_where_they_are_named(committed: Runner, root: Path) -> None:
    (root / "src/new.txt").write_text("new\n")
    (root / "other.txt").write_text("other\n")
    patches = committed.at(root / "src")("adopt", ".", "--json").json["patches"]
    assert [(patch["path"], patch["change_type"]) for patch in patches] == [("src/new.txt", "created")]
    assert committed("adopt", "*.txt").out.splitlines()[0] == "A  other.txt  +1"


def test_what_may_not_be_adopted(committed: Runner) -> None:
    assert "spool" in committed("adopt", ".spool/id", code=2).err
    committed("adopt", "", code=2)


def test_a_hint_names_the_command(committed: Runner, root: Path) -> None:
    (root / "a.txt").write_text("theirs\n")
    assert "`spool adopt`" in committed("write", "a.txt", "--text", "x", code=3).err


def test_a_conflict_is_met_as_it_is_told(committed: Runner, root: Path) -> None:
    for policy, base in (("adopt", "theirs"), ("overwrite", "one")):
        (root / "a.txt").write_text("theirs\n")
        committed("replace", "a.txt", base, "ours", "--on-conflict", policy, "--required")
        assert (root / "a.txt").read_text().startswith("ours\n")
        committed("reset")
    committed("write", "a.txt", "--text", "x", "--on-conflict", "ask", code=2)
