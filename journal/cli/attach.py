"""`spool attach`: gives a root another journal, such as one that was brought back from a copy."""

from argparse import ArgumentParser, Namespace

from journal.cli import output
from journal.cli.location import located
from journal.cli.output import Screen


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool attach`."""
    parser.epilog = (
        "No file of the root is touched, and the journal it had stays where it is. Look at `spool status` afterwards:\n"
        "what was written since the copy was made shows there as an edit. JSON: root, journal."
    )
    parser.add_argument("file", metavar="JOURNAL", help="the journal to take from now on")
    parser.add_argument("--force", action="store_true", help="also one that was not made from the root's own")


def run(arguments: Namespace) -> int:
    """Attaches the journal to the root."""
    from journal import Journal

    screen = Screen(arguments)
    place = located(arguments)
    with Journal.open(place.beside(arguments.file), readonly=False) as journal:
        journal.attach(place.root, force=arguments.force)
        path = str(journal.path)
    if screen.json:
        screen.document({"root": place.root, "journal": path})
    else:
        screen.line(f"{output.shown(path)} is the journal of {output.shown(place.root)} now")
    return 0
