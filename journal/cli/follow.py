"""`spool follow`: lists committed changes as they come, until it is interrupted or nobody reads it any more."""

import math
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from journal.cli import access, changes, output
from journal.cli.location import located
from journal.cli.output import Screen
from journal.cli.values import seconds, whole

if TYPE_CHECKING:
    from journal import Follower, Journal

PAGE = 100
"""changes of a named follower that are written before they are acknowledged."""

ACKNOWLEDGED_EVERY_S = 10.0
"""seconds; what PATH does not let through is acknowledged so often while nothing else comes."""


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool follow`."""
    parser.epilog = (
        "Ctrl-C ends it. With --name the journal keeps how far it has come: a change is acknowledged once it is\n"
        "written out, so that after a crash some may come again, and none is missed. A PATH is a file, a folder,\n"
        "or a glob in quotes. With --json: a line a change; with --patch its patch too."
    )
    start = parser.add_mutually_exclusive_group()
    start.add_argument("--after", type=whole, default=0, metavar="CURSOR", help="start behind it (default: 0)")
    start.add_argument("--name", metavar="NAME", help="go on where the follower of this name has come to")
    end = parser.add_mutually_exclusive_group()
    end.add_argument("--once", action="store_true", help="write what there is, then end")
    end.add_argument(
        "--wait", type=seconds, default=math.inf, metavar="SECONDS", help="end when nothing came for so long"
    )
    changes.describe_filter(parser)


class Patience:
    """How long nothing may come, and whether anybody still reads what does."""

    def __init__(self, wait_s: float) -> None:
        """Begins to wait."""
        self._wait_s = wait_s
        self._until = time.monotonic() + wait_s

    @property
    def left_s(self) -> float:
        """Gives the seconds that are left."""
        return max(self._until - time.monotonic(), 0.0)

    def renew(self) -> None:
        """Begins to wait anew, as something came."""
        output.flush()
        self._until = time.monotonic() + self._wait_s

    def over(self) -> bool:
        """Tells whether nothing came for so long.

        Raises:
            BrokenPipeError: nobody reads any more.
        """
        if output.reader_is_gone():
            raise BrokenPipeError
        return self.left_s == 0


def run(arguments: Namespace) -> int:
    """Prints the changes, and waits for more."""
    screen = Screen(arguments)
    place = located(arguments)
    paths = changes.chosen(arguments, place)
    if arguments.once:
        arguments.wait = 0.0
    with access.reading(place, readonly=arguments.name is None) as journal:
        if arguments.name is None:
            _by_cursor(screen, arguments, journal, paths)
        else:
            with journal.follower(arguments.name, paths=paths, branch=arguments.branch) as follower:
                _by_name(screen, arguments, follower)
    return 0


def _by_cursor(screen: Screen, arguments: Namespace, journal: "Journal", paths: Sequence[str] | None) -> None:
    at = changes.told(screen, arguments, journal, paths, None)
    patience = Patience(arguments.wait)
    patience.renew()
    if arguments.wait > 0:
        for change in journal.follow(at, stop=patience.over, paths=paths, branch=arguments.branch):
            changes.tell(screen, arguments, change)
            patience.renew()


def _by_name(screen: Screen, arguments: Namespace, follower: "Follower") -> None:
    patience = Patience(arguments.wait)
    while True:
        found = follower.next(PAGE, wait_s=min(patience.left_s, ACKNOWLEDGED_EVERY_S), stop=patience.over)
        for change in found:
            changes.tell(screen, arguments, change)
        if found:
            patience.renew()
        follower.ack()
        if not found and patience.over():
            return
