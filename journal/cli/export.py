"""`spool export`: writes the journal out for git, or its views as JSON lines or Parquet."""

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import TYPE_CHECKING

from journal.cli import access, output
from journal.cli.location import located
from journal.cli.output import Screen
from journal.cli.progress import bar
from journal.errors import UsageError

if TYPE_CHECKING:
    from journal import Journal
    from journal.records import Progress


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool export`."""
    parser.epilog = (
        "git: a stream for `git fast-import`, into a new file, or to standard output as `-`; then the report goes to\n"
        "standard error. With --since it goes on in the repository that the stream up to that cursor went into.\n"
        "jsonl, parquet: a file a view, into a new or empty folder; --since limits those that have a cursor.\n"
        "JSON: format, into, counts, cursor."
    )
    parser.add_argument("format", choices=("git", "jsonl", "parquet"), help="git, jsonl or parquet")
    parser.add_argument("into", metavar="INTO", help="a file for git, or `-`; a folder for the others")
    parser.add_argument("--since", type=int, default=0, metavar="CURSOR", help="only what follows (default: all)")


def run(arguments: Namespace) -> int:
    """Exports, and says how much of each there was."""
    screen = Screen(arguments)
    place = located(arguments)
    if arguments.into == "-" and arguments.format != "git":
        hint = "name a folder, or ./- for one of that name"
        raise UsageError(f"{arguments.format} is a file a view, and cannot go to standard output", hint=hint)
    to_output = arguments.into == "-"
    into = str(place.beside(arguments.into)) if arguments.into else ""
    with access.reading(place) as journal, bar(screen, "Exporting") as progress:
        if to_output:
            counts = _stream(journal, arguments.since, progress)
        else:
            counts = journal.export(arguments.format, into, since=arguments.since, progress=progress)
    rows = {name: count for name, count in counts.items() if name != "cursor"}
    document = {"format": arguments.format, "into": "-" if to_output else os.path.realpath(into)}
    document |= {"counts": rows, "cursor": counts["cursor"]}
    said = ", ".join(_said(name, count) for name, count in rows.items())
    said += f"; go on by --since {counts['cursor']}"
    if to_output and screen.json:
        output.complain(output.as_json({"version": output.VERSION, **document}).decode().rstrip("\n"))
    elif to_output:
        output.complain(f"spool: {said}")
    elif screen.json:
        screen.document(document)
    else:
        screen.line(f"{output.shown(arguments.into)}: {said}")
    return 0


def _said(name: str, count: int) -> str:
    """Says how much there was of one kind; the views are called by their names, most of which name no one thing."""
    if name.endswith("s"):
        return output.plural(count, name[:-1])
    return f"{count} {name.replace('_', ' ')}"


def _stream(journal: "Journal", since: int, progress: "Progress | None") -> Mapping[str, int]:
    from journal.engine import export

    with journal.reading() as reading:
        pieces, counts = export.git_stream(reading, since, progress)
        for piece in pieces:
            output.write(piece)
    return counts
