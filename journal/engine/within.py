"""Which sessions are being judged by the code that calls: their verbs are refused there, so that nothing waits."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from journal.errors import UsageError


class Mark:
    """One judgement under way; `over` when it ended, for a task that was started in it may live on."""

    __slots__ = ("desk", "outer", "over")

    def __init__(self, desk: object, outer: "Mark | None") -> None:
        self.desk = desk
        self.outer = outer
        self.over = False


INNERMOST: ContextVar[Mark | None] = ContextVar("innermost", default=None)
"""the judgement that runs here; a verb looks before it asks `refuse`, for most run in none"""


@contextmanager
def judging(desk: object) -> Iterator[None]:
    """Marks what runs inside, and the tasks that it starts, as judging what this session has staged."""
    mark = Mark(desk, INNERMOST.get())
    try:
        try:
            INNERMOST.set(mark)
            yield
        finally:
            mark.over = True
    finally:  # once more: an interrupt may come at any line, and no verb would ever be let through again
        mark.over = True
        INNERMOST.set(mark.outer)


def refuse(desk: object, name: str) -> None:
    """Refuses a verb of a session that its caller is judging.

    Raises:
        UsageError
    """
    mark = INNERMOST.get()
    while mark is not None:
        if mark.desk is desk and not mark.over:
            hint = "judge what is given; change files before the commit, or after it"
            raise UsageError(f"{name} was called from a validator or gate of this spool", hint=hint)
        mark = mark.outer
