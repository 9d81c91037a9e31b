"""`spool replace`: replaces text in a file."""

import re
from argparse import ArgumentParser, Namespace

from journal.cli import access, patches, values
from journal.cli.location import located
from journal.errors import UsageError


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool replace`."""
    parser.epilog = (
        "Only the first place is replaced unless --all or --count say more. A MATCH that begins with a dash\n"
        "goes after `--`. JSON: patches, a list of one whose `replacements` counts the places."
    )
    parser.add_argument("path", metavar="PATH", help="the file")
    parser.add_argument("match", metavar="MATCH", help="the text to look for, letter by letter")
    parser.add_argument("replacement", metavar="REPLACEMENT", help="what comes in its place")
    parser.add_argument("--regex", action="store_true", help=r"MATCH is a Python regular expression; \1 is its group 1")
    parser.add_argument("--all", action="store_true", help="every place")
    parser.add_argument("--count", type=values.positive, metavar="N", help="the first N places")
    parser.add_argument("--required", action="store_true", help="fail when nothing matches")
    parser.add_argument("--unique", action="store_true", help="fail unless exactly one place matches")
    values.expectation(parser)
    access.describe(parser)


def run(arguments: Namespace) -> int:
    """Stages the replacement."""
    place = located(arguments)
    path = place.inside(arguments.path)
    match = _pattern(arguments.match) if arguments.regex else arguments.match
    with access.session(arguments, place) as spool:
        patch = spool.replace(
            path,
            match,
            arguments.replacement,
            all=arguments.all,
            required=arguments.required,
            count=arguments.count,
            unique=arguments.unique,
            expect=arguments.expect,
        )
        return patches.report(arguments, place, [patch])


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        hint = "Leave out --regex to look for it letter by letter."
        raise UsageError(f"{text!r} is no regular expression: {error}", hint=hint) from error
