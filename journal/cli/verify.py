"""`spool verify`: checks that a journal is sound, and says what is not."""

import textwrap
from argparse import ArgumentParser, Namespace

from journal.cli import access, output
from journal.cli.location import Place, located
from journal.cli.output import Screen
from journal.errors import CorruptionError
from journal.records import Finding, VerifyReport


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool verify`."""
    parser.epilog = "Exits with 5 when an error was found. JSON: ok, checked, findings."
    parser.add_argument("file", nargs="?", metavar="JOURNAL", help="the file to check (default: the root's own)")


def run(arguments: Namespace) -> int:
    """Prints the findings."""
    screen = Screen(arguments)
    place = located(arguments)
    if arguments.file is not None:
        place = Place(place.root, place.prefix, str(place.beside(arguments.file)))
    with access.reading(place) as journal:
        report = journal.verify()
    if screen.json:
        screen.document(report.to_dict())
    else:
        tell(screen, report)
    return 0 if report.ok else CorruptionError.exit_code


def tell(screen: Screen, report: VerifyReport) -> None:
    """Writes the findings, each with its cure, then the verdict."""
    for finding in report.findings:
        _finding(screen, finding)
    if report.checked and not screen.plain:
        looked = "Checked: " + ", ".join(f"{name} {count}" for name, count in report.checked.items()) + "."
        for line in textwrap.wrap(looked, min(screen.width, 100), subsequent_indent="  "):
            screen.advice(line)
    errors = sum(finding.severity == "error" for finding in report.findings)
    if report.ok:
        screen.line(screen.paint("The journal is sound.", "green"))
    else:
        screen.line(screen.paint(f"The journal is damaged: {output.plural(errors, 'error')}.", "red"))


def _finding(screen: Screen, finding: Finding) -> None:
    severity = screen.paint(finding.severity, "red" if finding.severity == "error" else "yellow")
    screen.line(f"{severity}  {finding.code}  {output.shown(finding.subject)}: {output.shown(finding.message)}")
    if finding.hint:
        screen.line("       " + output.sentence(output.shown(finding.hint)))
