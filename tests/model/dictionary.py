"""A root as a plain dictionary: what each verb, and each hand, makes of it, and which calls are refused."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from journal import (
    GateRefused,
    JournalError,
    PathRefused,
    StageChanged,
    UnknownName,
    ValidationFailed,
    WorkspaceChanged,
)

State = tuple[bytes, int, str]
Tree = dict[str, State]

NEW_FILE = 0o644


class Edit(NamedTuple):
    """What an operation made of a path."""

    path: str
    before: State | None
    after: State | None


class Row(NamedTuple):
    """How a path is staged; `stood`: as an untracked file that was adopted as it stood."""

    before: State | None
    after: State | None
    stood: bool = False


class Refused(Exception):
    """The call is refused with this error, and nothing happens but what a commit settles first."""

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


def selected(path: str, names: Sequence[str] | None) -> bool:
    """Whether a path is one of some names, or lies below one."""
    return names is None or any(each in names for each in [path, *above(path)])


def same_content(a: State | None, b: State | None) -> bool:
    """Whether two states have the same bytes in the same kind of file, whatever their modes."""
    return a is b if a is None or b is None else (a[0], a[2]) == (b[0], b[2])


def sha(state: State | None) -> str | None:
    """The digest of a state's content."""
    return None if state is None else hashlib.sha256(state[0]).hexdigest()


