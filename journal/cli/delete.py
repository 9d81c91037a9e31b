"""`spool delete`: removes files, all of them or none."""

from argparse import ArgumentParser, Namespace

from journal.cli import access, patches
from journal.cli.location import located
from journal.records import Delete


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool delete`."""
    parser.epilog = "`spool reset PATH` brings a file back. JSON: patches."
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a file or symlink")
    access.describe(parser)


def run(arguments: Namespace) -> int:
    """Stages the removal of every path."""
    place = located(arguments)
    paths = [place.inside(path) for path in arguments.paths]
    with access.session(arguments, place) as spool:
        results = spool.batch([Delete(path) for path in paths])
        return patches.report(arguments, place, [result.patch for result in results])
