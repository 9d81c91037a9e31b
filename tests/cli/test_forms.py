"""The forms of a diff, over patches of every kind: each tells something, and nothing that steers a terminal."""

import pytest

from tests.cli.running import Runner


@pytest.fixture
def mixed(committed: Runner) -> Runner:
    """Staged changes of every kind."""
    committed("write", "bin", stdin=b"\0")
    committed("write", "gone.txt", "--text", "gone\n")
    committed("write", "name.txt", "--text", "same\n")
    committed("commit")
    committed("write", "bin", stdin=b"\0\0")
    committed("delete", "gone.txt")
    committed("move", "name.txt", "moved.txt")
    committed("chmod", "600", "src/b.txt")
    committed("symlink", "link", "a.txt")
    committed("delete", "a.txt")
    committed("symlink", "a.txt", "bin")
    committed("write", "esc.txt", stdin=b"\x1b[2J \xff \xe2\x80\xae\r\n")
    return committed


@pytest.mark.parametrize("form", ["--word", "--side-by-side", "--html"])
def test_every_kind_of_change_is_told(form: str, mixed: Runner) -> None:
    out = mixed("diff", form, coloured=form == "--word").out  # a pipe gets the words as they are
    for name in ("bin", "gone.txt", "moved.txt", "link", "a.txt", "esc.txt"):
        assert name in out
    if form != "--word":
        assert "mode 755 -&gt; 600" in out or "mode 755 -> 600" in out
        assert "binary, 1 -" in out
        assert "symlink" in out


@pytest.mark.parametrize("form", ["--word", "--side-by-side", "--html"])
def test_nothing_steers_a_terminal(form: str, mixed: Runner, terminal: None) -> None:
    out = mixed("diff", form, "--plain").out
    assert all(each.isprintable() or each in "\n\t" for each in out)
    assert "\\x1b" in out


def test_a_form_is_not_wider_than_the_terminal(mixed: Runner, terminal: None) -> None:
    assert max(map(len, mixed("diff", "--side-by-side", "--plain").out.splitlines())) == 60
