"""A patch as HTML: two columns in one table, changed words marked, everything escaped, no script."""

from collections.abc import Iterator, Sequence
from html import escape

from journal.content import columns, facing
from journal.content.facing import Line, Row
from journal.content.similarity import Effort
from journal.limits import INTRALINE_WORK_MAX
from journal.records import FilePatch, Hunk

STYLE = """\
.spool-diff { border-collapse: collapse; width: 100%; table-layout: fixed; margin-bottom: 1.5em; line-height: 1.35;
  overflow-wrap: anywhere; color: #1f2328; background: #fff; border: 1px solid #d1d9e0 }
.spool-diff caption { text-align: left; padding: .4em 0; font-weight: bold; color: CanvasText }
.spool-diff thead th { text-align: left; padding: .3em .6em; border-bottom: 1px solid #d1d9e0 }
.spool-diff td { vertical-align: top; padding: 0 .4em }
.spool-diff col.no { width: 4.5em }
.spool-diff td.no { text-align: right; color: #6e7781; user-select: none }
.spool-diff tr.hunk th { text-align: left; font-weight: normal; color: #57606a; background: #eef4ff;
  padding: .2em .6em }
.spool-diff td.none, .spool-diff tr.note td { background: #f6f8fa; color: #6e7781 }
.spool-diff tr.removed td.old, .spool-diff tr.changed td.old { background: #ffebe9 }
.spool-diff tr.added td.new, .spool-diff tr.changed td.new { background: #dafbe1 }
.spool-diff del { background: #ffc1ba; text-decoration: none }
.spool-diff ins { background: #abf2bc; text-decoration: none }
.spool-diff .raw { color: #9a6700; background: #fff8c5 }
"""
"""How a table looks; without it the marks are struck out and underlined, as browsers show them."""

KEEPING = "white-space:pre-wrap;tab-size:8;font-family:monospace"
"""stands in each table itself, or indentation would be lost where the style is not."""

CLASSES = {" ": "same", "|": "changed", "<": "removed", ">": "added"}


def html(patch: FilePatch, hunks: Sequence[Hunk], *, style: bool = False) -> str:
    """Renders a patch as one `<table class="spool-diff">`; nothing when nothing changed.

    A row a line: number and text of the old side, then of the new one; removed words in `<del>`, added ones in `<ins>`.
    Control characters stand as their numbers in `<span class="raw">`, bytes that are not UTF-8 as U+FFFD. With
    `style` a `<style>` goes ahead, which one page needs once.
    """
    ahead = f"<style>\n{STYLE}</style>\n" if style else ""
    return ahead + "\n".join(_table(patch, hunks)) + "\n" if patch.changed else ahead


def text(line: str) -> str:
    """Escapes a text; what steers or shows nothing is shown."""
    if line.isprintable():
        return escape(line)
    return "".join(letter if letter == "\t" else _letter(letter) for letter in line)


def _letter(letter: str) -> str:
    if "\ud800" <= letter <= "\udfff":
        return "\ufffd"
    shown = columns.visible(letter)
    return escape(shown) if shown == letter else f'<span class="raw">{shown}</span>'


def _table(patch: FilePatch, hunks: Sequence[Hunk]) -> Iterator[str]:
    old, new = facing.names(patch)
    title = text(new or old) if not (old and new) or old == new else f"{text(old)} -&gt; {text(new)}"
    yield f'<table class="spool-diff" style="{KEEPING}">'
    yield f"<caption>{title}: {text(facing.notes(patch, hunks))}</caption>"
    yield '<colgroup><col class="no"><col><col class="no"><col></colgroup>'
    yield f'<thead><tr><th colspan="2">{text(old)}</th><th colspan="2">{text(new)}</th></tr></thead>'
    effort = Effort(INTRALINE_WORK_MAX)
    strip = facing.carriage_returns(hunks)
    for hunk in hunks:
        place = f"@@ -{hunk.old_start},{hunk.old_lines} +{hunk.new_start},{hunk.new_lines} @@"
        yield f'<tbody><tr class="hunk"><th colspan="4">{place}</th></tr>'
        for row in facing.rows(hunk, effort):
            yield _row(row, strip)
            yield from _ends(patch, row)
        yield "</tbody>"
    yield "</table>"


def _row(row: Row, strip: bool) -> str:
    cells = _cell(row, row.old, "-", strip) + _cell(row, row.new, "+", strip)
    return f'<tr class="{CLASSES[row.sign]}">{cells}</tr>'


def _cell(row: Row, line: Line | None, sign: str, strip: bool) -> str:
    side = "old" if sign == "-" else "new"
    if line is None:
        return f'<td class="no"></td><td class="{side} none"></td>'
    if row.sign == "|":
        parts = [(each.sign, each.text) for each in row.pieces if each.sign in (" ", sign)]
    else:
        parts = [(" " if row.sign == " " else sign, line.text)]
    if strip:
        parts[-1] = (parts[-1][0], parts[-1][1].removesuffix("\r"))
    inner = "".join(_marked(kind, part) for kind, part in parts if part)
    return f'<td class="no">{line.number}</td><td class="{side}">{inner}</td>'


def _marked(sign: str, part: str) -> str:
    tag = {"-": "del", "+": "ins"}.get(sign)
    return text(part) if tag is None else f"<{tag}>{text(part)}</{tag}>"


def _ends(patch: FilePatch, row: Row) -> Iterator[str]:
    """Yields a row that says which of two last lines has no newline."""
    told = facing.ends(patch, row)
    if any(told):
        cells = "".join(f'<td class="no"></td><td>{each}</td>' for each in told)
        yield f'<tr class="note">{cells}</tr>'
