"""`spool backup`: copies the journal, also while it is in use."""

import os
from argparse import ArgumentParser, Namespace

from journal.cli import access, output
from journal.cli.location import located
from journal.cli.output import Screen
from journal.cli.progress import bar


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool backup`."""
    parser.epilog = (
        "The copy is one moment of the journal, and is verified before it has its name. An older copy of this journal\n"
        "is brought up to date, any other file is left. JSON: backup, bytes."
    )
    parser.add_argument("file", metavar="FILE", help="where the copy goes")


def run(arguments: Namespace) -> int:
    """Makes the copy, and says how large it is."""
    screen = Screen(arguments)
    place = located(arguments)
    with access.reading(place) as journal, bar(screen, "Copying", in_bytes=True) as progress:
        path = journal.backup(str(place.beside(arguments.file)) if arguments.file else "", progress=progress)
    size, name = path.stat().st_size, os.path.realpath(path)
    if screen.json:
        screen.document({"backup": name, "bytes": size})
    else:
        screen.line(f"{output.size(size)} copied to {output.shown(name)}")
    return 0
