"""`spool diff` shows what is staged in every form, and tells a script by its exit code."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.running import Runner


@pytest.fixture
def staged(committed: Runner) -> Runner:
    committed("replace", "a.txt", "two", "2")
    committed("write", "new.txt", "--text", "new\n")
    return committed


def test_unified(staged: Runner) -> None:
    out = staged("diff", "a.txt").out
    assert "--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n" in out
    assert "new.txt" not in out
    assert "@@ -2 +2 @@" in staged("diff", "-U", "0", "a.txt").out


def test_a_pipe_gets_what_git_applies(staged: Runner, root: Path, tmp_path: Path) -> None:
    staged("write", "latin.txt", stdin=b"caf\xe9\r\n")
    staged("write", os.fsdecode(b"\xff"), "--text", "no line end")
    patch = staged("diff").out.encode("utf-8", "surrogateescape")
    copy = tmp_path / "copy"
    (copy / "src").mkdir(parents=True)
    (copy / "a.txt").write_text("one\ntwo\nthree\n")
    done = subprocess.run(["git", "apply", "-"], cwd=copy, input=patch, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    for name in (b"a.txt", b"new.txt", b"latin.txt", b"\xff"):
        assert (copy / os.fsdecode(name)).read_bytes() == (root / os.fsdecode(name)).read_bytes()


def test_exit_code(staged: Runner) -> None:
    staged("diff")
    staged("diff", "--exit-code", code=1)
    staged("diff", "--exit-code", "--stat", code=1)
    staged("diff", "--exit-code", "src")
    staged("reset")
    assert staged("diff", "--exit-code").out == ""


def test_names(staged: Runner) -> None:
    assert staged("diff", "--name-only").out == "a.txt\nnew.txt\n"
    assert staged("diff", "--name-only", "n*").out == "new.txt\n"


def test_stat(staged: Runner) -> None:
    assert staged("diff", "--stat").out.splitlines() == [
        " a.txt   | 2 +-",
        " new.txt | 1 +",
        " 2 files changed, 2 insertions(+), 1 deletion(-)",
    ]


def test_as_json(staged: Runner) -> None:
    first, second = staged("diff", "--json").lines
    assert first["hunks"][0]["lines"] == [" one", "-two", "+2", " three"]
    assert first["diff"].endswith(" three\n")
    assert second["change_type"] == "created"
    short = staged("diff", "--json", "--stat").lines[0]
    assert (short["additions"], short["deletions"], "diff" in short) == (1, 1, False)


def test_from_a_folder_below(staged: Runner, root: Path) -> None:
    assert staged.at(root / "src")("diff", "--name-only", "../a.txt").out == "a.txt\n"
    assert staged.at(root / "src")("diff", "--name-only", ".").out == ""
    assert staged.at(root / "src")("diff", "--name-only").out == "a.txt\nnew.txt\n"


def test_colours_on_a_terminal(staged: Runner, terminal: None) -> None:
    staged("write", "esc.txt", "--text", "\x1b]0;title\x07\ttab\n")
    out = staged("diff", coloured=True).out
    assert "\x1b[1m--- a/a.txt\x1b[0m\n" in out
    assert "\x1b[36m@@ -1,3 +1,3 @@\x1b[0m\n one\n\x1b[31m-two\x1b[0m\n\x1b[32m+2\x1b[0m\n" in out
    assert "\\x1b]0;title\\x07\ttab" in out


def test_colours_can_be_had_in_a_pipe_and_left_out_on_a_terminal(
    staged: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    assert "\x1b[32m+2" in staged("diff", coloured=True).out
    assert "\x1b" not in staged("diff", "--plain").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in staged("diff").out


def test_two_commits_and_what_is_staged_since_one(committed: Runner, root: Path) -> None:
    first = committed("status", "--json").json["head"]
    committed("replace", "a.txt", "two", "2")
    committed("commit", "-m", "second")
    committed("write", "new", "--text", "x\n")
    assert "-two\n+2\n" in committed("diff", "--from", first[:7], "--to", "main").out
    assert "-2\n+two\n" in committed("diff", "--from", "main", "--to", first).out
    assert committed("diff", "--from", first, "--name-only").out.splitlines() == ["a.txt", "new"]
    assert committed("diff", "--from", "main", "--name-only").out == committed("diff", "--name-only").out == "new\n"
    assert committed("diff", "--from", first, "new", "--stat", "--json").lines[0]["path"] == "new"
    assert committed.at(root / "src")("diff", "--from", first, "--to", "main", "--exit-code", code=1).out
    assert committed("diff", "--from", "main", "--to", "main", "--exit-code").out == ""
    assert "--to needs --from" in committed("diff", "--to", "main", code=2).err
    assert committed("diff", "--from", "nothing", code=2).out == ""


def test_what_was_edited_by_hand(committed: Runner, root: Path) -> None:
    committed("write", "src/b.txt", "--text", "staged\n")
    assert committed("diff", "--disk").out == ""
    (root / "a.txt").write_text("one\ntwo\n")
    (root / "src/b.txt").write_text("theirs\n")
    told = committed("diff", "--disk", "--exit-code", code=1).out
    assert "\n-three\n" in told and "\n-staged\n+theirs\n" in told
    assert committed("diff", "--disk", "--name-only", "src").out == "src/b.txt\n"
    assert committed("diff", "--disk", "--json").lines[0]["deletions"] == 1
    assert "`spool diff --disk`" in committed("status").out
    assert "contradict" in committed("diff", "--disk", "--from", "main", code=2).err


def test_words(staged: Runner) -> None:
    staged("replace", "a.txt", "three", "three four")
    staged("write", "latin.txt", stdin=b"caf\xe9\n")
    lines = staged("diff", "--word").out.splitlines()
    assert lines[2:7] == ["+++ b/a.txt", "@@ -1,3 +1,3 @@", "one", "[-two-]{+2+}", "three{+ four+}"]
    assert "{+caf\udce9+}" in lines and "{+new+}" in lines
    assert staged("diff", "--word", "-U", "0", "a.txt").out.splitlines()[3] == "@@ -2,2 +2,2 @@"


def test_words_in_colour(staged: Runner, terminal: None) -> None:
    staged("replace", "a.txt", "three", "three  \x1bfour")
    out = staged("diff", "--word", "a.txt", coloured=True).out
    assert "\x1b[36m@@ -1,3 +1,3 @@\x1b[0m\none\n\x1b[31mtwo\x1b[0m\x1b[32m2\x1b[0m\n" in out
    assert "three\x1b[32m  \\x1bfour\x1b[0m\n" in out
    staged("write", "a.txt", "--text", "one\ntwo \nthree\n")
    assert "two\x1b[32;7m \x1b[0m\n" in staged("diff", "--word", "a.txt", coloured=True).out
    assert "two{+ +}\n" in staged("diff", "--word", "a.txt", "--plain").out


def test_side_by_side(staged: Runner) -> None:
    first, second = staged("diff", "--side-by-side").out.split("\n\n")
    assert first.splitlines()[4] == "2 two" + " " * 73 + " | 2 2"
    assert len(first.splitlines()[2]) == 160
    assert second.splitlines()[-1] == " " * 78 + " > 1 new"
    assert len(staged("diff", "--side-by-side", "--context", "0", "a.txt").out.splitlines()) == 4


def test_side_by_side_on_a_terminal(staged: Runner, terminal: None) -> None:
    lines = staged("diff", "--side-by-side", "a.txt", coloured=True).out.splitlines()
    assert lines[2] == "\x1b[36m" + "-" * 60 + "\x1b[0m"
    assert lines[4] == "\x1b[31m2 two" + " " * 23 + "\x1b[0m | \x1b[32m2 2\x1b[0m"
    assert lines[5] == "3 three" + " " * 24 + "3 three"
    lines = staged("diff", "--side-by-side", "new.txt", "--plain").out.splitlines()
    assert lines[-1] == " " * 28 + " > 1 new"


def test_a_page(staged: Runner) -> None:
    staged("write", "<&>.txt", stdin=b"<script>caf\xe9\n")
    out = staged("diff", "--html", "--context=0").out
    assert out.startswith("<!DOCTYPE html>\n") and out.endswith("</body>\n</html>\n")
    assert out.count("<style>") == 1 and out.count("<table") == 3
    assert "&lt;&amp;&gt;.txt: created" in out and "<ins>&lt;script&gt;caf\ufffd</ins>" in out
    assert '<tr class="changed"><td class="no">2</td><td class="old"><del>two</del></td>' in out
    staged("reset")
    assert "<table" not in staged("diff", "--html").out


@pytest.mark.parametrize("other", ["--stat", "--name-only", "--word", "--side-by-side"])
def test_one_form_at_a_time(other: str, staged: Runner) -> None:
    found = staged("diff", "--html", other, code=2)
    assert "not allowed with" in found.err and found.out == ""


@pytest.mark.parametrize("form", ["--word", "--side-by-side", "--html"])
def test_json_is_the_same_in_every_form(form: str, staged: Runner) -> None:
    assert staged("diff", "--json", form).out == staged("diff", "--json").out


def test_a_rename_is_told_once(committed: Runner) -> None:
    committed("move", "a.txt", "docs/a.txt")
    assert committed("diff").out == (
        "diff --git a/a.txt b/docs/a.txt\nsimilarity index 100%\nrename from a.txt\nrename to docs/a.txt\n"
    )
    assert committed("diff", "--name-only").out == "docs/a.txt\n"
    assert committed("diff", "--stat").out.splitlines()[0] == " a.txt => docs/a.txt | 0"
    assert committed("diff", "a.txt", "--name-only").out == "a.txt\n"
    assert committed("diff", "--from", "main").out == committed("diff").out
