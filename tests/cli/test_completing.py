"""What may stand at a word: commands, options, commits, branches, paths, or files of the shell's own."""

from pathlib import Path

import pytest

from journal.cli import completing
from tests.cli.running import Runner


@pytest.fixture
def here(committed: Runner, root: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of the one commit, in whose root the user stands."""
    committed("write", "with blank.txt", "--text", "x")
    committed("write", "new/line\nend", "--text", "x")
    monkeypatch.chdir(root)
    head: str = committed("status", "--json").json["head"]
    return head[:12]


def offered(*words: str) -> list[str]:
    found = completing.offered(["spool", *words], len(words))
    return [name for name, _ in found.names] or ([found.kind] if found.kind not in ("names", "paths") else [])


def test_commands() -> None:
    assert offered("sta") == ["status"]
    assert offered("help", "sta") == offered("-C", "x", "sta") == offered("--json", "sta") == ["status"]
    assert {"init", "completion"} <= set(offered(""))
    assert offered("nope", "") == []


def test_options_that_are_not_there_yet() -> None:
    assert offered("--j") == ["--journal", "--json"]
    assert offered("diff", "--s") == ["--stat", "--side-by-side"]
    assert offered("diff", "--stat", "--sta") == []
    assert "--metadata" in offered("commit", "--metadata", "a=1", "--met")
    assert "--words" not in offered("completion", "-")
    assert offered("diff", "--", "--s") == []


def test_commits_and_branches(here: str) -> None:
    assert offered("show", "") == offered("diff", "--from", "") == ["main", here]
    assert offered("diff", f"--from={here[:2]}") == [f"--from={here}"]
    assert offered("diff", "--from", "=", here[:2]) == [here]
    assert offered("diff", "--from", "=") == ["main", here]
    assert offered("log", "--branch", "m") == offered("log", "--branch=main", "--branch", "m") == ["main"]


def test_paths_a_folder_at_a_time(here: str, root: Path) -> None:
    assert offered("diff", "") == ["a.txt", "new/", "src/", "with blank.txt"]
    assert offered("diff", "src/") == ["src/b.txt"]
    assert offered("diff", "new/") == []  # a name that would break the line
    assert offered("diff", "with\\ b") == offered("diff", "'with b") == ["with blank.txt"]
    assert offered("restore", here, "src/b") == offered("log", "--path", "src/b") == ["src/b.txt"]
    assert offered("read", "--at", "main", "s") == ["src/"]


def test_paths_are_told_from_where_the_user_stands(here: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root / "src")
    assert offered("diff", "") == ["b.txt"]
    assert offered("diff", "../a") == ["../a.txt"]
    monkeypatch.chdir("/")
    assert offered("-C", str(root), "diff", "a") == offered("diff", "-C", str(root), "a") == ["a.txt"]
    assert offered("-C", str(root), "write", "s") == ["src/"]
    assert offered(f"--root={root}", "write", "src/") == ["src/b.txt"]


def test_files_and_folders_are_the_shell_s_own() -> None:
    assert offered("write", "") == offered("verify", "") == offered("--journal", "") == ["files"]
    assert offered("write", "a", "--from", "") == offered("write", "a", "--from=") == ["files"]
    assert offered("-C", "") == offered("checkout", "main", "") == ["folders"]


def test_choices_and_what_is_free() -> None:
    assert offered("write", "--on-conflict", "a") == ["adopt"]
    assert offered("completion", "") == ["bash", "zsh", "fish"]
    assert offered("commit", "-m", "") == offered("sql", "") == offered("status", "") == []


def test_where_there_is_no_journal_nothing_is_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert offered("show", "") == offered("diff", "") == offered("-C", "no/such", "diff", "") == []
