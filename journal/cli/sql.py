"""`spool sql`: asks the journal with SQL, and writes the rows as a table, as CSV or TSV, or as JSON."""

import csv
import itertools
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from journal.cli import access, commit, grid, meant, output
from journal.cli.location import located
from journal.cli.output import Screen
from journal.cli.values import positive
from journal.errors import LimitExceeded, UsageError
from journal.records import plain

if TYPE_CHECKING:
    from journal import Journal

EXAMPLES = """\
the views audit, history and file_history are there to be asked, and keep their columns; for example:
  SELECT path, count(*) AS commits FROM history GROUP BY path ORDER BY commits DESC
  SELECT path, edited_at, change_type FROM file_history WHERE commit_id IS NULL
  SELECT name, state, count(*) FROM audit WHERE session_id = :session GROUP BY name, state

The journal is only read, whatever QUERY says. --json writes one document with `rows`; --nl a line a row, as
it is, without a version. Bytes are hex in tables, CSV and TSV, and {"base64": …} in JSON.
"""

TABLES = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY type DESC, name"
EXAMPLES_ARE_THERE = "`spool sql --help` has examples; the views are audit, history, file_history and storage"


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool sql`."""
    parser.epilog = EXAMPLES
    parser.add_argument("query", metavar="QUERY", help="SQL that reads, or `-` to take it from standard input")
    parser.add_argument(
        "-p",
        "--param",
        dest="parameters",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a value for :NAME; what is JSON is a number or null, any other is text",
    )
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("-t", "--table", dest="shape", action="store_const", const="table", help="aligned (default)")
    shape.add_argument("--csv", dest="shape", action="store_const", const="csv", help="comma-separated, with a header")
    shape.add_argument("--tsv", dest="shape", action="store_const", const="tsv", help="tab-separated, with a header")
    shape.add_argument("--nl", dest="shape", action="store_const", const="nl", help="a JSON object a line")
    parser.add_argument("--limit", type=positive, metavar="N", help="at most N rows")


def run(arguments: Namespace) -> int:
    """Prints the rows."""
    screen = Screen(arguments)
    place = located(arguments)
    text = _query(arguments.query)
    parameters = {name.lstrip(":@$"): value for name, value in commit.pairs(arguments.parameters)}
    with access.reading(place) as journal, _about_the_query(journal):
        rows = journal.rows(text, parameters)
        if arguments.limit is not None:
            rows = itertools.islice(rows, arguments.limit)
        _write(screen, arguments.shape or ("json" if screen.json else "table"), rows)
    return 0


@contextmanager
def _about_the_query(journal: "Journal") -> Iterator[None]:
    """Lets an error of the query speak of the query, not of the file that it was asked of."""
    try:
        yield
    except (UsageError, LimitExceeded) as error:
        message = str(error).removeprefix(f"{journal.path}: ")
        if message == str(error):
            raise
        error.args = (f"the query is refused: {message}", *error.args[1:])
        if name := message.partition("no such table: ")[2]:
            tables = [row["name"] for row in journal.rows(TABLES)]
            near = meant.nearest(name, tables)
            error.hint = f"did you mean {' or '.join(near)}?" if near else EXAMPLES_ARE_THERE
        elif type(error) is UsageError and "not authorized" not in message:
            error.hint = EXAMPLES_ARE_THERE
        raise


def _query(given: str) -> str:
    if given != "-":
        return given
    try:
        return access.standard_input().read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"the query is not UTF-8: {error}", hint="Save it as UTF-8.") from error


def _write(screen: Screen, shape: str, rows: Iterator[Mapping[str, Any]]) -> None:
    if shape == "table":
        count = grid.tables(screen, rows)
        screen.advice(output.plural(count, "row") if count else "No rows.")
    elif shape == "json":
        screen.document({"rows": list(rows)})
    elif shape == "nl":
        for row in rows:
            screen.raw(output.as_json(plain(row)))
    else:
        _separated(screen, rows, "\t" if shape == "tsv" else ",")


class _Lines:
    """What csv writes its lines to."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen

    def write(self, text: str) -> int:
        """Passes a line on."""
        self.screen.raw(output.encoded(text, self.screen.terminal))
        return len(text)


def _separated(screen: Screen, rows: Iterable[Mapping[str, Any]], separator: str) -> None:
    """Writes CSV as spreadsheets and pandas read it: quoted where needed, NULL empty."""
    writer = csv.writer(_Lines(screen), delimiter=separator, lineterminator="\n")
    names: list[str] = []
    for row in rows:
        if names != list(row):
            names = list(row)
            writer.writerow(names)
        writer.writerow([value.hex() if isinstance(value, bytes) else value for value in row.values()])
