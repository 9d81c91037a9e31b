"""`spool apply`: applies a diff over many files, all of it or nothing."""

from argparse import ArgumentParser, Namespace

from journal.cli import access, patches
from journal.cli.location import located
from journal.cli.output import Screen
from journal.cli.patch import describe_tolerance


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool apply`."""
    parser.epilog = (
        "A diff of git, GNU diff or `spool diff` may create, delete, rename and copy files, and set modes.\n"
        "Its names are relative to the root. JSON: patches, each with the `report` of its hunks."
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="a unified diff (default, or -: standard input)")
    parser.add_argument("--dry-run", action="store_true", help="only say what would change")
    describe_tolerance(parser)
    access.describe(parser)


def run(arguments: Namespace) -> int:
    """Stages every file of the diff, or none."""
    place = located(arguments)
    diff = access.read_whole(arguments.file, place)
    with access.session(arguments, place) as spool:
        found = spool.apply(diff, tolerance=arguments.tolerance, dry_run=arguments.dry_run)
        patches.report(arguments, place, found)
    if arguments.dry_run and not arguments.json:
        Screen(arguments).advice("Nothing was changed.")
    return 0
