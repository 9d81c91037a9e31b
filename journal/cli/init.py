"""`spool init`: makes the journal of a folder, or finds the one it has."""

from argparse import ArgumentParser, Namespace

from journal.cli import access, output
from journal.cli.location import located
from journal.cli.output import Screen


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool init`."""
    parser.epilog = (
        "The journal lies in your state folder, out of reach of what happens in the root; SPOOL_HOME or --journal\n"
        "put it elsewhere. Doing it again changes nothing. JSON: root, journal, created."
    )
    access.describe(parser, conflicts=False)


def run(arguments: Namespace) -> int:
    """Makes the journal and prints where it is."""
    screen = Screen(arguments)
    place = located(arguments, search=False)
    with access.session(arguments, place, create=True) as spool:
        created = spool.recovery.journal in ("created", "copied", "missing")
        root, path = str(spool.root), str(spool.journal.path)
        if screen.json:
            screen.document({"root": root, "journal": path, "created": created})
            return 0
        if screen.plain:
            screen.line(path)
            return 0
        screen.line(f"{'Made the' if created else 'Found the'} journal of {output.shown(root)}")
        screen.line("  " + output.shown(path))
        screen.advice("`spool adopt .` takes in the files that are there.")
        screen.advice("Next: `spool write PATH`, then `spool status`, `spool diff` and `spool commit -m MESSAGE`.")
    return 0
