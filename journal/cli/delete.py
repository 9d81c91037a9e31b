"""`spool delete`: removes files, all of them or none."""

from argparse import ArgumentParser, Namespace

from journal.cli import access, patches, values
from journal.cli.location import located
from journal.errors import UsageError
from journal.records import Delete


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool delete`."""
    parser.epilog = "`spool reset PATH` brings a file back. JSON: patches."
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a file or symlink")
    values.expectation(parser)
    access.describe(parser)


def run(arguments: Namespace) -> int:
    """Stages the removal of every path."""
    place = located(arguments)
    paths = [place.inside(path) for path in arguments.paths]
    if arguments.expect is not None and len(paths) > 1:
        raise UsageError("--expect is about one file", hint="Delete one PATH at a time with it, or use `spool batch`.")
    with access.session(arguments, place) as spool:
        if len(paths) == 1:
            found = [spool.delete(paths[0], expect=arguments.expect)]
        else:
            operations = [Delete(path) for path in paths]
            found = [each.patch for each in spool.batch(operations, description="delete")]
        return patches.report(arguments, place, found)
