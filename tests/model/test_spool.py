"""The spool against a plain dictionary: verbs in random order, also those that must be refused, and hands between them.

Of what a person wrote nothing is ever lost: it is on disk, or the journal gives it by its digest.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from journal import (
    Chmod,
    Delete,
    FilePatch,
    JournalError,
    Move,
    NamedValidator,
    Operation,
    Patch,
    Problem,
    Replace,
    Spool,
    Symlink,
    ValidationContext,
    Write,
    create_diff,
)
from tests.engine.hands import is_held
from tests.engine.looking import by_path, disk, names, temp_files
from tests.model import plan
from tests.model.dictionary import Edit, Model, Refused, State, Tree, by_bytes, sha
from tests.model.hand import WAYS, by_hand, may_reach
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
digests = st.sampled_from(["absent", *(sha((each, 0, "file")) for each in TEXTS[:4])])
expects = st.one_of(*[st.none()] * 6, digests)
lines = st.permutations(TEXTS[1:6])
diffs = lines.map(lambda both: create_diff("x", both[0], both[1]).diff_bytes)
writes = st.builds(Write, paths, contents, st.none() | modes, expects)
deletes = st.builds(Delete, paths, expects)
moves = st.builds(Move, paths, paths, st.booleans())
replaces = st.builds(
    Replace, paths, st.just("one"), st.sampled_from(["1", "one one", "one"]), st.booleans(), expect=expects
)
patches = st.builds(Patch, paths, diffs, st.just("strict"), expect=expects)
chmods = st.builds(Chmod, paths, modes)
symlinks = st.builds(Symlink, paths, targets)
operations = st.one_of(writes, deletes, moves, st.one_of(replaces, patches, chmods, symlinks))
chosen = st.none() | st.lists(paths, max_size=3)
policies: st.SearchStrategy[Literal["refuse", "adopt", "overwrite"]] = st.sampled_from(["refuse", "adopt", "overwrite"])
durabilities: st.SearchStrategy[Literal["off", "normal", "full"]] = st.sampled_from(["off", "off", "normal", "full"])


@st.composite
def parts(draw: st.DrawFn) -> list[tuple[str, bytes]]:
    """The parts of a diff over several files: changes, creations and deletions."""
    found = []
    for path in draw(st.lists(paths, min_size=1, max_size=3, unique=True)):
        before, after = draw(lines)[:2]
        sides = draw(st.sampled_from([(before, after), (before, after), (None, after), (before, None)]))
        found.append((path, create_diff(path, *sides).diff_bytes))
    return found


def change_type(before: State | None, after: State | None) -> str:
    if before is None or after is None:
        return "created" if before is None else "deleted"
    return "mode" if (before[0], before[2]) == (after[0], after[2]) else "modified"


def sides_of(patch: FilePatch) -> list[FilePatch]:
    """A rename as the two paths that it changes."""
    if patch.renamed_from is None:
        return [patch]
    assert patch.change_type == "renamed" and patch.kind == patch.kind_before
    old = replace(patch, path=patch.renamed_from, change_type="deleted", sha_after=None, mode_after=None)
    return [old, replace(patch, change_type="created", sha_before=None, mode_before=None)]


def no_broken_text(patches: Sequence[FilePatch], context: ValidationContext) -> Iterator[Problem]:
    """A validator that has something against some contents."""
    return (Problem(patch.path, "broken") for patch in patches if b"\xff" in (context.after(patch) or b""))


class SpoolMachine(RuleBasedStateMachine):
    """One root with a session that may end and begin at any time, and a person who edits."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.root = folder / "root"
        self.root.mkdir(parents=True)
        for path, (data, mode, _) in FOREIGN.items():
            (self.root / path).parent.mkdir(exist_ok=True)
            (self.root / path).write_bytes(data)
            (self.root / path).chmod(mode)
        self.mirror = Mirror(folder / "mirror")
        self.model = Model(FOREIGN)
        self.trees: dict[str, Tree] = {}
        self.theirs = {data for data, _, _ in FOREIGN.values()}
        self.approves = True
        self.spool = self.open("refuse", "off")

    def open(
        self, policy: Literal["refuse", "adopt", "overwrite"], durability: Literal["off", "normal", "full"]
    ) -> Spool:
        validator = NamedValidator(no_broken_text, "no broken text", paths="b")
        opened = Spool.open(
            self.root, on_conflict=policy, durability=durability, validators=[validator], commit_gate=self.gate
        )
        self.model.policy = policy
        return opened

    def gate(self, patches: Sequence[FilePatch], context: ValidationContext) -> list[Problem]:
        return [] if self.approves else [Problem("", "not today")]

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

    @rule(operation=replaces)
    def replace(self, operation: Replace) -> None:
        self.verb(operation)

    @rule(operation=patches)
    def patch(self, operation: Patch) -> None:
        self.verb(operation)

    @rule(operation=deletes)
    def delete(self, operation: Delete) -> None:
        self.verb(operation)

    @rule(operation=moves)
    def move(self, operation: Move) -> None:
        self.verb(operation)

    @rule(operation=chmods)
    def chmod(self, operation: Chmod) -> None:
        self.verb(operation)

    @rule(operation=symlinks)
    def symlink(self, operation: Symlink) -> None:
        self.verb(operation)

    def verb(self, operation: Operation) -> None:
        """Carries out one verb."""
        values = {name: getattr(operation, name) for name in operation.__dataclass_fields__}
        call = getattr(self.spool, type(operation).__name__.lower())
        found = self.both(lambda: call(**values), lambda: plan.run(self.model, [operation])[0])
        if found is not None:
            edits: list[Edit] = found[1]
            moved = isinstance(operation, Move) and len(edits) > 1
            assert found[0].changed == (moved or edits[-1].before != edits[-1].after)
            assert found[0].sha_after == sha(edits[-1].after)

    @rule(listed=st.lists(operations, max_size=8))
    def batch(self, listed: list[Operation]) -> None:
        """Carries out a batch, and holds its flags against the edits."""
        found = self.both(lambda: self.spool.batch(listed), lambda: plan.run(self.model, listed))
        if found is None:
            return
        results, edits = found
        assert [result.index for result in results] == list(range(len(listed)))
        last = {e.path: index for index, each in enumerate(edits) for e in each if e.before != e.after}
        assert [r.applied for r in results] == [any(last.get(e.path) == i for e in es) for i, es in enumerate(edits)]

    @rule(listed=parts())
    def apply(self, listed: list[tuple[str, bytes]]) -> None:
        """Applies a diff over several files."""
        text = b"".join(part for _, part in listed)
        self.both(lambda: self.spool.apply(text), lambda: plan.apply(self.model, listed))

    @rule(names=chosen)
    def adopt(self, names: Sequence[str] | None) -> None:
        """Takes over what a person did."""
        found = self.both(lambda: self.spool.adopt(names), lambda: self.model.adopt(names))
        if found is not None:
            assert [patch.path for patch in found[0]] == found[1]

    @rule(path=paths)
    def read(self, path: str) -> None:
        """Reads a path that may be anything."""
        found = self.both(lambda: self.spool.read(path), lambda: self.model.look(path))
        if found is not None:
            assert found[0] == (None if found[1] is None else found[1][0])

    @rule()
    def validate(self) -> None:
        """Asks the validators alone."""
        found = self.both(self.spool.validate, self.model.validate)
        if found is not None:
            assert [path for path, *_ in by_path(found[0])] == found[1]

    @rule(expect=st.sampled_from([None, None, "current", "other"]), approves=st.sampled_from([True, True, False]))
    def commit(self, expect: str | None, approves: bool) -> None:
        """Publishes, and lets the second folder follow."""
        self.approves, before = approves, dict(self.model.head)
        digest = {None: None, "current": self.spool.status().digest, "other": "0" * 64}[expect]
        found = self.both(
            lambda: self.spool.commit("step", expect=digest), lambda: self.model.commit(expect, approved=approves)
        )
        if found is None:
            return
        commit, published = found
        assert (commit is None) == (not published)
        if commit is not None:
            assert commit.files == len(published)
            changes = self.spool.journal.changes(commit=commit.id)
            assert [change.path for change in changes] == published
            self.trees[commit.id] = dict(self.model.head)
            self.mirror.follow([change.patch for change in changes], before | self.untracked(changes), self.model.head)
            assert self.mirror.contents() == {path: as_git_keeps(state) for path, state in self.model.head.items()}

    def untracked(self, changes: Iterable[Any]) -> Tree:
        """What changes began with."""
        journal = self.spool.journal
        begun = [c for c in changes if c.sha_before and not c.renamed_from]
        sides = [(c.path, c.sha_before, c.mode_before, c.kind_before) for c in begun]
        return {path: (journal.blob(digest).read(), mode, kind) for path, digest, mode, kind in sides}

    @rule(names=chosen, force=st.booleans())
    def reset(self, names: Sequence[str] | None, force: bool) -> None:
        """Takes all back, or some; the plan was told before."""
        planned = self.spool.reset(names, force=force, dry_run=True)
        assert disk(self.root) == self.model.disk
        report = self.spool.reset(names, force=force)
        assert (list(report.restored), list(report.conflicts)) == self.model.reset(names, force=force)
        assert (report.restored, report.plan, report.conflicts) == (planned.restored, planned.plan, planned.conflicts)

    @precondition(lambda self: self.trees)
    @rule(data=st.data(), names=chosen, force=st.booleans())
    def restore(self, data: st.DataObject, names: Sequence[str] | None, force: bool) -> None:
        """Stages what takes all, or some, to an older commit."""
        to = data.draw(st.sampled_from(list(self.trees)))
        found = self.both(
            lambda: self.spool.restore(to, names, force=force),
            lambda: self.model.restore(self.trees[to], names, force=force),
        )
        if found is not None:
            assert [patch.path for patch in found[0]] == found[1]

    @rule(path=paths, way=st.sampled_from(list(WAYS)), content=contents)
    def hand(self, path: str, way: str, content: bytes) -> None:
        """A person does something to any file."""
        self.edit(path, way, content)

    @precondition(lambda self: self.model.staged or self.model.head)
    @rule(number=st.integers(0, 20), way=st.sampled_from(list(WAYS)), content=contents)
    def hand_on_ours(self, number: int, way: str, content: bytes) -> None:
        """A person does something to a file that a verb wrote."""
        tracked = by_bytes({*self.model.staged, *self.model.head})
        self.edit(tracked[number % len(tracked)], way, content)

    def edit(self, path: str, way: str, content: bytes) -> None:
        """Does what a person does."""
        if not may_reach(self.model, path, way):
            return
        lost = self.model.disk.get(path)
        by_hand(self.root, path, way, content)
        now = disk(self.root)
        self.model.disk.pop(path, None)
        if path in now:
            self.model.disk[path] = now[path]
            self.theirs.add(now[path][0])
        if lost is not None and not is_held(self.spool, self.root, lost[0]):
            self.theirs.discard(lost[0])  # the person's own doing

    @initialize(policy=policies)
    def begin(self, policy: Literal["refuse", "adopt", "overwrite"]) -> None:
        """The first session may have any policy."""
        self.reopen(policy, "off")

    @rule(policy=policies, durability=durabilities)
    def reopen(
        self, policy: Literal["refuse", "adopt", "overwrite"], durability: Literal["off", "normal", "full"]
    ) -> None:
        """Ends the session; the next one goes on."""
        self.spool.close()
        self.spool = self.open(policy, durability)
        assert self.spool.recovery.clean

    @rule()
    def lose_the_folder(self) -> None:
        """The folder of the journal in the root is removed."""
        shutil.rmtree(self.root / ".spool", ignore_errors=True)

    @rule()
    def lose_everything(self) -> None:
        """All that is in the root is removed, and taken back."""
        lost = {data for data, _, _ in self.model.disk.values()}
        for path in self.root.iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        self.theirs -= {data for data in lost & self.theirs if not is_held(self.spool, self.root, data)}
        self.model.wipe()
        self.spool.reset()
        self.model.reset(None)

    @invariant()
    def the_disk_is_as_predicted(self) -> None:
        assert disk(self.root) == self.model.disk
        assert {name for name in names(self.root) if name not in self.model.disk} == self.model.folders
        if (self.root / ".spool").exists():
            assert temp_files(self.root) == []

    @invariant()
    def what_is_staged_is_as_predicted(self) -> None:
        expected = [
            (path, change_type(*row[:2]), sha(row.before), sha(row.after), *[s and s[1] for s in row[:2]])
            for path in self.model.touched
            for row in [self.model.staged[path]]
        ]
        patches = self.spool.diff()
        found = [part for patch in patches for part in sides_of(patch)]
        fields = [(p.path, p.change_type, p.sha_before, p.sha_after, p.mode_before, p.mode_after) for p in found]
        assert sorted(fields, key=lambda each: each[0].encode("utf-8", "surrogateescape")) == expected
        went = {(p.sha_before, p.kind) for p in patches if p.change_type == "deleted"}
        came = {(p.sha_after, p.kind) for p in patches if p.change_type == "created"}
        assert went & came <= {(sha((b"", 0, "file")), "file")}  # else it would be a rename
        assert self.spool.touched_files() == self.model.touched
        status = self.spool.status()
        assert [entry.path for entry in status.staged] == self.model.touched
        assert [entry.path for entry in status.conflicts] == self.model.conflicts
        assert [entry.path for entry in status.edits] == self.model.edits

    @invariant()
    def the_tree_is_as_predicted(self) -> None:
        assert self.tree(None) == self.model.head

    @invariant()
    def nothing_of_a_person_is_lost(self) -> None:
        standing = {data for data, _, _ in self.model.disk.values()}
        assert [data for data in self.theirs - standing if not is_held(self.spool, self.root, data)] == []

    def tree(self, at: str | None) -> Tree:
        entries = self.spool.journal.tree(at)
        assert list(entries) == by_bytes(entries)
        return {path: (self.spool.journal.blob(e.sha256).read(), e.mode, e.kind) for path, e in entries.items()}

    def teardown(self) -> None:
        """Every commit is as it was, the journal is sound, and all that is staged can be taken back."""
        for commit, expected in self.trees.items():
            assert self.tree(commit) == expected
        self.spool.reset(force=True)
        self.model.reset(None, force=True)
        assert disk(self.root) == self.model.disk
        self.nothing_of_a_person_is_lost()
        assert self.spool.journal.verify().findings == ()
        self.spool.close()


def test_the_spool_does_what_a_dictionary_does(tmp_path: Path) -> None:
    numbers = count()

    class Here(SpoolMachine):
        """A root of its own for each run."""

        def __init__(self) -> None:
            super().__init__(tmp_path / str(next(numbers)))

    run_state_machine_as_test(Here, settings=settings(stateful_step_count=60, max_examples=2 * settings().max_examples))
