"""What a root must hold, worked out from what its agents said they would do and what was acknowledged to them.

It knows nothing of the journal's code: the verbs are done again on a dictionary. An act is a list of its name and its
arguments, as it goes through a pipe. One that was begun and whose end nobody heard of is wholly done or not at all;
the next look at the root decides which.
"""

import hashlib
import random
from typing import Any, NamedTuple

Act = list[Any]


class File(NamedTuple):
    """What stands at a path."""

    kind: str
    mode: int
    data: bytes

    @property
    def told(self) -> "Told":
        """The same as a look tells it."""
        return self.kind, self.mode, hashlib.sha256(self.data).hexdigest()


Told = tuple[str, int, str]
"""kind, permission bits, SHA-256 of the content"""
Sides = tuple[Told | None, Told | None]
Key = tuple[int, int]
"""a process and a thread of it"""


class Seen(NamedTuple):
    """What a process found right after it had opened the root; `trees` are those of some of the commits."""

    disk: dict[str, Told]
    staged: dict[str, Sides]
    commits: list[str]
    head: dict[str, Told]
    trees: dict[str, dict[str, Told]]
    recovery: dict[str, Any]


def content(tag: str, lines: int) -> bytes:
    """A text that no other act writes, much like that of other acts."""
    choose = random.Random(tag)
    words = [f"{number} {choose.choice(('alpha', 'beta', 'gamma'))} line" for number in range(lines)]
    return "\n".join([tag, *words, ""]).encode()


