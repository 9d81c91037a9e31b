"""Which paths a selection takes."""

from pathlib import Path
from typing import Any

import pytest

from journal.content.selection import Selection
from journal.errors import PathRefused, UsageError


def chosen(given: Any, *paths: str, known: tuple[str, ...] = ()) -> list[str]:
    selection = Selection.of(given, lambda path: path in known)
    return [path for path in paths if selection.matches(path)]


def test_none_is_everything_and_no_path_is_nothing() -> None:
    everything = Selection.of(None, lambda _: False)
    nothing = Selection.of([], lambda _: False)
    assert everything.everything
    assert not everything.nothing
    assert everything.matches("a")
    assert nothing.nothing
    assert not nothing.everything
    assert not nothing.matches("a")


@pytest.mark.parametrize("root", [".", "./", Path("."), ["a", "."]])
def test_the_root_is_everything(root: Any) -> None:
    assert Selection.of(root, lambda _: False).everything


def test_a_path_takes_itself_and_what_is_under_it() -> None:
    assert chosen("a/b", "a", "a/b", "a/b/c", "a/bc", "b") == ["a/b", "a/b/c"]
    assert chosen(Path("a/b"), "a", "a/b") == ["a/b"]
    assert chosen("./a//b", "a/b") == ["a/b"]
    assert chosen(iter(["a", "b"]), "a", "b", "c") == ["a", "b"]


def test_a_slash_at_the_end_takes_only_what_is_under_it() -> None:
    assert chosen("a/", "a", "a/b", "ab") == ["a/b"]
    assert chosen("a/./", "a", "a/b") == ["a/b"]
    assert chosen("?/", "a", "a/b", "a/b/c", "ab/c") == ["a/b", "a/b/c"]


def test_a_str_is_one_path() -> None:
    assert chosen("ab", "a", "b", "ab") == ["ab"]


@pytest.mark.parametrize(
    ("glob", "taken", "left"),
    [
        ("*.py", ["a.py", ".py"], ["d/a.py", "a.pyc"]),
        ("**.py", ["a.py", "d/a.py"], ["a.pyc"]),
        ("**/*.py", ["a.py", "d/e/a.py"], ["a.pyc"]),
        ("d/**", ["d/a", "d/e/f"], ["d", "e"]),
        ("d/**/a", ["d/a", "d/x/a", "d/x/y/a"], ["d/xa", "da"]),
        ("a?c", ["abc", "a\nc"], ["a/c", "ac", "abbc"]),
        ("[ab]x", ["ax", "bx"], ["cx", "x"]),
        ("[!ab]x", ["cx"], ["ax", "/x", "x"]),
        ("[^ab]x", ["cx"], ["ax"]),
        ("[a-c]x", ["bx"], ["dx", "-x"]),
        ("[]]x", ["]x"], ["x"]),
        ("[!]]x", ["ax"], ["]x"]),
        ("[z-a]x", [], ["ax", "zx", "-x"]),
        ("[a-]x", ["-x", "ax"], ["bx"]),
        ("[\\d]x", ["\\x", "dx"], ["1x"]),
        ("a[", ["a["], ["a"]),
        ("[+--]x", ["+x", ",x", "-x"], ["/x"]),
        ("[.-0]x", [".x", "0x"], ["/x"]),
        ("a.*", ["a.b"], ["axb"]),
    ],
)
def test_globs(glob: str, taken: list[str], left: list[str]) -> None:
    assert chosen(glob, *taken, *left) == taken


def test_a_glob_that_is_a_name_is_a_path() -> None:
    assert chosen("a*", "a*", "ab", known=("a*",)) == ["a*"]
    assert chosen("a*", "a*", "ab") == ["a*", "ab"]


def test_globs_and_paths_together() -> None:
    assert chosen(["*.c", "d", "e/*"], "a.c", "d/x", "e/y", "e/y/z", "f") == ["a.c", "d/x", "e/y"]


@pytest.mark.parametrize("given", ["/a", "/", "../a", "a/..", ["ok", "/x"], "a\0", "/*"])
def test_refused(given: Any) -> None:
    with pytest.raises(PathRefused):
        Selection.of(given, lambda _: False)


@pytest.mark.parametrize("given", [b"a", [b"a"], [1]])
def test_other_types_are_a_wrong_call(given: Any) -> None:
    with pytest.raises(UsageError):
        Selection.of(given, lambda _: False)
