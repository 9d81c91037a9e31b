"""The world of the protocol's model: a disk that forgets, a journal that is cut, an editor who changes what he likes.

The journal is a list of whole transactions; a power loss keeps any prefix not shorter than the last sync, as a WAL
does. The root is names, inodes and contents; a power loss keeps any subset of the unsynced operations on names that is
closed under their order on one name, and each unsynced inode is whole or torn.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeVar

Content = str | None
Choose = Callable[[int], int]
Stamp = tuple[int, int]
"""inode and mtime"""
Change = tuple[str, Content]
"""a path and what it shall hold"""
Pair = tuple[Content, Content]
"""what a staged path held at head, what it holds now"""
Key = TypeVar("Key")
Value = TypeVar("Value")


class Look(NamedTuple):
    """What a look at a name finds."""

    inode: int
    mtime: int
    content: Content

    @property
    def stamp(self) -> Stamp:
        """Inode and mtime."""
        return self.inode, self.mtime


GONE = Look(0, 0, None)
"""what is seen of an alien that is not there any more"""


class Intent(NamedTuple):
    """A promise: what stood at a path, what shall, in which inode, and the staged row from before it."""

    before: Content
    stamp: Stamp | None
    after: Content
    made: int | None
    prior: Pair | None
    act: int
    size: int


class Mark(NamedTuple):
    """A path not known to be on disk: our inode and its mtime there, the boot, the act."""

    inode: int | None
    mtime: int | None
    boot: int
    act: int


class Rows(NamedTuple):
    """The journal after a transaction."""

    head: dict[str, str]
    staged: dict[str, Pair]
    intent: dict[str, Intent]
    mark: dict[str, Mark]
    blobs: frozenset[str]
    acts: int = 0
    commits: int = 0


class Inode:
    """A file: its content, in memory and on the disk."""

    __slots__ = ("content", "mtime", "synced")

    def __init__(self, content: str, mtime: int, synced: Content = None) -> None:
        self.content = content
        self.mtime = mtime
        self.synced = synced


class World:
    """Disk, journal, and what both owe to whoever was answered; `copy` and `key` make it a state."""

    def __init__(self, tree: Mapping[str, str], paths: list[str]) -> None:
        self.paths = paths
        self.newest = 0
        self.inodes: dict[int, Inode] = {}
        self.names = {path: self.inode(content, synced=True) for path, content in tree.items()}
        self.disk = dict(self.names)
        self.unsynced: list[dict[str, int | None]] = []
        self.log = [Rows(dict(tree), {}, {}, {}, frozenset())]
        self.owed = dict.fromkeys(tree.values(), True)  # content of someone else -> it reached the disk
        self.boot = 0
        self.crashes, self.edits = 2, 1
        self.acked = self.acked_commits = 0
        self.inflight = self.powered = False
        self.edited, self.phase = "", "run"
        self.reverted: tuple[str, Content] | None = None

    def inode(self, content: str, synced: bool = False) -> int:
        """Makes a file without a name."""
        self.newest += 1
        self.inodes[self.newest] = Inode(content, self.newest, content if synced else None)
        return self.newest

    def copy(self) -> "World":
        """Another world that is the same now."""
        other = World.__new__(World)
        other.__dict__.update(self.__dict__)
        other.inodes = {n: Inode(file.content, file.mtime, file.synced) for n, file in self.inodes.items()}
        other.names, other.disk, other.owed = dict(self.names), dict(self.disk), dict(self.owed)
        other.unsynced, other.log = list(self.unsynced), list(self.log)
        return other

    def key(self) -> str:
        """What tells two worlds apart."""
        named = {number for names in self.unsynced for number in names.values() if number}
        live = sorted({*self.names.values(), *self.disk.values(), *named})
        files = [(n, self.inodes[n].content, self.inodes[n].mtime, self.inodes[n].synced) for n in live]
        rows = [[_sorted(e.head), _sorted(e.staged), _sorted(e.intent), _sorted(e.mark)] for e in self.log]
        counts = [(sorted(entry.blobs), entry.acts, entry.commits) for entry in self.log]
        faults = (self.boot, self.crashes, self.edits, self.powered, self.edited, self.phase, self.reverted)
        owed = (sorted(self.owed.items()), self.acked, self.acked_commits, self.inflight)
        names = (sorted(self.names.items()), sorted(self.disk.items()), [list(each.items()) for each in self.unsynced])
        return repr((names, rows, counts, files, faults, owed))

    def bind(self, **names: int | None) -> None:
        """Gives names to inodes, or takes them away, in one step."""
        self.names = _merged(self.names, names)
        self.unsynced.append(names)

    def unbind(self, names: Iterable[str]) -> None:
        """Takes names away in one step."""
        self.bind(**dict.fromkeys(names))

    def sync_root(self) -> None:
        """Brings all of the root to the disk."""
        self.disk, self.unsynced = dict(self.names), []
        for number in self.names.values():
            self.inodes[number].synced = self.inodes[number].content

    def look(self, name: str) -> Look | None:
        """Looks at a name."""
        number = self.names.get(name)
        return None if number is None else Look(number, self.inodes[number].mtime, self.inodes[number].content)

    def content(self, name: str) -> Content:
        """What a name holds; None when there is no such name."""
        found = self.look(name)
        return None if found is None else found.content

    @property
    def now(self) -> Rows:
        """The journal as it is read."""
        return self.log[-1]

    def tx(
        self,
        *,
        full: bool = False,
        head: Mapping[str, Content] | None = None,
        staged: Mapping[str, Pair | None] | None = None,
        intent: Mapping[str, Intent | None] | None = None,
        mark: Mapping[str, Mark | None] | None = None,
        blobs: frozenset[str] = frozenset(),
        acts: int | None = None,
        commits: int | None = None,
    ) -> None:
        """Commits a transaction: rows that become None go; a full one is on disk, and all before it."""
        old = self.now
        rows = Rows(
            _merged(old.head, head or {}),
            _merged(old.staged, staged or {}),
            _merged(old.intent, intent or {}),
            _merged(old.mark, mark or {}),
            old.blobs | blobs,
            old.acts if acts is None else acts,
            old.commits if commits is None else commits,
        )
        self.log = [rows] if full else [*self.log, rows]

    def power_loss(self, choose: Choose, lost_is_seen: bool) -> None:
        """Cuts the power: of what was not synced, anything may be gone."""
        self.log = [self.log[choose(len(self.log))]]
        names, dropped = dict(self.disk), set[str]()
        for each in self.unsynced:
            if not dropped.isdisjoint(each) or choose(2):  # operations on one name reach the disk in order
                dropped |= set(each)
                continue
            names = _merged(names, each)
        self.names, self.disk, self.unsynced = names, dict(names), []
        for number in sorted(set(names.values())):
            file = self.inodes[number]
            if file.synced != file.content:
                file.content = file.content if choose(2) == 0 else "torn " + file.content.removeprefix("torn ")
            file.synced = file.content
        self.owed = {content: durable for content, durable in self.owed.items() if durable}
        self.boot, self.powered = self.boot + lost_is_seen, True

    def edit(self, path: str, how: str, durable: bool) -> None:
        """Lets the editor act: in place, by rename, by delete, or back to the content from before."""
        old, self.edits = self.look(path), self.edits - 1
        if old is not None and old.content is not None:
            self.owed.pop(old.content, None)  # the editor's own doing
        content = {"back": self.log[0].head.get(path), "delete": None}.get(how, "F" + path)
        if content is None:
            self.unbind([path])
        elif how == "inplace" and old is not None:
            self.newest += 1
            self.inodes[old.inode].content, self.inodes[old.inode].mtime = content, self.newest
        else:
            self.bind(**{path: self.inode(content)})
        if content is not None and content.startswith("F"):
            self.owed[content] = durable
        if durable:
            self.sync_root()
        self.edited = self.phase
        if how == "back" and self.phase == "run" and self.acked and not self.inflight:
            self.reverted = (path, content)  # a wish that recovery has to respect


def _sorted(rows: Mapping[str, object]) -> list[tuple[str, object]]:
    return sorted(rows.items(), key=lambda row: row[0])


def _merged(old: Mapping[Key, Value], changes: Mapping[Key, Value | None]) -> dict[Key, Value]:
    """The old entries with the changes; what becomes None is gone."""
    return {key: value for key, value in {**old, **changes}.items() if value is not None}
