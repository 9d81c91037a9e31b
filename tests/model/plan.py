"""Operations one after another, before anything is done: what each makes of a root that is a dictionary."""

from collections.abc import Sequence

from journal import (
    Chmod,
    Delete,
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
from tests.model.dictionary import NEW_FILE, Edit, Model, Refused, State, above, below, same_content, sha


def run(model: Model, operations: Sequence[Operation]) -> list[list[Edit]]:
    """Carries operations out, all or none; the edits of each."""
    plan, edits = Plan(model), list[list[Edit]]()
    for index, operation in enumerate(operations):
        try:
            edits.append(plan.apply(operation))
        except Refused as refused:
            raise Refused(refused.kind, index) from None
    plan.carry_out([edit for each in edits for edit in each])
    return edits


def apply(model: Model, parts: Sequence[tuple[str, bytes]]) -> None:
    """Applies a diff over several files, each once: its path, and its part of the diff."""
    plan, edits = Plan(model), list[Edit]()
    for path, part in parts:
        seat = plan.seat(path)
        if seat.now is None and b"file mode" not in part:
            raise Refused(UnknownName)
        try:
            data = apply_patch(None if seat.now is None else seat.now[0], part)
        except PatchConflict:
            raise Refused(PatchConflict) from None
        if seat.now is not None and seat.now[2] == "symlink":
            raise Refused(PatchConflict)
        if seat.now is None and data is not None:
            plan.refuse_below_file(path)
        mode = NEW_FILE if seat.now is None else seat.now[1]
        if b"new file mode 100644" in part and mode & 0o100:
            mode &= ~0o111
        edits.append(plan.put(path, None if data is None else (data, mode, "file")))
    plan.carry_out(edits)


class Seat:
    """A path in a plan: what stood there, what shall, and what becomes of an edit that someone else made.

    `agreed`: it is taken over. `aside`: it is written over by the first change, and not seen until then.
    """

    def __init__(self, disk: State | None) -> None:
        self.disk = disk
        self.now = disk
        self.fresh = True
        self.agreed = False
        self.aside = False


class Plan:
    """The paths that operations touch, as they make them."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.seats: dict[str, Seat] = {}
        self.taken: list[Edit] = []
        self.consented = ""

    def apply(self, operation: Operation) -> list[Edit]:
        """What one operation makes of its paths; an edit that its caller named by its digest comes first."""
        self.consented = ""
        edits = self.edits(operation)
        if not self.consented:
            return edits
        if all(before == after for _, before, after in edits):
            del self.seats[self.consented]
            return edits
        path, disk = self.consented, self.seats[self.consented].disk
        return [Edit(path, self.model.expected(path), disk), *edits] if disk == edits[0].before else edits

    def edits(self, operation: Operation) -> list[Edit]:
        """What one operation makes of its paths."""
        if isinstance(operation, Move):
            return self.move(operation)
        path, expect = str(operation.path), getattr(operation, "expect", None)
        seat = self.seat(path, expect, written=isinstance(operation, Write))
        if isinstance(operation, Write):
            return self.write(path, seat, operation)
        if isinstance(operation, Symlink):
            self.refuse_below_file(path)
            return [self.put(path, (operation.target.encode(), 0o777, "symlink"))]
        if isinstance(operation, Delete):
            return self.delete(path, seat)
        if seat.now is None:
            raise Refused(UnknownName)
        if seat.now[2] == "symlink" and not isinstance(operation, Patch):
            raise Refused(UsageError)
        after = changed(operation, seat.now)
        is_set = isinstance(operation, Patch) or after != seat.now
        return [self.put(path, after) if is_set else Edit(path, after, after)]

    def write(self, path: str, seat: Seat, operation: Write) -> list[Edit]:
        """A file gets another content; one that stands there already is taken over as it stands."""
        self.refuse_below_file(path)
        assert isinstance(operation.content, bytes)
        kept = seat.now[1] if seat.now is not None and seat.now[2] == "file" else NEW_FILE
        after = (operation.content, kept if operation.mode is None else operation.mode, "file")
        if (seat.fresh or seat.aside) and same_content(seat.disk, after):
            expected = self.model.expected(path)
            seat.agreed, seat.aside = self.model.tracks(path) and seat.disk != expected, False
            before = expected if seat.agreed and after != expected else seat.disk
            return [self.put(path, after)._replace(before=before)]
        self.judge(path, seat)
        return [self.put(path, after)]

    def delete(self, path: str, seat: Seat) -> list[Edit]:
        """A file goes; that someone else removed it already is taken over."""
        edit, expected = self.put(path, None), self.model.expected(path)
        if seat.disk is None and edit.before is None and not seat.agreed and expected is not None:
            seat.agreed = True
            return [Edit(path, expected, None), edit]
        return [edit]

    def move(self, operation: Move) -> list[Edit]:
        """A file gets another path."""
        source, target = str(operation.path), str(operation.to)
        state = self.seat(source).now
        if state is None:
            raise Refused(UnknownName)
        if source == target:
            return [Edit(source, state, state)]
        there = self.seat(target)
        self.refuse_below_file(target)
        if not operation.overwrite and (there.disk if there.aside else there.now) is not None:
            raise Refused(WorkspaceChanged)
        return [self.put(source, None), self.put(target, state)]

    def seat(self, path: str, expect: str | None = None, *, written: bool = False) -> Seat:
        """A path's seat; the disk is looked at once, and judged then unless the path is about to be written."""
        seat = self.seats.get(path)
        if seat is not None:
            self.refuse_unexpected(seat, expect)
            return seat
        gone = {each for each, other in self.seats.items() if other.disk is not None and other.now is None}
        if gone.isdisjoint(above(path)) and not self.is_emptied(path, gone):
            self.model.look(path)
        seat = Seat(None if not gone.isdisjoint(above(path)) else self.model.disk.get(path))
        self.refuse_unexpected(seat, expect)
        if expect is not None and self.model.differs(path):
            self.consented, seat.agreed = path, True
        elif self.model.policy == "overwrite" and self.model.differs(path):
            seat.aside, seat.now = True, self.model.expected(path)
        elif not written:
            self.judge(path, seat)
        self.seats[path] = seat
        return seat

    def judge(self, path: str, seat: Seat) -> None:
        """What becomes of an edit that nobody agreed to."""
        if seat.agreed or not self.model.differs(path):
            return
        if self.model.policy == "refuse":
            raise Refused(WorkspaceChanged)
        if self.model.policy == "adopt":
            seat.agreed = True
            self.taken.append(Edit(path, self.model.expected(path), seat.disk))

    def refuse_unexpected(self, seat: Seat, expect: str | None) -> None:
        """A caller who expects something else is refused."""
        if expect not in (None, sha(seat.now) or "absent"):
            raise Refused(WorkspaceChanged)

    def is_emptied(self, path: str, gone: set[str]) -> bool:
        """Whether all that lies in the folder at a path is removed by the operations so far."""
        known = {each for path in gone for each in [path, *above(path)]}
        inside = below(self.model, path)
        return path in self.model.folders and not gone.isdisjoint(inside) and inside <= known

    def refuse_below_file(self, path: str) -> None:
        """No file lies below a file."""
        now = self.now()
        if any(folder in now for folder in above(path)) or any(path in above(each) for each in now):
            raise Refused(PathRefused)

    def put(self, path: str, state: State | None) -> Edit:
        """A path gets another state; what was set aside there is written over now."""
        seat = self.seats[path]
        before = seat.disk if seat.aside else seat.now
        seat.aside, seat.now = False, state
        seat.fresh = seat.fresh and state is None and seat.disk is None
        return Edit(path, before, state)

    def now(self) -> dict[str, State]:
        """The root as the operations make it."""
        found: dict[str, State | None] = {**self.model.disk, **{path: seat.now for path, seat in self.seats.items()}}
        return {path: state for path, state in found.items() if state is not None}

    def carry_out(self, edits: list[Edit]) -> None:
        """Does it all: the disk first, then what is staged. An edit that no operation changed is left as it stands."""
        for path in [path for path, seat in self.seats.items() if seat.aside]:
            del self.seats[path]
        last = {edit.path: edit for edit in [*self.taken, *edits] if edit.before != edit.after}
        self.model.settle(self.now())
        for path, seat in self.seats.items():
            if path in last or seat.now != seat.disk:
                self.model.stage(path, seat.disk, last.get(path), adopting=False)


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
