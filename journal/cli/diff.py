"""`spool diff`: shows what is staged, or what lies between two commits, line by line."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from journal.cli import access, forms, meant, patches
from journal.cli.location import located
from journal.cli.output import Screen
from journal.errors import UsageError
from journal.records import FilePatch

DIFFERENT = 1


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool diff`."""
    parser.epilog = (
        "Without --from: what is staged, against the last commit. --from ID: what is staged, against that commit.\n"
        "--from ID --to ID: between two commits. An ID is that of a commit, its beginning, or a branch.\n"
        "--disk: what someone else made of tracked files since they were staged or committed.\n"
        "A PATH is a file, a folder, or a glob in quotes. What a pipe gets, `git apply` and `patch -p1` take.\n"
        "--side-by-side is as wide as the terminal, 160 columns in a pipe.\n"
        "With --json: a line a path, with hunks and the text; without both for --stat and --name-only."
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="only these (default: all)")
    parser.add_argument("--from", dest="before", metavar="ID", help="against this commit (default: the last one)")
    parser.add_argument("--to", dest="after", metavar="ID", help="of this commit (default: what is staged)")
    parser.add_argument("--disk", action="store_true", help="what was edited by hand, against what the journal says")
    parser.add_argument("--exit-code", action="store_true", help="exit with 1 when something differs")
    forms.describe(parser)


def run(arguments: Namespace) -> int:
    """Prints the differences between two commits, or between one and what is staged."""
    from journal.engine import by_hand, status

    screen = Screen(arguments)
    place = located(arguments)
    paths = [place.inside(path) for path in arguments.paths] or None
    if arguments.after is not None and arguments.before is None:
        hint = "Name the other commit with --from, or see one commit with `spool show`."
        raise UsageError("--to needs --from", hint=hint)
    if arguments.disk and arguments.before is not None:
        hint = "Leave one of them out: --disk compares with what is staged, or committed where nothing is."
        raise UsageError("--disk and --from contradict each other", hint=hint)
    with access.reading(place) as journal:
        meant.refuse_mistyped(journal, place, arguments.paths)
        if arguments.disk:
            found = by_hand.patches(journal, place.root, paths)
        elif arguments.after is not None:
            found = journal.diff(arguments.before, arguments.after, paths)
        elif arguments.before is not None:
            found = status.since(journal, place.root, arguments.before, paths)
        else:
            found = status.staged(journal, place.root, paths)
        _tell(screen, arguments, found)
    return DIFFERENT if found and arguments.exit_code else 0


def _tell(screen: Screen, arguments: Namespace, found: Sequence[FilePatch]) -> None:
    if screen.json:
        for patch in found:
            screen.record(patches.brief(patch) if forms.is_short(arguments) else patch.to_dict())
    elif arguments.html:
        forms.page(screen, arguments, "spool diff", (), found)
    else:
        forms.show(screen, arguments, found)
