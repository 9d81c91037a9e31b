"""Lets room or memory run out at the n-th step that takes some: in SQLite, in the root, and in the work on contents.

Install one in a child process only, before anything is opened.
"""

import contextlib
import errno
import functools
import inspect
import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import apsw

from journal import ids
from journal.content import chunking, compression, diffing, lcs, lines, packing, patching, unified
from journal.engine import compare
from journal.workspace import calls, look
from tests.crash.steps import WatchedVFS
from tests.crash.trouble import TAKES_ROOM

HUNGRY: dict[ModuleType, tuple[str, ...]] = {
    compression: ("compress", "decompress", "compress_against", "decompress_against", "decompress_chain"),
    chunking: ("cut", "cut_stream", "_cuts"),
    packing: ("pack", "pack_chunk", "unpack", "open_chunk", "open_chain", "pair"),
    lines: ("split",),
    lcs: ("match",),
    diffing: ("compare", "pack_blocks", "unpack_blocks"),
    unified: ("unified", "hunks"),
    patching: ("applied",),
    ids: ("sha256", "chunk_digest", "compact_json", "commit_id", "stage_digest"),
    look: ("read", "pieces", "digest"),
    compare: ("patch", "counted"),
}
"""functions that take memory by the size of a content, a diff or a change"""


class Shortage:
    """Counts what takes some of something, from when it is `armed`; from the n-th on, or only there, there is none."""

    def __init__(self, at: int = 0, *, lasting: bool = True) -> None:
        self.at = at
        self.lasting = lasting
        self.armed = False
        self.names: list[str] = []

    def take(self, name: str, error: Callable[[], Exception]) -> None:
        """Takes some, or raises."""
        if not self.armed:
            return
        self.names.append(name)
        if len(self.names) == self.at or (self.lasting and 0 < self.at < len(self.names)):
            raise error()

    def watched(self, name: str, original: Callable[..., Any], error: Callable[[], Exception]) -> Callable[..., Any]:
        """A function that takes some before it works."""

        @functools.wraps(original)
        def called(*arguments: Any, **named: Any) -> Any:
            self.take(name, error)
            return original(*arguments, **named)

        return called


class Closing(apsw.Connection):
    """Closes as SQLite does, which lets a copy of the WAL be that found no room; a VFS in Python tells of it."""

    def close(self, force: bool = False) -> None:
        """Closes it."""
        with contextlib.suppress(apsw.FullError):
            super().close(force)


class NoRoom(Shortage):
    """A disk that is full, for SQLite and the root alike."""

    def install(self) -> "NoRoom":
        """Watches this process from now on."""
        self._vfs = WatchedVFS(self)
        apsw.Connection = Closing  # type: ignore[misc]
        for name in TAKES_ROOM:
            setattr(calls, name, self.watched(name, getattr(calls, name), self._full))
        return self

    def step(self, label: str) -> None:
        """Hears of what SQLite does to a file."""
        if label.startswith("xWrite"):
            self.take(label, lambda: apsw.FullError("database or disk is full"))

    @staticmethod
    def _full() -> Exception:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class NoMemory(Shortage):
    """Memory that is used up, for Python and SQLite alike."""

    def install(self) -> "NoMemory":
        """Watches this process from now on."""
        for module, names in HUNGRY.items():
            for name in names:
                original = getattr(module, name)
                everywhere(original, self.watched(f"{module.__name__}.{name}", original, MemoryError))
        packing.Tally.update = self.watched("Tally.update", packing.Tally.update, MemoryError)  # type: ignore[method-assign]
        shortage = self

        class Starved(apsw.Connection):
            """A connection whose statements take memory."""

            def execute(self, statements: str, *given: Any, **named: Any) -> apsw.Cursor:
                shortage.statement(statements)
                return super().execute(statements, *given, **named)

            def executemany(self, statements: str, *given: Any, **named: Any) -> apsw.Cursor:
                shortage.statement(statements)
                return super().executemany(statements, *given, **named)

        apsw.Connection = Starved  # type: ignore[misc]
        return self

    def statement(self, sql: str) -> None:
        """Takes what a statement takes."""
        self.take(f"statement {' '.join(sql.split()[:3])}", lambda: apsw.NoMemError("out of memory"))


def everywhere(original: Callable[..., Any], other: Callable[..., Any]) -> None:
    """Puts a function in the place of another, under every name that it was imported by."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "journal":
            for bound, value in list(vars(module).items()):
                if value is original and inspect.isfunction(value):
                    setattr(module, bound, other)
