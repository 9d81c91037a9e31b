"""`spool branches` lists them, and a folder joins a journal with one of its own."""

from pathlib import Path

from tests.cli.running import Runner


def test_a_folder_joins_a_journal(committed: Runner, root: Path) -> None:
    other = root.parent / "other"
    other.mkdir()
    there, where = committed.at(other), committed("where").out.strip()
    assert "is checked out in" in there("init", "--journal", where, code=2).err
    assert "--branch NAME" in there("init", "--journal", where, code=2).err
    there("init", "--journal", where, "--branch", "other")
    head = committed("status", "--json").json["head"]
    for spool in (committed, there):
        first, second = spool("branches").out.splitlines()
        assert first.startswith(f"main   {head[:12]} ") and first.endswith("  first")
        assert second == "other  no commits yet"
    there("write", "x", "--text", "1")
    there("commit", "-m", "on other")
    assert there("status", "--json").json["branch"] == "other"
    assert [line["message"] for line in committed("log", "--json", "--branch", "other").lines] == ["on other"]
    found = committed("branches", "--json").json["branches"]
    assert [(each["name"], each["head"] == head) for each in found] == [("main", True), ("other", False)]
    assert there("diff", "--from", "main", "--name-only").out.splitlines() == ["a.txt", "src/b.txt", "x"]
