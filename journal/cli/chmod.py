"""`spool chmod`: sets the permission bits of files, all of them or none."""

from argparse import ArgumentParser, Namespace

from journal.cli import access, patches
from journal.cli.location import located
from journal.records import Chmod
from journal.records.operations import octal


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool chmod`."""
    parser.epilog = "JSON: patches."
    parser.add_argument("mode", type=octal, metavar="MODE", help="permission bits in octal, such as 755")
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a file")
    access.describe(parser)


def run(arguments: Namespace) -> int:
    """Stages the mode of every path."""
    place = located(arguments)
    paths = [place.inside(path) for path in arguments.paths]
    with access.session(arguments, place) as spool:
        if len(paths) == 1:
            found = [spool.chmod(paths[0], arguments.mode)]
        else:
            operations = [Chmod(path, arguments.mode) for path in paths]
            found = [each.patch for each in spool.batch(operations, description="chmod")]
        return patches.report(arguments, place, found)
