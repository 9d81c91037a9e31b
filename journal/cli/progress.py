"""A bar on a terminal while something takes long; nothing anywhere else."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from journal.cli import output
from journal.cli.output import Screen
from journal.records import Progress

WIDTH = 30
"""columns of the bar itself."""


@contextmanager
def bar(screen: Screen, what: str, *, in_bytes: bool = False) -> "Iterator[Progress | None]":
    """Gives a progress function that draws on standard error, or None when no person watches."""
    if screen.plain or not output.is_terminal(sys.stderr):
        yield None
        return
    drawn = False

    def draw(done: int, total: int) -> None:
        nonlocal drawn
        drawn = True
        filled = WIDTH * done // total if total else WIDTH
        count = f"{output.size(done)} of {output.size(total)}" if in_bytes else f"{done} of {total}"
        sys.stderr.write(f"\r\x1b[K{what} [{'#' * filled}{' ' * (WIDTH - filled)}] {count}")
        sys.stderr.flush()

    try:
        yield draw
    finally:
        if drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