class Model:
    """What stands on disk, what is staged, the tree at head, and the folders; `made` are those that verbs made."""

    def __init__(self, foreign: Tree) -> None:
        self.disk: Tree = dict(foreign)
        self.head: Tree = {}
        self.staged: dict[str, Row] = {}
        self.folders = {folder for path in foreign for folder in above(path)}
        self.made: set[str] = set()
        self.policy = "refuse"

    @property
    def touched(self) -> list[str]:
        """The staged paths."""
        return by_bytes(self.staged)

    def tracks(self, path: str) -> bool:
        """Whether a path is staged, or in the tree at head."""
        return path in self.staged or path in self.head

    def expected(self, path: str) -> State | None:
        """What a tracked path should hold."""
        return self.staged[path].after if path in self.staged else self.head.get(path)

    def is_blocked(self, path: str) -> bool:
        """Whether a file or symlink bars the way to a path."""
        return any(folder in self.disk for folder in above(path))

    def standing(self, path: str) -> State | None:
        """The file that stands at a path, as far as one can."""
        return None if self.is_blocked(path) else self.disk.get(path)

    def differs(self, path: str) -> bool:
        """Whether a tracked path holds what neither the journal nor a verb put there; absence is nobody's content."""
        found = self.standing(path)
        return self.tracks(path) and found is not None and not same_content(found, self.expected(path))

    def look(self, path: str) -> State | None:
        """What stands at a path, refused where no file can be."""
        if path in self.folders or self.is_blocked(path):
            raise Refused(PathRefused)
        return self.disk.get(path)

    @property
    def conflicts(self) -> list[str]:
        """The staged paths that hold something else."""
        return [path for path in self.touched if not same_content(self.standing(path), self.staged[path].after)]

    @property
    def edits(self) -> list[str]:
        """The paths at head that were changed by hand, and are not staged."""
        unstaged = [path for path in by_bytes(self.head) if path not in self.staged]
        return [path for path in unstaged if self.standing(path) != self.head[path]]

    def stage(self, path: str, before: State | None, edit: Edit | None, *, adopting: bool) -> None:
        """Folds what an act did to a path into what is staged; `before` is what stood on disk."""
        row, after = self.staged.get(path), self.disk.get(path)
        stood = row is not None and row.stood and row.before is None and path not in self.head
        if row is not None:
            first = row.after if stood and row.after != after else row.before
        else:
            first = self.head.get(path, before)
        if adopting and row is None and path not in self.head:
            first = None
        self.put(path, first, after, edit, adopting=adopting)

    def put(
        self, path: str, first: State | None, after: State | None, edit: Edit | None, *, adopting: bool = False
    ) -> None:
        """Stages a path, or nothing when nothing differs; a path that no edit names keeps the act that staged it."""
        row = self.staged.pop(path, None)
        if first != after and (edit is not None or row is not None):
            stood = adopting and edit.before is None if edit is not None else row is not None and row.stood
            self.staged[path] = Row(first, after, stood)

    def settle(self, now: Tree) -> None:
        """Takes the disk to another state, and notes which folders have to be made for it."""
        turned = {folder for folder in self.folders if any(each in now for each in [folder, *above(folder)])}
        self.folders -= turned
        self.made -= turned
        missing = {folder for path in now.keys() - self.disk.keys() for folder in above(path)} - self.folders
        self.folders |= missing
        self.made |= missing
        self.disk = dict(now)

    def adopt(self, names: Sequence[str] | None) -> list[str]:
        """Stages what someone else changed, and the untracked files among and below some names."""
        found = {path for path in [*self.staged, *self.head] if selected(path, names)}
        for name in names or ():
            if self.is_blocked(name):
                if not self.tracks(name):
                    raise Refused(PathRefused)
                continue
            found.update(path for path in self.disk if selected(path, [name]) and not self.tracks(path))
        return self.take(by_bytes(found))

    def take(self, paths: Iterable[str]) -> list[str]:
        """Stages paths as they stand; those that were not so."""
        taken = []
        for path in paths:
            expected, found = self.expected(path), self.standing(path)
            if expected != found:
                taken.append(path)
                self.stage(path, found, Edit(path, expected, found), adopting=True)
        return taken

    def agree(self) -> bool:
        """Settles what the disk holds otherwise than staged, and what is gone for it; tells whether that changed it."""
        changed = self.settle_edits()
        there = [path for path, row in self.staged.items() if row.after is not None]
        barred = [
            gone
            for gone in by_bytes(self.head)
            if gone not in self.staged and any(path in above(gone) or gone in above(path) for path in there)
        ]
        if barred and self.policy != "adopt":
            raise Refused(WorkspaceChanged)
        return bool(self.take(barred)) or changed

    def settle_edits(self) -> bool:
        """Settles what the disk holds otherwise than staged; tells whether that changed what is staged."""
        if self.policy == "adopt":
            return bool(self.take([p for p in self.touched if self.standing(p) != self.staged[p].after]))
        changed = self.conflicts
        if changed and self.policy == "refuse":
            raise Refused(WorkspaceChanged)
        plan = Way(self, {path: (self.staged[path].after,) * 2 for path in changed}, force=True)
        if plan.conflicts:
            raise Refused(WorkspaceChanged)
        plan.walk(changed)
        return False

    def validate(self) -> list[str]:
        """Judges what is staged; the paths."""
        if any(selected(path, ["b"]) and row.after and b"\xff" in row.after[0] for path, row in self.staged.items()):
            raise Refused(ValidationFailed)
        return self.touched

    def commit(self, expect: str | None, *, approved: bool) -> list[str]:
        """Publishes what is staged; the paths. `expect` is None, "current" or another stage's digest."""
        changed = self.agree()
        if expect == "other" or (expect == "current" and changed):
            raise Refused(StageChanged)
        published = self.touched
        if published:
            self.validate()
            if not approved:
                raise Refused(GateRefused)
        for path, row in self.staged.items():
            self.head.pop(path, None)
            if row.after is not None:
                self.head[path] = row.after
        self.staged.clear()
        if published:
            self.made.clear()
        return published

    def reset(self, names: Sequence[str] | None, *, force: bool = False) -> tuple[list[str], list[str]]:
        """Takes paths back to head; those that come back, and those that something else keeps from it."""
        goals = {}
        for path in self.touched:
            row = self.staged[path]
            if selected(path, names):
                goals[path] = row.after if row.stood and row.before is None else row.before, row.after
        rest = [path for path in by_bytes(self.head) if path not in self.staged and selected(path, names)]
        goals |= {path: (self.head[path], self.head[path]) for path in rest}
        way = Way(self, goals, force=force)
        acted = way.walk(goals)
        for path in goals:
            if path not in way.conflicts:
                self.staged.pop(path, None)
        return acted, way.conflicts

    def restore(self, then: Tree, names: Sequence[str] | None, *, force: bool) -> list[str]:
        """Stages what takes paths to a commit's tree, all or nothing; those that change, or are staged otherwise."""
        now = {path: self.expected(path) for path in [*self.head, *self.staged]}
        chosen = [path for path in by_bytes({*then, *now}) if selected(path, names)]
        way = Way(self, {path: (then.get(path), now.get(path)) for path in chosen}, force=force, any_folder=True)
        if way.conflicts:
            raise Refused(WorkspaceChanged)
        before = {path: self.standing(path) for path in chosen}
        acted = way.walk(chosen)
        found = [path for path in chosen if path in acted or self.expected(path) != then.get(path)]
        for path in found:
            edit = Edit(path, before[path] if path in acted else self.expected(path), then.get(path))
            if not self.tracks(path) and path not in acted:
                self.put(path, None, then.get(path), edit)
            else:
                self.stage(path, before[path], edit, adopting=False)
        return found

    def wipe(self) -> None:
        """Everything in the root is removed."""
        self.disk.clear()
        self.folders.clear()


