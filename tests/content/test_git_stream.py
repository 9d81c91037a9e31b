"""Names, persons and paths as git takes them."""

import os

import pytest

from journal.content import git_stream
from journal.content.diff_names import unquoted
from journal.content.paths import key


@pytest.mark.parametrize(
    ("branch", "ref"),
    [
        ("main", "main"),
        ("feature/one-2_x", "feature/one-2_x"),
        ("a..b", "a%2E.b"),
        ("a...b", "a%2E%2E.b"),
        ("a.lock", "a%2Elock"),
        ("a.lock/b", "a%2Elock/b"),
        ("a.", "a%2E"),
        ("a/.b", "a/%2Eb"),
        ("a//b", "a/%2Fb"),
        ("a/", "a%2F"),
        ("a./b", "a%2E/b"),
        ("\u00e9", "\u00e9"),
    ],
)
def test_a_branch_becomes_a_ref_of_its_own(branch: str, ref: str) -> None:
    assert git_stream.ref(branch) == b"refs/heads/" + ref.encode()


@pytest.mark.parametrize(
    ("session", "name"),
    [("abc", b"abc"), ("a <b>\n", b"a-b"), ("", b"session"), ("<>", b"session"), (os.fsdecode(b"x\xff"), b"x\xff")],
)
def test_a_session_becomes_an_author(session: str, name: bytes) -> None:
    assert git_stream.person(session) == name + b" <" + name + b"@journal>"


def test_moments_are_whole_seconds() -> None:
    assert git_stream.moment(1_700_000_000_999_999) == b"1700000000 +0000"


@pytest.mark.parametrize("path", ["a", "a b", "src/x.py", "a/b-c_d.e"])
def test_an_ordinary_path_stands_as_it_is(path: str) -> None:
    assert git_stream.quoted(path) == path.encode()


@pytest.mark.parametrize(
    "path", ['"', "a\nb", "a\\b", "\u00e9", os.fsdecode(b"\xff/x"), " a", "a ", "a\tb", "\x01\x7f", "a'b", "\rx", "*"]
)
def test_any_other_path_is_quoted_in_one_line(path: str) -> None:
    said = git_stream.quoted(path)
    assert b"\n" not in said
    assert said.startswith(b'"')
    assert unquoted(said, 1)[0] == key(path)


def test_modes_are_those_that_git_has() -> None:
    found = [git_stream.mode(0o600, "file"), git_stream.mode(0o755, "file"), git_stream.mode(0o777, "symlink")]
    assert found == [b"100644", b"100755", b"120000"]
    assert git_stream.mode(0o677, "file") == b"100755" if 0o677 & 0o100 else b"100644"


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("a", True), (".gitignore", True), ("git", True), ("a/.github/x", True), ("x.git/y", True), ("git~2", True),
        (".git", False), ("a/.GIT/b", False), ("GIT~1", False), (".git.", False), (".git  ", False),
        (".g\u200dit", False), ("a\\.git", False), (".git::$INDEX_ALLOCATION", False), ("\ufeff.git", False),
    ],
)  # fmt: skip
def test_what_git_takes_into_a_tree(path: str, taken: bool) -> None:
    assert git_stream.takes(path) is taken


def test_data_carries_its_length() -> None:
    assert git_stream.data(b"one\n") == b"data 4\none\n\n"
