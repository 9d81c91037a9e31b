"""An executable model of the write-ahead protocol: every interleaving of its steps with two faults and a foreign edit.

A fault is the death of the process or a loss of power, in recovery too; the editor acts once, between any two steps.
The invariants are checked after each run. Not modelled: directories, modes, two threads (one lock a path is assumed),
and writers that keep an old descriptor.

    python -m tests.model.protocol [SCENARIO ...]    all rules: no violation; with no name also the rule table
    python -m tests.model.protocol --rules           only that table
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from tests.model.protocol_engine import Conflict, Crash, Engine
from tests.model.protocol_world import Change, Content, World

Step = Callable[[Engine], None]


class Rule(NamedTuple):
    """What breaks without a rule: the scenario that shows it, and what the rule says."""

    scenario: str
    sentence: str


class Scenario(NamedTuple):
    """What stands there at first, the paths in play, what is done, and what the first act makes of its paths."""

    tree: dict[str, str]
    steps: tuple[Step, ...]
    first: tuple[Change, ...]
    paths: tuple[str, ...]


class Explored(NamedTuple):
    """How much was explored, and how often each invariant was broken."""

    runs: int
    choices: int
    crash_states: int
    bad: Counter[str]


RULES = {
    "mark": Rule("write", "the journal is synced before a path changes that was synced since it last changed"),
    "capture": Rule("overwrite", "the journal is synced before bytes of someone else, just captured, are replaced"),
    "exchange": Rule("write", "what a publish displaced is looked at, never destroyed by rename or unlink"),
    "keep": Rule("write", "the sweep keeps bytes that the journal does not know"),
    "same": Rule("write", "an intent is redone only over the very inode and mtime it was made against"),
    "ack": Rule("batch", "a batch is marked done before it returns, and taken back when it is not and cannot be"),
    "lost": Rule("write", "a lost page cache is detected, also when the boot id is the same"),
    "aside": Rule("write", "after a lost cache, unknown bytes at a marked path become a blob before it is restored"),
    "stamp": Rule("write twice", "a mark gets the new boot id only in the last transaction of recovery"),
    "seq": Rule("sync beside a write", "a sync of the root clears only the marks made before it began"),
}


def act(*plan: Change, policy: str = "refuse", reset: bool = False) -> Step:
    """An act on paths, as a step of a scenario."""
    return lambda engine: engine.act(plan, policy, reset)


def scenario(tree: dict[str, str], first: Sequence[Change], *steps: Step) -> Scenario:
    """A scenario that begins with an act and goes on with `steps`, which are about the same paths."""
    return Scenario(tree, (act(*first), *steps), tuple(first), tuple(sorted(path for path, _ in first)))


A1: Change = ("a", "A1")
A2: Change = ("a", "A2")
OLD = {"a": "a0"}

SCENARIOS = {
    "write": scenario(OLD, [A1], Engine.step, Engine.step),
    "create": scenario({}, [A1]),
    "write twice": scenario(OLD, [A1], act(A2)),
    "delete": scenario(OLD, [("a", None)]),
    "overwrite": scenario(OLD, [A1], act(A2, policy="overwrite")),
    "batch": scenario({"a": "a0", "b": "b0"}, [A1, ("b", None)]),
    "batch, then commit": scenario(OLD, [A1, ("b", "B1")], Engine.commit),
    "move": scenario(OLD, [("b", "a0"), ("a", None)]),
    "write, reset": scenario(OLD, [A1], act(("a", "a0"), reset=True)),
    "write, commit, write": scenario(OLD, [A1], Engine.commit, act(A2)),
    "sync beside a write": scenario(
        OLD, [A1], Engine.sync_begin, act(A2), Engine.sync_end, Engine.commit, Engine.step
    ),
}


def broken(world: World, first: Sequence[Change]) -> str | None:
    """The invariant that does not hold after recovery or a clean end, as a sentence."""
    rows = world.now
    if any(len(name) > 1 for name in world.names):
        return "temporary file left"
    if rows.commits < world.acked_commits:
        return "acknowledged commit lost"
    if not world.powered and rows.acts < world.acked:
        return "acknowledged verb lost without a power loss"
    standing = {world.inodes[number].content for number in world.names.values()}
    for content in world.owed:
        if content not in rows.blobs and content not in standing:
            return f"foreign content destroyed: {content}"
    found = {path: world.content(path) for path in world.paths}
    for path in world.paths:
        if sentence := _broken_at(world, path, found[path]):
            return sentence
    if world.reverted and not world.powered and found[world.reverted[0]] != world.reverted[1]:
        return "recovery overrode what the user put back"
    put = [found[path] == content for path, content in first if content]
    gone = [found[path] is None for path, content in first if not content]
    if not world.acked and world.edited != "recover" and any(put) and not all(put + gone):
        return "half of an unacknowledged batch is left"
    return None


def _broken_at(world: World, path: str, found: Content) -> str | None:
    rows = world.now
    wanted = rows.staged[path][1] if path in rows.staged else rows.head.get(path)
    if found is not None and found.startswith("torn") and "F" not in found:
        return f"torn file left at {path}"
    if found == wanted:
        return None
    foreign = found in (None, "A1") or found.removeprefix("torn ") in ("Fa", "Fb", "a0", "b0")
    if not world.edited or (path in rows.mark and not foreign):
        return f"{path} is {found}, the journal says {wanted}"
    return None


class Trail:
    """The choices of one run after another, depth first: each run repeats the last but for its last open choice."""

    def __init__(self) -> None:
        self.taken: list[list[int]] = []
        self.used = 0
        self.over = False

    def choose(self, options: int) -> int:
        """The next choice of this run."""
        if self.used == len(self.taken):
            self.taken.append([0, options])
        self.used += 1
        return self.taken[self.used - 1][0]

    def advance(self) -> int:
        """Goes on to the next run; gives the number of choices of the last one."""
        used, self.used = self.used, 0
        while self.taken and self.taken[-1][0] + 1 >= self.taken[-1][1]:
            self.taken.pop()
        self.over = not self.taken
        if self.taken:
            self.taken[-1][0] += 1
        return used


def explore(name: str, rules: Iterable[str], stop_at_first: bool = False) -> Explored:
    """Runs every choice, again from the start or from a crash state; each crash state is visited once."""
    chosen, kept = SCENARIOS[name], frozenset(rules)
    todo = [(World(chosen.tree, list(chosen.paths)), "run")]
    seen, runs, choices, bad = set[str](), 0, 0, Counter[str]()
    while todo:
        origin, phase = todo.pop()
        trail = Trail()
        while not trail.over:
            world = origin.copy()
            world.phase = phase
            problem = _attempt(Engine(world, trail.choose, kept), chosen, phase)
            runs, choices = runs + 1, choices + trail.advance()
            if problem == "crash":
                if (key := world.key()) not in seen:
                    seen.add(key)
                    todo.append((world, "recover"))
            elif problem:
                bad[problem] += 1
                if stop_at_first:
                    return Explored(runs, choices, len(seen), bad)
    return Explored(runs, choices, len(seen), bad)


def _attempt(engine: Engine, chosen: Scenario, phase: str) -> str | None:
    """One run to its end; gives what is wrong then, or `crash`."""
    world = engine.world
    try:
        if phase == "recover":
            engine.recover()
        for step in chosen.steps if phase == "run" else ():
            try:
                step(engine)
            except Conflict:
                world.unbind([name for name in world.names if name[0] == "w" and len(name) > 1])
    except Crash:
        return "crash"
    problem, names = broken(world, chosen.first), dict(world.names)
    if problem is None and phase == "recover":
        Engine(world, lambda options: 0, engine.rules).recover()
        return None if world.names == names else "recovery is not idempotent"
    return problem


def counterexample(rule: str) -> str | None:
    """The first invariant that breaks when a rule is left out; None when all hold."""
    return next(iter(explore(RULES[rule].scenario, set(RULES) - {rule}, stop_at_first=True).bad), None)


def main(arguments: Sequence[str]) -> int:
    """Explores the scenarios that `arguments` name, or all, and prints what was found."""
    names = [name for name in arguments if name in SCENARIOS] or ([] if "--rules" in arguments else list(SCENARIOS))
    violations = 0
    for name in names:
        runs, choices, crash_states, bad = explore(name, RULES)
        violations += sum(bad.values())
        told = f"{name:22}{runs:>10} executions {choices:>11} choices {crash_states:>8} distinct crash states"
        _say(f"{told}   {dict(bad) or 'no violation'}")
    for rule, (_, sentence) in RULES.items() if not arguments or "--rules" in arguments else ():
        _say(f"without {rule:9}{counterexample(rule) or 'NO COUNTEREXAMPLE':42} {sentence}")
    return int(violations > 0)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


__all__ = ["RULES", "SCENARIOS", "counterexample", "explore"]

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
