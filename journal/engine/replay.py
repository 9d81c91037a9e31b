"""Walking the commits of a branch forward in a folder of its own, each carried out there and checked on the way.

1  the commits are found; what an earlier replay left in the folder is taken up, and anything else is refused
2  everything is refused that can be refused before a file is written: paths that do not fit there, and after the
   folder is made and tried out, paths that would be one file where it folds letters
3  for each commit: its id is computed from what it says, it must follow the one before it, and begin where the tree is;
   what goes is removed, what comes is written under another name, checked against its digest, and renamed
4  at the end the tree must be the journal's, and the folder hold that and nothing else

After each commit the folder says how far it is, until the end: a folder that holds the whole tree at it needs no more.
When a replay was interrupted, all that is found must be of the commit that stood whole or of the one after it: then
that one is carried out anew, and the walk goes on.

Where older commits were let go, the first one that is kept is laid out as its whole tree, and not held to its id.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from journal.content import layout
from journal.content.paths import parents
from journal.database import Read, space
from journal.engine import history, walking
from journal.engine.feed import find_commit
from journal.engine.opening import BRANCH
from journal.engine.pace import Pace
from journal.engine.reading import Reading
from journal.engine.walking import Step
from journal.errors import CorruptionError, DigestMismatch, JournalError, PathRefused, UsageError
from journal.ids import BranchId, CommitRow
from journal.records import Progress
from journal.tables import commits, meta, trees
from journal.tables.commits import ChangeFacts, CommitFacts
from journal.tables.states import State, same_content
from journal.workspace.faults import system_errors
from journal.workspace.replica import Laid, Mark, Replica
from journal.workspace.target import refuse_own

DAMAGED = "run `spool verify`; what stands in the folder is sound up to the commit before"


class Way(NamedTuple):
    """Which commits of a branch are to be carried out: those after `start` up to `end`; `files` is what they change."""

    journal: str
    end: CommitFacts
    start: int
    after: CommitRow | None
    parent: bytes | None
    files: int

    @property
    def commits(self) -> int:
        """Counts them."""
        return self.end.n - self.start


def replay(reading: Reading, into: str, upto: str | None, *, verify: bool, progress: Progress | None) -> int:
    """Carries the commits of a branch out in a folder, up to one of them; gives how many it walked.

    Raises:
        UnknownName, UsageError, PathRefused, WorkspaceChanged, BusyError: nothing was written.
        CorruptionError, StorageError: it says how far it came; the same call goes on from there.
    """
    with system_errors("replay into", into, place=into):
        replica = Replica.find(into, lambda found: _is_whole(reading, found, upto))
        try:
            refuse_own(replica.target.path, reading.database.path)
            if replica.whole:
                return 0
            way = _way(reading, replica, upto)
            if way is None:
                return 0
            _refuse_unfit(reading, replica, way)
            _refuse_full(reading, replica, way)
            return _Walk(reading, replica, way, verify=verify).go(progress)
        finally:
            replica.close()


def _way(reading: Reading, replica: Replica, upto: str | None) -> Way | None:
    """Step 1; None: there is no commit yet."""
    with reading.database.read() as look:
        if upto is None and history.point(look, None) is None:
            return None
        end = find_commit(look, BRANCH if upto is None else upto)
        first = commits.first(look, end.branch_id)
        journal, mark = str(meta.get(look, meta.JOURNAL_ID)), replica.mark
        if replica.ending:
            mark = replica.mark = Mark(journal, end.branch, end.n)
        if mark is not None:
            _refuse_other(replica, mark, journal, end)
        start = first - 1 if mark is None else mark.n
        if start < first - 1:
            hint = "remove the folder, and begin anew"
            raise UsageError(f"the commits that follow in {replica.target.path!r} are not kept any more", hint=hint)
        before = commits.numbered(look, end.branch_id, start)
        parent = None if before is None else commits.tip(look, before)[0]
        laid = _laid(look, end.branch_id, first) if start < first else []
        changed = commits.files(look, end.branch_id, first if laid else start, end.n)
        return Way(journal, end, start, before, parent, len(laid) + changed)


def _is_whole(reading: Reading, replica: Replica, upto: str | None) -> bool:
    """Tells whether a folder holds the tree at the end and nothing else, as when the process died on its way out."""
    with reading.database.read() as look:
        if upto is None and history.point(look, None) is None:
            return False
        point = history.point(look, find_commit(look, BRANCH if upto is None else upto).sha256.hex())
        tree = {entry.path: entry.state for entry in history.entries(look, point)}
    if set(replica.target.names()) != {path.partition("/")[0] for path in tree}:
        return False  # most folders are told by their names alone
    folders, left = {folder for path in tree for folder in parents(path)}, set(tree)
    for path, found in replica.walk():
        if path not in folders and replica.recognise(path, found, [tree.get(path)]) is None:
            return False
        left.discard(path)
    return not left


def _laid(look: Read, branch_id: BranchId, first: int) -> list[str]:
    """Lists the paths of the tree that a branch begins with, where commits before its first one were let go."""
    return [entry.path for entry in trees.at(look, branch_id, first)] if first > 1 else []


def _refuse_other(replica: Replica, mark: Mark, journal: str, end: CommitFacts) -> None:
    """Refuses to go on with what another call began."""
    place, hint = replica.target.path, "name another folder, or repeat the call that was interrupted"
    if (mark.journal, mark.branch) != (journal, end.branch):
        said = f"branch {mark.branch!r} of journal {mark.journal}"
        raise UsageError(f"{place!r} holds a part of {said}, not of branch {end.branch!r} of {journal}", hint=hint)
    if mark.n > end.n:
        said = f"{place!r} is at commit number {mark.n} already, past {end.sha256.hex()[:12]}, which is number {end.n}"
        raise UsageError(said, hint=hint)


def _refuse_unfit(reading: Reading, replica: Replica, way: Way) -> None:
    """Step 2, as far as nothing has to be made for it."""
    with reading.database.read() as look:
        branch = way.end.branch_id
        listed = {*_laid(look, branch, commits.first(look, branch)), *trees.changed(look, branch, 0, way.end.n)}
    for path in layout.too_long(sorted(listed), *replica.target.room()):
        raise _refused(replica, path, "a name or the whole is longer than the file system takes")


def _refuse_full(reading: Reading, replica: Replica, way: Way) -> None:
    """Refuses what the disk has no room for: the tree at the end, but for what the one at the start has of it."""
    with reading.database.read() as look:
        branch = way.end.branch_id
        stands = {e.path: e.state.size for e in trees.at(look, branch, way.start)} if replica.mark else {}
        sizes = {e.path: e.state.size for e in trees.at(look, branch, way.end.n)}
    needed = sum(max(size - stands.get(path, 0), 0) for path, size in sizes.items())
    space.require(f"replay into {replica.target.path!r}", (replica.target.path, needed))


def _refuse_twins(replica: Replica, steps: Iterable[Step]) -> None:
    """Follows all paths as they come and go, where letters are folded."""
    standing = layout.Standing()
    for step in steps:
        becomes = step.becomes
        for path in [path for path, state in becomes.items() if state is None]:
            standing.leave(path)
        for path in [path for path, state in becomes.items() if state is not None]:
            other = standing.come(path)
            if other is not None:
                said = f"in commit {step.commit.sha256.hex()[:12]} it is the same file as {other!r}"
                raise _refused(replica, path, f"{said} where letters are folded")


class _Walk:
    """One replay at work; `tree` is what stands in the folder."""

    def __init__(self, reading: Reading, replica: Replica, way: Way, *, verify: bool) -> None:
        self._reading = reading
        self._replica = replica
        self._way = way
        self._verify = verify
        self._tree: dict[str, Laid] = {}
        self._pace = Pace(None, 0)
        self._files = self._done = 0
        self._last: bytes | None = None

    def go(self, progress: Progress | None) -> int:
        """Makes the folder, tries it out, and walks."""
        way, began = self._way, False
        self._pace = Pace(progress, way.files)
        try:
            fresh = self._replica.mark is None
            self._replica.begin()
            if self._replica.folds_case():
                _refuse_twins(self._replica, self._steps(None))
            if not fresh:
                self._settle()
            began = True
            self._replica.keep(Mark(way.journal, way.end.branch, way.start))
            self._last = way.parent
            for step in self._steps(way.after):
                self._carry_out(step)
            self._agree()
        except BaseException as error:
            if not began and fresh:
                self._replica.withdraw()
            elif began and isinstance(error, JournalError):
                said = f"{self._done} of {way.commits} commits stand in {self._replica.target.path!r}"
                error.args = (f"{error}; {said}, the same call goes on from there", *error.args[1:])
            raise
        self._replica.finish()
        return self._done

    def _steps(self, after: CommitRow | None) -> Iterator[Step]:
        return walking.steps(self._reading.database, self._way.end.branch, after, self._way.end.id)

    def _carry_out(self, step: Step) -> None:
        """Step 3."""
        facts, becomes = step.commit, step.becomes
        if self._verify and step.tree is None:
            self._judge(step)
        for path in [path for path, state in becomes.items() if state is None]:
            if path in self._tree:
                with system_errors("remove", path):
                    self._replica.remove(path, self._tree.pop(path))
            self._told()
        for path, state in becomes.items():
            if state is not None:
                self._lay(path, state)
        if self._verify:
            self._compare(step)
        self._replica.keep(Mark(self._way.journal, facts.branch, facts.n))
        self._last = facts.sha256
        self._done += 1

    def _lay(self, path: str, state: State) -> None:
        standing, place = self._tree.get(path), self._replica.target.folder.fd
        with system_errors("write", path, place=place, needed=lambda: state.size):
            if standing is not None and standing.state == state:
                pass
            elif standing is not None and state.kind == "file" and _same(standing, state):
                self._tree[path] = self._replica.set_mode(path, state, standing)
            else:
                try:
                    pieces = self._reading.pieces(state.sha256)
                    self._tree[path] = self._replica.put(path, state, pieces, standing)
                except DigestMismatch as error:
                    error.paths = (path,)
                    raise
        self._told()

    def _told(self) -> None:
        self._files += 1
        self._pace.at(min(self._files, self._way.files))

    def _judge(self, step: Step) -> None:
        """Holds a commit to its id, to the commit before it, and to the tree that it changes."""
        facts = step.commit
        if not walking.is_as_named(step):
            raise _damaged(facts, "its id does not follow from what it says")
        if self._last is not None and facts.parent != self._last:
            raise _damaged(facts, "it does not follow the commit before it")
        for change in step.changes:
            origin = change.path if change.renamed_from is None else change.renamed_from
            if not self._begins(origin, change):
                raise _damaged(facts, f"{origin!r} did not stand there as it says")

    def _begins(self, origin: str, change: ChangeFacts) -> bool:
        """A path that no commit has told of yet may have stood there before: of that the folder holds nothing."""
        return origin not in self._tree or self._tree[origin].state == change.before

    def _compare(self, step: Step) -> None:
        """Holds what the commit changed to the journal's tree at it; elsewhere the tree is as it was before."""
        facts, makes = step.commit, {change.path: change.after for change in step.changes}
        if step.tree is not None:
            stands = {path: step.tree[path] for path in makes if path in step.tree}
        else:
            with self._reading.database.read() as look:
                found = trees.changed_at(look, facts.branch_id, facts.n, facts.n - 1, facts.n)
            stands = {entry.path: entry.state for entry in found}
        if stands != {path: state for path, state in makes.items() if state is not None}:
            raise _damaged(facts, "the tree at it is not what its changes make of the one before")

    def _agree(self) -> None:
        """Step 4."""
        if not self._verify:
            return
        end = self._way.end
        with self._reading.database.read() as look:
            point = history.point(look, end.sha256.hex())
            wanted = {entry.path: entry.state for entry in history.entries(look, point)}
        if wanted != {path: laid.state for path, laid in self._tree.items()}:
            raise _damaged(end, "the tree at it is not what the commits made")
        for path, found in self._replica.walk():
            if found.kind != "folder" and path not in self._tree and not self._replica.folds_case():
                raise self._replica.foreign(path)
        for path, laid in self._tree.items():
            if not self._replica.stands(path, laid):
                raise self._replica.foreign(path)

    def _settle(self) -> None:
        """Takes an interrupted replay back to the last commit that stood whole; all that is found must be of it."""
        way, replica = self._way, self._replica
        with self._reading.database.read() as look:
            whole = {e.path: e.state for e in trees.at(look, way.end.branch_id, way.start)} if way.start else {}
        following = next(self._steps(way.after), None)
        coming: Mapping[str, State | None] = {} if following is None else following.becomes
        folders, passing = list[str](), dict[str, Laid]()
        for path, found in replica.walk():
            if found.kind == "folder":
                folders.append(path)
                continue
            laid = replica.recognise(path, found, (whole.get(path), coming.get(path)))
            if laid is None:
                raise replica.foreign(path)
            (self._tree if laid.state == whole.get(path) else passing)[path] = laid
        needed = {folder for path in whole for folder in parents(path)}
        for path, laid in passing.items():
            replica.remove(path, laid)
        for folder in folders:
            if folder not in needed:
                replica.target.folder.remove_folder(folder)
        for path in whole:
            if path not in self._tree:
                self._restore(path, whole[path])

    def _restore(self, path: str, state: State) -> None:
        """Puts back what the commit that was cut off had taken away."""
        with system_errors("write", path, place=self._replica.target.folder.fd, needed=lambda: state.size):
            self._tree[path] = self._replica.put(path, state, self._reading.pieces(state.sha256), None)


def _same(standing: Laid, state: State) -> bool:
    found = standing.state
    return isinstance(found, State) and same_content(found, state)


def _damaged(facts: CommitFacts, what: str) -> CorruptionError:
    return CorruptionError(f"commit {facts.sha256.hex()[:12]} (number {facts.n}): {what}", hint=DAMAGED)


def _refused(replica: Replica, path: str, reason: str) -> PathRefused:
    message = f"{path!r} cannot stand in {replica.target.path!r}: {reason}; nothing was written"
    return PathRefused(message, hint="replay into a folder of another file system", path=path, reason=reason)
