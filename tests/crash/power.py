"""Programs of verbs, the loss of power at every point of them, and the judgement of what comes up again."""

import functools
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

from journal import Chmod, Delete, Move, Operation, Spool, Symlink, Write
from journal.engine import idle
from tests.crash import forked
from tests.crash.judge import lost, sound, swept, usable
from tests.crash.loss import Disk, fates
from tests.crash.place import Place, put
from tests.crash.recording import Acknowledged, Event, Recording, Theirs, renumber
from tests.crash.scenarios import LINES, OTHER_LINES
from tests.crash.state import State, difference, look, shape

Durability = Literal["normal", "full"]
DURABILITIES: tuple[Durability, ...] = ("normal", "full")


class Machine(Place):
    """A place whose memory can be lost; `recording` is that of the process that works."""

    recording: Recording | None = None
    durability: Durability = "normal"
    on_conflict: Literal["refuse", "overwrite"] = "refuse"

    def open(self) -> Spool:
        """Opens a session in this process."""
        os.environ["SPOOL_HOME"] = str(self.folder / "home")
        os.environ["XDG_RUNTIME_DIR"] = str(self.folder / "memory")
        os.makedirs(self.folder / "memory", exist_ok=True)
        self._spool = Spool.open(self.root, durability=self.durability, on_conflict=self.on_conflict)
        self._spool._desk.ended = lambda: None  # the root is synced where the program says so, not by the clock
        return self._spool

    def theirs(self, path: str, data: bytes, mode: int = 0o644) -> None:
        """Lets somebody put a file there, and bring it to the disk."""
        put(self.root / path, data, mode)
        if self.recording is not None:
            self.recording.theirs(str(self.root / path), data, mode)


Do = Callable[[Machine], object]


class Step(NamedTuple):
    """A call; one that `publishes` survives the loss of power from when it returns, whatever the durability."""

    do: Do
    publishes: bool = False


class Program(NamedTuple):
    """The files of somebody that stand there first, then calls; `edited`: somebody edits in between."""

    files: dict[str, bytes]
    steps: tuple[Step, ...]
    edited: bool = False


def _write(path: str, text: str) -> Step:
    return Step(lambda m: m.spool.write(path, text))


def _batch(*operations: Operation) -> Step:
    return Step(lambda m: m.spool.batch(operations))


def _sync(machine: Machine) -> None:
    """Brings the root to the disk, as a session does that has been quiet."""
    root = machine.spool._desk.root.again()
    try:
        idle.sync_root(machine.spool._desk, root)
    finally:
        root.close()


def _again(machine: Machine) -> None:
    machine.close()
    machine.open()


def _back(machine: Machine) -> None:
    machine.spool.restore(next(machine.spool.journal.commits(newest_first=False)).id)


def _edit(path: str, text: bytes) -> Do:
    return lambda machine: machine.theirs(path, text)


COMMIT = Step(lambda m: m.spool.commit("published"), publishes=True)
RESET = Step(lambda m: m.spool.reset())
OPEN = Step(lambda m: m.open())

PROGRAMS: dict[str, Program] = {
    "the files of somebody": Program(
        {"one.txt": b"their first\n", "two.txt": b"their second\n", "in/three.txt": b"their third\n"},
        (
            OPEN,
            _write("one.txt", "ours\n"),
            Step(lambda m: m.spool.delete("two.txt")),
            Step(lambda m: m.spool.move("in/three.txt", "out/three.txt")),
            Step(lambda m: m.spool.chmod("out/three.txt", 0o600)),
            Step(lambda m: m.spool.symlink("one.txt", "out/three.txt")),
            RESET,
        ),
    ),
    "commits": Program(
        {"a.txt": b"theirs\n"},
        (
            OPEN,
            _write("a.txt", "first\n"),
            _write("new/b.txt", "new\n"),
            COMMIT,
            _write("a.txt", "second\n"),
            Step(lambda m: m.spool.replace("new/b.txt", "new", "newer")),
            COMMIT,
            Step(lambda m: m.spool.delete("a.txt")),
            RESET,
            _write("a.txt", "third\n"),
        ),
    ),
    "versions of one file": Program(
        {},
        (OPEN, *(_write("a.txt", f"{n}\n" * n) for n in range(1, 5)), Step(lambda m: m.spool.delete("a.txt")), COMMIT),
    ),
    "batches": Program(
        {"theirs.txt": b"theirs\n"},
        (
            OPEN,
            _batch(Write("a.txt", "a\n"), Write("in/b.txt", "b\n"), Write("theirs.txt", "ours\n"), Symlink("l", "a")),
            COMMIT,
            _batch(Delete("a.txt"), Write("a.txt/inner.txt", "inner\n"), Move("in/b.txt", "b"), Chmod("b", 0o700)),
            _batch(Delete("l"), Write("l", "a file\n"), Write("b.txt", "again\n")),
            RESET,
        ),
    ),
    "back to a commit": Program(
        {},
        (
            OPEN,
            _batch(Write("a.txt", "a\n"), Write("in/b.txt", "b\n")),
            COMMIT,
            _batch(Write("a.txt", "later\n"), Delete("in/b.txt"), Write("c.txt", "c\n")),
            COMMIT,
            Step(_back),
            COMMIT,
        ),
    ),
    "syncs of the root": Program(
        {"a.txt": b"theirs\n"},
        (
            OPEN,
            _write("a.txt", "first\n"),
            _write("in/b.txt", "b\n"),
            Step(_sync),
            _write("a.txt", "second\n"),
            Step(lambda m: m.spool.delete("in/b.txt")),
            COMMIT,
            Step(_sync),
            _write("a.txt", "third\n"),
            RESET,
        ),
    ),
    "sessions": Program(
        {"a.txt": b"theirs\n"},
        (OPEN, _write("a.txt", "first\n"), Step(_again), _write("b", "b"), COMMIT, Step(_again), _write("a.txt", "2")),
    ),
    "a large file": Program(
        {"large.txt": b"small still\n"},
        (OPEN, _write("large.txt", LINES), COMMIT, _write("large.txt", OTHER_LINES), RESET),
    ),
    "edits by hand": Program(
        {"a.txt": b"theirs\n"},
        (
            OPEN,
            _write("a.txt", "ours\n"),
            Step(_edit("a.txt", b"edited\n")),
            _write("a.txt", "over it\n"),
            COMMIT,
            Step(_edit("a.txt", b"edited again\n")),
            Step(lambda m: m.spool.adopt()),
            Step(_edit("a.txt", b"and again\n")),
            Step(lambda m: m.spool.reset(force=True)),
        ),
        edited=True,
    ),
}


