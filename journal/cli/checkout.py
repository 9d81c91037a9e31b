"""`spool checkout`: writes the files of a commit into a folder of their own."""

import os
from argparse import ArgumentParser, Namespace

from journal.cli import access, output, plans
from journal.cli.location import located
from journal.cli.output import Screen
from journal.cli.progress import bar
from journal.errors import UnknownName


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool checkout`."""
    parser.epilog = (
        "The folder is made; it must be empty, unless PATHs are named: then files that stand there as the commit\n"
        "has them are left, and when others differ nothing is written.\n"
        "The root is not touched. JSON: commit, into, files, dry_run; plan, conflicts with --dry-run."
    )
    parser.add_argument("commit", metavar="ID", help="of the commit, or its beginning, or a branch")
    parser.add_argument("into", metavar="FOLDER", help="where the files go")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="only these files, folders or globs (default: all)")
    parser.add_argument("-n", "--dry-run", action="store_true", help="only print what would be done")


def run(arguments: Namespace) -> int:
    """Writes the files, and says how many."""
    screen = Screen(arguments)
    place = located(arguments)
    into = str(place.beside(arguments.into)) if arguments.into else ""
    paths = [place.inside(path) for path in arguments.paths] or None
    with access.reading(place) as journal:
        commit = journal.commit(arguments.commit)
        if paths is not None and not journal.tree(commit.id, paths=paths):
            name = arguments.paths[0]
            hint = "`spool show ID --stat` lists what a commit changed."
            raise UnknownName(f"{commit.id[:12]} holds no {name!r}", hint=hint, name=name, candidates=())
        told = {"commit": commit.id, "into": os.path.realpath(into), "dry_run": arguments.dry_run}
        if arguments.dry_run:
            from journal.engine import checkout

            with journal.reading() as reading:
                plan = checkout.plan(reading, commit.id, into, paths)
            files = journal.checkout(commit.id, into, paths=paths, dry_run=True)
            plans.told(screen, place, plan, besides={**told, "files": files})
            return 0
        with bar(screen, "Writing files") as progress:
            files = journal.checkout(commit.id, into, paths=paths, progress=progress)
    if screen.json:
        screen.document({**told, "files": files})
    else:
        screen.line(f"{output.plural(files, 'file')} of {commit.id[:12]} written to {output.shown(arguments.into)}")
    return 0