class Way:
    """Paths on their way to the state that they shall have; each goal is that state and what was written last."""

    def __init__(
        self,
        model: Model,
        goals: dict[str, tuple[State | None, State | None]],
        *,
        force: bool,
        any_folder: bool = False,
    ) -> None:
        self.model = model
        self.goals = {path: target for path, (target, _) in goals.items()}
        self.leaving = {path for path, target in self.goals.items() if target is None}
        self.any_folder = any_folder
        barred = {path for path, (target, last) in goals.items() if self.is_barred(path, target, last, force)}
        deleted = [p for p in self.leaving if p not in barred and model.standing(p) is not None]
        going = {*model.made, *deleted, *([f for p in deleted for f in above(p)] if any_folder else [])}
        staying = {path for path in barred if path in self.leaving}
        kept = {path for path in goals if not staying.isdisjoint(above(path))}
        kept |= {path for path in self.turned(barred) if not below(model, path) <= going}
        self.conflicts = [path for path in goals if path in barred | kept]

    def is_barred(self, path: str, target: State | None, last: State | None, force: bool) -> bool:
        """Whether something of someone else keeps a path from its goal."""
        model = self.model
        if model.is_blocked(path):
            return self.leaving.isdisjoint(above(path))
        if path in model.folders:
            return target is not None and not self.any_folder and path not in model.made
        found = model.disk.get(path)
        return not (found is None or force or same_content(found, target) or same_content(found, last))

    def turned(self, barred: Iterable[str]) -> list[str]:
        """The folders that shall be files."""
        free = [path for path in self.goals if path not in barred and path not in self.leaving]
        return [path for path in free if path in self.model.folders]

    def walk(self, order: Iterable[str]) -> list[str]:
        """Takes the paths that can to their goals; those that were not there already."""
        model, turned = self.model, set(self.turned(self.conflicts))
        free = [path for path in order if path not in self.conflicts]
        acted = [path for path in free if model.standing(path) != self.goals[path]]
        left = {folder for path in free if path in self.leaving for folder in above(path)}
        back = {path: state for path in acted if (state := self.goals[path]) is not None}
        now = {path: state for path, state in model.disk.items() if path not in acted}
        needed = {folder for path in back for folder in above(path)}
        missing = needed - model.folders
        gone = {folder for folder in model.made if not (left | turned).isdisjoint([folder, *above(folder)])}
        gone |= turned | {folder for folder in left if not turned.isdisjoint(above(folder))}
        for folder in sorted(gone, key=lambda each: -each.count("/")):
            if not any(folder in above(path) for path in [*now, *model.folders]):
                model.folders.discard(folder)
                model.made.discard(folder)
        model.made |= missing
        model.disk = now | back
        model.folders |= needed
        return acted


def below(model: Model, path: str) -> set[str]:
    """All that lies in a folder."""
    return {each for each in [*model.disk, *model.folders] if path in above(each)}


__all__ = ["NEW_FILE", "Edit", "Model", "Refused", "Row", "State", "Tree", "UnknownName", "above", "by_bytes", "sha"]
