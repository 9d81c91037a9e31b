"""The spool against a plain dictionary: verbs in random order, also those that must be refused."""

import hashlib
import shutil
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from journal import Chmod, Delete, JournalError, Move, Operation, Patch, Replace, Spool, Symlink, Write, create_diff
from tests.engine.looking import disk, names, temp_files
from tests.model.dictionary import Edit, Model, Refused, State, Tree, by_bytes
from tests.model.mirror import Mirror, as_git_keeps

FOREIGN: Tree = {"theirs": (b"theirs\n", 0o640, "file"), "b/theirs": (b"one\ntwo\n", 0o755, "file")}
PATHS = ["a", "a", "a/x", "a/x", "a/x/deep", "a/y", "b", "b/x", "c d/é", "-n", *FOREIGN]
LARGE = b"large\0" * 180_000
TEXTS = [b"", b"one\n", b"one\ntwo\n", b"one\ntwo\none", b"\r\none\r\n", b"\xff\xfe one\n", b"one \0\n", LARGE]

paths = st.sampled_from(PATHS)
texts = st.text("one \n", max_size=40).map(str.encode)
contents = st.sampled_from(range(len(TEXTS))).map(lambda number: TEXTS[number]) | texts
modes = st.sampled_from([0o644, 0o600, 0o755, 0o4711])
targets = st.sampled_from(["a", "nowhere", "../out", "b/x"])
known = [hashlib.sha256(each).hexdigest() for each in TEXTS[:4]]
expects = st.none() | st.none() | st.sampled_from(["absent", *known])
diffs = st.permutations(TEXTS[1:6]).map(lambda both: create_diff("x", both[0], both[1]).diff_bytes)
writes = st.builds(Write, paths, contents, st.none() | modes, expects)
deletes = st.builds(Delete, paths, expects)
moves = st.builds(Move, paths, paths, st.booleans())
others = st.one_of(
    st.builds(Replace, paths, st.just("one"), st.sampled_from(["1", "one one", "one"]), st.booleans(), expect=expects),
    st.builds(Patch, paths, diffs, st.just("strict"), expect=expects),
    st.builds(Chmod, paths, modes),
    st.builds(Symlink, paths, targets),
)
operations = st.one_of(writes, deletes, moves, others)


def sha(state: State | None) -> str | None:
    return None if state is None else hashlib.sha256(state[0]).hexdigest()


def change_type(before: State | None, after: State | None) -> str:
    if before is None or after is None:
        return "created" if before is None else "deleted"
    return "mode" if (before[0], before[2]) == (after[0], after[2]) else "modified"


