"""A bar on a terminal while something takes long; nothing anywhere else."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from journal.cli import output
from journal.cli.output import Screen
from journal.records import Progress

WIDTH = 40
"""columns of the bar itself, where the terminal has room for it."""


@contextmanager
def bar(screen: Screen, what: str, *, in_bytes: bool = False) -> "Iterator[Progress | None]":
    """Gives a progress function that draws on standard error, or None when no person watches."""
    if screen.plain or not output.is_terminal(sys.stderr) or os.environ.get("TERM") == "dumb":
        yield None
        return
    drawn = False

    def draw(done: int, total: int) -> None:
        nonlocal drawn
        drawn = True
        sys.stderr.write("\r\x1b[K" + line(what, done, total, screen.width - 1, in_bytes=in_bytes))
        sys.stderr.flush()

    try:
        yield draw
    finally:
        if drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def line(what: str, done: int, total: int, room: int, *, in_bytes: bool = False) -> str:
    """Tells how far a thing is in so many columns: what it is, a bar that takes what is left, a share and a count."""
    share = min(done / total, 1.0) if total else 1.0
    count = f"{output.size(done)} of {output.size(total)}" if in_bytes else f"{done} of {total}"
    told = f" {share:4.0%} {count}"
    width = min(WIDTH, room - output.columns(what) - output.columns(told) - 3)
    if width < 5:
        return (what + told)[:room]  # a line that breaks is not wiped out by the next
    filled = int(width * share)
    return f"{what} [{'#' * filled}{' ' * (width - filled)}]{told}"
