"""`spool changes` gives the feed of committed changes, from a cursor on."""

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
    assert committed("changes", "--after", "1", "--limit", "1").out == f"2  {oldest}  A  src/b.txt\n"
    assert committed("changes", "--after", "3").out == "No changes after that cursor.\n"


def test_with_patches(committed: Runner) -> None:
    assert "\n+one\n+two\n" in committed("changes", "--patch").out


def test_as_json(committed: Runner) -> None:
    first, second = committed("changes", "--json").lines
    assert (first["cursor"], first["ends_commit"], second["ends_commit"]) == (1, False, True)
    assert "patch" not in first
    assert committed("changes", "--json", "--patch").lines[0]["patch"]["additions"] == 3
    assert committed("changes", "--json", "--after", "9").out == ""
