"""A root as a plain dictionary: what each verb makes of it, and which calls are refused."""

import hashlib
from collections.abc import Iterable, Sequence

from journal import (
    Chmod,
    Delete,
    JournalError,
    Move,
    Operation,
    Patch,
    PatchConflict,
    PathRefused,
    Replace,
    Symlink,
    UnknownName,
    UsageError,
    WorkspaceChanged,
    Write,
    apply_patch,
)

State = tuple[bytes, int, str]
Tree = dict[str, State]
Edit = tuple[str, State | None, State | None]

NEW_FILE = 0o644


class Refused(Exception):
    """The call is refused with this error, and nothing happens."""

    def __init__(self, kind: type[JournalError], index: int = 0) -> None:
        super().__init__(kind.__name__)
        self.kind = kind
        self.index = index


def above(path: str) -> list[str]:
    """The folders above a path, outermost first."""
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


def by_bytes(paths: Iterable[str]) -> list[str]:
    """Paths in the order in which every list comes."""
    return sorted(paths, key=lambda path: path.encode("utf-8", "surrogateescape"))


class Model:
    """What stands on disk, what reset would bring back, the tree at head, and the folders."""

    def __init__(self, foreign: Tree) -> None:
        self.disk: Tree = dict(foreign)
        self.base: Tree = dict(foreign)
        self.head: Tree = {}
        self.folders = {folder for path in foreign for folder in above(path)}
        self.made: set[str] = set()

    @property
    def touched(self) -> list[str]:
        """The staged paths."""
        paths = self.disk.keys() | self.base.keys()
        return by_bytes(path for path in paths if self.disk.get(path) != self.base.get(path))

    def look(self, path: str) -> State | None:
        """What stands at a path, refused where no file can be."""
        if path in self.folders or any(folder in self.disk for folder in above(path)):
            raise Refused(PathRefused)
        return self.disk.get(path)

    def run(self, operations: Sequence[Operation]) -> list[list[Edit]]:
        """Carries operations out, all or none; the edits of each."""
        plan = Plan(self)
        edits = []
        for index, operation in enumerate(operations):
            try:
                edits.append(plan.apply(operation))
            except Refused as refused:
                raise Refused(refused.kind, index) from None
        self.settle(plan.now)
        return edits

    def settle(self, now: Tree) -> None:
        """Takes the disk to another state, and notes which folders have to be made for it."""
        turned = {folder for folder in self.folders if any(each in now for each in [folder, *above(folder)])}
        self.folders -= turned
        self.made -= turned
        missing = {folder for path in now.keys() - self.disk.keys() for folder in above(path)} - self.folders
        self.folders |= missing
        self.made |= missing
        self.disk = dict(now)

    def commit(self) -> list[str]:
        """Publishes what is staged; the paths."""
        published = self.touched
        for path in published:
            for tree in (self.base, self.head):
                tree.pop(path, None)
                if path in self.disk:
                    tree[path] = self.disk[path]
        if published:
            self.made.clear()
        return published

    def reset(self, names: Sequence[str] | None) -> tuple[list[str], list[str]]:
        """Takes paths back; those that come back, and those that cannot because something else stays in their way."""
        chosen = [path for path in self.touched if selected(path, names)]
        leaving = {path for path in chosen if path not in self.base}
        conflicts = [path for path in chosen if self.is_blocked(path, leaving)]
        going = {folder for path in leaving for folder in above(path)}
        going |= {path for path in chosen if path in self.folders and path not in conflicts}
        back = {path: self.base[path] for path in chosen if path in self.base and path not in conflicts}
        now = {path: state for path, state in self.disk.items() if path not in leaving and path not in back}
        needed = {folder for path in back for folder in above(path)}
        missing = needed - self.folders
        for folder in sorted(self.made, key=lambda each: -each.count("/")):
            wanted = not going.isdisjoint([folder, *above(folder)])
            if wanted and not any(folder in above(path) for path in [*now, *self.folders]):
                self.folders.discard(folder)
                self.made.discard(folder)
        self.made |= missing
        self.disk = now | back
        self.folders |= needed
        return [path for path in chosen if path not in conflicts], conflicts

    def is_blocked(self, path: str, leaving: set[str]) -> bool:
        """Whether a path cannot be taken back: it lies below a file that stays, or is a folder that will not go."""
        if any(folder in self.disk and folder not in leaving for folder in above(path)):
            return True
        below = {each for each in [*self.disk, *self.folders] if path in above(each)}
        return path in self.folders and not (path in self.made and below <= leaving | self.made)

    def wipe(self) -> None:
        """Everything in the root is removed, and all that is tracked comes back as it is at head."""
        lost = [path for path in self.base if path not in self.head and self.disk.get(path) == self.base[path]]
        for path in lost:
            del self.base[path]
        self.disk.clear()
        self.folders.clear()
        self.settle(self.base)


