"""`spool verify`: checks that a journal is sound, and says what is not."""

import os
import textwrap
from argparse import ArgumentParser, Namespace

from journal.cli import access, output
from journal.cli.location import Place, located
from journal.cli.output import Screen
from journal.cli.progress import bar
from journal.errors import CorruptionError, UnknownName, UsageError
from journal.records import Finding, VerifyReport


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool verify`."""
    parser.epilog = (
        "A warning is no damage: the journal is sound. Exits with 5 when an error was found. The file is not changed,\n"
        "and none is made beside it. JSON: ok, checked, findings (code, severity, subject, message, hint)."
    )
    parser.add_argument("file", nargs="?", metavar="JOURNAL", help="the file to check (default: the root's own)")
    parser.add_argument(
        "--full", action="store_true", help="read every content too; the root's own is compared with its files"
    )


def run(arguments: Namespace) -> int:
    """Prints the findings."""
    screen = Screen(arguments)
    place = located(arguments)
    path = _file(place, arguments.file)
    root = place.root if arguments.full and arguments.file is None and place.journal is None else None
    report = _verified(screen, path, full=arguments.full, root=root)
    if screen.json:
        screen.document(report.to_dict())
    else:
        tell(screen, report)
    return 0 if report.ok else CorruptionError.exit_code


def _verified(screen: Screen, path: str, *, full: bool, root: str | None) -> VerifyReport:
    from journal import verify

    with bar(screen, "Verifying", in_bytes=True) as progress:
        try:
            return verify(path, full=full, root=root, progress=progress)
        except UnknownName:  # a root that got this journal and was not opened since
            return verify(path, full=full, progress=progress)


def _file(place: Place, given: str | None) -> str:
    """Says which file is meant; a damaged one is found by its name alone.

    Raises:
        UsageError: there is none: its name may be mistyped.
    """
    from journal import Journal

    if given is None and place.journal is None:
        try:
            return str(Journal.locate(place.root))
        except UnknownName as error:
            error.hint = access.INIT
            raise
    path = str(place.beside(given)) if given is not None else str(place.journal)
    if given == "" or not os.path.lexists(path):
        raise UsageError(f"there is no journal at {path}", hint="name one that is there, or leave it out")
    return str(Journal.locate(path)) if os.path.isdir(path) else path


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
