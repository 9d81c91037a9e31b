"""Diffs as agents send them, through the verbs: applied whole, or refused with nothing changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from journal import InvalidPatch, PatchConflict, Spool, UsageError, create_diff
from tests.engine.looking import disk, shape


@pytest.fixture
def spool(root: Path) -> Iterator[Spool]:
    """A session in the root."""
    with Spool.open(root) as opened:
        yield opened


def files(root: Path) -> dict[str, bytes]:
    """What the files of a root hold."""
    return {name: found[0] for name, found in disk(root).items()}


@pytest.mark.parametrize("dry_run", [False, True])
def test_an_envelope_makes_moves_and_removes_whatever_they_hold(spool: Spool, root: Path, dry_run: bool) -> None:
    (root / "a").write_text("1\n")
    (root / "b").write_bytes(b"other\n\0")
    (root / "link").symlink_to("a")
    before, held = shape(root), disk(root)
    diff = "*** Begin Patch\n*** Add File: d/n\n+1\n\n+2\n*** Delete File: b\n*** Delete File: link\n"
    diff += "*** Delete File: gone\n*** Update File: a\n*** Move to: c\n*** End Patch\n"
    found = spool.apply(diff, dry_run=dry_run)
    assert [(each.path, each.change_type, each.renamed_from) for each in found] == [
        ("d/n", "created", None),
        ("b", "deleted", None),
        ("link", "deleted", None),
        ("c", "renamed", "a"),
    ]
    if dry_run:
        assert shape(root) == before
        return
    assert files(root) == {"d/n": b"1\n\n2\n", "c": b"1\n"}
    spool.reset()
    assert disk(root) == held


def test_a_diff_that_was_sent_in_prose_is_applied(spool: Spool, root: Path) -> None:
    (root / "a").write_text("1\n")
    (root / "b").write_text("2\n")
    two = create_diff("a", "1\n", "one\n").diff + create_diff("b", "2\n", "two\n").diff
    sent = "These two:\n\n```diff\n" + two.replace("@@ -1 +1 @@", "@@ -1,4 +1,4 @@") + "```\n\n- both are new\n"
    with pytest.raises(InvalidPatch):
        spool.apply(sent, tolerance="strict")
    assert [each.path for each in spool.apply(sent)] == ["a", "b"]
    assert files(root) == {"a": b"one\n", "b": b"two\n"}


def test_parts_about_one_file_count_their_hunks_on(spool: Spool) -> None:
    spool.write("a.txt", "1\n2\n")
    one, two = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-1\n+one\n", "--- a/x\n+++ b/x\n@@ -2 +2 @@\n-2\n+two\n"
    with pytest.raises(PatchConflict, match="hunk 2 of 2") as caught:
        spool.patch("a.txt", one + two.replace("\n-2", "\n-3"))
    assert [(each.hunk, each.status) for each in caught.value.report] == [(1, "applied"), (2, "refused")]
    assert [(each.hunk, each.status) for each in spool.patch("a.txt", one + two).report] == [
        (1, "applied"),
        (2, "applied"),
    ]
    assert spool.read("a.txt") == b"one\ntwo\n"
    with pytest.raises(UsageError, match="moves"):
        spool.patch("a.txt", "*** Update File: x\n*** Move to: y\n" + "*** Update File: y\n-1\n+2\n" * 2)


def test_an_envelope_may_take_the_file_away(spool: Spool, root: Path) -> None:
    spool.write("a.txt", "1\n")
    assert spool.patch("a.txt", "*** Begin Patch\n*** Delete File: a.txt\n*** End Patch\n").change_type == "deleted"
    assert files(root) == {}
    assert not spool.patch("a.txt", "*** Begin Patch\n*** Delete File: a.txt\n*** End Patch\n").changed
