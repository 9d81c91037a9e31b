"""Threads of one session, each on files of its own and on a few that all share: in the end all of it holds together.

On its own files each thread must find what a dictionary says, whatever the others do meanwhile.
"""

import contextlib
import itertools
import threading
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from journal import (
    Chmod,
    Delete,
    Move,
    Operation,
    PathRefused,
    Replace,
    Spool,
    Symlink,
    UnknownName,
    WorkspaceChanged,
    Write,
)
from tests.engine.looking import disk, temp_files, value
from tests.model import plan
from tests.model.dictionary import Model, Refused

THREADS = 4
STEPS = 50
SHARED = ("shared/0", "shared/1", "shared/deep/2")
LARGE = b"larger than a piece\n" * 60_000
EXPECTED = (UnknownName, PathRefused, WorkspaceChanged)
"""errors of a verb on a shared path whose state another thread has changed"""


class Worker(threading.Thread):
    """One thread: its verbs come from its own random choices, so that only their order among threads is left open."""

    def __init__(self, spool: Spool, number: int, seed: int) -> None:
        super().__init__(name=f"worker {number}", daemon=True)
        self.spool = spool
        self.number = number
        self.choose = Random(seed * THREADS + number)
        self.own = [f"t{number}/{name}" for name in ("a", "a/x", "b", "deep/c", "deep/d")]
        self.model = Model({})
        self.written = 0
        self.problem: BaseException | None = None

    def run(self) -> None:
        try:
            for _ in range(STEPS):
                self.choose.choice([self.on_own, self.on_own, self.on_shared, self.on_both, self.on_all])()
        except BaseException as error:
            self.problem = error

    def on_own(self) -> None:
        """A verb, or a batch, on files of its own: it ends as the dictionary says."""
        operations = [self.operation(self.own) for _ in range(self.choose.choice([1, 1, 4]))]
        self.both(operations, lambda: self.verb(operations))
        path = self.choose.choice([path for path in self.own if path not in self.model.folders])
        if not self.model.is_blocked(path):
            state = self.model.disk.get(path)
            assert self.spool.read(path) == (None if state is None else state[0])

    def on_shared(self) -> None:
        """A verb on a shared file; it may find whatever another thread left there."""
        self.anyhow(lambda: self.verb([self.operation(SHARED)]))

    def on_both(self) -> None:
        """A batch over files of its own and shared ones, that nothing can refuse."""
        free = [each for each in self.own if each not in self.model.folders and not self.model.is_blocked(each)]
        mine = Write(self.choose.choice(free), self.content())
        self.both([mine], lambda: self.spool.batch([Write(SHARED[0], self.content()), mine, Delete(SHARED[1])]))

    def on_all(self) -> None:
        """What speaks of the whole tree: one thread commits and resets, the others look."""
        if self.number:
            looks: list[Callable[[], object]] = [self.spool.status, self.spool.diff, self.spool.touched_files]
            self.choose.choice(looks)()
        elif self.choose.random() < 0.6:
            self.spool.commit(f"{self.written}")
            self.model.commit(None, approved=True)
        elif self.choose.random() < 0.5:
            assert list(self.spool.reset("t0").restored) == self.model.reset(["t0"])[0]
        else:
            self.spool.reset("shared")

    def both(self, operations: list[Operation], call: Callable[[], Any]) -> None:
        """Makes a call, and holds it against the dictionary."""
        try:
            plan.run(self.model, operations)
        except Refused as refused:
            with pytest.raises(refused.kind):
                call()
            return
        call()

    def anyhow(self, call: Callable[[], Any]) -> None:
        """Makes a call that may be refused."""
        with contextlib.suppress(*EXPECTED):
            call()

    def verb(self, operations: list[Operation]) -> None:
        """Carries operations out: one by its own verb."""
        if len(operations) > 1:
            self.spool.batch(operations)
            return
        values = {name: getattr(operations[0], name) for name in operations[0].__dataclass_fields__}
        getattr(self.spool, type(operations[0]).__name__.lower())(**values)

    def operation(self, paths: "list[str] | tuple[str, ...]") -> Operation:
        """A random operation on some paths."""
        path = self.choose.choice(paths)
        others: list[Operation] = [
            Delete(path),
            Move(path, self.choose.choice(paths), self.choose.random() < 0.5),
            Replace(path, "one", "two"),
            Chmod(path, self.choose.choice([0o600, 0o755])),
        ]
        if paths is not SHARED:
            others.append(Symlink(path, "nowhere"))
        return self.choose.choice(others) if self.choose.random() < 0.4 else Write(path, self.content())

    def content(self) -> bytes:
        """A content that tells who wrote it, and as which of his."""
        self.written += 1
        return b"%d %d one\n" % (self.number, self.written) + (LARGE if self.choose.random() < 0.05 else b"")


@pytest.mark.parametrize("seed", range(2))
def test_threads_of_one_session_do_not_get_in_each_others_way(root: Path, seed: int) -> None:
    with Spool.open(root, durability="off" if seed else "normal") as spool:
        workers = [Worker(spool, number, seed) for number in range(THREADS)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert [worker.problem for worker in workers if worker.problem is not None] == []
        stands = disk(root)
        for worker in workers:
            assert {path: state for path, state in stands.items() if path in worker.own} == worker.model.disk
        for path in SHARED:
            assert_in_order(spool, path)
        assert (temp_files(root), spool.status().conflicts, spool.status().edits) == ([], (), ())
        assert stands == staged_over_head(spool)
        assert value(spool.journal, "SELECT count(*) FROM audit WHERE state = 'running'") == 0
        assert spool.journal.verify().ok
        spool.commit("the rest")
        assert set(spool.journal.tree()) == set(stands)


def staged_over_head(spool: Spool) -> dict[str, tuple[bytes, int | None, str]]:
    """What the journal says of the root."""
    entries = {path: (each.sha256, each.mode, each.kind) for path, each in spool.journal.tree().items()}
    found: dict[str, tuple[str | None, int | None, str]] = dict(entries)
    for patch in spool.diff():
        found[patch.path] = (patch.sha_after, patch.mode_after, patch.kind)
    blob = spool.journal.blob
    return {path: (blob(sha).read(), mode, kind) for path, (sha, mode, kind) in found.items() if sha is not None}


def assert_in_order(spool: Spool, path: str) -> None:
    """Each thread's writes of a path stand in the log in the order of its calls, each edit on top of the last."""
    rows = spool.journal.query(
        "SELECT sha_before, sha_after, name FROM file_history JOIN audit USING (invocation_id) WHERE path = ? "
        "ORDER BY edit_id",
        [path],
    )
    seen: dict[bytes, int] = {}
    for row in rows:
        if row["name"] in ("write", "batch") and row["sha_after"] is not None:
            worker, number = spool.journal.blob(row["sha_after"]).read().split()[:2]
            assert int(number) > seen.get(worker, 0)
            seen[worker] = int(number)
    for earlier, later in itertools.pairwise(rows):
        assert later["sha_before"] == earlier["sha_after"]
