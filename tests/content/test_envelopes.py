"""Envelopes of `*** Begin Patch`: files by directives, places by the lines above them."""

import pytest

from journal.content.diff_parsing import ParsedHunk
from tests.content.sent import Refusal, is_refused, seen


def test_files_are_changed_made_removed_and_moved() -> None:
    found = seen(
        "*** Begin Patch\n*** Update File: a.py\n@@ class A\n@@ def f():\n x\n-b\n+c\n\n*** Add File: n\n+1\n\n+2\n"
        "*** Delete File: d\n*** Update File: o\n*** Move to: p\n@@\n-1\n+2\n*** End of File\n"
        "*** Update File: q\n*** Move to: r\n*** End Patch\n"
    )
    assert [(each.line, each.way, each.old, each.new) for each in found] == [
        (2, "modify", "a.py", "a.py"),
        (9, "create", None, "n"),
        (13, "delete", "d", None),
        (14, "rename", "o", "p"),
        (20, "rename", "q", "r"),
    ]
    assert all(each.named for each in found)
    assert [each.unseen for each in found] == [False, False, True, False, False]
    body = ((" ", b"x"), ("-", b"b"), ("+", b"c"))
    assert found[0].hunks == (ParsedHunk(4, None, 1, body, above=(b"class A", b"def f():")),)
    assert found[1].hunks[0].new == [b"1", b"", b"2"]
    assert [hunk.at_end for each in found for hunk in each.hunks] == [False, False, True]


@pytest.mark.parametrize(
    "diff",
    [
        "*** Begin Patch\n*** Update File: x\n-a\n+b\n",
        "*** Update File: x\n@@\n-a\n+b\n",
        "*** update file: `x`\n@@\n-a\n+b\n*** end patch",
        "So:\n```\n*** Begin Patch\n*** Update File: x\n\n@@\n-a\n+b\n```\nIt is done:\n- so\n",
        "apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: x\n@@\n-a\n+b\n*** End Patch\nEOF\n",
        "*** Begin Patch\n*** Update File: x\n*** Move to: x\n-a\n+b\n*** End Patch",
    ],
)
def test_an_envelope_may_lack_its_ends_and_have_prose_around(diff: str) -> None:
    (part,) = seen(diff)
    assert (part.way, part.path) == ("modify", "x")
    assert [hunk.body for hunk in part.hunks] == [(("-", b"a"), ("+", b"b"))]


def test_places_of_one_file_are_in_order_and_may_have_numbers() -> None:
    (part,) = seen("*** Update File: x\n@@ -4,2 +4,2 @@ def f\n a\n-b\n@@\nc\n\n-d\n")
    assert [(hunk.line, hunk.old_start, hunk.above, hunk.sloppy) for hunk in part.hunks] == [
        (2, 4, (), False),
        (5, None, (), True),
    ]
    assert part.hunks[1].old == [b"c", b"", b"d"]


def test_an_empty_file_may_be_made() -> None:
    assert [(each.way, each.hunks) for each in seen("*** Begin Patch\n*** Add File: e\n*** End Patch")] == [
        ("create", ())
    ]
    assert len(seen("*** Add File: e\n+a\n*** End of File\n*** End Patch")) == 1


REFUSED: list[Refusal] = [
    ("*** Begin Patch\n*** End Patch\n", 1, "changes nothing", "*** Update File: PATH"),
    ("*** Begin Patch\nwords\n*** End Patch\n", 2, "none of an envelope's", "name a file first"),
    ("*** Begin Patch\n*** Rename File: x\n*** End Patch\n", 2, "none of an envelope's", "*** Move to"),
    ("*** Update File: x\n@@\n-a\n*** wrong\n", 4, "no directive", "begin it with a blank"),
    ("*** Update File:\n-a\n", 1, "names no file", "behind the colon"),
    ("*** Update File: x\n*** End Patch\n", 1, "says nothing", "with - and +"),
    ("*** Update File: x\n@@\n*** End Patch\n", 2, "without lines", "write what changes"),
    ("*** Update File: x\n@@\n a\n*** End Patch\n", 2, "changes nothing", "begin what is removed"),
    ("*** Move to: x\n", 1, "belongs to no file", "it follows *** Update File"),
    ("*** Add File: x\n+a\nb\n", 3, "does not begin with +", "every line of a new file"),
    ("*** Add File: x\n+a\n-b\n", 3, "does not begin with +", "every line of a new file"),
    ("*** Add File: r\n+Use:\n```\n+spool\n```\n", 4, "stands in no file", "a fence too"),
    ("*** Add File: r\n+Use:\n```sh\n+spool\n```\n", 3, "a fence inside", "begin a line of context"),
    ("*** Update File: x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", 2, "begins a unified diff", "one form"),
    ("*** Begin Patch\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", 2, "begins a unified diff", "one form"),
    ("*** Update File: x\n-a\n+b\n<<<<<<< SEARCH\n", 4, "begins blocks", "one form"),
    ("*** Update File: x\n-a\n+b\n*** End Patch\n\n" + "--- a/y\n+++ b/y\n", 6, "begins a unified diff", "one form"),
    ("*** Update File: x\n" + "@@ a\n" * 40 + "-b\n", 34, "over 32 lines", "nearest class"),
]


@pytest.mark.parametrize("refusal", REFUSED, ids=[said for _, _, said, _ in REFUSED])
def test_what_has_no_one_meaning_is_refused(refusal: Refusal) -> None:
    is_refused(refusal)
