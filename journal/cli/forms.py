"""The forms in which patches are shown: options, and what each of them prints."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Sequence

from journal.cli import output, patches
from journal.cli.output import Screen
from journal.cli.values import whole
from journal.limits import DIFF_CONTEXT, SIDE_BY_SIDE_WIDTH
from journal.records import FilePatch

PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font-family: system-ui, sans-serif; margin: 1.5em; color-scheme: light dark }}
pre {{ white-space: pre-wrap }}
{style}</style>
</head>
<body>
"""
PAGE_END = "</body>\n</html>\n"


def describe(parser: ArgumentParser) -> None:
    """Adds the options that say in which form changes are shown."""
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--stat", action="store_true", help="how many lines, and a bar, a path")
    shape.add_argument("--name-only", action="store_true", help="only the paths")
    shape.add_argument("--word", action="store_true", help="[-removed-] and {+added+} words within lines")
    shape.add_argument("--side-by-side", action="store_true", help="old and new in two columns")
    shape.add_argument("--html", action="store_true", help="a page for a browser, on standard output")
    parser.add_argument(
        "-U", "--context", type=whole, default=DIFF_CONTEXT, metavar="N", help=f"lines around a change ({DIFF_CONTEXT})"
    )


def is_short(arguments: Namespace) -> bool:
    """Tells whether a form was asked for that shows no text."""
    return bool(arguments.stat or arguments.name_only)


def show(screen: Screen, arguments: Namespace, found: Sequence[FilePatch]) -> None:
    """Prints patches in the form that was asked for, but for a page of HTML."""
    if arguments.name_only:
        for patch in found:
            screen.line(output.shown(patch.path))
    elif arguments.stat:
        patches.stat(screen, found)
    else:
        for number, patch in enumerate(found):
            if number and arguments.side_by_side:
                screen.line()
            _one(screen, arguments, patch)


def page(
    screen: Screen, arguments: Namespace, title: str, above: Iterable[str], found: Sequence[FilePatch]
) -> None:
    """Prints a whole page of HTML, its style once; `above` are lines that stand ahead of the patches."""
    from journal.content import markup

    screen.raw(PAGE.format(title=markup.text(title), style=markup.STYLE).encode())
    if lines := "\n".join(map(markup.text, above)):
        screen.raw(f"<pre>{lines}</pre>\n".encode())
    for patch in found:
        screen.raw(patch.html(context=arguments.context).encode())
    screen.raw(PAGE_END.encode())


def _one(screen: Screen, arguments: Namespace, patch: FilePatch) -> None:
    if arguments.word:
        _words(screen, patch, arguments.context)
    elif arguments.side_by_side:
        _side_by_side(screen, patch, arguments.context)
    else:
        patches.unified(screen, patch, arguments.context)


def _side_by_side(screen: Screen, patch: FilePatch, context: int) -> None:
    """Writes a patch in two columns as wide as the terminal, removed lines red and added ones green."""
    from journal.content import side_by_side

    width = screen.width if screen.terminal else SIDE_BY_SIDE_WIDTH
    for number, line in enumerate(patch.side_by_side(width, context=context).split("\n")[:-1]):
        old, sign, new = side_by_side.parted(line, width)
        if number < 2:
            screen.line(screen.paint(line, "bold" if number == 0 else "dim"))
        elif set(line) == {side_by_side.RULE}:
            screen.line(screen.paint(line, "cyan"))
        elif not sign.strip():
            screen.line(line)
        else:
            screen.line((screen.paint(old, "red") if old.strip() else old) + sign + screen.paint(new, "green"))


def _words(screen: Screen, patch: FilePatch, context: int) -> None:
    """Writes a patch with each changed line once, the words of both sides in it, marked by colours or by brackets."""
    from journal.content.facing import worded

    for kind, parts in worded(patch.unified(context)):
        if kind == "header":
            screen.line(screen.paint(_safe(screen, parts[0].text), "bold"))
        elif kind == "hunk":
            screen.line(patches.place(screen, _safe(screen, parts[0].text)))
        else:
            screen.line("".join(_word(screen, each.sign, _safe(screen, each.text)) for each in parts))


def _word(screen: Screen, sign: str, text: str) -> str:
    if sign == " ":
        return text
    if not screen.colour:
        return f"[-{text}-]" if sign == "-" else f"{{+{text}+}}"
    colour = "red" if sign == "-" else "green"
    return screen.paint(text, colour) if text.strip() else screen.paint(text, colour, "reverse")


def _safe(screen: Screen, text: str) -> str:
    """Shows what could steer a terminal where there is one; a pipe gets the text as it is."""
    return output.shown(text, output.CONTROL_BUT_TAB) if screen.for_people else text
