"""`spool validate`: shows what a commit would publish and its validators would judge, with its digest."""

from argparse import ArgumentParser, Namespace

from journal.cli import access, patches
from journal.cli.location import located
from journal.cli.output import Screen


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool validate`."""
    parser.epilog = (
        "Validators belong to the program that opens a Spool; the command line has none, so that nothing is judged\n"
        "here. `spool commit --expect DIGEST` publishes exactly what was shown.\n"
        "With --plain a line a path, then the digest. JSON: patches, digest."
    )


def run(arguments: Namespace) -> int:
    """Prints the patches, and the digest of them all."""
    from journal.engine import status

    screen = Screen(arguments)
    place = located(arguments)
    with access.reading(place) as journal:
        found, digest = status.judged(journal, place.root)
        if screen.json:
            screen.document({"patches": [patches.brief(patch) for patch in found], "digest": digest})
            return 0
        for patch in found:
            screen.line(patches.line(screen, place, patch))
    if screen.plain:
        screen.line(digest)
    elif found:
        total = patches.total(len(found), sum(each.additions for each in found), sum(each.deletions for each in found))
        screen.line(f" {total}")
        screen.line(f"digest {screen.paint(digest, 'yellow')}")
        screen.advice("`spool commit --expect DIGEST` publishes exactly this, or nothing.")
    else:
        screen.line("Nothing staged, nothing to validate.")
    return 0
