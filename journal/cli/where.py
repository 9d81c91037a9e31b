"""`spool where`: prints where the journal of a root is."""

from argparse import ArgumentParser, Namespace

from journal.cli import access
from journal.cli.location import located
from journal.cli.output import Screen


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool where`."""
    parser.epilog = "Any SQLite client of another process may open that file to read. JSON: root, journal."


def run(arguments: Namespace) -> int:
    """Prints the path of the journal."""
    screen = Screen(arguments)
    place = located(arguments)
    with access.reading(place) as journal:
        path = str(journal.path)
    if screen.json:
        screen.document({"root": place.root, "journal": path})
    else:
        screen.line(path)
    return 0
