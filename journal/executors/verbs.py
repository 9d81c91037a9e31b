"""The verbs of a spool, awaited."""

import re
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, Self, TypeVar

from journal.content.paths import normal
from journal.engine.spool import Spool
from journal.errors import Closed, JournalError
from journal.executors import bridging
from journal.executors.bridging import AsyncContent
from journal.executors.worker import Wanted, Worker
from journal.records import (
    BatchResult,
    Commit,
    FilePatch,
    Metadata,
    Operation,
    Paths,
    Reader,
    ResetReport,
    Status,
    StrPath,
    Tolerance,
)

Given = TypeVar("Given")
Verb = TypeVar("Verb", bound=Callable[..., Any])

ALL = Wanted(None)
JUDGES = Wanted(None, "judges")
READS = Wanted(None, "reads")


def awaited(verb: Verb) -> Verb:
    """Gives a verb the promise of the verb of `Spool` that it awaits."""
    verb.__doc__ = getattr(Spool, verb.__name__).__doc__
    return verb


class Verbs:
    """What a `Session` and a `Spool` have in common."""

    _spool: Spool | None = None
    _worker: Worker | None = None

    @awaited
    async def write(
        self, path: StrPath, content: AsyncContent, *, mode: int | None = None, expect: str | None = None
    ) -> FilePatch:
        given = bridging.content(content)
        return await self._change(Spool.write, [path], path, given, mode=mode, expect=expect)

    @awaited
    async def replace(
        self,
        path: StrPath,
        match: str | re.Pattern[str],
        replacement: str,
        *,
        all: bool = False,
        required: bool = False,
        count: int | None = None,
        unique: bool = False,
        expect: str | None = None,
    ) -> FilePatch:
        how = {"all": all, "required": required, "count": count, "unique": unique, "expect": expect}
        return await self._change(Spool.replace, [path], path, match, replacement, **how)

    @awaited
    async def patch(
        self,
        path: StrPath,
        diff: str | bytes,
        *,
        tolerance: Tolerance = "tolerant",
        ignore_conflicts: bool = False,
        expect: str | None = None,
    ) -> FilePatch:
        how = {"tolerance": tolerance, "ignore_conflicts": ignore_conflicts, "expect": expect}
        return await self._change(Spool.patch, [path], path, diff, **how)

    @awaited
    async def apply(
        self, diff: str | bytes, *, tolerance: Tolerance = "tolerant", dry_run: bool = False
    ) -> list[FilePatch]:
        return await self._change(Spool.apply, None, diff, tolerance=tolerance, dry_run=dry_run)

    @awaited
    async def delete(self, path: StrPath, *, expect: str | None = None) -> FilePatch:
        return await self._change(Spool.delete, [path], path, expect=expect)

    @awaited
    async def move(self, path: StrPath, to: StrPath, *, overwrite: bool = False) -> FilePatch:
        return await self._change(Spool.move, [path, to], path, to, overwrite=overwrite)

    @awaited
    async def chmod(self, path: StrPath, mode: int) -> FilePatch:
        return await self._change(Spool.chmod, [path], path, mode)

    @awaited
    async def symlink(self, path: StrPath, target: str) -> FilePatch:
        return await self._change(Spool.symlink, [path], path, target)

    @awaited
    async def batch(
        self, operations: Iterable[Operation], *, description: str = "", metadata: Metadata | None = None
    ) -> list[BatchResult]:
        return await self._change(Spool.batch, None, operations, description=description, metadata=metadata)

    @awaited
    async def adopt(self, paths: Paths | None = None) -> list[FilePatch]:
        return await self._change(Spool.adopt, None, paths)

    @awaited
    async def restore(
        self, to: str, paths: Paths | None = None, *, force: bool = False, dry_run: bool = False
    ) -> list[FilePatch]:
        return await self._change(Spool.restore, None, to, paths, force=force, dry_run=dry_run)

    @awaited
    async def reset(self, paths: Paths | None = None, *, force: bool = False, dry_run: bool = False) -> ResetReport:
        return await self._change(Spool.reset, None, paths, force=force, dry_run=dry_run)

    @awaited
    async def commit(
        self, message: str = "", *, metadata: Metadata | None = None, expect: str | None = None
    ) -> Commit | None:
        return await self._judge(Spool.commit, message, metadata=metadata, expect=expect)

    @awaited
    async def validate(self) -> list[FilePatch]:
        return await self._judge(Spool.validate)

    @awaited
    async def read(self, path: StrPath) -> bytes | None:
        return await self._read(Spool.read, [path], path)

    @awaited
    async def read_text(self, path: StrPath, encoding: str = "utf-8") -> str | None:
        return await self._read(Spool.read_text, [path], path, encoding)

    def open_read(self, path: StrPath) -> AsyncIterator[bytes]:
        """Yields what the root holds at a path now, in pieces of bounded size.

        Raises:
            UnknownName: nothing stands there.
        """
        return _Pieces(self, path)

    @awaited
    async def diff(self, paths: Paths | None = None, *, since: str | None = None) -> list[FilePatch]:
        return await self._read(Spool.diff, None, paths, since=since)

    @awaited
    async def status(self) -> Status:
        return await self._read(Spool.status, None)

    @awaited
    async def touched_files(self) -> list[str]:
        return await self._read(Spool.touched_files, None)

    @awaited
    async def register_validator(
        self, validator: Any, *, name: str | None = None, paths: Paths | None = None, version: str = "1"
    ) -> None:
        given = bridging.validator(validator)
        await self._change(Spool.register_validator, None, given, name=name, paths=paths, version=version)

    async def _change(
        self, verb: Callable[..., Given], paths: list[StrPath] | None, /, *arguments: object, **named: object
    ) -> Given:
        spool, worker = self._opened()
        spool.refuse_judged(verb.__name__)  # before it waits for the judgement that waits for it
        return await worker.run(Wanted(_named(paths)), verb, spool, *arguments, **named)

    async def _judge(self, verb: Callable[..., Given], /, *arguments: object, **named: object) -> Given:
        spool, worker = self._opened()
        spool.refuse_judged(verb.__name__)
        return await worker.run(JUDGES, verb, spool, *arguments, **named)

    async def _read(
        self, verb: Callable[..., Given], paths: list[StrPath] | None, /, *arguments: object, **named: object
    ) -> Given:
        spool, worker = self._opened()
        return await worker.run(Wanted(_named(paths), "reads"), verb, spool, *arguments, **named)

    def _opened(self) -> tuple[Spool, Worker]:
        if self._spool is None or self._worker is None:
            raise Closed("the session was not entered yet", hint="enter it, or await its start, before the first call")
        return self._spool, self._worker


def _named(paths: list[StrPath] | None) -> list[str] | None:
    """Gives the normal forms of paths; one that will be refused meets nobody."""
    if paths is None:
        return None
    found = []
    for path in paths:
        try:
            found.append(normal(path, allow_git=True))
        except JournalError:
            continue
    return found


class _Pieces(AsyncIterator[bytes]):
    """A file of the root, piece by piece; it is opened when the first one is asked for."""

    def __init__(self, verbs: Verbs, path: StrPath) -> None:
        self._verbs, self._path = verbs, path
        self._reader: Reader | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if self._reader is None:
            self._reader = await self._verbs._read(Spool.open_read, [self._path], self._path)
        reader = self._reader
        piece = await self._verbs._read(lambda _spool: next(reader, None), [])
        if piece is None:
            raise StopAsyncIteration
        return piece
