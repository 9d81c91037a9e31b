"""The verbs on files of a session: a table of contents of the engine."""

import os
import re
import weakref
from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

from journal.engine import adopting, commit, compare, hand_edits, lazy, opening, reset, restore, stage, survey
from journal.engine.journal import Journal
from journal.engine.opening import Opening, Wish
from journal.engine.reading import Reading
from journal.engine.root_reading import open_file, read_file
from journal.errors import UsageError
from journal.ids import compact_json
from journal.limits import DIFF_KEPT_MAX
from journal.records import (
    BatchResult,
    Chmod,
    Commit,
    Content,
    Delete,
    FilePatch,
    Move,
    Operation,
    Paths,
    Reader,
    RecoveryReport,
    Replace,
    ResetReport,
    Status,
    StrPath,
    Symlink,
    Write,
)
from journal.tables import sessions, staged


def place(path: str | PathLike[str]) -> str:
    """Gives the text of a path of this machine.

    Raises:
        UsageError: it is no path.
    """
    given: object = path
    if not isinstance(given, str | PathLike) or not isinstance(os.fspath(given), str):
        raise UsageError(f"{path!r} is no path", hint="pass a str or a pathlib.Path")
    return os.fspath(path)


class Spool:
    """One session at one root: verbs stage changes, `commit` publishes them, `reset` takes them back.

    It may be called from any thread; leaving a `with` neither commits nor resets.
    """

    def __init__(self, opened: Opening) -> None:
        self._opening = opened
        self._desk = opened.desk
        self._journal = Journal(opened.desk.database.path, kept=True)
        self._reading = Reading(opened.desk.database, opened.desk.chunks)
        self._diff: tuple[int, list[FilePatch]] = (-1, [])  # the last whole one, and the generation that it tells of
        lazy.enrol(self._reading)
        self._dropped = weakref.finalize(self, opening.abandon, opened)
        self._dropped.atexit = False

    @classmethod
    def open(
        cls,
        root: str | PathLike[str] = ".",
        *,
        journal: str | PathLike[str] | None = None,
        session_id: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        on_conflict: hand_edits.OnConflict = "refuse",
        wait_s: float = 0.0,
        allow_git: bool = False,
        allow_wide_root: bool = False,
        create: bool = True,
    ) -> Self:
        """Opens a root for work, mending first what a dead process left there.

        `on_conflict` says what a verb does on a tracked file that someone else changed: "refuse" it; "adopt" their
        content as an edit of its own, and go on from there; "overwrite" it, and keep their content in the journal.

        Raises:
            UsageError: not a root that can be opened. UnknownName: no journal, and `create` is False.
            BusyError: another session holds the root. SchemaTooNew, NotAJournal, StorageError: its journal.
        """
        given: object = session_id
        if given is not None and not (isinstance(given, str) and given.strip()):
            raise UsageError(f"session_id is {session_id!r}", hint="pass a name, or leave it out")
        policy = hand_edits.checked(on_conflict)
        seconds: object = wait_s
        if not isinstance(seconds, int | float) or not seconds >= 0:
            raise UsageError(f"wait_s is {wait_s!r}", hint="pass seconds from 0 on")
        wish = Wish(
            place(root),
            None if journal is None else place(journal),
            session_id,
            compact_json(stage.checked_metadata(metadata)),
            wait_s,
            allow_git,
            allow_wide_root,
            create,
        )
        opened = opening.open_root(wish)
        opened.desk.on_conflict = policy
        return cls(opened)

    @property
    def root(self) -> Path:
        """Gives the real path of the root."""
        return Path(self._desk.root.path)

    @property
    def session_id(self) -> str:
        """Gives the session's id."""
        return self._opening.session

    @property
    def branch(self) -> str:
        """Gives the branch that is checked out here."""
        return opening.BRANCH

    @property
    def journal(self) -> Journal:
        """Gives the read side, which lives and closes with the spool."""
        return self._journal

    @property
    def recovery(self) -> RecoveryReport:
        """Gives what opening found and mended."""
        return self._opening.recovery

    @property
    def closed(self) -> bool:
        """Tells whether it was closed."""
        return self._desk.database.closed

    def write(self, path: StrPath, content: Content, *, mode: int | None = None) -> FilePatch:
        """Puts content at a path: text as UTF-8, bytes, an iterable of bytes, or a Path to copy from.

        Without `mode` a file keeps its own, and a new one gets 0o644 less the umask.

        Raises:
            PathRefused, WorkspaceChanged, StorageError
        """
        return stage.one(self._desk, "write", Write(path, content, mode))

    def replace(
        self,
        path: StrPath,
        match: str | re.Pattern[str],
        replacement: str,
        *,
        all: bool = False,
        required: bool = False,
        count: int | None = None,
    ) -> FilePatch:
        r"""Replaces the first place where `match` stands, every one, or the first `count`.

        A str is literal, a pattern is a pattern whose replacement is a template with `\g<1>`.

        Raises:
            UnknownName: there is no such file. NoMatch: nothing was found, and it is `required`.
        """
        return stage.one(self._desk, "replace", Replace(path, match, replacement, all, required, count))

    def delete(self, path: StrPath) -> FilePatch:
        """Removes a file or symlink; one that is not there is no error, and the patch says `changed` False."""
        return stage.one(self._desk, "delete", Delete(path))

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
        metadata: Mapping[str, Any] | None = None,
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

    def read(self, path: StrPath) -> bytes | None:
        """Gives what the root holds at a path now, None when nothing; of a symlink the target's name.

        Raises:
            PathRefused: a folder, a device, or a way through a symlink.
        """
        return read_file(self._desk, path)

    def read_text(self, path: StrPath, encoding: str = "utf-8") -> str | None:
        """Gives what the root holds at a path now as text.

        Raises:
            UnicodeDecodeError: it is not of that encoding.
        """
        data = self.read(path)
        return None if data is None else data.decode(encoding)

    def open_read(self, path: StrPath) -> Reader:
        """Opens what the root holds at a path now, in bounded memory.

        Raises:
            UnknownName: nothing stands there.
        """
        return open_file(self._desk, path)

    def diff(self, paths: Paths | None = None) -> list[FilePatch]:
        """Gives what is staged against head, by path bytes; lines are compared once and remembered."""
        with self._desk.lock:
            self._desk.alive()
            generation = sessions.generation(self._desk.database.look(), self._desk.place.branch_id)
            if paths is None and self._diff[0] == generation:
                return list(self._diff[1])
            found = compare.staged_patches(self._reading, self._desk.place.branch_id, paths)
            self._reading.keep()
            if paths is None and len(found) <= DIFF_KEPT_MAX:
                self._diff = (generation, found)
            return list(found)

    def status(self) -> Status:
        """Tells what is staged, where the disk holds something else, and what was edited by hand."""
        with self._desk.lock:
            self._desk.alive()
            self._desk.close_pending()
            look = self._desk.database.look()
            eyes = survey.Survey(look, self._desk.root, self._desk.place.root_id, self._desk.seen)
            try:
                found = survey.survey(look, self._desk.place.branch_id, eyes)
            finally:
                self._desk.root.forget()
            head = self._journal.head(self.branch)
            return survey.status(self.session_id, self.branch, None if head is None else head.id, found)

    def touched_files(self) -> list[str]:
        """Lists the staged paths, by path bytes."""
        with self._desk.lock:
            self._desk.alive()
            return [row.path for row in staged.everything(self._desk.database.look(), self._desk.place.branch_id)]

    def commit(self, message: str = "", *, metadata: Mapping[str, Any] | None = None) -> Commit | None:
        """Publishes all that is staged; None when nothing is. Once this returns, it survives power loss.

        Raises:
            WorkspaceChanged: a staged path holds something else; nothing was published.
        """
        return commit.commit(self._desk, self._reading, self.branch, self.session_id, message, metadata)

    def reset(self, paths: Paths | None = None, *, force: bool = False, dry_run: bool = False) -> ResetReport:
        """Takes tracked paths back to head; a file that someone else changed is reported and left, unless `force`.

        Raises:
            WorkspaceChanged: a file was changed in the very moment; nothing was reset.
        """
        return reset.reset(self._desk, paths, force=force, dry_run=dry_run)

    def restore(
        self, to: str, paths: Paths | None = None, *, force: bool = False, dry_run: bool = False
    ) -> list[FilePatch]:
        """Stages what takes tracked paths to a commit: all of it or nothing, and `reset` goes back to head.

        With `dry_run` the patches are told and nothing is changed; what would be refused is refused too.

        Raises:
            UnknownName: no such commit. WorkspaceChanged: a path was changed by someone else, and `force` is False.
        """
        return restore.restore(self._desk, to, paths, force=force, dry_run=dry_run)

    def close(self) -> None:
        """Ends the session; what is staged stays staged, and the next session goes on with it. Twice is fine."""
        if not self.closed:
            try:
                self._journal.shut()  # first: the last connection to close takes the WAL along, and a reader cannot
            finally:
                opening.close(self._opening)
            self._dropped.detach()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a spool is neither pickled nor copied: open it where it is used")

    def __enter__(self) -> Self:
        self._desk.alive()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
