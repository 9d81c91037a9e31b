"""`spool salvage`: brings what can be read of a damaged journal into a new one."""

from argparse import ArgumentParser, Namespace

from journal.cli import output
from journal.cli.location import located
from journal.cli.output import Screen
from journal.cli.progress import bar
from journal.cli.verify import tell
from journal.errors import CorruptionError
from journal.records import SalvageReport


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool salvage`."""
    parser.epilog = (
        "DAMAGED is only read; close whatever has it open first. Exits with 5 when anything was lost.\n"
        "JSON: ok, checked, findings, journal_id, recovered, lost."
    )
    parser.add_argument("damaged", metavar="DAMAGED", help="the damaged journal")
    parser.add_argument("into", metavar="INTO", help="the new one, which must not be there yet")


def run(arguments: Namespace) -> int:
    """Makes the new journal, and says what is missing from it."""
    from journal.engine.salvage import salvage

    screen = Screen(arguments)
    place = located(arguments)
    into = str(place.beside(arguments.into)) if arguments.into else ""
    with bar(screen, "Reading", in_bytes=True) as progress:
        report = salvage(str(place.beside(arguments.damaged)), into, progress=progress)
    if screen.json:
        screen.document(report.to_dict())
    else:
        _tell(screen, report, into)
    return 0 if report.ok else CorruptionError.exit_code


def _tell(screen: Screen, report: SalvageReport, into: str) -> None:
    for lost in report.lost:
        where = f" at {lost.commit_id[:12]}" if lost.commit_id else ""
        screen.line(f"lost  {output.shown(lost.path or 'unknown paths')}{where}: {output.shown(lost.reason)}")
    if not report.ok:
        tell(screen, report)
    brought = ", ".join(f"{name} {count}" for name, count in report.recovered.items())
    screen.line(f"Brought over: {brought}.")
    screen.line("Nothing was lost." if report.ok else "Keep the damaged file: not everything came over.")
    screen.advice(f"`spool attach {output.shown(into)}` makes it the journal of this root.")
