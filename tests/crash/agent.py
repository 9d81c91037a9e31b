"""A process that works at a root until it is killed: several threads, random verbs, told before and after each one.

What it will do goes through a pipe before the call, and that the call came back after it; the process that reads it
never opens the journal. Each thread has paths of its own, a commit waits for the others. The choices come from a seed
and from what stands on the disk.
"""

import hashlib
import json
import os
import random
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, cast

from journal import (
    Chmod,
    ConflictError,
    Delete,
    Move,
    NoMatch,
    Operation,
    Replace,
    Spool,
    Symlink,
    Write,
    create_diff,
)
from tests.crash.ledger import Act, Key, Seen, Sides, Told, content
from tests.crash.state import disk

NAMES = ("a.txt", "b.txt", "sub/c.txt", "sub/deep/d.txt", "link", "e.txt")
DURABILITIES: tuple[Literal["off", "normal", "full"], ...] = ("normal", "full", "off")
LARGE_LINES = 60_000
TREES = 4
"""commits whose trees a look brings along: the first, the last, and some between"""
STAGED = """
SELECT p.name, s.before_kind, s.before_mode, lower(hex(b.sha256)), s.after_kind, s.after_mode, lower(hex(a.sha256))
FROM staged AS s JOIN path AS p ON p.id = s.path_id
LEFT JOIN blob AS b ON b.id = s.before_blob LEFT JOIN blob AS a ON a.id = s.after_blob
"""


def look(spool: Spool, choose: random.Random) -> Seen:
    """What stands there right after an opening."""
    found = {
        path: (kind, mode, hashlib.sha256(data).hexdigest())
        for path, (kind, mode, data) in disk(spool.root).items()
        if kind != "folder"
    }
    staged: dict[str, Sides] = {}
    for row in spool.journal.query(STAGED):
        name, *sides = row.values()
        before, after = (None if side[0] is None else cast(Told, tuple(side)) for side in (sides[:3], sides[3:]))
        staged[name] = before, after
    commits = [each.id for each in spool.journal.commits(newest_first=False)]
    some = {*commits[:1], *commits[-1:], *choose.sample(commits, min(TREES, len(commits)))}
    trees = {each: _tree(spool, each) for each in some}
    return Seen(found, staged, commits, _tree(spool, None), trees, spool.recovery.to_dict())


def _tree(spool: Spool, commit: str | None) -> dict[str, Told]:
    tree = spool.journal.tree(commit) if commit else spool.journal.tree()
    for path, entry in tree.items():
        data = spool.journal.read(path, at=commit) if commit else None
        assert data is None or hashlib.sha256(data).hexdigest() == entry.sha256
    return {path: (entry.kind, entry.mode, entry.sha256) for path, entry in tree.items()}


class Teller:
    """Says things through a pipe, whole lines only, so that those of several processes stay apart."""

    def __init__(self, pipe: int, folder: Path, number: int) -> None:
        self._pipe = pipe
        self._folder = folder
        self._number = number
        self._looks = 0

    def say(self, what: str, thread: int, said: Any) -> None:
        """Says one thing."""
        line = json.dumps([what, self._number, thread, said]).encode() + b"\n"
        assert len(line) < 4096, "longer than a pipe takes at once"
        os.write(self._pipe, line)

    def show(self, seen: Seen) -> None:
        """Leaves a look in a file, and says where."""
        path = self._folder / f"look-{self._number}-{self._looks}"
        self._looks += 1
        path.write_text(json.dumps(seen))
        self.say("look", 0, path.name)