class Ledger:
    """The files of one root: on disk, at the last commit, and what goes back when nothing was committed."""

    def __init__(self) -> None:
        self.work: dict[str, File] = {}
        self.head: dict[str, File] = {}
        self.before: dict[str, File] = {}
        self.edits: dict[str, File] = {}
        self.commits: list[tuple[str, dict[str, Told]]] = []
        self.open_acts: dict[Key, Act] = {}
        self._trees: dict[str, dict[str, File]] = {}

    def begin(self, who: Key, act: Act) -> None:
        """An act may be done from now on."""
        assert who not in self.open_acts, "a thread does one thing after the other"
        self.open_acts[who] = act

    def end(self, who: Key, told: str) -> None:
        """An act was acknowledged, a commit by its id."""
        act = self.open_acts.pop(who)
        if act[0] == "commit":
            self._publish(told)
        else:
            self._take(act)

    def refuse(self, who: Key) -> None:
        """An act was refused: nothing has changed."""
        del self.open_acts[who]

    @property
    def edited(self) -> bool:
        """Whether somebody's edit may stand there that no verb has met yet."""
        return bool(self.edits) or any(act[0] in ("edit", "adopt", "force") for act in self.open_acts.values())

    def meet(self, seen: Seen) -> list[str]:
        """Decides what became of the acts whose end nobody heard of, and tells what is not as it must be."""
        problems = []
        for who, act in sorted(self.open_acts.items()):
            del self.open_acts[who]
            if act[0] == "commit":
                if len(seen.commits) == len(self.commits) + 1:
                    self._publish(seen.commits[-1])
                continue
            before, paths = self._of(about(act)), about(act)
            kept = {name: dict(getattr(self, name)) for name in ("work", "before", "edits")}
            self._take(act)
            found = {path: (seen.disk.get(path), seen.staged.get(path)) for path in paths}
            if found != self._of(paths):
                after = self._of(paths)
                for name, was in kept.items():
                    setattr(self, name, was)
                if found != before:
                    problems.append(f"{act} is half done: {found}, which is neither {before} nor {after}")
        return problems + self._differences(seen)

    def _of(self, paths: list[str]) -> dict[str, tuple[Told | None, Sides | None]]:
        disk, staged = self._disk(), self._staged()
        return {path: (disk.get(path), staged.get(path)) for path in paths}

    def _differences(self, seen: Seen) -> list[str]:
        head = {path: file.told for path, file in self.head.items()}
        wanted: dict[str, dict[str, Any]] = {"disk": self._disk(), "staged": self._staged(), "head": head}
        problems = []
        for name, want in wanted.items():
            found = getattr(seen, name)
            wrong = sorted(path for path in {*found, *want} if found.get(path) != want.get(path))
            problems += [f"{name} of {path}: {found.get(path)}, not {want.get(path)}" for path in wrong[:5]]
        ids = [each for each, _ in self.commits]
        if seen.commits != ids:
            problems.append(f"the commits are {seen.commits[-3:]} of {len(seen.commits)}, not {ids[-3:]} of {len(ids)}")
        for commit, tree in self.commits:
            if commit in seen.trees and seen.trees[commit] != tree:
                problems.append(f"the commit {commit} has changed")
        return problems

    def _disk(self) -> dict[str, Told]:
        return {path: file.told for path, file in {**self.work, **self.edits}.items()}

    def _staged(self) -> dict[str, Sides]:
        return {path: (_told(self.before.get(path)), _told(self.work.get(path))) for path in self._changed()}

    def _changed(self) -> list[str]:
        return [path for path in sorted({*self.work, *self.before}) if self.work.get(path) != self.before.get(path)]

    def _publish(self, commit: str) -> None:
        for path in self._changed():
            for files in (self.head, self.before):
                _put(files, path, self.work.get(path))
        self.commits.append((commit, {path: file.told for path, file in self.head.items()}))
        self._trees[commit] = dict(self.head)

    def _take(self, act: Act) -> None:
        name, *arguments = act
        getattr(self, "_" + name)(*arguments)

    def _write(self, path: str, tag: str, lines: int, mode: int | None) -> None:
        old = self.work.get(path)
        kept = old.mode if old is not None and old.kind == "file" else 0o644
        self.work[path] = File("file", kept if mode is None else mode, content(tag, lines))

    def _patch(self, path: str, tag: str, lines: int) -> None:
        self._write(path, tag, lines, None)

    def _replace(self, path: str, match: str, by: str) -> None:
        old = self.work[path]
        self.work[path] = old._replace(data=old.data.replace(match.encode(), by.encode(), 1))

    def _delete(self, path: str) -> None:
        del self.work[path]

    def _move(self, path: str, to: str) -> None:
        self.work[to] = self.work.pop(path)

    def _chmod(self, path: str, mode: int) -> None:
        self.work[path] = self.work[path]._replace(mode=mode)

    def _symlink(self, path: str, target: str) -> None:
        self.work[path] = File("symlink", 0o777, target.encode())

    def _batch(self, acts: list[Act]) -> None:
        for act in acts:
            self._take(act)

    def _reset(self, paths: list[str]) -> None:
        for path in paths:
            _put(self.work, path, self.before.get(path))

    def _restore(self, paths: list[str], commit: str) -> None:
        then = self._trees[commit]
        for path in paths:
            if path in then or path in self.head:
                _put(self.work, path, then.get(path))

    def _edit(self, path: str, tag: str) -> None:
        file = File("file", 0o644, content(tag, 3))
        if path in self.head or self.work.get(path) != self.before.get(path):
            self.edits[path] = file
        else:
            self.work[path] = self.before[path] = file  # nobody tracks it: it is what goes back, if ever

    def _adopt(self, path: str) -> None:
        if path in self.edits:
            self.work[path] = self.edits.pop(path)

    def _force(self, paths: list[str]) -> None:
        for path in paths:
            self.edits.pop(path, None)
        self._reset(paths)


def about(act: Act) -> list[str]:
    """The paths that an act may change."""
    if act[0] == "batch":
        return sorted({path for each in act[1] for path in about(each)})
    if act[0] in ("reset", "restore", "force"):
        return list(act[1])
    return [act[1], act[2]] if act[0] == "move" else [act[1]]


def _told(file: File | None) -> Told | None:
    return None if file is None else file.told


def _put(files: dict[str, File], path: str, file: File | None) -> None:
    if file is None:
        files.pop(path, None)
    else:
        files[path] = file
