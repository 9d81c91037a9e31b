"""`spool reset`: takes back what is staged."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from journal.cli import access, meant, output, plans
from journal.cli.location import Place, located
from journal.cli.output import Screen
from journal.errors import ConflictError
from journal.records import ResetReport

NOTHING = "Nothing staged, nothing to take back."
THEIRS = "someone else changed it"
"""the reason of a step that --force would carry out."""


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
        meant.refuse_mistyped(spool.journal, place, arguments.paths)
        report = spool.reset(paths, force=arguments.force, dry_run=arguments.dry_run)
    told = {"restored": report.restored, "unchanged": report.unchanged, "conflicts": report.conflicts}
    if arguments.dry_run:
        plans.told(screen, place, report.plan, report.conflicts, besides=told, nothing=NOTHING)
        return 0
    if screen.json:
        screen.document(told | {"plan": report.plan, "dry_run": False})
    else:
        _tell(screen, place, report)
    return ConflictError.exit_code if report.conflicts else 0


def _tell(screen: Screen, place: Place, report: ResetReport) -> None:
    plans.steps(screen, place, report.plan)
    if not report.plan and not report.conflicts and not report.restored:
        screen.line(NOTHING)
        return
    screen.advice(f"{output.plural(len(report.restored), 'path')} restored, {report.unchanged} as they were.")
    reasons = {step.path: step.reason for step in report.plan}
    theirs = [path for path in report.conflicts if reasons.get(path) == THEIRS]
    blocked = [path for path in report.conflicts if path not in theirs]
    if theirs:
        screen.line(f"{screen.paint('Left alone', 'red')}, edited by someone else: {_names(place, theirs)}")
        screen.advice("`spool reset --force PATH` keeps those bytes in the journal, then goes back to head.")
    if blocked:
        screen.line(f"{screen.paint('Left alone', 'red')}, something else is in the way: {_names(place, blocked)}")
        screen.advice("Move away what the plan names, then repeat the command; --force does not remove it.")


def _names(place: Place, paths: Sequence[str]) -> str:
    return output.listed([place.shown(path) for path in paths])
