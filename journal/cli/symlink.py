"""`spool symlink`: puts a symbolic link at a path."""

from argparse import ArgumentParser, Namespace

from journal.cli import access, patches
from journal.cli.location import located


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool symlink`."""
    parser.epilog = "JSON: patches, a list of one."
    parser.add_argument("path", metavar="PATH", help="where the link stands")
    parser.add_argument("target", metavar="TARGET", help="what it points to, kept as it is written")
    access.describe(parser)


def run(arguments: Namespace) -> int:
    """Stages the link."""
    place = located(arguments)
    path = place.inside(arguments.path)
    with access.session(arguments, place) as spool:
        return patches.report(arguments, place, [spool.symlink(path, arguments.target)])
