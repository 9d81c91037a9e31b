"""`spool replay`: carries the commits out one after the other in a folder of their own, each checked."""

import os
from argparse import ArgumentParser, Namespace

from journal.cli import access, output
from journal.cli.location import located
from journal.cli.output import Screen
from journal.cli.progress import bar


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool replay`."""
    parser.epilog = (
        "The folder is made; it must be empty. When a replay was interrupted, the same command goes on: until the end\n"
        "`.spool/` in the folder says how far it is. The root is not touched. JSON: into, upto, verified, commits."
    )
    parser.add_argument("into", metavar="FOLDER", help="where the files go")
    parser.add_argument("--upto", metavar="ID", help="the last commit, or a branch (default: main)")
    parser.add_argument("--no-verify", action="store_true", help="check contents only, not ids and trees")


def run(arguments: Namespace) -> int:
    """Walks, and says how many commits stand there."""
    screen = Screen(arguments)
    place = located(arguments)
    into = str(place.beside(arguments.into)) if arguments.into else ""
    with access.reading(place) as journal:
        end = journal.head() if arguments.upto is None else journal.commit(arguments.upto)
        upto = None if end is None else end.id
        with bar(screen, "Replaying") as progress:
            commits = journal.replay(into, upto=upto, verify=not arguments.no_verify, progress=progress)
    if screen.json:
        told = {"into": os.path.realpath(into), "upto": upto, "verified": not arguments.no_verify}
        screen.document({**told, "commits": commits})
    else:
        last = "" if upto is None else f", up to {upto[:12]}"
        screen.line(f"{output.plural(commits, 'commit')} carried out in {output.shown(arguments.into)}{last}")
    return 0
