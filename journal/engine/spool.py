"""The verbs on files of a session: a table of contents of the engine."""

import weakref
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Literal, NoReturn, Self

from journal.content.paths import spelled
from journal.engine import (
    branches,
    commit,
    compare,
    hand_edits,
    history,
    judging,
    lazy,
    opening,
    reset,
    stage,
    survey,
    within,
)
from journal.engine.journal import Journal
from journal.engine.logs import LOG_BRAND, checked_brand
from journal.engine.opening import Opening, Wish
from journal.engine.reading import Reading
from journal.engine.root_reading import open_file, read_file
from journal.engine.staging import Staging
from journal.engine.validators import Judges, Validator, judge
from journal.engine.wishes import Durability, durable, place, places, seconds, session_name
from journal.ids import compact_json
from journal.limits import DIFF_KEPT_MAX, WORKERS
from journal.records import (
    Commit,
    FilePatch,
    Metadata,
    Paths,
    Reader,
    RecoveryReport,
    ResetReport,
    Status,
    StrPath,
)
from journal.tables import sessions, staged
from journal.workspace import inside


class Spool(Staging):
    """One session at one root: verbs stage changes, `commit` publishes them, `reset` takes them back.

    It may be called from any thread; leaving a `with` neither commits nor resets.
    """

    def __init__(self, opened: Opening, judges: Judges | None = None) -> None:
        super().__init__(opened.desk)
        self._opening = opened
        self._journal = Journal(opened.desk.database.path, kept=True)
        self._reading = Reading(opened.desk.database, opened.desk.chunks)
        self._judges = Judges() if judges is None else judges
        named = (self.branch, self.session_id)
        self._setting = judging.Setting(self._reading, self._journal, *named, self._judges)
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
        validators: Sequence[Validator] = (),
        commit_gate: Validator | None = None,
        metadata: Metadata | None = None,
        durability: Durability = "normal",
        on_conflict: hand_edits.OnConflict = "refuse",
        workers: int | Literal["adaptive"] = WORKERS,
        wait_s: float = 0.0,
        allow_git: bool = False,
        branch: str | None = "main",
        allow_wide_root: bool = False,
        log_brand: str = LOG_BRAND,
        create: bool = True,
    ) -> Self:
        """Opens a root for work, mending first what a dead process left there.

        `validators` judge what is staged, in this order, and `commit_gate` after them; see `register_validator`.
        `on_conflict` says what a verb does on a tracked file that someone else changed: "refuse" it; "adopt" their
        content as an edit of its own, and go on from there; "overwrite" it, and keep their content in the journal.
        `durability` says what survives a power cut, `workers` how many verbs run side by side, `wait_s` how long it
        waits for a root that another session holds. A journal may serve several roots, each with a `branch` of its own,
        which is made when it is not there; None is the one that the root has.

        Raises:
            UsageError: not a root that can be opened, or no validators. UnknownName: no journal, and `create` is False.
            BusyError: another session holds the root. SchemaTooNew, NotAJournal, StorageError: its journal.
        """
        judges, policy = Judges(validators, commit_gate), hand_edits.checked(on_conflict)
        wish = Wish(
            root=place(root),
            journal=None if journal is None else place(journal),
            session=session_name(session_id),
            metadata=compact_json(stage.checked_metadata(metadata)),
            wait_s=seconds(wait_s),
            allow_git=allow_git,
            allow_wide_root=allow_wide_root,
            create=create,
            workers=places(workers),
            durability=durable(durability),
            branch=branches.checked(branch),
            log_brand=checked_brand(log_brand),
        )
        opened = opening.open_root(wish)
        opened.desk.on_conflict = policy
        return cls(opened, judges)

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
        return self._opening.branch

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

    def relative(self, path: StrPath) -> str:
        """Gives the normal form of a path that a tool was given, also of an absolute one that lies in the root.

        The root may be spelled through symlinks. Nothing is written, and what stands at the path is not looked at.

        Raises:
            PathRefused: it does not lie in the root, or may not be journaled.
        """
        self._desk.database.alive()
        text = spelled(path)
        return self._desk.path(inside.below(self._desk.root.path, text) if text.startswith("/") else path)

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

    def diff(self, paths: Paths | None = None, *, since: str | None = None) -> list[FilePatch]:
        """Gives what is staged against head or a commit, by path bytes; lines are compared once and remembered.

        Raises:
            UnknownName: no commit is called so.
        """
        with self._desk.reading():
            if since is not None:
                return history.since(self._reading, self._desk.place.branch_id, since, paths)
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
        with self._desk.reading():
            self._desk.close_pending()
            look = self._desk.database.look()
            eyes = survey.Survey(look, self._desk.root, self._desk.place.root_id, self._desk.seen)
            found = survey.survey(look, self._desk.place.branch_id, eyes)
            head = self._journal.head(self.branch)
            return survey.status(self.session_id, self.branch, None if head is None else head.id, found)

    def touched_files(self) -> list[str]:
        """Lists the staged paths, by path bytes."""
        with self._desk.reading():
            return [row.path for row in staged.everything(self._desk.database.look(), self._desk.place.branch_id)]

    def register_validator(
        self, validator: Validator, *, name: str | None = None, paths: Paths | None = None, version: str = "1"
    ) -> None:
        """Lets a validator judge from now on, after those that are there; `paths` are all that it sees.

        With a name and paths, what it says of a change is remembered in the journal by name, version, path and both
        sides, and is not asked again; so it has to judge each path by itself.

        Raises:
            UsageError: it is no validator, is async, or its name is taken. PathRefused: no such path can be.
        """
        within.refuse(self._desk, "register_validator")
        new = judge(validator, name, paths, version)
        with self._desk.lock:
            self._desk.alive()
            self._judges.add(new)

    def refuse_judged(self, verb: str) -> None:
        """Refuses a verb that is called by a validator or gate of this spool, before anything waits for it.

        Raises:
            UsageError: it is.
        """
        within.refuse(self._desk, verb)

    def validate(self) -> list[FilePatch]:
        """Asks every validator about what is staged, and gives the patches that were judged; nothing is published.

        Raises:
            ValidationFailed: with the problems of all of them.
        """
        return judging.validate(self._desk, self._setting)

    def commit(
        self, message: str = "", *, metadata: Metadata | None = None, expect: str | None = None
    ) -> Commit | None:
        """Publishes all that is staged; None when nothing is. Once this returns, it survives power loss.

        With `expect`, a `Status.digest`, exactly that must be staged. Validators, then the gate, judge it first; other
        threads go on meanwhile, and what they stage is not published unseen.

        Raises:
            WorkspaceChanged: a staged path holds something else. StageChanged: what is staged is not what was expected
            or judged. ValidationFailed, GateRefused: a judge disagreed. Nothing was published.
        """
        return commit.commit(self._desk, self._setting, message, metadata, expect)

    def reset(self, paths: Paths | None = None, *, force: bool = False, dry_run: bool = False) -> ResetReport:
        """Takes tracked paths back to head; a file that someone else changed is reported and left, unless `force`.

        Raises:
            WorkspaceChanged: a file was changed in the very moment; nothing was reset.
        """
        return reset.reset(self._desk, paths, force=force, dry_run=dry_run)

    def close(self) -> None:
        """Ends the session; what is staged stays staged, and the next session goes on with it. Twice is fine."""
        if not self.closed:
            opening.refuse_at_work(self._desk)
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
