"""Interrupts that come at any line of the package, as Ctrl-C does, or before any transaction."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest

from journal.database import Database

ROOMS = ("/journal/engine/", "/journal/database/", "/journal/tables/", "/journal/workspace/")


class Lines:
    """Counts the lines that are run, and raises KeyboardInterrupt at one of them."""

    def __init__(self, at: int = 0) -> None:
        self.at = at
        self.count = 0

    def __call__(self, frame: FrameType, event: str, _value: Any) -> "Lines | None":
        if not any(room in frame.f_code.co_filename for room in ROOMS):
            return None
        if event == "line":
            self.count += 1
            if self.count == self.at:
                raise KeyboardInterrupt
        return self


@contextmanager
def watched(lines: Lines) -> Iterator[None]:
    """Lets an object see every line that is run here."""
    before = sys.gettrace()
    sys.settrace(lines)
    try:
        yield
    finally:
        sys.settrace(before)


def lines_of(act: Callable[[], object]) -> int:
    """Tells how many lines a call runs."""
    lines = Lines()
    with watched(lines):
        act()
    return lines.count


@contextmanager
def dying(at: int) -> Iterator[list[int]]:
    """Raises before the n-th transaction begins."""
    count, begin = [0], Database.begin

    def counted(self: Database, *, sync: bool = False) -> Any:
        count[0] += 1
        if count[0] == at:
            raise KeyboardInterrupt
        return begin(self, sync=sync)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "begin", counted)
        yield count
