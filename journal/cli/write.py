"""`spool write`: puts content at a path, from a file, from the command line or from standard input."""

import shutil
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from journal.cli import access, patches, values
from journal.cli.location import Place, located
from journal.limits import PIECE_BYTES
from journal.records.operations import octal

HELD_BYTES = 8 << 20
"""bytes of a stream that are held in memory; more goes to a temporary file."""


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool write`."""
    parser.epilog = "Without --from and --text, standard input is read. JSON: patches, a list of one."
    parser.add_argument("path", metavar="PATH", help="the file to write; its folders are made")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--from", dest="source", metavar="FILE", help="copy this file; its mode too, unless --mode")
    source.add_argument("--text", metavar="TEXT", help="exactly this text; no line end is added")
    parser.add_argument("--mode", type=octal, metavar="MODE", help="permission bits, such as 755 (default: kept)")
    values.expectation(parser)
    access.describe(parser)


def run(arguments: Namespace) -> int:
    """Stages the content."""
    place = located(arguments)
    path = place.inside(arguments.path)
    with ExitStack() as held:
        content = _content(arguments, place, held)
        spool = held.enter_context(access.session(arguments, place))
        patch = spool.write(path, content, mode=arguments.mode, expect=arguments.expect)
        return patches.report(arguments, place, [patch])


def _content(arguments: Namespace, place: Place, held: ExitStack) -> bytes | Path | Iterable[bytes]:
    if arguments.text is not None:
        return str(arguments.text).encode("utf-8", "surrogateescape")
    if arguments.source in (None, "-"):
        return held.enter_context(_aside(access.standard_input()))
    source = access.readable(place.beside(arguments.source))
    if source.is_file():
        return source
    with source.open("rb") as pipe:  # such as the <(…) of a shell
        return held.enter_context(_aside(pipe))


@contextmanager
def _aside(stream: BinaryIO) -> Iterator[IO[bytes]]:
    """Takes all of a stream aside, on disk when it is large, so that whoever writes to it slowly holds up nobody."""
    with tempfile.SpooledTemporaryFile(HELD_BYTES) as aside:
        shutil.copyfileobj(stream, aside, PIECE_BYTES)
        aside.seek(0)
        yield aside
