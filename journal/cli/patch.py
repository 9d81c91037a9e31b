"""`spool patch`: applies a diff to one file, all its hunks or none."""

from argparse import ArgumentParser, Namespace

from journal.cli import access, patches, values
from journal.cli.location import located
from journal.records.operations import TOLERANCES

A_DIFF = "a diff, envelope or blocks (default, or -: standard input)"
FORMS = (
    "FILE is a unified diff, in fences and with prose around too, its counts right or wrong; *** Begin Patch with\n"
    "*** Update, Add or Delete File; or blocks of <<<<<<< SEARCH, =======, >>>>>>> REPLACE, the path above them.\n"
    "With --tolerance strict it is what git or GNU diff wrote."
)


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool patch`."""
    parser.epilog = (
        f"{FORMS}\n"
        "The names in the diff are not looked at; one over many files is for `spool apply`.\n"
        "JSON: patches, a list of one whose `report` says how each hunk landed."
    )
    parser.add_argument("path", metavar="PATH", help="the file")
    parser.add_argument("file", nargs="?", metavar="FILE", help=A_DIFF)
    parser.add_argument("--ignore-conflicts", action="store_true", help="leave out hunks that do not fit")
    describe_tolerance(parser)
    values.expectation(parser)
    access.describe(parser)


def describe_tolerance(parser: ArgumentParser) -> None:
    """Adds how far a diff may drift."""
    parser.add_argument(
        "--tolerance",
        choices=TOLERANCES,
        default="tolerant",
        metavar="HOW",
        help=f"how far hunks may drift: {', '.join(TOLERANCES)} (tolerant)",
    )


def run(arguments: Namespace) -> int:
    """Stages the patched file."""
    place = located(arguments)
    path, diff = place.inside(arguments.path), access.read_whole(arguments.file, place)
    with access.session(arguments, place) as spool:
        patch = spool.patch(
            path,
            diff,
            tolerance=arguments.tolerance,
            ignore_conflicts=arguments.ignore_conflicts,
            expect=arguments.expect,
        )
        return patches.report(arguments, place, [patch])
