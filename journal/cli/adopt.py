"""`spool adopt`: stages what someone else changed on disk."""

from argparse import ArgumentParser, Namespace

from journal.cli import access, meant, patches
from journal.cli.location import located
from journal.cli.output import Screen


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool adopt`."""
    parser.epilog = (
        "Without PATH: contents, modes and removals of tracked files. With PATH also the new files there; `.git`\n"
        "and what is the journal's own are left out. No file is touched. JSON: patches."
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files, folders or globs; `.` for all of them")
    access.describe(parser, conflicts=False)


def run(arguments: Namespace) -> int:
    """Stages what stands there."""
    place = located(arguments)
    paths = [place.inside(path) for path in arguments.paths] or None
    with access.session(arguments, place) as spool:
        meant.refuse_mistyped(spool.journal, place, arguments.paths)
        found = spool.adopt(paths)
        code = patches.report(arguments, place, found)
    if not found and not arguments.json:
        said = "all" if paths else "what is tracked"
        Screen(arguments).line(f"Nothing to adopt: {said} is as the journal says.")
        if not paths:
            Screen(arguments).advice("`spool adopt .` takes in new files too.")
    return code
