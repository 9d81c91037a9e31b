"""`spool restore`: stages what takes files to an older commit."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from journal.cli import access, meant, output, patches, plans
from journal.cli.location import Place, located
from journal.cli.output import Screen
from journal.errors import ConflictError, WorkspaceChanged
from journal.records import FilePatch, PlanStep

REASONS = {
    "created": "it is absent",
    "modified": "it was otherwise then",
    "deleted": "it was not there then",
    "mode": "its mode differs",
}
THEIRS = "someone else changed it; their content is kept in the journal"


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool restore`."""
    parser.epilog = (
        "All of it or nothing: when someone else edited one of the files, nothing is restored and the exit code is 3;\n"
        "--force keeps their content in the journal and goes on. `spool reset` goes back to head.\n"
        "JSON: patches; with --dry-run: plan, conflicts, dry_run."
    )
    parser.add_argument("commit", metavar="ID", help="a commit: its id, the first 7 characters or more, or a branch")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="only these files, folders or globs (default: all)")
    parser.add_argument("--force", action="store_true", help="also what someone else edited meanwhile")
    parser.add_argument("-n", "--dry-run", action="store_true", help="only print what would be done")
    access.describe(parser, conflicts=False)


def run(arguments: Namespace) -> int:
    """Stages the files of the commit, or prints the plan."""
    place = located(arguments)
    paths = [place.inside(path) for path in arguments.paths] or None
    with access.session(arguments, place) as spool:
        meant.refuse_mistyped(spool.journal, place, arguments.paths)
        if not arguments.dry_run:
            found = spool.restore(arguments.commit, paths, force=arguments.force)
            code = patches.report(arguments, place, found)
            if not found and not arguments.json:
                Screen(arguments).line("Nothing to restore: all is as it was then.")
            return code
        conflicts, plan = tuple[str, ...](), tuple[PlanStep, ...]()
        try:
            plan = tuple(_steps(spool.restore(arguments.commit, paths, dry_run=True)))
        except WorkspaceChanged as error:
            conflicts, plan = error.paths, tuple(map(_said, error.plan))
        if conflicts and arguments.force:
            forced = spool.restore(arguments.commit, paths, force=True, dry_run=True)
            plan = tuple(_steps(forced, conflicts))
            conflicts = ()
    return _tell(Screen(arguments), place, plan, conflicts)


def _steps(found: Sequence[FilePatch], theirs: Sequence[str] = ()) -> list[PlanStep]:
    """Tells patches as the steps of a plan; `theirs` are the paths where someone else's content is written over."""
    return plans.of_patches(found, lambda patch: THEIRS if patch.path in theirs else REASONS[patch.change_type])


def _said(step: PlanStep) -> PlanStep:
    """Says of a file that goes what is said of it where nothing is in the way."""
    if step.action == "delete":
        return PlanStep(step.path, step.action, REASONS["deleted"], step.bytes)
    return step


def _tell(screen: Screen, place: Place, plan: Sequence[PlanStep], conflicts: Sequence[str]) -> int:
    plans.told(screen, place, plan, conflicts, besides={}, nothing="Nothing to restore: all is as it was then.")
    if conflicts and not screen.json:
        names = output.listed([place.shown(path) for path in conflicts])
        screen.line(f"{screen.paint('All of it would be refused', 'red')}, for these stand in the way: {names}")
        screen.advice("`spool adopt PATH` stages them as they stand; --force keeps them in the journal and goes on.")
    return ConflictError.exit_code if conflicts else 0
