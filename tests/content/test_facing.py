"""Both sides of a patch, line against line: every line once, with its number, and what else is to be said."""

import random

import pytest

from journal import FilePatch, create_diff
from journal.content.facing import NO_NEWLINE, Row, names, notes, rows, worded
from journal.content.intraline import Piece
from journal.content.similarity import Effort
from journal.limits import INTRALINE_WORK_MAX
from tests.content import texts
from tests.records.examples import file_patch


def facing(patch: FilePatch) -> list[Row]:
    """All rows of a patch."""
    effort = Effort(INTRALINE_WORK_MAX)
    return [row for hunk in patch.hunks for row in rows(hunk, effort)]


def told(patch: FilePatch) -> list[tuple[str, int | None, int | None]]:
    """The sign and both numbers of each row."""
    return [(row.sign, row.old and row.old.number, row.new and row.new.number) for row in facing(patch)]


def test_rows_have_signs_and_numbers() -> None:
    patch = create_diff("x", "a\nb c d\ngone gone\nz\n", "a\nb c e\nz\nlast\n")
    assert told(patch) == [(" ", 1, 1), ("|", 2, 2), ("<", 3, None), (" ", 4, 3), (">", None, 4)]
    assert facing(patch)[1].pieces == (Piece(" ", "b c "), Piece("-", "d"), Piece("+", "e"))


def test_a_last_line_without_a_newline() -> None:
    (row,) = facing(create_diff("x", "a", "a\n"))
    assert (row.sign, row.pieces) == ("|", (Piece(" ", "a"),))
    assert row.old is not None and not row.old.ended
    assert row.new is not None and row.new.ended


@pytest.mark.parametrize("seed", range(3))
def test_every_line_that_changed_stands_in_a_row_under_its_number(seed: int) -> None:
    for before, after in texts.pairs(seed, 100):
        if b"\0" in before + after:
            continue
        patch = create_diff("x", before, after)
        for side, data in ((0, before), (1, after)):
            lines = data.decode("utf-8", "surrogateescape").split("\n")
            shown = [line for row in facing(patch) if (line := (row.old, row.new)[side]) is not None]
            assert all(lines[line.number - 1] == line.text for line in shown)
            assert [line.number for line in shown] == sorted({line.number for line in shown})
        assert sum(row.sign in "|<" for row in facing(patch)) == patch.deletions
        assert sum(row.sign in "|>" for row in facing(patch)) == patch.additions


def test_names_and_notes() -> None:
    renamed = file_patch(change_type="renamed", renamed_from="old", mode_after=0o755)
    assert (names(renamed), notes(renamed, ())) == (("old", "a.txt"), "renamed, mode 644 -> 755")
    gone = file_patch(change_type="deleted", sha_after=None, size_after=None, mode_after=None, is_binary=True)
    assert (names(gone), notes(gone, ())) == (("a.txt", ""), "deleted, mode 644, binary, 10 -> 0 bytes")
    made = file_patch(change_type="created", sha_before=None, kind_before=None, mode_before=None, kind="symlink")
    assert (names(made), notes(made, ())) == (("", "a.txt"), "created, symlink")
    assert notes(file_patch(too_large=True), ()) == "modified, too large to compare, 10 -> 12 bytes"
    assert notes(file_patch(change_type="mode", mode_after=0o600), ()) == "mode 644 -> 600"
    assert notes(file_patch(kind="symlink"), ()) == "modified, file -> symlink"
    crlf = create_diff("x", "a\r\n", "b\r\n")
    assert notes(crlf, crlf.hunks) == "modified, CRLF"
    assert notes(create_diff("x", "a\r\n", "a\n"), create_diff("x", "a\r\n", "a\n").hunks) == "modified"


def test_a_diff_with_each_changed_line_once() -> None:
    diff = create_diff("x", "a\nb c d\n-- gone\nz", "a\nb c e\nz\n").diff
    lines = [(kind, tuple(map(tuple, parts))) for kind, parts in worded(diff)]
    assert [kind for kind, _ in lines[:4]] == ["header", "header", "header", "hunk"]
    assert lines[4:] == [
        ("text", ((" ", "a"),)),
        ("text", ((" ", "b c "), ("-", "d"), ("+", "e"))),
        ("text", (("-", "-- gone"),)),
        ("text", ((" ", "z"),)),
        ("text", (("-", NO_NEWLINE),)),
    ]


@pytest.mark.parametrize("seed", range(2))
def test_the_words_of_a_diff_are_those_of_its_lines(seed: int) -> None:
    choose, odd = random.Random(seed), ("", NO_NEWLINE)
    for before, after in texts.pairs(seed, 60):
        patch = create_diff("x", before, after, context=choose.randrange(4))
        said = [parts for kind, parts in worded(patch.diff) if kind == "text"]
        for signs in (" -", " +"):
            lines = [line[1:] for hunk in patch.hunks for line in hunk.lines if line[0] in signs]
            made = ["".join(each.text for each in parts if each.sign in signs) for parts in said]
            assert [each for each in made if each not in odd] == [each for each in lines if each not in odd]