class Point(NamedTuple):
    """Power is lost after so many events, and the disk comes out of it in the n-th way."""

    event: int
    way: int


def run(machine: Machine, program: Program, steps: int) -> list[Event]:
    """Does the first steps of a program, and gives the record, if there is one."""
    log = [] if machine.recording is None else machine.recording.log
    for path, data in program.files.items():
        machine.theirs(path, data)
    for number, step in enumerate(program.steps[:steps], 1):
        step.do(machine)
        log.append(Acknowledged(number))
    return log


@functools.cache
def states(name: str) -> list[State]:
    """The state after each number of steps, as a process finds it that opens the root then."""
    program, found = PROGRAMS[name], list[State]()
    with tempfile.TemporaryDirectory() as folder:
        for steps in range(len(program.steps) + 1):
            machine = machine_at(Path(folder, str(steps)), "normal", program)
            forked.answer(functools.partial(_run_and_close, machine, program, steps))
            found.append(forked.answer(lambda machine=machine: look(machine.open())))  # type: ignore[misc]
    return found


def _run_and_close(machine: Machine, program: Program, steps: int) -> None:
    run(machine, program, steps)
    machine.close()


def machine_at(folder: Path, durability: Durability, program: Program) -> Machine:
    """Makes the folders of a machine."""
    machine = Machine(folder)
    machine.make()
    machine.durability = durability
    machine.on_conflict = "overwrite" if program.edited else "refuse"
    return machine


def recorded(machine: Machine, program: Program) -> list[Event]:
    """Runs a program in a child to its end, and gives what it asked of the disk."""

    def work() -> list[Event]:
        machine.recording = Recording(str(machine.folder)).install()
        return run(machine, program, len(program.steps))  # and no farewell: power is lost

    events: list[Event] = forked.answer(work)
    return events


def play(machine: Machine, name: str, events: list[Event], point: Point, most: int) -> list[str]:
    """Loses power at a point, and gives what is wrong with what comes up again."""
    program = PROGRAMS[name]
    disk = Disk(events[: point.event])
    ways = fates(disk, point.event, most)
    said, fate, otherwise = ways[point.way % len(ways)]
    disk.lose(fate, otherwise)
    numbers = disk.make(machine.folder)
    kept = [each.data for each in events[: point.event] if isinstance(each, Theirs)]
    allowed = [] if program.edited else _allowed(name, machine.durability, disk.acknowledged)
    end = forked.run(lambda: judge(machine, numbers, allowed, kept, _published(program, disk.acknowledged)))
    problems = [f"the judge ended with {end.code}: {end.error}"] if end.code else end.answer
    return [f"{name}, {machine.durability}, {point}, {said}: {problem}" for problem in problems]


def _allowed(name: str, durability: str, acknowledged: int) -> list[State]:
    """The states from the last that must survive to the one of the step that was on its way."""
    steps = PROGRAMS[name].steps[:acknowledged]
    certain = [number for number, step in enumerate(steps, 1) if step.publishes or durability == "full"]
    return [_of_files(state) for state in states(name)[max(certain, default=0) : acknowledged + 2]]


def _of_files(state: State) -> State:
    """A state without its folders: an empty one is no content, and may be left or be gone."""
    return state._replace(disk={path: file for path, file in state.disk.items() if file[0] != "folder"})


def _published(program: Program, acknowledged: int) -> int:
    return sum(step.publishes for step in program.steps[:acknowledged])


def judge(
    machine: Machine, numbers: dict[tuple[int, int], int], allowed: list[State], kept: list[bytes], commits: int
) -> list[str]:
    """Opens the root on a machine that has forgotten all that was not on its disk."""
    renumber(numbers)
    spool = machine.open()
    found = _of_files(look(spool))
    problems = [*swept(spool), *sound(spool), *lost(spool, kept)]
    if len(found.commits) < commits:
        problems.append(f"of {commits} acknowledged commits {len(found.commits)} are there")
    if allowed and found not in allowed:
        nearest = min((difference(found, state) for state in allowed), key=len)
        problems.append(f"neither before nor after: {nearest} (recovery said {spool.recovery.to_dict()})")
    stands = shape(spool.root)
    machine.close()
    spool = machine.open()
    again = spool.recovery
    if again.finished or again.undone or again.interrupted or again.swept or again.rescued:
        problems.append(f"the second recovery found work: {again.to_dict()}")
    if shape(spool.root) != stands:
        problems.append("the second recovery wrote files again")
    problems += usable(spool, may_commit=not found.conflicts)
    machine.close()
    return problems
