"""`spool reset`: takes back what is staged."""

from argparse import ArgumentParser, Namespace

from journal.cli import access, output, plans
from journal.cli.location import Place, located
from journal.cli.output import Screen
from journal.errors import ConflictError
from journal.records import ResetReport


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool reset`."""
    parser.epilog = (
        "The contents taken back stay in the journal. What someone else edited meanwhile is left alone, and the\n"
        "exit code is 3; --force takes it back too, and keeps it in the journal first.\n"
        "JSON: restored, unchanged, conflicts, plan, dry_run."
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="only these files, folders or globs (default: all)")
    parser.add_argument("--force", action="store_true", help="also what someone else edited meanwhile")
    parser.add_argument("-n", "--dry-run", action="store_true", help="only print what would be done")
    access.describe(parser, conflicts=False)


def run(arguments: Namespace) -> int:
    """Goes back to head, and prints what that took."""
    screen = Screen(arguments)
    place = located(arguments)
    paths = [place.inside(path) for path in arguments.paths] or None
    with access.session(arguments, place) as spool:
        report = spool.reset(paths, force=arguments.force, dry_run=arguments.dry_run)
    if screen.json:
        told = {"restored": report.restored, "unchanged": report.unchanged, "conflicts": report.conflicts}
        screen.document(told | {"plan": report.plan, "dry_run": arguments.dry_run})
    else:
        _tell(screen, place, report, arguments.dry_run, paths is not None)
    return ConflictError.exit_code if report.conflicts and not arguments.dry_run else 0


def _nothing(unchanged: int, named: bool) -> str:
    """Says why there was nothing to do: a mistyped path is not the same as one that is as it shall be."""
    if named and not unchanged:
        return "No tracked path is called so: `spool status` lists what is staged."
    return "Nothing staged, nothing to take back."


def _tell(screen: Screen, place: Place, report: ResetReport, dry_run: bool, named: bool) -> None:
    plans.steps(screen, place, report.plan)
    if dry_run:
        screen.advice("Nothing was touched." if report.plan else _nothing(report.unchanged, named))
        return
    if not report.plan and not report.conflicts and not report.restored:
        screen.line(_nothing(report.unchanged, named))
        return
    screen.advice(f"{output.plural(len(report.restored), 'path')} restored, {report.unchanged} as they were.")
    if report.conflicts:
        names = ", ".join(output.shown(place.shown(path)) for path in report.conflicts)
        screen.line(f"{screen.paint('Left alone', 'red')}, edited by someone else: {names}")
        screen.advice("`spool reset --force PATH` keeps those bytes in the journal, then goes back to head.")
