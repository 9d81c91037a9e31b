"""A patch as HTML: well formed, everything escaped, and both sides can be read out of it again."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal import FilePatch, create_diff
from journal.content import columns, markup
from journal.records import Hunk
from tests.records.examples import file_patch

BITS = st.sampled_from(
    [b"word ", b"x", b"\n", b"\t", b"<b>", b"&amp;", b'"\'', b"</td>", b"\xff", b"\x1b", "\u202e日".encode(), b"\r\n"]
)
CONTENT = st.lists(BITS, max_size=30).map(b"".join)
VOID = {"col", "meta"}


@dataclass
class Found:
    """What one cell holds."""

    classes: str
    text: str = ""
    marks: list[str] = field(default_factory=list)


class Page(HTMLParser):
    """Reads HTML strictly: every element is closed in its order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.rows: list[str] = []
        self.cells: list[tuple[str, Found]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        given = dict(attrs)
        if tag == "tr":
            self.rows.append(given.get("class") or "")
        if tag in ("td", "th"):
            self.cells.append((self.rows[-1], Found(given.get("class") or "")))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "td" in self.open or "th" in self.open:
            self.cells[-1][1].text += data
            if self.open[-1] in ("ins", "del"):
                self.cells[-1][1].marks.append(data)

    def side(self, name: str) -> list[str]:
        """The lines of one side."""
        return [found.text for _, found in self.cells if found.classes == name]


def visible(line: str) -> str:
    """What a line is shown as."""
    line = line.encode("utf-8", "surrogateescape").decode("utf-8", "replace") if "\udcff" in line else line
    return "".join(each if each == "\t" else columns.visible(each) for each in line)


def lines(hunks: tuple[Hunk, ...], signs: str) -> list[str]:
    """The lines of one side of some hunks."""
    found = [line for hunk in hunks for line in hunk.lines if line[0] != "\\"]
    strip = all(line.endswith("\r") for line in found)
    return [visible(line[1:].removesuffix("\r") if strip else line[1:]) for line in found if line[0] in signs]


@given(CONTENT, CONTENT)
def test_it_is_well_formed_and_gives_both_sides_back(before: bytes, after: bytes) -> None:
    patch = create_diff("a/<script>&\".py", before, after)
    text = patch.html()
    assert bool(text) == (before != after)
    text.encode()
    page = Page(text)
    assert page.side("old") == lines(patch.hunks, " -")
    assert page.side("new") == lines(patch.hunks, " +")
    allowed = {"table", "caption", "colgroup", "col", "thead", "tbody", "tr", "th", "td", "ins", "del", "span"}
    assert set(page.seen) <= allowed


def test_words_are_marked() -> None:
    page = Page(create_diff("x", "f(a, b)\nsame\ngone\n", "f(a, c)\nsame\n").html())
    cells = [found for _, found in page.cells if found.classes in ("old", "new")]
    assert [(found.text, found.marks) for found in cells] == [
        ("f(a, b)", ["b"]),
        ("f(a, c)", ["c"]),
        ("same", []),
        ("same", []),
        ("gone", ["gone"]),
    ]
    assert page.rows == ["", "hunk", "changed", "same", "removed"]


def test_a_name_is_escaped() -> None:
    patch = file_patch(path="<i>\udcff\x1b</i>", renamed_from="&old", change_type="renamed")
    made = markup.html(patch, ())
    assert "&amp;old -&gt; &lt;i&gt;\ufffd<span class=\"raw\">\\x1b</span>&lt;/i&gt;: renamed" in made
    Page(made)


def told(patch: FilePatch) -> str:
    """The caption of a patch."""
    return patch.html().partition("<caption>")[2].partition("</caption>")[0]


def test_contents_without_text_are_told_by_a_caption() -> None:
    assert told(create_diff("x", b"\0", None)) == "x: deleted, mode 644, binary, 1 -&gt; 0 bytes"
    assert told(create_diff("x", None, "")) == "x: created, mode 644"
    assert Page(create_diff("x", b"\0", b"\0a").html()).rows == [""]


def test_a_missing_last_newline_is_a_row_of_its_own() -> None:
    page = Page(create_diff("x", "a", "a\n").html())
    assert page.rows == ["", "hunk", "changed", "note"]
    assert page.side("old") == page.side("new") == ["a"]


def test_the_style_comes_when_it_is_asked_for() -> None:
    patch = create_diff("x", "a\n", "b\n")
    assert "<style" not in patch.html()
    assert patch.html(style=True) == f"<style>\n{markup.STYLE}</style>\n{patch.html()}"
    assert "<script" not in patch.html(style=True)


@pytest.mark.parametrize("context", [0, 1, 3])
def test_lines_of_context(context: int) -> None:
    before = "".join(f"{number}\n" for number in range(20))
    made = create_diff("x", before, before.replace("7\n", "seven\n", 1)).html(context=context)
    assert Page(made).rows.count("same") == 2 * context
