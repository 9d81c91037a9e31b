"""`spool changes`: lists committed changes after a cursor, for programs that follow the journal."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from journal.cli import access, output, patches
from journal.cli.location import Place, located
from journal.cli.output import Screen
from journal.cli.values import positive, whole
from journal.records import Change

if TYPE_CHECKING:
    from journal import Journal

PAGE = 500
"""changes asked for at a time."""


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool changes`."""
    parser.epilog = (
        "A cursor only grows: keep the last one seen, and ask for what came after it. A PATH is a file, a folder,\n"
        "or a glob in quotes. With --json: a line a change; with --patch its patch too."
    )
    parser.add_argument("--after", type=whole, default=0, metavar="CURSOR", help="start behind it (default: 0)")
    parser.add_argument("--limit", type=positive, metavar="N", help="at most N, and say when there are more")
    describe_filter(parser)


def describe_filter(parser: ArgumentParser) -> None:
    """Adds what chooses among the changes, and how they are shown."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="only these (default: all)")
    parser.add_argument("--branch", metavar="NAME", help="only those of this branch (default: all)")
    parser.add_argument("--patch", action="store_true", help="with what changed, line by line")


def run(arguments: Namespace) -> int:
    """Prints the changes."""
    screen = Screen(arguments)
    place = located(arguments)
    paths = chosen(arguments, place)
    with access.reading(place) as journal:
        if arguments.branch is not None:
            journal.head(arguments.branch)  # which refuses a name that no branch has
        at = told(screen, arguments, journal, paths, arguments.limit)
        if at == arguments.after and not screen.json:
            screen.advice("No changes after that cursor.")
        limited = arguments.limit is not None and not screen.plain
        if limited and journal.changes(at, 1, paths=paths, branch=arguments.branch):
            _more(screen, at)
    return 0


def _more(screen: Screen, at: int) -> None:
    """Says that the limit left some out: beside what a pipe gets, on a terminal below it, where a pager may be."""
    if screen.terminal:
        screen.advice(f"There are more; `--after {at}` goes on.")
        return
    output.flush()
    output.complain(f"spool: there are more; `--after {at}` goes on")


def chosen(arguments: Namespace, place: Place) -> list[str] | None:
    """Gives the paths that were named, relative to the root; None for all."""
    return [place.inside(path) for path in arguments.paths] or None


def told(
    screen: Screen, arguments: Namespace, journal: "Journal", paths: Sequence[str] | None, limit: int | None
) -> int:
    """Writes the changes that there are behind `--after`, at most `limit`; gives the cursor of the last one."""
    at, left, digits = int(arguments.after), limit, len(str(journal.cursor))
    while left is None or left > 0:
        most = PAGE if left is None else min(left, PAGE)
        page = journal.changes(at, most, paths=paths, branch=arguments.branch)
        for change in page:
            tell(screen, arguments, change, digits)
            at = change.cursor
        if len(page) < most:
            break
        left = None if left is None else left - len(page)
    return at


def tell(screen: Screen, arguments: Namespace, change: Change, digits: int = 0) -> None:
    """Writes one change: a line of JSON, or a line for people, with its patch if that was asked for."""
    if screen.json:
        screen.record(change.to_dict(patch=arguments.patch))
        return
    name = output.shown(change.path)
    if change.renamed_from is not None:
        name = f"{output.shown(change.renamed_from)} -> {name}"
    commit = screen.paint(change.commit_id[:12], "yellow")
    screen.line(f"{change.cursor:>{digits}}  {commit}  {patches.letter(screen, change.change_type)}  {name}")
    if arguments.patch:
        patches.unified(screen, change.patch)
