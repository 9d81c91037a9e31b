"""The verbs that change files: each is in the root at once, and staged until a commit or a reset."""

import re
import threading
from collections.abc import Iterable

from journal.engine import adopting, applying, restore, stage
from journal.engine.desk import Desk
from journal.errors import PatchConflict
from journal.records import (
    BatchResult,
    Chmod,
    Content,
    Delete,
    FilePatch,
    Metadata,
    Move,
    Operation,
    Patch,
    PatchHunkReport,
    Paths,
    Replace,
    StrPath,
    Symlink,
    Tolerance,
    Write,
)


class _Reports(threading.local):
    """What the last `patch` of each thread said of its hunks."""

    last: tuple[PatchHunkReport, ...] = ()

class Staging:
    """The part of a `Spool` that changes files."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._reports = _Reports()

    def write(
        self, path: StrPath, content: Content, *, mode: int | None = None, expect: str | None = None
    ) -> FilePatch:
        """Puts content at a path: text as UTF-8, bytes, an iterable of bytes, or a Path to copy from.

        Without `mode` a file keeps its own, and a new one gets 0o644 less the umask. With `expect`, here as in other
        verbs, the path must hold what the caller last read: a digest, or "absent". Who so names an edit that someone
        else made goes on over it; its content is kept in the journal first.

        Raises:
            PathRefused, StorageError. WorkspaceChanged: someone else changed it, or it holds something else.
        """
        return stage.one(self._desk, "write", Write(path, content, mode, expect))

    def replace(
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
        r"""Replaces the first place where `match` stands, every one, or the first `count`.

        A str is literal, a pattern is a pattern whose replacement is a template with `\g<1>`.

        Raises:
            UnknownName: there is no such file. NoMatch: nothing was found, and it is `required`; or not exactly one
            place, and it shall be `unique`. WorkspaceChanged: it is not as `expect` says.
        """
        return stage.one(self._desk, "replace", Replace(path, match, replacement, all, required, count, unique, expect))

    def patch(
        self,
        path: StrPath,
        diff: str | bytes,
        *,
        tolerance: Tolerance = "tolerant",
        ignore_conflicts: bool = False,
        expect: str | None = None,
    ) -> FilePatch:
        """Applies a diff to one file, all its hunks or none; the names in it are not looked at.

        With `ignore_conflicts` hunks that do not fit are left out. `report` of the patch tells how each hunk landed.
        A `strict` diff is git's or GNU's; else it may also be a sloppy one, in an envelope of `*** Begin Patch`, or
        blocks of `<<<<<<< SEARCH`, and its hunks may have drifted: each lands in the one place it fits, or nowhere.

        Raises:
            PatchConflict: a hunk does not fit. InvalidPatch: the diff cannot be read. UnknownName: there is no such
            file. UsageError: the diff is about several files. WorkspaceChanged: it is not as `expect` says.
        """
        try:
            patch = stage.one(self._desk, "patch", Patch(path, diff, tolerance, ignore_conflicts, expect))
        except PatchConflict as error:
            self._reports.last = error.report
            raise
        self._reports.last = patch.report
        return patch

    @property
    def patch_report(self) -> tuple[PatchHunkReport, ...]:
        """Gives what the last `patch` of this thread said of its hunks, also when it was refused."""
        return self._reports.last

    def apply(self, diff: str | bytes, *, tolerance: Tolerance = "tolerant", dry_run: bool = False) -> list[FilePatch]:
        """Applies a diff over many files, all or nothing: it may create, delete, rename, copy, and set modes.

        The names are those of git, relative to the root below `a/` and `b/`, or as they stand in an envelope and above
        blocks that search and replace; it reads what `patch` reads. With `dry_run` nothing is changed, and the patches
        say what would be.

        Raises:
            PatchConflict: a hunk does not fit. InvalidPatch: the diff cannot be read. UnknownName: it changes a file
            that is not there. WorkspaceChanged: it moves one to where something stands. PathRefused
        """
        return applying.apply(self._desk, diff, tolerance, dry_run=dry_run)

    def delete(self, path: StrPath, *, expect: str | None = None) -> FilePatch:
        """Removes a file or symlink; one that is not there is no error, and the patch says `changed` False.

        Raises:
            WorkspaceChanged: someone else changed it, or it is not as `expect` says.
        """
        return stage.one(self._desk, "delete", Delete(path, expect))

    def move(self, path: StrPath, to: StrPath, *, overwrite: bool = False) -> FilePatch:
        """Gives a file another path, keeping its inode where nothing stood.

        Raises:
            UnknownName: there is no such file. WorkspaceChanged: something stands at `to`, and `overwrite` is False.
        """
        return stage.one(self._desk, "move", Move(path, to, overwrite))

    def chmod(self, path: StrPath, mode: int) -> FilePatch:
        """Sets a file's permission bits.

        Raises:
            UnknownName: there is no such file. UsageError: it is a symlink, or `mode` is no mode.
        """
        return stage.one(self._desk, "chmod", Chmod(path, mode))

    def symlink(self, path: StrPath, target: str) -> FilePatch:
        """Puts a symbolic link at a path; where it points is not looked at."""
        return stage.one(self._desk, "symlink", Symlink(path, target))

    def batch(
        self,
        operations: Iterable[Operation],
        *,
        description: str = "",
        metadata: Metadata | None = None,
    ) -> list[BatchResult]:
        """Carries operations out, all or none, on disk as in the journal; results come in the order of the plan.

        Raises:
            JournalError: of the operation that cannot be carried out, with its `index`; nothing was changed.
        """
        return stage.batch(self._desk, operations, description, metadata)

    def adopt(self, paths: Paths | None = None) -> list[FilePatch]:
        """Stages what someone else changed on disk, as it stands: contents, modes and removals of tracked paths.

        With `paths` also the untracked files among and below them; no file is touched.

        Raises:
            PathRefused: a path that may not be journaled was named.
        """
        return adopting.adopt(self._desk, paths)

    def restore(
        self, to: str, paths: Paths | None = None, *, force: bool = False, dry_run: bool = False
    ) -> list[FilePatch]:
        """Stages what takes tracked paths to a commit: all of it or nothing, and `reset` goes back to head.

        With `dry_run` the patches are told and nothing is changed; what would be refused is refused too.

        Raises:
            UnknownName: no such commit. WorkspaceChanged: a path was changed by someone else, and `force` is False.
        """
        return restore.restore(self._desk, to, paths, force=force, dry_run=dry_run)
