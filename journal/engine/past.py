"""What was committed: commits, trees, and any file as it was."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from os import PathLike

from journal.content.paths import spelled
from journal.database import Database
from journal.engine import checkout, feed, history
from journal.engine.reading import Reading
from journal.records import Commit, Entry, FilePatch, Paths, Progress, Reader, StrPath


class Past(ABC):
    """The part of a `Journal` that reads what was committed."""

    @abstractmethod
    def _look(self) -> Database:
        """Gives the connection.

        Raises:
            Closed
        """

    @abstractmethod
    def reading(self) -> AbstractContextManager[Reading]:
        """Gives contents and patches of the journal."""

    def head(self, branch: str = "main") -> Commit | None:
        """Gives the newest commit of a branch, or None before the first.

        Raises:
            UnknownName: there is no such branch.
        """
        return history.head(self._look(), branch)

    def commits(
        self,
        *,
        after: str | None = None,
        limit: int | None = None,
        newest_first: bool = True,
        path: StrPath | None = None,
        branch: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[Commit]:
        """Yields commits, newest first or oldest first; `after` is the commit where the next page goes on."""
        return feed.commits_of(self._look(), after, limit, path, branch, since, until, newest_first=newest_first)

    def commit(self, id: str) -> Commit:
        """Gives a commit by its id, a unique prefix of at least seven characters, or the name of a branch.

        Raises:
            UnknownName: none, or several, has that name.
        """
        with self._look().lock:
            return feed.commit_record(feed.find_commit(self._look().look(), id))

    def tree(self, at: str | None = None, *, paths: Paths | None = None) -> dict[str, Entry]:
        """Gives every path at a commit (None: at the head of main), by path bytes.

        Raises:
            UnknownName: there is no such commit.
        """
        return history.tree(self._look(), at, paths)

    def branches(self) -> dict[str, str | None]:
        """Gives the branches by name, each with the id of its newest commit, or None before the first."""
        return history.branches(self._look())

    def commit_at(self, when: datetime, branch: str = "main") -> Commit | None:
        """Gives the newest commit of a branch that was made at a time or before it.

        Raises:
            UsageError: the time has no zone. UnknownName: there is no such branch.
        """
        return history.commit_at(self._look(), when, branch)

    def read(self, path: StrPath, at: str | None = None) -> bytes | None:
        """Gives what a path held at a commit (None: at the head of main), None when it did not exist there."""
        found = history.content(self._look(), path, at)
        return None if found is None else found.read()

    def open_read(self, path: StrPath, at: str | None = None) -> Reader:
        """Opens what a path held at a commit, in bounded memory.

        Raises:
            UnknownName: it did not exist there.
        """
        return history.known_content(self._look(), path, at).open()

    def diff(self, before: str | None, after: str | None, paths: Paths | None = None) -> list[FilePatch]:
        """Gives what differs between two commits, by path bytes; the text is worked out when it is asked for.

        `before` None is the empty tree, `after` None the head of main.
        """
        with self.reading() as reading:
            return history.between(reading, before, after, paths)

    def checkout(
        self,
        commit_id: str,
        into: str | PathLike[str],
        *,
        paths: Paths | None = None,
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> int:
        """Writes the files of a commit into a folder, which is made; gives how many. Progress counts files.

        The folder must be empty, unless `paths` say what is wanted: then files that stand there as the commit has them
        are left, and any other is refused.

        Raises:
            UnknownName, UsageError, PathRefused, WorkspaceChanged: nothing was written.
            StorageError, DigestMismatch: it says what was written; no file is there in part.
        """
        with self.reading() as reading:
            return checkout.checkout(reading, commit_id, spelled(into), paths, dry_run=dry_run, progress=progress)

    def replay(
        self,
        into: str | PathLike[str],
        *,
        upto: str | None = None,
        verify: bool = True,
        progress: Progress | None = None,
    ) -> int:
        """Walks the commits of a branch (None: main) forward in a folder, which is made; gives how many it walked.

        Each is carried out there, up to `upto`, and with `verify` its id, the tree at it and the folder at the end are
        checked; contents always are. Progress counts changed paths. The folder must be empty, or hold what the same
        call left when it was interrupted: then it goes on.

        Raises:
            UnknownName, UsageError, PathRefused, WorkspaceChanged, BusyError: nothing was written.
            CorruptionError, StorageError: it says how many commits stand there.
        """
        from journal.engine import replay  # here, as few processes walk a history

        with self.reading() as reading:
            return replay.replay(reading, spelled(into), upto, verify=verify, progress=progress)
