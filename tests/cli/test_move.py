"""`spool move` gives a file another path, or puts it into a folder."""

from pathlib import Path

from tests.cli.running import Runner


def test_to_a_path_and_into_a_folder(committed: Runner, root: Path) -> None:
    assert committed("move", "a.txt", "c.txt").out == "R  a.txt -> c.txt\n"
    assert committed("move", "c.txt", "src").out == "R  c.txt -> src/c.txt\n"
    assert committed("move", "src/c.txt", "new/").out == "R  src/c.txt -> new/c.txt\n"
    assert (root / "new/c.txt").read_text() == "one\ntwo\nthree\n"
    assert committed("move", "new/c.txt", ".").out == "R  new/c.txt -> c.txt\n"


def test_what_stands_there_is_not_overwritten_unless_told(committed: Runner, root: Path) -> None:
    assert "--overwrite" in committed("move", "a.txt", "src/b.txt", code=3).err
    committed("move", "a.txt", "src/b.txt", "--overwrite")
    assert (root / "src/b.txt").read_text() == "one\ntwo\nthree\n"


def test_as_json(committed: Runner) -> None:
    (patch,) = committed("move", "a.txt", "c.txt", "--json").json["patches"]
    assert (patch["path"], patch["renamed_from"], patch["change_type"]) == ("c.txt", "a.txt", "renamed")


def test_what_is_not_there(committed: Runner) -> None:
    assert "missing" in committed("move", "missing", "x", code=2).err
