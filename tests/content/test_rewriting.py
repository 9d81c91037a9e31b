"""What a hunk makes of the lines it was found to be."""

from journal.content.diff_parsing import ParsedHunk
from journal.content.lines import NO_NEWLINE, split
from journal.content.manner import Manner
from journal.content.rewriting import paired, rewritten

FILE = split(b"a \n  b\nc\nd")


def hunk(*body: str) -> ParsedHunk:
    return ParsedHunk(1, 1, 1, tuple((line[0], line[1:].encode()) for line in body))


def made(places: list[int], *body: str) -> tuple[str, str, list[bytes]]:
    given = hunk(*body)
    placed = rewritten(given, FILE, places, Manner(paired(given, FILE, places)))
    return placed.status, placed.level, placed.given


def test_context_keeps_the_files_bytes_and_the_level_says_what_differed() -> None:
    assert made([0, 1], " a ", "-  b", "+x") == ("applied", "exact", [b"a ", b"x"])
    assert made([0, 1], " a", "-  b", "+x") == ("applied", "trailing-space", [b"a ", b"x"])

    assert made([1], "-b", "+ x")[1:] == ("white-space", [b"   x"])


def test_lines_that_are_gone_are_left_out() -> None:
    assert made([0, -1, 2], " a", " gone", "+new", " c") == ("applied", "trailing-space", [b"a ", b"new", b"  b", b"c"])


def test_the_end_of_the_file_stays_as_it_is_or_as_the_hunk_says() -> None:
    assert made([2, 3], " c", "-d", "+x")[2] == [b"c", b"x" + NO_NEWLINE]
    assert made([2, 3], " c", "-d" + NO_NEWLINE.decode(), "+x")[2] == [b"c", b"x"]
    assert made([1, 2], "   b", "-c", "+x" + NO_NEWLINE.decode())[0] == "refused"
    assert made([2, 3], "-c", "-d") == ("applied", "trailing-space", [])
