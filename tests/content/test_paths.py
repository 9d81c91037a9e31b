"""The normal form of paths, and what a table keeps of them."""

import os
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.content import paths
from journal.errors import PathRefused, UsageError


@pytest.mark.parametrize(
    ("spelled", "normal"),
    [
        ("a", "a"),
        ("./a//b", "a/b"),
        ("a/./b", "a/b"),
        ("a b/c.txt", "a b/c.txt"),
        (".github/x.yml", ".github/x.yml"),
        ("...", "..."),
        ("..a", "..a"),
        ("a/.spool", "a/.spool"),
        (".gitignore", ".gitignore"),
        (" ", " "),
        ("a\nb", "a\nb"),
        ("e\u0301", "e\u0301"),
        ("\udcc3\udca9", "é"),  # together they are one letter after all
        ("\udcff", "\udcff"),
        (Path("a") / "b", "a/b"),
        (PurePosixPath("./x"), "x"),
    ],
)
def test_normal(spelled: Any, normal: str) -> None:
    assert paths.normal(spelled) == normal


@pytest.mark.parametrize(
    "spelled",
    [
        "", ".", "./", "/", "/a", "..", "a/..", "../a", "a/../b", "a/", "a/.", "a\0b", "\ud800", ".spool", ".SPOOL/x",
        ".spool/id", ".git", ".git/config", "a/.GIT/x", "./.git/x", "x" * 256, "é" * 128, "a/" * 2048 + "b", Path("."),
    ],
)  # fmt: skip
def test_refused(spelled: Any) -> None:
    with pytest.raises(PathRefused) as caught:
        paths.normal(spelled)
    assert caught.value.path == str(spelled)
    assert caught.value.reason
    assert caught.value.hint
    assert caught.value.to_dict()["error"] == "path_refused"


def test_limits_are_reached_exactly() -> None:
    assert paths.normal("x" * 255)
    longest = "/".join(["x" * 255] * 16)  # 4095 bytes
    assert paths.normal(longest) == longest
    assert paths.normal("\udcff" * 255)
    with pytest.raises(PathRefused, match="4097"):
        paths.normal("é/" + "/".join(["x" * 255] * 15) + "/" + "x" * 254)


def test_git_is_allowed_on_demand() -> None:
    assert paths.normal("a/.git/x", allow_git=True) == "a/.git/x"


@pytest.mark.parametrize("given", [b"a", 3, None, ["a"]])
def test_other_types_are_a_wrong_call(given: Any) -> None:
    with pytest.raises(UsageError):
        paths.normal(given)


parts = st.binary(min_size=1, max_size=6).map(os.fsdecode).filter(lambda part: "/" not in part and "\0" not in part)


@given(st.lists(parts, min_size=1, max_size=4).map("/".join))
def test_normal_is_stable_and_kept_whole(path: str) -> None:
    try:
        normal = paths.normal(path)
    except PathRefused:
        return
    assert paths.normal(normal) == normal
    assert paths.loaded(*paths.stored(normal)) == normal
    assert paths.key(normal) == os.fsencode(normal)
    name, raw = paths.stored(normal)
    name.encode()
    assert (raw is None) == (name == normal)
    assert raw is None or (name.startswith("//") and raw == os.fsencode(normal))


@given(parts, parts)
def test_stored_names_are_unique(one: str, other: str) -> None:
    assert (one == other) == (paths.stored(one)[0] == paths.stored(other)[0])


def test_stored_names_of_look_alikes() -> None:
    alike = ["\udcff\\xff", "\\xff\udcff", "\udcff\udcff", "\\xff", "\udcff\n", "\udcff\\x0a"]
    assert len({paths.stored(path)[0] for path in alike}) == len(alike)
    assert paths.stored("\udcff\n")[0] == "//\\xff\\x0a"


def test_keys_sort_by_bytes() -> None:
    found = sorted(["\uffff", "\U00010000", "\udcff", "a/b", "a-b", "a"], key=paths.key)
    assert found == ["a", "a-b", "a/b", "\uffff", "\U00010000", "\udcff"]


def test_parents_from_the_outermost_on() -> None:
    assert paths.parents("a/b/c") == ["a", "a/b"]
    assert paths.parents("a") == []


def test_what_lies_below_another_path_is_left_out() -> None:
    assert paths.outermost(["a/b", "c", "a", "a-b", "c", "a/b/c"]) == ["c", "a", "a-b"]
    assert paths.outermost([]) == []
