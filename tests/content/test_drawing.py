"""A patch drawn up from two contents: what it tells, and that it carries them along."""

import hashlib
import pickle
from typing import Any

import pytest

from journal import PathRefused, UnknownName, UsageError, create_diff
from journal.content.drawing import Texts
from tests.records.examples import change


def test_it_tells_what_any_patch_tells() -> None:
    patch = create_diff("src/a.py", "one\ntwo\n", "one\nzwei\ndrei\n")
    assert (patch.path, patch.change_type, patch.additions, patch.deletions) == ("src/a.py", "modified", 2, 1)
    assert patch.sha_before == hashlib.sha256(b"one\ntwo\n").hexdigest()
    assert (patch.size_before, patch.size_after, patch.mode_before, patch.mode_after) == (8, 14, 0o644, 0o644)
    assert patch.hunks[0].added == ("zwei", "drei")
    assert patch.preview == "-two\n+zwei\n+drei"
    assert patch.diff == (
        "diff --git a/src/a.py b/src/a.py\n--- a/src/a.py\n+++ b/src/a.py\n@@ -1,2 +1,3 @@\n one\n-two\n+zwei\n+drei\n"
    )
    assert patch.to_dict()["diff"] == patch.diff


def test_existence_makes_the_type_of_change() -> None:
    made, gone, same = create_diff("x", None, ""), create_diff("x", "a\n", None), create_diff("x", b"a", "a")
    assert (made.change_type, made.changed, made.sha_before, made.kind_before) == ("created", True, None, None)
    assert "new file mode 100644" in made.diff
    assert (gone.change_type, gone.additions, gone.deletions) == ("deleted", 0, 1)
    assert (same.changed, same.diff, same.hunks, same.preview) == (False, "", (), "")
    assert not create_diff("x", None, None).changed


def test_context_is_as_asked_and_may_be_asked_for_again() -> None:
    before = "".join(f"{number}\n" for number in range(9))
    patch = create_diff("x", before, before.replace("4", "four"), context=1)
    assert patch.hunks[0].lines == (" 3", "-4", "+four", " 5")
    assert "@@ -4,3 +4,3 @@" in patch.diff
    assert "@@ -2,7 +2,7 @@" in patch.unified()


def test_binary_contents_are_told_by_a_line() -> None:
    patch = create_diff("x", b"\0", b"\0\0")
    assert (patch.is_binary, patch.additions, patch.hunks) == (True, 0, ())
    assert patch.diff.endswith("Binary files a/x and b/x differ\n")


def test_it_is_pickled_with_what_it_carries() -> None:
    patch = create_diff("x", "a\n", "b\n", context=0)
    assert pickle.loads(pickle.dumps(patch)) == patch
    assert pickle.loads(pickle.dumps(patch)).diff == patch.diff


def test_its_contents_can_be_read_by_their_names() -> None:
    patch = create_diff("x", "abc", "b")
    texts = Texts(b"abc", b"b")
    assert b"".join(texts.pieces(str(patch.sha_before), 1)) == b"bc"
    with pytest.raises(UnknownName):
        list(texts.pieces("00" * 32, 0))
    with pytest.raises(UnknownName):
        texts.patch_of(change())


@pytest.mark.parametrize("path", ["../x", "/x", "", "x/", ".spool/x"])
def test_a_path_is_one_of_a_root(path: str) -> None:
    with pytest.raises(PathRefused):
        create_diff(path, "a", "b")


@pytest.mark.parametrize(
    ("before", "after", "context"), [(3, "a", 3), ("a", ["b"], 3), ("\ud800", "a", 3), ("a", "b", -1), ("a", "b", "3")]
)
def test_arguments_of_no_use_are_refused(before: Any, after: Any, context: Any) -> None:
    with pytest.raises(UsageError):
        create_diff("x", before, after, context=context)