class SpoolMachine(RuleBasedStateMachine):
    """One root with a session that may end and begin at any time."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.root = folder / "root"
        self.root.mkdir(parents=True)
        for path, (data, mode, _) in FOREIGN.items():
            (self.root / path).parent.mkdir(exist_ok=True)
            (self.root / path).write_bytes(data)
            (self.root / path).chmod(mode)
        self.mirror = Mirror(folder / "mirror", self.root)
        self.model = Model(FOREIGN)
        self.trees: dict[str, Tree] = {}
        self.spool = Spool.open(self.root)

    def both(self, call: Callable[[], Any], predict: Callable[[], Any]) -> tuple[Any, Any] | None:
        """Makes a call and its prediction; None when both refuse it, for the same reason."""
        predicted, refusal = None, None
        try:
            predicted = predict()
        except Refused as refused:
            refusal = refused
        if refusal is None:
            return call(), predicted
        with pytest.raises(JournalError) as caught:
            call()
        assert caught.type is refusal.kind
        assert caught.value.index in (None, refusal.index)
        assert caught.value.hint
        return None

    @rule(operation=writes)
    def write(self, operation: Write) -> None:
        self.verb(operation)

    @rule(operation=deletes)
    def delete(self, operation: Delete) -> None:
        self.verb(operation)

    @rule(operation=moves)
    def move(self, operation: Move) -> None:
        self.verb(operation)

    @rule(operation=others)
    def other(self, operation: Operation) -> None:
        self.verb(operation)

    def verb(self, operation: Operation) -> None:
        """Carries out one verb."""
        found = self.both(lambda: self.call(operation), lambda: self.model.run([operation])[0])
        if found is not None:
            edits: list[Edit] = found[1]
            assert found[0].changed == any(before != after for _, before, after in edits)
            assert found[0].sha_after == sha(self.model.disk.get(found[0].path))

    def call(self, operation: Operation) -> Any:
        values = {name: getattr(operation, name) for name in operation.__dataclass_fields__}
        return getattr(self.spool, type(operation).__name__.lower())(**values)

    @rule(listed=st.lists(operations, max_size=8))
    def batch(self, listed: list[Operation]) -> None:
        """Carries out a batch, and holds its flags against the edits."""
        found = self.both(lambda: self.spool.batch(listed), lambda: self.model.run(listed))
        if found is None:
            return
        results, edits = found
        assert [result.index for result in results] == list(range(len(listed)))
        last = {e[0]: index for index, each in enumerate(edits) for e in each if e[1] != e[2]}
        assert [r.applied for r in results] == [any(last.get(e[0]) == i for e in es) for i, es in enumerate(edits)]

    @rule(path=paths)
    def read(self, path: str) -> None:
        """Reads a path that may be anything."""
        found = self.both(lambda: self.spool.read(path), lambda: self.model.look(path))
        if found is not None:
            assert found[0] == (None if found[1] is None else found[1][0])

    @rule()
    def commit(self) -> None:
        """Publishes, and lets the second folder follow."""
        patches = self.spool.diff()
        published = self.model.commit()
        commit = self.spool.commit("step")
        assert (commit is None) == (not published)
        if commit is not None:
            assert commit.files == len(published)
            assert [change.path for change in self.spool.journal.changes(commit=commit.id)] == published
            self.trees[commit.id] = dict(self.model.head)
            self.mirror.follow(patches, self.model.disk)
            assert self.mirror.contents() == {path: as_git_keeps(state) for path, state in self.model.base.items()}

    @rule(chosen=st.none() | st.lists(paths, max_size=3))
    def reset(self, chosen: Sequence[str] | None) -> None:
        """Takes all back, or some; the plan was told before."""
        planned = self.spool.reset(chosen, dry_run=True)
        assert disk(self.root) == self.model.disk
        report = self.spool.reset(chosen)
        assert (list(report.restored), list(report.conflicts)) == self.model.reset(chosen)
        assert (report.restored, report.plan, report.conflicts) == (planned.restored, planned.plan, planned.conflicts)

    @rule()
    def reopen(self) -> None:
        """Ends the session; the next one goes on."""
        self.spool.close()
        self.spool = Spool.open(self.root)
        assert self.spool.recovery.clean

    @rule()
    def lose_the_folder(self) -> None:
        """The folder of the journal in the root is removed."""
        shutil.rmtree(self.root / ".spool", ignore_errors=True)

    @rule()
    def lose_everything(self) -> None:
        """All that is in the root is removed, and taken back."""
        for path in self.root.iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        self.model.wipe()
        self.spool.reset()
        self.mirror = Mirror(self.mirror.folder.with_name(self.mirror.folder.name + "+"), self.root)

    @invariant()
    def the_disk_is_as_predicted(self) -> None:
        assert disk(self.root) == self.model.disk
        assert {name for name in names(self.root) if name not in self.model.disk} == self.model.folders
        if (self.root / ".spool").exists():
            assert temp_files(self.root) == []

    @invariant()
    def what_is_staged_is_as_predicted(self) -> None:
        base, now = self.model.base, self.model.disk
        assert self.spool.touched_files() == self.model.touched
        expected = [
            (path, change_type(base.get(path), now.get(path)), sha(base.get(path)), sha(now.get(path)))
            for path in self.model.touched
        ]
        assert [(p.path, p.change_type, p.sha_before, p.sha_after) for p in self.spool.diff()] == expected
        status = self.spool.status()
        assert [entry.path for entry in status.staged] == self.model.touched
        assert (status.conflicts, status.edits) == ((), ())

    @invariant()
    def the_tree_is_as_predicted(self) -> None:
        assert self.tree(None) == self.model.head

    def tree(self, at: str | None) -> Tree:
        entries = self.spool.journal.tree(at)
        assert list(entries) == by_bytes(entries)
        return {path: (self.spool.journal.blob(e.sha256).read(), e.mode, e.kind) for path, e in entries.items()}

    def teardown(self) -> None:
        """Every commit is as it was, the journal is sound, and all that is staged can be taken back."""
        for commit, expected in self.trees.items():
            assert self.tree(commit) == expected
        self.spool.reset()
        assert self.model.reset(None)[1] == []
        assert disk(self.root) == self.model.disk == self.model.base
        assert self.spool.journal.verify().findings == ()
        self.spool.close()


def test_the_spool_does_what_a_dictionary_does(tmp_path: Path) -> None:
    numbers = count()

    class Here(SpoolMachine):
        """A root of its own for each run."""

        def __init__(self) -> None:
            super().__init__(tmp_path / str(next(numbers)))

    run_state_machine_as_test(Here, settings=settings(stateful_step_count=60, max_examples=3 * settings().max_examples))
