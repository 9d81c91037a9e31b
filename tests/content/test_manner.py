"""How a file writes what a diff writes otherwise."""

import pytest

from journal.content.manner import Manner, Pair, ended_alike, indent

INDENTS: list[tuple[list[tuple[str, str]], str, str | None]] = [
    ([("    ", "    "), ("", "")], "  \t", "  \t"),
    ([], "\t", "\t"),
    ([("", "    "), ("    ", "        ")], "  ", "      "),
    ([("        ", "    ")], "        ", "    "),
    ([("        ", "    "), ("            ", "        ")], "    ", ""),
    ([("        ", "    "), ("            ", "        ")], "  ", None),
    ([("\t", "    "), ("\t\t", "        ")], "\t\t\t", "            "),
    ([("    ", "\t")], "        ", "\t\t"),
    ([("    ", "\t")], "      ", None),
    ([("  ", "    "), ("", "")], "    ", "        "),
    ([("    ", "        ")], "        ", None),
    ([("", ""), ("", "    ")], "", None),
    ([("    ", " \t")], "  ", None),
]


def pairs(indents: list[tuple[str, str]]) -> list[Pair]:
    return [(f"{given}x".encode(), f"{there}x".encode()) for given, there in indents]


@pytest.mark.parametrize(("seen", "before", "after"), INDENTS)
def test_indentation_is_learned_or_unknown(seen: list[tuple[str, str]], before: str, after: str | None) -> None:
    made = Manner(pairs(seen)).rewritten(f"{before}y = 1".encode(), pairs(seen))
    assert made == (None if after is None else f"{after}y = 1".encode())


def test_a_hunk_that_kept_its_indentation_is_trusted_though_others_lost_it() -> None:
    lost, kept = pairs([("", ""), ("", "    ")]), pairs([("    ", "    ")])
    manner = Manner([*lost, *kept])
    assert manner.rewritten(b"  y", kept) == b"  y"
    assert manner.rewritten(b"  y", lost) is None
    assert manner.rewritten(b"   ", lost) == b"   "


def test_line_ends_are_the_files() -> None:
    adds, drops = Manner([(b"a", b"a\r"), (b"", b"\r")]), Manner([(b"a\r", b"a")])
    assert (adds.rewritten(b"new", []), adds.rewritten(b"new\r", [])) == (b"new\r", b"new\r")
    assert (drops.rewritten(b"new\r", []), drops.rewritten(b"", [])) == (b"new", b"")
    assert Manner([(b"a", b"a\r"), (b"b", b"b")]).rewritten(b"new", []) == b"new"


def test_typed_quotes_become_plain_where_the_file_has_plain_ones() -> None:
    typed = "say(\u201chi\u201d)".encode()
    assert Manner([(typed, b'say("hi")')]).rewritten("x \u2013 \u2018y\u2019".encode(), []) == b"x - 'y'"
    assert Manner([(typed, typed)]).rewritten(typed, []) == typed
    assert Manner([(b'say("hi")', typed)]).rewritten(b'"', []) == b'"'


def test_ends_and_indents() -> None:
    assert ended_alike(b"a \t\r", b"a") and not ended_alike(b" a", b"a")
    assert (indent(b" \t x "), indent(b"   "), indent(b"")) == (b" \t ", b"   ", b"")
