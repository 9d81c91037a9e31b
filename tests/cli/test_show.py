"""`spool show` shows a commit and its patches."""

import pytest

from tests.cli.running import Runner


@pytest.fixture
def two(committed: Runner) -> Runner:
    committed("replace", "a.txt", "two", "2")
    committed("write", "src/c.txt", "--text", "c\n")
    committed("commit", "-m", "second")
    return committed


def test_by_id_prefix_branch_and_default(two: Runner) -> None:
    newest, oldest = (line["id"] for line in two("log", "--json").lines)
    out = two("show").out
    assert out.startswith(f"commit {newest}\n") and "\n    second\n" in out
    assert "-two\n+2\n" in out and "src/c.txt" in out
    assert two("show", newest[:7]).out == two("show", "main").out == two("show", newest).out == out
    assert two("show", oldest[:10]).out.startswith(f"commit {oldest}\n")


def test_some_paths_and_forms(two: Runner) -> None:
    assert "a.txt" not in two("show", "main", "src").out
    assert two("show", "--stat").out.splitlines()[-3:] == [
        " a.txt     | 2 +-",
        " src/c.txt | 1 +",
        " 2 files changed, 2 insertions(+), 1 deletion(-)",
    ]
    assert "@@ -2 +2 @@" in two("show", "-U", "0").out


def test_as_json(two: Runner) -> None:
    found = two("show", "--json").json
    assert found["commit"]["message"] == "second"
    assert [patch["path"] for patch in found["patches"]] == ["a.txt", "src/c.txt"]
    assert found["patches"][0]["diff"].endswith(" three\n")
    short = two("show", "--json", "--stat").json["patches"][0]
    assert "diff" not in short and short["additions"] == 1


def test_colours_on_a_terminal(two: Runner, terminal: None) -> None:
    out = two("show", coloured=True).out
    assert out.startswith("\x1b[33mcommit ") and "\x1b[31m-two\x1b[0m" in out


@pytest.mark.parametrize("name", ["0000000", "abc", "no-branch", ""])
def test_what_names_no_commit(name: str, two: Runner) -> None:
    assert two("show", name, code=2).err.startswith("spool: ")


def test_an_ambiguous_prefix_lists_what_it_fits(two: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [line["id"] for line in two("log", "--json").lines]
    monkeypatch.setattr("journal.tables.commits.prefixed", lambda look, prefix: ids)
    told = two("show", "0000000", code=2).err
    assert all(each in told for each in ids)


def test_no_commits_yet(spool: Runner) -> None:
    assert "`spool commit -m MESSAGE`" in spool("show", code=2).err


def test_a_commit_of_many_files(spool: Runner) -> None:
    plan = "".join(f'{{"op": "write", "path": "{number}", "content": ""}}\n' for number in range(1200))
    spool("batch", stdin=plan.encode())
    spool("commit")
    assert len(spool("show", "--json", "--stat").json["patches"]) == 1200


def test_every_form_that_diff_has(two: Runner) -> None:
    assert two("show", "--name-only").out.splitlines()[-2:] == ["a.txt", "src/c.txt"]
    assert "[-two-]{+2+}" in two("show", "--word").out
    assert "2 two" + " " * 73 + " | 2 2\n" in two("show", "--side-by-side").out
    page = two("show", "--html", "main", "a.txt").out
    assert page.startswith("<!DOCTYPE html>\n") and page.count("<table") == 1
    assert "<pre>commit " in page and "    second</pre>" in page and "<del>two</del>" in page
    assert "not allowed" in two("show", "--stat", "--html", code=2).err


def test_a_rename_is_told_once(committed: Runner) -> None:
    committed("move", "a.txt", "docs/a.txt")
    committed("replace", "docs/a.txt", "two", "2")
    committed("commit", "-m", "moved")
    text = (
        "diff --git a/a.txt b/docs/a.txt\nsimilarity index 71%\nrename from a.txt\nrename to docs/a.txt\n"
        "--- a/a.txt\n+++ b/docs/a.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n"
    )
    assert committed("show").out.endswith(f"    moved\n\n{text}")
    assert committed("show", "--stat").out.splitlines()[-2:] == [
        " a.txt => docs/a.txt | 2 +-",
        " 1 file changed, 1 insertion(+), 1 deletion(-)",
    ]
    (patch,) = committed("show", "--json").json["patches"]
    assert (patch["renamed_from"], patch["change_type"], patch["diff"]) == ("a.txt", "renamed", text)
    assert "deleted file mode" in committed("show", "main", "a.txt").out
    assert "new file mode" in committed("show", "main", "docs").out
