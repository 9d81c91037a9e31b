"""The lines of one changed place: signs that are missing, blanks that went astray, ends that are said."""

import pytest

from journal.content import bodies
from journal.content.lines import NO_NEWLINE
from journal.errors import InvalidPatch


def test_signs_are_read_and_missing_ones_are_context() -> None:
    body = bodies.read([b" a", b"-b", b"+c", b"", b"\r", b" d"], 1)
    assert body.lines == ((" ", b"a"), ("-", b"b"), ("+", b"c"), (" ", b""), (" ", b"\r"), (" ", b"d"))
    assert not body.sloppy
    assert body.changes
    bare = bodies.read([b"a", b"\tb", b"\\section{x}"], 1)
    assert bare.lines == ((" ", b"a"), (" ", b"\tb"), (" ", b"\\section{x}"))
    assert bare.sloppy
    assert not bare.changes


def test_empty_lines_at_the_end_count_only_where_it_is_known() -> None:
    given = [b"-a", b"", b"\r", b""]
    assert bodies.read(given, 1).lines == (("-", b"a"),)
    assert len(bodies.read(given, 1, blanks_count=True).lines) == 4
    assert bodies.read([b"", b""], 1).lines == ()


def test_a_last_line_is_marked_on_its_side() -> None:
    body = bodies.read([b"-a", b"\\ No newline at end of file", b"+b", b"+c", b"\\ Kein Zeilenumbruch."], 1)
    assert body.lines == (("-", b"a" + NO_NEWLINE), ("+", b"b"), ("+", b"c" + NO_NEWLINE))


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ([b"\\ No newline"], 5),
        ([b" a", b"\\ No newline", b"-b"], 7),
        ([b"-a", b"\\ No newline", b" b"], 7),
        ([b"+a", b"\\ No newline", b"-b", b"\\ No newline", b"-c"], 9),
        ([b"+a", b"\\ No newline", b"\\ No newline"], 7),
        ([b"+a", b"\xe2\x88\x92b"], 6),
    ],
)
def test_what_no_file_can_hold_is_refused(given: list[bytes], line: int) -> None:
    with pytest.raises(InvalidPatch) as caught:
        bodies.read(given, 5)
    assert caught.value.line == line
    assert caught.value.hint


def test_a_new_file_has_added_lines_only() -> None:
    body = bodies.all_added(bodies.read([b"+a", b"", b"+b"], 1), 1)
    assert body.lines == (("+", b"a"), ("+", b""), ("+", b"b"))
    for given in ([b"+a", b" b"], [b"+a", b"-b"], [b"+a", b"-", b"+c"], [b"a"]):
        with pytest.raises(InvalidPatch, match="makes a new file"):
            bodies.all_added(bodies.read(given, 1), 1)
