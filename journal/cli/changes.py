"""`spool changes`: lists committed changes after a cursor, for programs that follow the journal."""

from argparse import ArgumentParser, Namespace

from journal.cli import access, output, patches
from journal.cli.location import Place, located
from journal.cli.output import Screen
from journal.cli.values import whole
from journal.records import Change


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool changes`."""
    parser.epilog = (
        "A cursor only grows: keep the last one seen, and ask for what came after it.\n"
        "With --json: a line a change; with --patch its patch too."
    )
    parser.add_argument("--after", type=whole, default=0, metavar="CURSOR", help="start behind it (default: 0)")
    parser.add_argument("--limit", type=whole, default=1000, metavar="N", help="at most N (default: 1000)")
    parser.add_argument("--patch", action="store_true", help="with what changed, line by line")


def run(arguments: Namespace) -> int:
    """Prints the changes."""
    screen = Screen(arguments)
    place = located(arguments)
    with access.reading(place) as journal:
        found = journal.changes(arguments.after, arguments.limit)
        for change in found:
            if screen.json:
                screen.record(change.to_dict(patch=arguments.patch))
                continue
            screen.line(_line(screen, place, change, len(str(found[-1].cursor))))
            if arguments.patch:
                patches.unified(screen, change.patch)
        if not found and not screen.json:
            screen.advice("No changes after that cursor.")
    return 0


def _line(screen: Screen, place: Place, change: Change, digits: int) -> str:
    name = output.shown(change.path)
    if change.renamed_from is not None:
        name = f"{output.shown(change.renamed_from)} -> {name}"
    commit = screen.paint(change.commit_id[:12], "yellow")
    return f"{change.cursor:>{digits}}  {commit}  {patches.letter(screen, change.change_type)}  {name}"
