"""`spool branches`: lists the branches of a journal, each with its newest commit."""

from argparse import ArgumentParser, Namespace

from journal.cli import access, log, output
from journal.cli.location import located
from journal.cli.output import Screen


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool branches`."""
    parser.epilog = (
        "A folder joins a journal with a branch of its own: `spool init --journal FILE --branch NAME`.\n"
        "JSON: branches, each with name and head, which is null before its first commit."
    )


def run(arguments: Namespace) -> int:
    """Prints the branches."""
    screen = Screen(arguments)
    with access.reading(located(arguments)) as journal:
        found = journal.branches()
        if screen.json:
            screen.document({"branches": [{"name": name, "head": head} for name, head in found.items()]})
            return 0
        width = max(map(output.columns, found), default=0)
        for name, head in found.items():
            said = "no commits yet" if head is None else log.short(screen, journal.commit(head))
            screen.line(f"{output.padded(name, width)}  {said}")
    return 0
