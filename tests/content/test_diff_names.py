"""The names in a diff's headers: quoting undone, time stamps and prefixes taken off."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from journal.content.diff_names import Named, bare, git_names, header_name, plain_name, unquoted
from journal.errors import InvalidPatch


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"a/x.py", Named("a/x.py")),
        (b"a/x.py\t2024-01-01 00:00:00.000000000 +0100", Named("a/x.py")),
        (b"a/x y.py\t", Named("a/x y.py")),
        (b"a/x\r", Named("a/x")),
        (b"/dev/null", Named(None)),
        (b"/dev/null\t1970-01-01 01:00:00.000000000 +0100", Named(None)),
        (b"a/x\t1970-01-01 01:00:00.000000000 +0100", Named("a/x", epoch=True)),
        (b"a/x\t1969-12-31 19:00:00 -0500", Named("a/x", epoch=True)),
        (b'"a/\\303\\251"', Named("a/é")),
        (b'"a/\\t\\n\\"\\\\ \\377"', Named('a/\t\n"\\ \udcff')),
        (b"a/\xff", Named("a/\udcff")),
    ],
)
def test_a_name_above_the_hunks(written: bytes, read: Named) -> None:
    assert header_name(written, 1) == read


@pytest.mark.parametrize("written", [b"", b"\t2024-01-01", b'"a/x', b'"a/\\x"', b'"a/\\', b'"a/\\400"'])
def test_a_name_that_cannot_be_read(written: bytes) -> None:
    with pytest.raises(InvalidPatch) as caught:
        header_name(written, 7)
    assert (caught.value.line, bool(caught.value.hint)) == (7, True)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"a/x b/x", ("a/x", "b/x")),
        (b"a/x y b/x y", ("a/x y", "b/x y")),
        (b"a/a b/a b/a b/a", ("a/a b/a", "b/a b/a")),
        (b"x/y x/y", ("x/y", "x/y")),
        (b'"a/\\303\\251" "b/\\303\\251"', ("a/é", "b/é")),
        (b'a/x "b/\\303\\251"', ("a/x", "b/é")),
        (b'"a/\\303\\251" b/x y', ("a/é", "b/x y")),
        (b"a/x b/y", ("a/x", "b/y")),
        (b"a/x y b/z", None),
        (b"a/x b/x\r", ("a/x", "b/x")),
        (b"left/x y right/x y", ("left/x y", "right/x y")),
        (b"x " * 100_000, None),
    ],
)
def test_the_names_of_diff_git(written: bytes, read: tuple[str, str] | None) -> None:
    assert git_names(written, 1) == read


@pytest.mark.parametrize(
    ("old", "new", "left"),
    [
        ("a/x", "b/x", ("x", "x")),
        ("b/x", "a/x", ("x", "x")),
        ("i/d/x", "w/d/x", ("d/x", "d/x")),
        ("v1/d/x", "v2.0/d/x", ("d/x", "d/x")),
        ("a/x", "a/x", ("a/x", "a/x")),
        ("x", "x", ("x", "x")),
        ("a/x", "b/y", ("a/x", "b/y")),
        ("a", "b", ("a", "b")),
        (None, "b/x", (None, "x")),
        ("a/x", None, ("x", None)),
        ("src/x", None, ("src/x", None)),
    ],
)
def test_a_prefix_is_what_two_names_differ_in(
    old: str | None, new: str | None, left: tuple[str | None, str | None]
) -> None:
    assert bare(old, new) == left


def test_a_name_without_prefix_may_be_quoted() -> None:
    assert plain_name(b"a b", 1) == "a b"
    assert plain_name(b'"\\001\\"b"\t', 1) == '\x01"b'
    assert unquoted(b'"a" b', 1) == (b"a", b" b")


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_what_git_quotes_is_read_back(tmp_path: Path) -> None:
    names = ["a b", "é", 'quo"te', "back\\slash", "tab\there", "new\nline", "\x01\x7f", "\udcff", "a\rb", " lead", "x "]
    environment = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, env=environment, check=True)
    for name in names:
        (tmp_path / name).write_text("x\n")
    subprocess.run(["git", "add", "."], cwd=tmp_path, env=environment, check=True)
    shown = subprocess.run(["git", "diff", "--cached"], cwd=tmp_path, env=environment, check=True, capture_output=True)
    lines = shown.stdout.split(b"\n")
    found = [header_name(line[4:], 1).path for line in lines if line.startswith(b"+++ ")]
    assert sorted(map(str, found)) == sorted("b/" + name for name in names)
    pairs = [git_names(line[len("diff --git ") :], 1) for line in lines if line.startswith(b"diff --git ")]
    assert sorted(pair[0] for pair in pairs if pair is not None) == sorted("a/" + name for name in names)
