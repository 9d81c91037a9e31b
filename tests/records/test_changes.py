"""Patches, changes and commits: what they tell at once, and what they ask the journal for."""

from typing import Any

import pytest

from journal import UsageError
from journal.records import Hunk
from tests.records.examples import HUNK, NOON_AS_JSON, ODD_AS_JSON, FakeSource, change, commit, file_patch


def test_a_hunk_tells_its_lines_without_their_prefix() -> None:
    assert HUNK.added == ("new",)
    assert HUNK.removed == ("old",)
    assert Hunk(1, 0, 1, 2, ("+++", "+-")).added == ("++", "-")


def test_a_hunk_with_lines_that_are_not_utf_8() -> None:
    assert Hunk(1, 0, 1, 1, ("+\udcff", "+a")).to_dict()["lines"] == [{"bytes_base64": "K/8="}, "+a"]


@pytest.mark.parametrize(
    ("other", "changed"),
    [
        ({}, True),
        ({"sha_after": "11" * 32}, False),
        ({"sha_after": "11" * 32, "mode_after": 0o755}, True),
        ({"sha_after": "11" * 32, "kind": "symlink"}, True),
        ({"sha_after": "11" * 32, "renamed_from": "b.txt"}, True),
        ({"sha_before": None, "mode_before": None, "kind_before": None}, True),
        ({"sha_after": None, "mode_after": None}, True),
        ({"sha_before": None, "mode_before": None, "kind_before": None, "sha_after": None, "mode_after": None}, False),
    ],
    ids=["content", "nothing", "mode", "kind", "path", "created", "deleted", "never there"],
)
def test_a_patch_knows_whether_anything_differs(other: dict[str, Any], changed: bool) -> None:
    assert file_patch(**other).changed is changed


def test_nothing_is_worked_out_before_it_is_asked_for(journal: FakeSource) -> None:
    patch = file_patch()
    assert patch.changed and repr(patch) and hash(patch)
    assert patch.to_dict(diff=False)["path"] == "a.txt"
    assert journal.asked == []


def test_counts_and_preview_are_remembered(journal: FakeSource) -> None:
    patch = file_patch()
    assert (patch.additions, patch.deletions, patch.additions) == (3, 4, 3)
    assert (patch.preview, patch.preview) == ("-old +new", "-old +new")
    assert journal.asked == ["counts a.txt", "preview"]
    assert file_patch().additions == 3
    assert journal.asked == ["counts a.txt", "preview", "counts a.txt"]


def test_the_text_is_rendered_with_three_lines_of_context_or_as_many_as_asked(journal: FakeSource) -> None:
    patch = file_patch()
    assert patch.diff_bytes == b"@@ -1 +1 @@\n-caf\xe9\n+new\n"
    assert patch.diff == "@@ -1 +1 @@\n-caf\udce9\n+new\n"
    assert patch.unified() == patch.diff == patch.unified(context=0)
    assert patch.hunks == (HUNK,)
    assert journal.asked == ["unified 3"] * 4 + ["unified 0", "hunks 3"]


def test_both_sides_are_rendered_by_the_journal(journal: FakeSource) -> None:
    patch = file_patch()
    assert patch.side_by_side() == patch.side_by_side(40, context=0) == "old | new\n"
    assert patch.html() == patch.html(context=1, style=True) == "<table></table>\n"
    assert journal.asked == ["side_by_side 160 3", "side_by_side 40 0", "html 3 False", "html 1 True"]


def test_a_patch_as_json_holds_its_lazy_parts_when_asked(journal: FakeSource) -> None:
    whole, bare = file_patch().to_dict(), file_patch().to_dict(diff=False)
    lazy = {key: value for key, value in whole.items() if key not in bare}
    assert lazy == {
        "additions": 3,
        "deletions": 4,
        "preview": "-old +new",
        "changed": True,
        "hunks": [HUNK.to_dict()],
        "diff": {"bytes_base64": "QEAgLTEgKzEgQEAKLWNhZukKK25ldwo="},
    }
    assert bare["replacements"] is None and bare["mode_after"] == 0o644


def test_a_change_as_json_holds_its_patch_when_asked(journal: FakeSource) -> None:
    made = change().to_dict()
    assert (made["path"], made["committed_at"], made["ends_commit"]) == (ODD_AS_JSON, NOON_AS_JSON, True)
    assert "patch" not in made and journal.asked == []
    assert change().to_dict(patch=True)["patch"] == change().patch.to_dict()
    assert "patch_of 12" in journal.asked


def test_the_metadata_of_a_commit_counts_but_is_not_hashed() -> None:
    one, other = commit({"a": 1}), commit({"a": [2]})
    assert one != other and hash(one) == hash(other)
    assert one == commit({"a": 1})
    assert hash(one) != hash(commit({"a": 1}, message="another"))


def test_a_commit_as_json() -> None:
    made = commit({"a": {"b": (1, None)}}).to_dict()
    assert made["metadata"] == {"a": {"b": [1, None]}}
    assert made["created_at"] == NOON_AS_JSON
    assert (made["id"], made["parent_id"], made["cursor"]) == ("33" * 32, None, 12)


@pytest.mark.parametrize("context", [-1, 1.5, True, "3"])
def test_a_number_of_lines_of_context_is_one(context: int) -> None:
    patch = file_patch()
    for render in (patch.unified, lambda n: patch.side_by_side(context=n), lambda n: patch.html(context=n)):
        with pytest.raises(UsageError, match="context is"):
            render(context)
