"""Replacing text in a file: which places, and every other byte as it was."""

import re
from pathlib import Path
from typing import Any

import pytest

from journal import LimitExceeded, NoMatch, Spool, UnknownName, UsageError
from journal.limits import EDIT_BYTES_MAX
from tests.engine.looking import shape

CASES: list[tuple[bytes, Any, str, dict[str, Any], bytes, int]] = [
    (b"one one one", "one", "1", {}, b"1 one one", 1),
    (b"one one one", "one", "1", {"count": 2}, b"1 1 one", 2),
    (b"one one one", "one", "1", {"count": 9}, b"1 1 1", 3),
    (b"one one one", "one", "1", {"all": True}, b"1 1 1", 3),
    (b"one", "two", "2", {}, b"one", 0),
    (b"a.c abc", "a.c", "x", {"all": True}, b"x abc", 1),
    (b"a.c abc", re.compile("a.c"), "x", {"all": True}, b"x x", 2),
    (b"a.c abc", re.compile("a.c"), "x", {}, b"x abc", 1),
    (b"k=v", re.compile(r"(?P<k>\w)=(\w)"), r"\2=\g<k>", {}, b"v=k", 1),
    (b"a\\1", "a", r"\1", {}, b"\\1\\1", 1),
    (b"x\r\ny\r\n", "y", "z", {}, b"x\r\nz\r\n", 1),
    (b"x\r\ny\r\n", "\r\n", "\n", {"all": True}, b"x\ny\n", 2),
    (b"\xff\xfe one \x80", "one", "zwei ü", {}, b"\xff\xfe zwei \xc3\xbc \x80", 1),
    (b"one\0two", "two", "2", {}, b"one\x002", 1),
    ("ü".encode(), "ü", "", {}, b"", 1),
    (b"same", "same", "same", {}, b"same", 1),
]


@pytest.mark.parametrize(("before", "match", "replacement", "how", "after", "found"), CASES)
def test_the_places_asked_for_change_and_nothing_else(
    spool: Spool, root: Path, before: bytes, match: Any, replacement: str, how: dict[str, Any], after: bytes, found: int
) -> None:
    spool.write("a.txt", before, mode=0o700)
    patch = spool.replace("a.txt", match, replacement, **how)
    assert (root / "a.txt").read_bytes() == after
    assert (patch.replacements, patch.changed, patch.mode_after) == (found, before != after, 0o700)


def test_what_is_required_must_be_found(spool: Spool, root: Path) -> None:
    spool.write("a.txt", "one")
    before = shape(root)
    with pytest.raises(NoMatch) as caught:
        spool.replace("a.txt", "two", "2", required=True)
    assert (caught.value.path, caught.value.found) == ("a.txt", 0)
    assert caught.value.hint
    assert shape(root) == before
    assert spool.replace("a.txt", "one", "1", required=True).replacements == 1


def test_what_comes_nearest_is_told(spool: Spool) -> None:
    spool.write("a.py", b"import os\n\ndef size(path):\n    return os.stat(path).st_size  # caf\xe9\n")
    with pytest.raises(NoMatch) as caught:
        spool.replace("a.py", "def sise(path)", "x", required=True)
    assert caught.value.nearest == ("3: def size(path):",)
    assert str(caught.value).endswith("; nearest to it comes:\n  3: def size(path):")
    with pytest.raises(NoMatch) as caught:
        spool.replace("a.py", "def size(path):\n  return os.stat(path).st_size", "x", unique=True)
    assert caught.value.nearest == ("3: def size(path):", "4:     return os.stat(path).st_size  # caf\\xe9")
    with pytest.raises(NoMatch) as caught:
        spool.replace("a.py", re.compile("def sise"), "x", required=True)
    assert caught.value.nearest == ()
    assert spool.replace("a.py", "def sise", "x").replacements == 0


@pytest.mark.parametrize(
    ("match", "found", "nearest"),
    [
        ("two", 0, ()),
        ("one", 3, ("1: one", "3: \tone".replace("\t", " "), "4: one")),
        (re.compile("o."), 3, ("1: one", "3:  one", "4: one")),
        ("x", 6, ("5: xx", "5: xx", "6: xx", "6: xx", "7: xx")),
        ("x\nx", 2, ("5: xx", "6: xx")),
    ],
)
def test_what_is_to_be_unique_stands_at_one_place(
    spool: Spool, root: Path, match: Any, found: int, nearest: tuple[str, ...]
) -> None:
    spool.write("a.txt", "one\n\n\tone\none\nxx\nxx\nxx\nyyy\nlast\n")
    before = shape(root)
    with pytest.raises(NoMatch) as caught:
        spool.replace("a.txt", match, "1", unique=True)
    assert (caught.value.path, caught.value.found, caught.value.nearest) == ("a.txt", found, nearest)
    assert caught.value.hint
    assert shape(root) == before


def test_places_that_overlap_are_several(spool: Spool) -> None:
    spool.write("a.txt", "yyy")
    with pytest.raises(NoMatch) as caught:
        spool.replace("a.txt", "yy", "z", unique=True)
    assert caught.value.found == 2


@pytest.mark.parametrize("how", [{}, {"all": True}, {"count": 3}, {"required": True}])
def test_one_place_is_replaced(spool: Spool, root: Path, how: dict[str, Any]) -> None:
    spool.write("a.txt", "one two\n")
    assert spool.replace("a.txt", "two", "2", unique=True, **how).replacements == 1
    assert spool.replace("a.txt", re.compile(r"\d"), "3", unique=True, **how).replacements == 1
    assert (root / "a.txt").read_text() == "one 3\n"


def test_a_file_that_is_not_there_is_an_unknown_name(spool: Spool) -> None:
    with pytest.raises(UnknownName) as caught:
        spool.replace("a.txt", "one", "1")
    assert caught.value.name == "a.txt"


def test_a_symlink_is_not_edited_through(spool: Spool, root: Path) -> None:
    spool.write("a.txt", "one")
    spool.symlink("link", "a.txt")
    with pytest.raises(UsageError, match="symlink"):
        spool.replace("link", "one", "1")
    assert (root / "a.txt").read_bytes() == b"one"


@pytest.mark.parametrize(
    ("match", "replacement", "how"),
    [
        ("", "x", {}),
        (b"one", "x", {}),
        (5, "x", {}),
        (re.compile(b"one"), "x", {}),
        ("one", b"x", {}),
        ("one", "x", {"all": True, "count": 1}),
        ("one", "x", {"count": 0}),
        ("one", "x", {"count": -1}),
        (re.compile("one"), r"\1", {}),
        (re.compile("one"), r"\g<name>", {}),
        ("one", "\ud800", {}),
    ],
)
def test_arguments_of_no_use_are_refused(
    spool: Spool, root: Path, match: Any, replacement: Any, how: dict[str, Any]
) -> None:
    spool.write("a.txt", "one")
    before = shape(root)
    with pytest.raises(UsageError) as caught:
        spool.replace("a.txt", match, replacement, **how)
    assert caught.value.hint
    assert shape(root) == before


def test_a_file_too_large_to_edit_is_refused(spool: Spool, root: Path) -> None:
    with (root / "sparse").open("wb") as file:
        file.truncate(EDIT_BYTES_MAX + 1)
    with pytest.raises(LimitExceeded) as caught:
        spool.replace("sparse", "a", "b")
    assert (caught.value.allowed, caught.value.found) == (EDIT_BYTES_MAX, EDIT_BYTES_MAX + 1)
