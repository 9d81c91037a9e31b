"""`spool prune`: lets old commits go, and gives their room back; without --yes it says what would go."""

from argparse import ArgumentParser, Namespace

from journal.cli import access, output, values
from journal.cli.location import located
from journal.cli.output import Screen, plural
from journal.cli.plans import UNTOUCHED


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool prune`."""
    parser.epilog = (
        "A commit goes when none of the options given keeps it, the oldest of each branch first; never the head of a\n"
        "branch, nor what a follower has not acknowledged. Without --yes nothing is touched. The audit of that time\n"
        "goes too, and a record in its chain says how much. JSON: commits, blobs, invocations, edits, chunks,\n"
        "bytes_before, bytes_after, dry_run."
    )
    parser.add_argument("--keep-commits", type=values.positive, metavar="N", help="keep the newest N of each branch")
    parser.add_argument("--keep-days", type=values.days, metavar="D", help="keep those of the last D days")
    parser.add_argument(
        "--max-bytes", type=values.amount, metavar="SIZE", help="let go no more than it takes to fit in, such as 500M"
    )
    parser.add_argument("--yes", action="store_true", help="do it")
    parser.add_argument("-n", "--dry-run", action="store_true", help="only say what would go (default)")


def run(arguments: Namespace) -> int:
    """Prunes, or says what would go."""
    screen, dry_run = Screen(arguments), arguments.dry_run or not arguments.yes
    with access.reading(located(arguments), readonly=dry_run) as journal:
        found = journal.prune(
            keep_commits=arguments.keep_commits,
            keep_days=arguments.keep_days,
            max_bytes=arguments.max_bytes,
            dry_run=dry_run,
        )
    if screen.json:
        screen.document({**found, "dry_run": dry_run})
        return 0
    going = [("commits", "commit"), ("blobs", "content"), ("invocations", "audited act")]
    listed = ", ".join(plural(found[name], noun) for name, noun in going)
    before, after = output.size(found["bytes_before"]), output.size(found["bytes_after"])
    if not any(found[name] for name, _ in going):
        screen.line("Nothing to prune.")
    elif dry_run:
        screen.line(f"{listed} would go; of {before} about {after} would stay")
        screen.advice(f"{UNTOUCHED} --yes does it.")
    else:
        screen.line(f"{listed} are gone; of {before} {after} stay")
    if arguments.max_bytes is not None and found["bytes_after"] > arguments.max_bytes:
        screen.line(f"{output.size(arguments.max_bytes)} is not reached: all that is left is to be kept")
    return 0