class Gate:
    """Lets the verbs of all threads through at once, and a commit alone."""

    def __init__(self, threads: int) -> None:
        self._slots = threading.Semaphore(threads)
        self._threads = threads
        self._alone = threading.Lock()

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Among others."""
        with self._slots:
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """With nobody else in it."""
        with self._alone:
            for _ in range(self._threads):
                self._slots.acquire()
            try:
                yield
            finally:
                self._slots.release(self._threads)


class Thread:
    """One line of work in a session."""

    def __init__(self, spool: Spool, teller: Teller, gate: Gate, who: Key, choose: random.Random) -> None:
        self.spool = spool
        self.teller = teller
        self.gate = gate
        self.number = who[1]
        self.choose = choose
        self.tag = f"{who[0]}.{who[1]}.{choose.getrandbits(40):x}"
        self.count = 0
        self.paths = [f"t{who[0] % 2}{who[1]}/{name}" for name in NAMES]

    def work(self, steps: int) -> None:
        """Does so many things."""
        for _ in range(steps):
            name = self.choose.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
            with self.gate.alone() if name == "commit" else self.gate.shared():
                for act in getattr(self, "_" + name)():
                    self.do(act)

    def do(self, act: Act) -> None:
        """Does one thing, and says so before and after."""
        self.teller.say("begin", self.number, act)
        try:
            told = self._perform(act)
        except (ConflictError, NoMatch) as error:
            self.teller.say("refused", self.number, f"{type(error).__name__}: {error}"[:500])
        else:
            self.teller.say("end", self.number, told)

    def _perform(self, act: Act) -> str:
        name, *said = act
        spool = self.spool
        if name == "edit":
            self._save(*said)
        elif name == "batch":
            spool.batch([_operation(each) for each in said[0]])
        elif name == "patch":
            path, after = said[0], content(said[1], said[2])
            spool.patch(path, create_diff(path, (spool.root / path).read_bytes(), after).diff, tolerance="strict")
        elif name == "commit":
            commit = spool.commit(said[0])
            return "" if commit is None else commit.id
        elif name in ("reset", "force"):
            spool.reset(said[0], force=name == "force")
        elif name == "restore":
            spool.restore(said[1], said[0])
        elif name == "adopt":
            spool.adopt(said[0])
        else:
            _verb(spool, act)
        return ""

    def _save(self, path: str, tag: str) -> None:
        """Edits by hand, as careful editors do."""
        target, saving = self.spool.root / path, self.spool.root.parent / f"saving-{tag}"
        saving.write_bytes(content(tag, 3))
        saving.chmod(0o644)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(saving, target)

    def _next(self) -> str:
        self.count += 1
        return f"{self.tag}.{self.count}"

    def _standing(self, kind: str = "") -> list[str]:
        return [path for path in self.paths if _kind(self.spool.root / path) in (kind or "file", kind or "symlink")]

    def _write(self) -> Iterator[Act]:
        yield self._one_write(self.choose.choice(self.paths))

    def _one_write(self, path: str) -> Act:
        return ["write", path, self._next(), self.choose.randrange(40), self.choose.choice((None, 0o600, 0o755))]

    def _large(self) -> Iterator[Act]:
        yield ["write", self.paths[0], self._next(), LARGE_LINES, None]

    def _replace(self) -> Iterator[Act]:
        for path in self.choose.sample(self._standing("file"), 1) if self._standing("file") else ():
            yield ["replace", path, "line", self._next()]

    def _patch(self) -> Iterator[Act]:
        for path in self.choose.sample(self._standing("file"), 1) if self._standing("file") else ():
            yield ["patch", path, self._next(), self.choose.randrange(40)]

    def _change(self) -> Iterator[Act]:
        """Deletes, moves, changes the bits, or puts a symlink there."""
        files, every = self._standing("file"), self._standing()
        how = self.choose.choice(("delete", "move", "chmod", "symlink"))
        if how == "symlink":
            yield ["symlink", self.choose.choice(self.paths), self.choose.choice(("a.txt", "nowhere"))]
        elif how == "chmod" and files:
            yield ["chmod", self.choose.choice(files), self.choose.choice((0o600, 0o644, 0o700))]
        elif how == "delete" and every:
            yield ["delete", self.choose.choice(every)]
        elif every:
            path = self.choose.choice(every)
            yield ["move", path, self.choose.choice([each for each in self.paths if each != path])]

    def _batch(self) -> Iterator[Act]:
        """Changes several paths, each once, or a few writes and a move of what is free."""
        standing, acts = set(self._standing()), list[Act]()
        for path in self.choose.sample(self.paths, self.choose.randint(2, len(self.paths))):
            if path in standing and self.choose.random() < 0.3:
                acts.append(["delete", path])
            elif self.choose.random() < 0.2:
                acts.append(["symlink", path, "b.txt"])
            else:
                acts.append(self._one_write(path))
        yield ["batch", acts]

    def _reset(self) -> Iterator[Act]:
        yield ["reset", self.choose.sample(self.paths, self.choose.randint(1, len(self.paths)))]

    def _restore(self) -> Iterator[Act]:
        commits = [each.id for each in self.spool.journal.commits()]
        if commits:
            yield ["reset", self.paths]
            yield ["restore", self.paths, self.choose.choice(commits)]

    def _edit(self) -> Iterator[Act]:
        """Edits by hand, then lets a verb meet it."""
        path = self.choose.choice(self.paths)
        committed = path in self.spool.journal.tree()
        tracked = committed or path in self.spool.touched_files()
        yield ["edit", path, self._next()]
        if tracked:
            yield ["adopt", path] if committed and self.choose.random() < 0.6 else ["force", [path]]

    def _commit(self) -> Iterator[Act]:
        if self.spool.touched_files():
            yield ["commit", self._next()]


WEIGHTS = {
    "write": 8, "large": 0.3, "replace": 3, "patch": 3, "change": 8, "batch": 5, "reset": 2, "restore": 1, "edit": 2,
    "commit": 3,
}  # fmt: skip


def _kind(path: Path) -> str:
    return "symlink" if path.is_symlink() else "file" if path.is_file() else ""


def _operation(act: Act) -> Operation:
    name, path, *said = act
    if name == "write":
        return Write(path, content(said[0], said[1]), mode=said[2])
    if name == "replace":
        return Replace(path, said[0], said[1])
    if name == "move":
        return Move(path, said[0], overwrite=True)
    if name == "delete":
        return Delete(path)
    return Chmod(path, said[0]) if name == "chmod" else Symlink(path, said[0])


def _verb(spool: Spool, act: Act) -> None:
    name, path, *said = act
    if name == "write":
        spool.write(path, content(said[0], said[1]), mode=said[2])
    elif name == "replace":
        spool.replace(path, said[0], said[1])
    elif name == "move":
        spool.move(path, said[0], overwrite=True)
    elif name == "delete":
        spool.delete(path)
    elif name == "chmod":
        spool.chmod(path, said[0])
    else:
        spool.symlink(path, said[0])


def live(root: Path, pipe: int, number: int, seed: str) -> None:
    """Opens the root, works, closes it, lets the others have it, and begins anew: until it is killed."""
    choose = random.Random(seed)
    teller = Teller(pipe, root.parent, number)
    try:
        while True:
            with Spool.open(root, wait_s=60, durability=choose.choice(DURABILITIES)) as spool:
                teller.show(look(spool, choose))
                _session(spool, teller, number, choose)
            time.sleep(choose.random() * 0.004)
    except BaseException:
        teller.say("error", 0, traceback.format_exc()[-3000:])


def _session(spool: Spool, teller: Teller, number: int, choose: random.Random) -> None:
    threads = choose.randint(1, 3)
    gate = Gate(threads)
    lines = [Thread(spool, teller, gate, (number, n), random.Random(choose.random())) for n in range(threads)]
    left = sorted({each.path for each in (*spool.status().conflicts, *spool.status().edits)})
    if left:  # of an edit that nobody met before the kill
        lines[0].do(["force", left])
    steps = [choose.randint(2, 9) for _ in lines]
    failed = list[str]()

    def work(line: Thread, number: int) -> None:
        try:
            line.work(number)
        except BaseException:
            failed.append(traceback.format_exc()[-3000:])

    running = [threading.Thread(target=work, args=pair, daemon=True) for pair in zip(lines, steps, strict=True)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    if failed:
        raise AssertionError(failed[0])