def selected(path: str, names: Sequence[str] | None) -> bool:
    """Whether a path is one of some names, or lies below one."""
    return names is None or any(each in names for each in [path, *above(path)])


class Plan:
    """Operations one after another, before anything is done."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.now: Tree = dict(model.disk)
        self.slots: set[str] = set()

    def apply(self, operation: Operation) -> list[Edit]:
        """What one operation makes of its paths."""
        if isinstance(operation, Move):
            return self.move(operation)
        path = str(operation.path)
        before = self.slot(path)
        self.refuse_unexpected(before, getattr(operation, "expect", None))
        if isinstance(operation, Delete):
            return self.put(path, None)
        if isinstance(operation, Write | Symlink):
            self.refuse_below_file(path)
            return self.put(path, written(operation, before))
        if before is None:
            raise Refused(UnknownName)
        if before[2] == "symlink" and not isinstance(operation, Patch):
            raise Refused(UsageError)
        return self.put(path, changed(operation, before))

    def move(self, operation: Move) -> list[Edit]:
        """A file gets another path."""
        source, target = str(operation.path), str(operation.to)
        state = self.slot(source)
        if state is None:
            raise Refused(UnknownName)
        if source == target:
            return []
        there = self.slot(target)
        self.refuse_below_file(target)
        if there is not None and not operation.overwrite:
            raise Refused(WorkspaceChanged)
        return self.put(source, None) + self.put(target, state)

    def slot(self, path: str) -> State | None:
        """A path's state; the disk is looked at once."""
        if path not in self.slots:
            gone = {each for each in self.slots if each in self.model.disk and each not in self.now}
            if gone.isdisjoint(above(path)) and not self.is_emptied(path, gone):
                self.model.look(path)
            self.slots.add(path)
        return self.now.get(path)

    def refuse_unexpected(self, before: State | None, expect: str | None) -> None:
        """A caller who expects something else is refused."""
        found = "absent" if before is None else hashlib.sha256(before[0]).hexdigest()
        if expect not in (None, found):
            raise Refused(WorkspaceChanged)

    def is_emptied(self, path: str, gone: set[str]) -> bool:
        """Whether all that lies in the folder at a path is removed by the operations so far."""
        known = {each for path in gone for each in [path, *above(path)]}
        below = {each for each in [*self.model.disk, *self.model.folders] if path in above(each)}
        return path in self.model.folders and not gone.isdisjoint(below) and below <= known

    def refuse_below_file(self, path: str) -> None:
        """No file lies below a file."""
        if any(folder in self.now for folder in above(path)) or any(path in above(each) for each in self.now):
            raise Refused(PathRefused)

    def put(self, path: str, state: State | None) -> list[Edit]:
        """A path gets another state."""
        before = self.now.pop(path, None)
        if state is not None:
            self.now[path] = state
        return [(path, before, state)]


def written(operation: Write | Symlink, before: State | None) -> State:
    """What a write or a symlink makes of a path."""
    if isinstance(operation, Symlink):
        return operation.target.encode(), 0o777, "symlink"
    assert isinstance(operation.content, bytes)
    kept = before[1] if before is not None and before[2] == "file" else NEW_FILE
    return operation.content, kept if operation.mode is None else operation.mode, "file"


def changed(operation: Operation, before: State) -> State:
    """What a replacement, a diff or a chmod makes of a file."""
    if isinstance(operation, Chmod):
        return before[0], operation.mode, "file"
    if isinstance(operation, Patch):
        try:
            data = apply_patch(before[0], operation.diff)
        except PatchConflict:
            raise Refused(PatchConflict) from None
        assert data is not None
        return data, before[1], before[2]
    assert isinstance(operation, Replace)
    assert isinstance(operation.match, str)
    text = before[0].decode("utf-8", "surrogateescape")
    text = text.replace(operation.match, operation.replacement, -1 if operation.all else 1)
    return text.encode("utf-8", "surrogateescape"), before[1], "file"
