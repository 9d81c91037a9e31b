"""`spool apply`: applies a diff over many files, all of it or nothing."""

from argparse import ArgumentParser, Namespace

from journal.cli import access, output, patches, plans
from journal.cli.location import located
from journal.cli.output import Screen
from journal.cli.patch import A_DIFF, FORMS, describe_tolerance
from journal.records import FilePatch


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool apply`."""
    parser.epilog = (
        f"{FORMS}\n"
        "A diff of git, GNU diff or `spool diff` may create, delete, rename and copy files, and set modes.\n"
        "Its names are relative to the root. JSON: patches, each with the `report` of its hunks; with --dry-run also\n"
        "plan, conflicts, dry_run."
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help=A_DIFF)
    parser.add_argument("-n", "--dry-run", action="store_true", help="only print what would be done")
    describe_tolerance(parser)
    access.describe(parser)


def run(arguments: Namespace) -> int:
    """Stages every file of the diff, or none."""
    place = located(arguments)
    diff = access.read_whole(arguments.file, place)
    with access.session(arguments, place) as spool:
        found = spool.apply(diff, tolerance=arguments.tolerance, dry_run=arguments.dry_run)
        if not arguments.dry_run:
            return patches.report(arguments, place, found)
        besides = {"patches": [patches.brief(patch) for patch in found]}
        plans.told(Screen(arguments), place, plans.of_patches(found, _reason), besides=besides)
    return 0


def _reason(patch: FilePatch) -> str:
    if not patch.changed:
        return "it is as it shall be"
    if patch.renamed_from is not None:
        return f"it was {output.shown(patch.renamed_from)}"
    if patch.change_type == "mode" and patch.mode_before is not None and patch.mode_after is not None:
        return f"mode {patch.mode_before:o} -> {patch.mode_after:o}"
    done = sum(hunk.status == "applied" for hunk in patch.report)
    told = {"created": "it is absent", "deleted": "the diff removes it"}
    drifted = len(patches.landings(patch))
    besides = f", {drifted} of them not as the diff has it" if drifted else ""
    counts = f"+{patch.additions} -{patch.deletions}"
    return told.get(patch.change_type) or f"{output.plural(done, 'hunk')}{besides}, {counts}"
