"""Bringing what can be read of a damaged journal into a new one; the damaged file is only ever read.

1  every page of the file, and of its WAL, is looked at, and given to the table that it belongs to
2  a new journal is made beside its place, and gets what can be proven: contents by their digests, commits by their ids
3  it is verified, and brought to its place with a report of what is missing
"""

import os
from collections.abc import Iterable, Iterator
from os import PathLike

from journal.content.paths import spelled
from journal.database import Database, Write, space
from journal.database.belonging import APPLICATION_ID
from journal.database.migrate import SUPPORTED
from journal.engine import opening
from journal.engine.pace import Pace
from journal.errors import NotAJournal, SchemaTooNew, UsageError
from journal.limits import SALVAGE_TX_BYTES
from journal.records import Progress, SalvageReport
from journal.rescue import btrees, check, work
from journal.rescue.btrees import Trust
from journal.rescue.cells import Values
from journal.rescue.histories import Histories
from journal.rescue.kept_contents import Contents
from journal.rescue.losses import Losses, tell_broken
from journal.rescue.pages import Pages
from journal.rescue.shapes import Shape, indexes, shapes
from journal.tables import meta, salvaged
from journal.workspace.beside import Beside
from journal.workspace.faults import system_errors
from journal.workspace.parts import SIDES

CURE = "name a file that is not there yet"
LASTING = frozenset(
    {"path", "chunk", "blob", "commits", "change", "edit", "invocation", "audit_link", "session", "root", "pruned"}
)
"""tables whose rows do not change or go; of the others a page that no tree leads to may hold what is over."""

COUNTED = (
    *("path", "chunk", "blob", "commits", "change", "edit", "invocation", "audit_link", "session", "branch"),
    "staged",
)


def salvage(
    damaged: str | PathLike[str], into: str | PathLike[str], *, progress: Progress | None = None
) -> SalvageReport:
    """Brings what can be read of a damaged journal into a new one; progress counts bytes of the damaged file.

    Contents and commits come over only when their digests prove them. Nothing may have the damaged file open.

    Raises:
        UsageError: there is nothing at `damaged`, or something at `into`. NotAJournal: nothing of it is a journal's;
            `into` is not made. SchemaTooNew: a later release wrote it. StorageError: it changed meanwhile.
            DiskFull: there is no room for as much as it holds.
    """
    path = spelled(damaged)
    with system_errors("salvage", path):
        target = _place(path, spelled(into))
        with Pages(os.path.realpath(path)) as pages:
            needed = pages.size * (pages.count - len(btrees.free(pages)))  # free pages hold nothing to bring over
            space.require(f"salvage into {target!r}", (target, needed))
            made = Beside.make(target)
            try:
                report = _made(path, pages, made.temp, Pace(progress, pages.bytes))
                made.publish(over=False)
            except FileExistsError as error:
                made.discard()
                raise UsageError(f"{target!r} appeared meanwhile", hint=CURE) from error
            except BaseException:
                made.discard()
                raise
    return report


def _place(damaged: str, into: str) -> str:
    try:
        path = os.path.realpath(into)
        os.path.realpath(damaged)
    except ValueError as error:
        raise UsageError(f"{into!r} or {damaged!r} is no path: {error}", hint="name two files") from error
    if not into or any(os.path.lexists(path + side) for side in ("", *SIDES)):
        raise UsageError(f"{into!r} is there already" if into else "the new file's name is empty", hint=CURE)
    if not os.path.isdir(os.path.dirname(path)):
        raise UsageError(f"there is no folder {os.path.dirname(path)!r}", hint="make it first, or name another")
    return path


def _made(path: str, pages: Pages, temp: str, pace: Pace) -> SalvageReport:
    database = Database.open(temp, readonly=False, create=True)
    try:
        opening.prepare(database)
        work.in_any_order(database.look())
        database.keep("off")  # it is synced as a whole, before it has its name
        database.write_through(True)
        losses = Losses()
        under_way = Salvage(database, pages, losses, pace)
        under_way.refuse_newer(path)
        under_way.run()
        recovered = {table: salvaged.count(database.look(), table) for table in COUNTED}
        if not _is_ours(pages) and not any(recovered.values()):
            raise NotAJournal(f"{path} holds nothing of a journal", hint="name a file that `spool init` made")
        pages.refuse_changed()
        database.write_through(False)
        journal_id = meta.get(database.look(), meta.JOURNAL_ID) or ""
        report = losses.report(journal_id, recovered, check.check(database))
        pace.at(pages.bytes)
        return report
    finally:
        database.close()


