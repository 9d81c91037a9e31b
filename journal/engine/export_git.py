"""The commits as a stream that `git fast-import` reads, with trees that are the journal's.

Every branch is `refs/heads/` and its name. A content is told once, before the first commit that needs it; marks are
even for contents and odd for commits, by their numbers in the journal. The first commit of a branch has no parent; one
past a cursor follows the ref as an earlier import left it, `refs/heads/<branch>^0`, so that a stream goes on where the
one before it ended, in the same repository. `done` ends the stream: git refuses one that was cut off.

git has fewer modes (only whether the owner may run a file) and no room for `.git` inside a tree: such paths are left
out and counted. The author is the session, the time is in whole seconds.
"""

from collections.abc import Iterator

from journal.content import git_stream
from journal.engine import feed, walking
from journal.engine.pace import Pace
from journal.engine.reading import Reading
from journal.engine.walking import Step
from journal.errors import UsageError
from journal.ids import CommitRow
from journal.records import Progress
from journal.tables import blobs, commits, sessions
from journal.tables.blobs import BlobRow
from journal.tables.commits import CommitFacts
from journal.tables.states import State


class Stream:
    """The stream of the commits past a cursor; `counts` is right when all of it was read."""

    def __init__(self, reading: Reading, since: int, progress: Progress | None) -> None:
        self._reading = reading
        self._told = bytearray()
        self._heads: dict[str, tuple[bytes, int]] = {}
        with reading.database.read() as look:
            feed.refuse_gap(look, since)
            self._cursor = commits.cursor(look)
            first, newest = commits.past(look, since), commits.newest(look)
            if first is not None and commits.holds(look, first, since):
                hint = "pass the cursor of a change that ends its commit, as each export says one"
                raise UsageError(f"cursor {since} lies within a commit, and git takes it whole", hint=hint)
            self._refuse_twins([name for name, sha in sessions.branches(look) if sha is not None])
            upto = None if newest is None else commits.by_sha(look, newest)
        self._after = None if first is None else CommitRow(first - 1)
        self._upto = None if first is None or upto is None else upto.id
        self._pace = Pace(progress, max(self._cursor - since, 0))
        self._since = since
        self.counts = {"commits": 0, "changes": 0, "contents": 0, "left_out": 0, "cursor": max(self._cursor, since)}

    def pieces(self) -> Iterator[bytes]:
        """Yields the stream in pieces of all sizes.

        Raises:
            DigestMismatch: a content is damaged; what was yielded has no end.
        """
        yield b"feature done\n"
        if self._upto is not None:
            for step in walking.steps(self._reading.database, None, self._after, self._upto):
                yield from self._commit(step)
                self._pace.at(step.commit.cursor - self._since)
        yield b"done\n"

    def _commit(self, step: Step) -> Iterator[bytes]:
        facts, gone, come = step.commit, list[str](), list[tuple[str, State, int]]()
        for path, state in step.becomes.items():
            self.counts["changes"] += 1
            if not git_stream.takes(path):
                self.counts["left_out"] += 1
            elif state is None:
                gone.append(path)
            else:
                blob = self._blob(state)
                yield from self._content(blob)
                come.append((path, state, 2 * blob.id))
        author, mark = git_stream.person(facts.session) + b" " + git_stream.moment(facts.created_at), 2 * facts.id + 1
        yield b"commit %b\nmark :%d\n" % (git_stream.ref(facts.branch), mark)
        yield b"author %b\ncommitter %b\n" % (author, author)
        yield git_stream.data(facts.message.encode())
        if step.tree is None:
            yield self._parents(facts)
        for path in gone:  # first: a file may make room for a folder, and a folder for a file
            yield b"D %b\n" % git_stream.quoted(path)
        for path, state, number in come:
            yield b"M %b :%d %b\n" % (git_stream.mode(state.mode, state.kind), number, git_stream.quoted(path))
        yield b"\n"
        self._heads[facts.branch] = (facts.sha256, mark)
        self.counts["commits"] += 1

    def _blob(self, state: State) -> BlobRow:
        database = self._reading.database
        with database.lock:
            return blobs.get(database.look(), state.sha256)

    def _content(self, blob: BlobRow) -> Iterator[bytes]:
        """Tells a content that was not told before; one bit each says so."""
        place, bit = divmod(blob.id, 8)
        if place >= len(self._told):
            self._told.extend(bytes(place + 1 - len(self._told)))
        if self._told[place] >> bit & 1:
            return
        self._told[place] |= 1 << bit
        yield b"blob\nmark :%d\ndata %d\n" % (2 * blob.id, blob.size)
        yield from self._reading.pieces(blob.sha256)
        yield b"\n"
        self.counts["contents"] += 1

    def _parents(self, facts: CommitFacts) -> bytes:
        said = b""
        for word, sha in ((b"from", facts.parent), (b"merge", facts.merged)):
            if sha is not None:
                said += b"%b %b\n" % (word, self._named(facts.branch, sha))
        return said

    def _named(self, branch: str, sha: bytes) -> bytes:
        """Names a commit by its mark when this stream tells it, and else by the branch that an import left at it."""
        known = self._heads.get(branch)
        if known is not None and known[0] == sha:
            return b":%d" % known[1]
        database = self._reading.database
        with database.lock:
            found = commits.by_sha(database.look(), sha)
        assert found is not None  # a commit names its parents by foreign keys
        if self._after is None or found.id > self._after:
            return b":%d" % (2 * found.id + 1)
        return git_stream.ref(found.branch) + b"^0"

    @staticmethod
    def _refuse_twins(names: list[str]) -> None:
        """Refuses branches that git cannot have beside each other, as it keeps them like files and folders."""
        for name in names:
            lower = next((each for each in names if each.startswith(name + "/")), None)
            if lower is not None:
                hint = "replay the branches, or query the journal, instead"
                raise UsageError(f"git cannot hold a branch {name!r} beside {lower!r}", hint=hint)
