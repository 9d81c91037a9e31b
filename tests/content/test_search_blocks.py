"""Blocks that search and replace: their parts, their names, and what may be parted in two ways."""

import pytest

from tests.content.sent import Refusal, is_refused, seen

BLOCK = "<<<<<<< SEARCH\na\nb\nd\n=======\na\nc\nd\n>>>>>>> REPLACE\n"
BODY = ((" ", b"a"), ("-", b"b"), ("+", b"c"), (" ", b"d"))


@pytest.mark.parametrize(
    "diff",
    [
        BLOCK,
        "```python\n" + BLOCK + "```\nDone.\n",
        "<<<<< search\na\nb\nd\n===== replace\na\nc\nd\n>>>>> Replace",
        "<<<<<<<<< SEARCH\na\nb\nd\n=========\na\nc\nd\n>>>>>>>>> REPLACE",
        "Put this in:\n\n" + BLOCK + "\nand that is it\n",
    ],
)
def test_what_both_parts_begin_and_end_with_is_context(diff: str) -> None:
    (part,) = seen(diff)
    assert (part.way, part.named, part.path) == ("modify", False, "")
    assert [(hunk.old_start, hunk.body, hunk.sloppy) for hunk in part.hunks] == [(None, BODY, False)]


@pytest.mark.parametrize(
    ("above", "name"),
    [
        ("src/app.py\n", "src/app.py"),
        ("`src/app.py`\n", "src/app.py"),
        ("**`src/app.py`**:\n", "src/app.py"),
        ("### src/app.py\n", "src/app.py"),
        ("File: app.py\n", "app.py"),
        ("**File:** `my app.py`\n", "my app.py"),
        ("Filename: Makefile\n\n```make\n", "Makefile"),
        ("`Makefile`\n```\n", "Makefile"),
        ("```\napp.py\n", "app.py"),
        (".gitignore\n", ".gitignore"),
        ("Words.\n", None),
        ("Changes:\n", None),
        ("Replace it by this, in app.py:\n", None),
        ("https://example.org/a.py\n", None),
        ("File: what I said above\n", None),
        ("src/app.py\n\n\n\n\n", None),
        ("x.py" * 5000 + "\n", None),
    ],
)
def test_the_name_stands_alone_above_its_block(above: str, name: str | None) -> None:
    (part,) = seen(above + BLOCK)
    assert (part.named, part.old, part.new) == (name is not None, name, name)


def test_blocks_go_on_with_the_file_before_them() -> None:
    found = seen("a.py\n" + BLOCK + "\n" + BLOCK + "```\n\nb.py\n```\n" + BLOCK + BLOCK)
    assert [each.path for each in found] == ["a.py", "a.py", "b.py", "b.py"]


def test_a_block_that_searches_nothing_makes_a_file() -> None:
    (part,) = seen("n.py\n<<<<<<< SEARCH\n\n=======\nx\n\ny\n>>>>>>> REPLACE\n")
    assert (part.way, part.old, part.new) == ("create", None, "n.py")
    assert part.hunks[0].new == [b"x", b"", b"y"]


def test_a_block_may_take_lines_away() -> None:
    (part,) = seen("<<<<<<< SEARCH\na\n=======\n>>>>>>> REPLACE\n")
    assert part.hunks[0].body == (("-", b"a"),)
    (blank,) = seen("<<<<<<< SEARCH\na\n=======\n\n>>>>>>> REPLACE\n")
    assert blank.hunks[0].new == [b""]


def test_marks_of_another_length_are_content() -> None:
    conflict = "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> main\n"
    (part,) = seen("<<<<<<<<< SEARCH\n" + conflict + "=========\nb\n>>>>>>>>> REPLACE\n")
    assert part.hunks[0].old == conflict.encode().splitlines()
    (title,) = seen("<<<<<<< SEARCH\nTitle\n=====\n=======\nOther\n=====\n>>>>>>> REPLACE\n")
    assert (title.hunks[0].old, title.hunks[0].new) == ([b"Title", b"====="], [b"Other", b"====="])


REFUSED: list[Refusal] = [
    ("<<<<<<< SEARCH\na\n=======\nb\n", 1, "does not end", ">>>>>>> REPLACE"),
    ("\n<<<<<<< SEARCH\na\n=======\nb\n" + BLOCK, 2, "before the next, in line 6", ">>>>>>> REPLACE"),
    ("<<<<<<< SEARCH\na\n>>>>>>> REPLACE\n", 1, "has no =======", "the new lines"),
    ("<<<<<<< SEARCH\na\n=======\nb\n=======\nc\n>>>>>>> REPLACE\n", 1, "parted in line 3 or 5", "9 signs"),
    ("<<<<<<< SEARCH\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> REPLACE\n", 2, "may be content", "9 signs"),
    ("<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> main\n>>>>>>> REPLACE\n", 5, "may be content", "9 signs"),
    ("<<<<<<< SEARCH app.py\na\n=======\nb\n>>>>>>> REPLACE\n", 1, "more in it", "alone on it"),
    ("<<<<<<< SEARCH\na\n=======\na\n>>>>>>> REPLACE\n", 1, "changes nothing", "below it"),
    ("<<<<<<< SEARCH\n=======\n>>>>>>> REPLACE\n", 1, "changes nothing", "below it"),
    (BLOCK + ">>>>>>> REPLACE\n", 10, "has not begun", "<<<<<<< SEARCH"),
    ("a.py\n" + BLOCK + "And then:\n" + BLOCK, 12, "no name of a file", "File: src/app.py"),
    (BLOCK + "--- a/x\n+++ b/x\n", 10, "begins a unified diff", "one form at a time"),
    (BLOCK + "*** Begin Patch\n", 10, "begins an envelope", "one form at a time"),
]


@pytest.mark.parametrize("refusal", REFUSED, ids=[said for _, _, said, _ in REFUSED])
def test_what_has_no_one_meaning_is_refused(refusal: Refusal) -> None:
    is_refused(refusal)
