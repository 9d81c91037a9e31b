"""What became of hunks: refused ones left out, others in place in whatever order they come."""

from journal.content.landing import Placed, lines_after, refused, shown, spliced, unless_torn
from journal.content.lines import NO_NEWLINE, split

FILE = [b"a", b"b", b"c", b"d"]


def put(at: int, taken: int, *given: bytes) -> Placed:
    return Placed("applied", "exact", at, taken, list(given))


def test_hunks_are_spliced_in_the_order_of_the_file() -> None:
    placed = [put(3, 1, b"D"), refused("no"), put(0, 1), put(1, 0, b"x", b"y"), Placed("already", "exact", 2, 0, [])]
    assert spliced(FILE, placed) == [b"x", b"y", b"b", b"c", b"D"]
    assert lines_after(placed) == [5, 0, 1, 1, 4]
    assert spliced(FILE, []) == FILE and lines_after([]) == []


def test_nothing_is_put_behind_a_line_without_a_newline() -> None:
    open_end = [b"a", b"b" + NO_NEWLINE]
    assert "line 2 has no newline" in unless_torn(put(2, 0, b"c"), open_end).note
    assert "it ends the file, and line 3 follows" in unless_torn(put(1, 1, b"x" + NO_NEWLINE), FILE).note
    kept = put(1, 1, b"x" + NO_NEWLINE)
    assert unless_torn(kept, open_end) is kept


def test_a_line_is_quoted_and_cut() -> None:
    assert shown(b"a\tb") == "'a b'" and shown(split(b"end")[0]) == "'end' without a newline"
    assert len(shown(b"x" * 500)) < 70