def _is_ours(pages: Pages) -> bool:
    return pages.header[68:72] == APPLICATION_ID.to_bytes(4, "big")


class Salvage:
    """One salvage under way."""

    def __init__(self, database: Database, pages: Pages, losses: Losses, pace: Pace) -> None:
        look = database.look()
        self._database, self._pages, self._losses, self._pace = database, pages, losses, pace
        self._shapes: dict[str, Shape] = shapes(look)
        self._survey = btrees.survey(pages, self._shapes, indexes(look))
        self._done = 0

    def refuse_newer(self, path: str) -> None:
        """Leaves the journal of a later release alone; a head that tells of one is damaged where its scripts do not.

        Raises:
            SchemaTooNew
        """
        told = self._pages.version
        if not _is_ours(self._pages) or not SUPPORTED < told < 1 << 16:  # more is damage, and no release
            return
        scripts = [row[0] for row in self._rows("schema_migration") if isinstance(row[0], int)]
        if max(scripts, default=told) > SUPPORTED:
            raise SchemaTooNew(
                f"{path} has format {told}, this release knows {SUPPORTED}",
                hint="install a newer spool-journal; the file was left as it is",
                found=told,
                supported=SUPPORTED,
            )

    def run(self) -> None:
        """Brings everything over, each thing after what it is proven by."""
        contents = self._contents()
        with self._database.begin() as tx:
            histories = Histories(tx, self._losses)
            histories.paths(self._rows("path"), self._entries("sqlite_autoindex_path_1"))
            work.actors(tx, self._rows)
            work.commands(tx, self._rows, self._losses)
            histories.bases(self._rows("base"))
            histories.commits(self._rows("commits"), self._entries("sqlite_autoindex_commits_1"))
            for _ in histories.changes(self._rows("change")):
                pass
            histories.end()
            work.edits(tx, self._rows)
            work.staged(tx, self._rows, self._losses)
            whole = all(table != "head_entry" for table, _ in self._survey.broken)
            work.trees(tx, self._rows, self._losses, commits_lost=histories.broken, tree_whole=whole)
            work.numbers(tx, self._rows, self._losses)
            self._remember(tx)
            for commit, path, sha in salvaged.lost_contents(tx) if contents.hollow else ():
                self._losses.lose(commit, path, sha, "its content is damaged")
        tell_broken(self._losses, self._survey.broken, self._pages.unproven, len(self._pages.unreadable))

    def _contents(self) -> Contents:
        """Brings contents over, each soon after its chunks, while these are remembered."""
        contents: Contents | None = None
        chunks = blobs = None
        more = True
        while more:
            with self._database.begin() as tx:
                contents = contents or Contents(tx)
                contents.tx = tx
                chunks = chunks or contents.chunks(self._rows("chunk"))
                blobs = blobs or contents.blobs(self._rows("blob"), self._entries("sqlite_autoindex_blob_1"))
                more = self._some(chunks)
                more |= self._some(blobs, tell=False)
        assert contents is not None
        return contents

    def _some(self, steps: Iterator[int | None], *, tell: bool = True) -> bool:
        """Goes on for as long as one transaction may last, or until a step says so; tells whether there is more."""
        room = SALVAGE_TX_BYTES
        for size in steps:
            if size is None:
                return True
            room -= size
            if tell:
                self._done += size
                self._pace.at(min(self._done, self._pages.bytes - 1))
            if room <= 0:
                return True
        return False

    def _rows(self, table: str) -> Iterator[Values]:
        if table not in self._shapes:
            return iter(())
        upto = Trust.FREE if table in LASTING else Trust.SHAPE if table == "branch" else Trust.MAP
        return btrees.rows(self._pages, self._survey, self._shapes[table], upto)

    def _entries(self, index: str) -> Iterable[Values]:
        return btrees.entries(self._pages, self._survey, index)

    def _remember(self, tx: Write) -> None:
        """Keeps when the journal began; its id is another one, so that nobody goes on from a cursor of the old."""
        for key, value in (row[:2] for row in self._rows("meta")):
            if key == meta.CREATED_AT and isinstance(value, str) and value.isdecimal():
                meta.put(tx, meta.CREATED_AT, value)
