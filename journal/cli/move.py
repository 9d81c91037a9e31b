"""`spool move`: gives a file another path."""

import os
import posixpath
from argparse import ArgumentParser, Namespace

from journal.cli import access, patches
from journal.cli.location import Place, located


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool move`."""
    parser.epilog = "JSON: patches, a list of one with `renamed_from`."
    parser.add_argument("source", metavar="FROM", help="the file")
    parser.add_argument("target", metavar="TO", help="its new path, or the folder to put it in")
    parser.add_argument("--overwrite", action="store_true", help="replace a file that stands there")
    access.describe(parser)


def run(arguments: Namespace) -> int:
    """Stages the move."""
    place = located(arguments)
    source = place.inside(arguments.source)
    target = _into(place, place.inside(arguments.target), posixpath.basename(source))
    with access.session(arguments, place) as spool:
        patch = spool.move(source, target, overwrite=arguments.overwrite)
        return patches.report(arguments, place, [patch])


def _into(place: Place, target: str, name: str) -> str:
    """Gives the path below a folder that was named, as `mv` does."""
    on_disk = os.path.join(place.root, target)
    if target.endswith("/") or (os.path.isdir(on_disk) and not os.path.islink(on_disk)):
        return posixpath.normpath(posixpath.join(target, name))
    return target
