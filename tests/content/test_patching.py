"""Diffs over contents alone: what was drawn up is applied to the byte, and what does not fit is refused whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal import (
    FilePatch,
    InvalidPatch,
    PatchConflict,
    PatchHunkReport,
    UsageError,
    apply_patch,
    create_diff,
    has_conflicts,
)
from journal.records import Tolerance
from tests.content.texts import pairs

BEFORE = "one\ntwo\nthree\n"
DIFF = "@@ -1,3 +1,3 @@\n one\n-two\n+zwei\n three\n"

lines = st.sampled_from([b"a", b"b", b"", b"\r", b"a\r", b"\xff", b"- a", b"+++ b", b"@@ -1 +1 @@", b"\\ No newline"])
contents = st.none() | st.builds(
    lambda given, ended: b"\n".join(given) + (b"\n" if ended else b""), st.lists(lines, max_size=12), st.booleans()
)


@given(contents, contents, st.sampled_from([3, 0, 1, 7]))
def test_what_was_drawn_up_is_applied_to_the_byte(before: bytes | None, after: bytes | None, context: int) -> None:
    patch = create_diff("a b/é.txt", before, after, context=context)
    assert apply_patch(before, patch) == after
    assert apply_patch(before, patch.diff_bytes) == after
    assert apply_patch(before, patch.diff) == after
    assert not has_conflicts(before, patch)


def test_so_are_random_edits() -> None:
    for before, after in pairs(31, 600):
        if b"\0" not in before + after:
            assert apply_patch(before, create_diff("x", before, after).diff_bytes) == after


def test_a_diff_of_text_with_or_without_header() -> None:
    for header in (
        "",
        "--- a/x\n+++ b/x\n",
        "--- other\n+++ other\n",
        "diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n",
    ):
        assert apply_patch(BEFORE, header + DIFF) == b"one\nzwei\nthree\n"


def test_existence_is_none_and_an_empty_file_is_empty() -> None:
    assert apply_patch(None, create_diff("x", None, "")) == b""
    assert apply_patch("", create_diff("x", "", None)) is None
    assert apply_patch("a", create_diff("x", "a", "")) == b""
    assert apply_patch("a", create_diff("x", "a", None)) is None
    assert apply_patch(None, "@@ -0,0 +1 @@\n+a\n") == b"a\n"
    assert apply_patch(None, "") is None
    assert apply_patch("a", "\n") == b"a"


def refusal(before: str | bytes | None, diff: str | bytes | FilePatch) -> PatchConflict:
    assert has_conflicts(before, diff)
    with pytest.raises(PatchConflict) as caught:
        apply_patch(before, diff)
    assert caught.value.hint
    return caught.value


def test_a_hunk_that_does_not_fit_refuses_them_all() -> None:
    many = "".join(f"{number}\n" for number in range(1, 21))
    diff = create_diff("x.txt", many, many.replace("3\n", "three\n", 1).replace("15\n", "fifteen\n")).diff
    error = refusal(many.replace("15\n", "XV\n"), diff)
    assert error.path == "x.txt"
    assert error.report == (
        PatchHunkReport(1, "applied", "exact", 1, ""),
        PatchHunkReport(2, "refused", "exact", 0, "line 15 is 'XV', the hunk has '15'"),
    )
    assert str(error) == "the diff does not fit 'x.txt': hunk 2 of 2: line 15 is 'XV', the hunk has '15'"


def test_one_line_off_is_refused_when_it_must_be_strict_and_found_otherwise() -> None:
    assert has_conflicts("zero\n" + BEFORE, DIFF)
    tolerances: tuple[Tolerance, ...] = ("tolerant", "fuzzy")
    for tolerance in tolerances:
        after = apply_patch("zero\n" + BEFORE, DIFF, tolerance=tolerance)
        assert after == b"zero\n" + (apply_patch(BEFORE, DIFF) or b"")


def test_a_file_is_made_where_none_stands_and_removed_as_a_whole() -> None:
    made, gone = create_diff("x", None, "a\n"), create_diff("x", "a\n", None)
    assert "one stands there" in str(refusal("b\n", made))
    assert "one stands there" in str(refusal("", made))
    assert apply_patch("a\n", made) == b"a\n"
    assert apply_patch(None, gone) is None
    assert "lines would be left" in str(refusal("a\nb\n", gone))
    assert "line 1 is 'b'" in str(refusal("b\n", gone))
    assert "lines would be left" in str(refusal("a", create_diff("x", "", None)))
    assert "no such file" in str(refusal(None, DIFF))


def test_what_is_applied_already_stays() -> None:
    assert apply_patch("one\nzwei\nthree\n", DIFF) == b"one\nzwei\nthree\n"


def test_a_symlink_in_place_of_a_file_is_two_parts_of_one_diff() -> None:
    diff = (
        "diff --git a/x b/x\ndeleted file mode 100644\n--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"
        "diff --git a/x b/x\nnew file mode 120000\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+target\n"
        "\\ No newline at end of file\n"
    )
    assert apply_patch("a\n", diff) == b"target"


def test_several_files_are_for_apply() -> None:
    two = create_diff("x", "a\n", "b\n").diff + create_diff("y", "a\n", "b\n").diff
    with pytest.raises(UsageError, match="2 files: 'x', 'y'") as caught:
        apply_patch("a\n", two)
    assert "Spool.apply()" in caught.value.hint


def test_binary_contents_cannot_be_applied() -> None:
    patch = create_diff("x", b"\0a", b"\0b")
    assert patch.is_binary
    for given_patch in (patch, patch.diff):
        with pytest.raises(InvalidPatch, match="binary") as caught:
            has_conflicts(b"\0a", given_patch)
        assert caught.value.line == 2


@pytest.mark.parametrize(
    ("before", "patch", "tolerance"),
    [(3, DIFF, "strict"), ("a", 3, "strict"), ("a", None, "strict"), ("a", DIFF, "lenient"), ("a", DIFF, None)],
)
def test_arguments_of_no_use_are_refused(before: object, patch: object, tolerance: object) -> None:
    with pytest.raises(UsageError):
        apply_patch(before, patch, tolerance=tolerance)  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        has_conflicts(before, patch, tolerance=tolerance)  # type: ignore[arg-type]


PIECES = b"""@@ -1,2 +1,2 @@|@@ -2 +2 @@|@@|@@ ... @@| a|-a|+b|a|| \t|--- a/x|+++ b/x|\\ No newline at end of file|\
<<<<<<< SEARCH|=======|>>>>>>> REPLACE|*** Begin Patch|```|*** Update File: x|*** Add File: x|*** Delete File: x|\
diff --git a/x b/x|deleted file mode 100644""".split(b"|")
FILE_LINES = st.lists(st.sampled_from([b"a", b" a", b"b", b"", b"\xff", b"a\r"]), max_size=6)


@given(st.none() | FILE_LINES, st.lists(st.sampled_from(PIECES), max_size=14), st.sampled_from(["tolerant", "fuzzy"]))
def test_whatever_is_sent_comes_to_bytes_or_to_a_refusal(
    lines: list[bytes] | None, sent: list[bytes], tolerance: Tolerance
) -> None:
    before = None if lines is None else b"\n".join(lines)
    try:
        made = apply_patch(before, b"\n".join(sent), tolerance=tolerance)
    except (InvalidPatch, PatchConflict, UsageError):
        return
    assert made is None or isinstance(made, bytes)
    if made != before:  # and then it can be told again
        told = create_diff("x", before, made)
        assert apply_patch(before, told) == made
