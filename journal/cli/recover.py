"""`spool recover`: opens the root, which mends what a crash left open, and says what was done."""

from argparse import ArgumentParser, Namespace

from journal.cli import access, output
from journal.cli.location import located
from journal.cli.output import Screen
from journal.records import RecoveryReport

RESCUED = (
    "SELECT name, lower(hex(sha256)) AS sha256, reason FROM rescued "
    "JOIN path ON path.id = path_id JOIN blob ON blob.id = blob_id"
)


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool recover`."""
    parser.epilog = (
        "Every command that changes something does this when it opens the root; this one does nothing else.\n"
        "JSON: finished, undone, conflicts, interrupted, swept, rescued, journal, clean."
    )
    access.describe(parser, conflicts=False)


def run(arguments: Namespace) -> int:
    """Opens and closes the root, and prints the report."""
    screen = Screen(arguments)
    place = located(arguments)
    with access.session(arguments, place, quiet=True) as spool:
        report = spool.recovery
    if screen.json:
        screen.document({**report.to_dict(), "clean": report.clean})
    else:
        _tell(screen, report)
    return 0


def _tell(screen: Screen, report: RecoveryReport) -> None:
    if report.clean:
        screen.line("Nothing to mend.")
        return
    for sentence in access.sentences(report):
        screen.line(output.sentence(sentence))
    if report.conflicts:
        screen.advice("`spool status` shows the conflicts.")
    if report.rescued:
        screen.advice(f'`spool sql "{RESCUED}"` lists the bytes that were kept,')
        screen.advice("`spool read --blob SHA256` prints them.")
