"""`spool commit`: publishes all that is staged."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from typing import Any, NoReturn

from journal.cli import access, output, patches
from journal.cli.location import located
from journal.cli.output import Screen
from journal.errors import UsageError


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool commit`."""
    parser.epilog = "Nothing staged is no failure. JSON: commit, null when nothing was staged."
    parser.add_argument(
        "-m", "--message", action="append", default=[], metavar="MESSAGE", help="why; several make paragraphs"
    )
    parser.add_argument(
        "--metadata",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a fact to keep with it; a VALUE that is JSON is kept as what it says",
    )
    parser.add_argument(
        "--expect", metavar="DIGEST", help="publish only if exactly this is staged; `spool status --digest` tells it"
    )
    access.describe(parser)


def run(arguments: Namespace) -> int:
    """Publishes, and prints the commit."""
    screen = Screen(arguments)
    place = located(arguments)
    metadata = dict(pairs(arguments.metadata))
    with access.session(arguments, place) as spool:
        commit = spool.commit("\n\n".join(arguments.message), metadata=metadata or None, expect=arguments.expect)
    if screen.json:
        screen.document({"commit": commit and commit.to_dict()})
    elif commit is None:
        screen.line("Nothing staged, nothing to commit.")
    elif screen.plain:
        screen.line(commit.id)
    else:
        subject = output.shown(commit.message.partition("\n")[0])
        screen.line(f"[{output.shown(commit.branch)} {screen.paint(commit.id[:12], 'yellow')}] {subject}".rstrip())
        screen.line(" " + patches.total(commit.files, commit.additions, commit.deletions))
    return 0


def pairs(given: Iterable[str]) -> Iterable[tuple[str, Any]]:
    """Reads `KEY=VALUE`; a value that is JSON is what it says, any other is the text itself.

    Raises:
        UsageError: there is no key, or no `=`.
    """
    for pair in given:
        key, equals, value = pair.partition("=")
        if not (key and equals):
            raise UsageError(f"{pair!r} is no NAME=VALUE", hint="Write it as task=17 or owner=ann.")
        try:
            yield key, json.loads(value, parse_constant=_refused)
        except (ValueError, RecursionError):
            yield key, value


def _refused(constant: str) -> NoReturn:
    """Leaves NaN and Infinity, which are no JSON, as text."""
    raise ValueError(constant)
