"""Kills agents at work at random moments, again and again, and holds what is left against a ledger.

    python3 tools/dev.py soak --minutes 5 --seed 1

A root lives for some rounds. In each, one or two agents take turns at it, and are killed by SIGKILL; then the root is
opened by a process that is killed in the middle of its recovery, once, twice or not at all; then one that judges. Every
opening on the way is held against the ledger too. Beside them, another SQLite reads all the time. What the agents
choose follows from the seed; when a kill comes does not. A bad state leaves its folder, with `said`, all that the
agents told, in it.
"""

import argparse
import contextlib
import json
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from journal import Spool
from tests.crash import forked
from tests.crash.agent import live, look
from tests.crash.judge import sound, swept
from tests.crash.ledger import Ledger, Seen
from tests.crash.state import shape

ROUNDS = 25
"""kills of the agents after which a root has history enough, and makes place for a new one."""

READ = """
import os, sqlite3, sys, time
path, stop, kept = sys.argv[1], sys.argv[2], sys.argv[3] == "kept"
PARTS = '''
SELECT k.id FROM commits AS k LEFT JOIN change AS c ON c.commit_id = k.id GROUP BY k.id HAVING count(c.seq) <> k.files
'''
LOOSE = "SELECT s.path_id FROM staged AS s LEFT JOIN edit AS e ON e.id = s.edit_id WHERE e.path_id IS NOT s.path_id"
CHAIN = "SELECT count(*) - count(DISTINCT parent_id) FROM commits"
asked, newest, connection = 0, 0, None
while not os.path.exists(stop):
    if not os.path.exists(path):
        time.sleep(0.002)
        continue
    connection = connection or sqlite3.connect(path)
    try:
        for question in (PARTS, LOOSE):
            found = connection.execute(question).fetchall()
            assert found == [], (question, found)
        assert connection.execute(CHAIN).fetchone()[0] in (0, 1)
        number = connection.execute("SELECT count(*) FROM commits").fetchone()[0]
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error) or asked:  # the journal is being made
            raise
        connection = connection.close()
        continue
    assert number >= newest, (number, newest)
    newest, asked = number, asked + 1
    if not kept:
        connection = connection.close()
    time.sleep(0.003)
print(asked)
"""


class Root:
    """One root with its ledger, for as long as it lives."""

    def __init__(self, folder: Path, seed: str, kept: Counter[str]) -> None:
        self.folder = folder
        self.root = folder / "root"
        self.root.mkdir(parents=True)
        (folder / "memory").mkdir()
        self.choose = random.Random(seed)
        self.ledger = Ledger()
        self.tally = kept
        self.problems: list[str] = []
        self._said = (folder / "said").open("a")
        self._agents = 0
        self._buffer = b""
        self._pipe = os.pipe()
        os.environ["SPOOL_HOME"] = str(folder / "home")
        os.environ["XDG_RUNTIME_DIR"] = str(folder / "memory")

    def close(self) -> None:
        """Lets go of the pipe."""
        for fd in self._pipe:
            os.close(fd)
        self._said.close()

    def round(self) -> None:
        """Agents, kills, recoveries that are killed, a judgement."""
        started = [self._start() for _ in range(self.choose.choice((1, 2, 2)))]
        self._hear(until=time.monotonic() + 10, wanted="look")
        for pid in self.choose.sample(started, len(started)):
            self._hear(until=time.monotonic() + self.choose.choice((0.002, 0.02, 0.08)) * self.choose.random() * 2)
            self._kill(pid, "agents")
        for _ in range(self.choose.choice((0, 0, 1, 2))):
            pid = self._fork(self._open)
            self._hear(until=time.monotonic() + self.choose.random() * 0.012)
            self._kill(pid, "recoveries")
        self._hear(until=time.monotonic())
        if not self.ledger.edited and self.choose.random() < 0.15:
            shutil.rmtree(self.folder / "memory")  # a false alarm: the machine has lost nothing
            (self.folder / "memory").mkdir()
        self._judge()

    def _start(self) -> int:
        number, seed = self._agents, f"{self.choose.random()}"
        self._agents += 1
        return self._fork(lambda: live(self.root, self._pipe[1], number, seed))

    def _fork(self, work: Any) -> int:
        self._said.flush()
        pid = os.fork()
        if pid == 0:
            with contextlib.suppress(BaseException):
                os.close(self._pipe[0])
                work()
            os._exit(1)
        return pid

    def _open(self) -> None:
        Spool.open(self.root, wait_s=60)
        time.sleep(60)

    def _kill(self, pid: int, kind: str) -> None:
        if os.waitpid(pid, os.WNOHANG)[0]:
            self.problems.append(f"one of the {kind} ended by itself")
            return
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        self.tally[kind] += 1

    def _hear(self, until: float, wanted: str = "") -> None:
        """Takes in what the agents say, up to a time, or up to something wanted."""
        while True:
            left = max(0.0, until - time.monotonic())
            if select.select([self._pipe[0]], [], [], left)[0]:
                self._buffer += os.read(self._pipe[0], 1 << 16)
                *lines, self._buffer = self._buffer.split(b"\n")
                heard = [self._take(line) for line in lines]
                if wanted in heard:
                    return
            elif not left:
                return

    def _take(self, line: bytes) -> str:
        self._said.write(line.decode() + "\n")
        what, number, thread, said = json.loads(line)
        who = (number, thread)
        if what == "begin":
            self.ledger.begin(who, said)
            self.tally["acts"] += 1
        elif what == "end":
            self.ledger.end(who, said)
        elif what == "refused":
            self.ledger.refuse(who)
            self.tally["refused"] += 1
        elif what == "look":
            self._meet(_seen(json.loads((self.folder / said).read_text())))
            (self.folder / said).unlink()
        else:
            self.problems.append(said)
        return str(what)

    def _meet(self, seen: Seen) -> None:
        self.tally["in flight"] += len(self.ledger.open_acts)
        self.tally["looks"] += 1
        self.problems += self.ledger.meet(seen)

    def _judge(self) -> None:
        seed = self.choose.random()
        end = forked.run(lambda: judged(self.root, seed))
        if end.code != 0:
            self.problems.append(f"the judge ended with {end.code}: {end.error}")
            return
        seen, problems = end.answer
        self._meet(seen)
        self.problems += problems
        self.tally["judgements"] += 1


def judged(root: Path, seed: float) -> tuple[Seen, list[str]]:
    """Opens a root for good, and tells what stands there and what is wrong with it."""
    with Spool.open(root, wait_s=60) as spool:
        seen, problems = look(spool, random.Random(seed)), [*sound(spool), *swept(spool)]
        stands = shape(root)
    with Spool.open(root) as spool:
        found = spool.recovery
        if found.finished or found.undone or found.interrupted or found.swept or found.rescued:
            problems.append(f"the second recovery found work: {found.to_dict()}")
        if shape(root) != stands:
            problems.append("the second recovery wrote files again")
    return seen, problems


def _seen(said: list[Any]) -> Seen:
    disk, staged, commits, head, trees, recovery = said

    def told(files: dict[str, list[Any]]) -> dict[str, Any]:
        return {path: tuple(file) for path, file in files.items()}

    def side(told: list[Any] | None) -> Any:
        return None if told is None else tuple(told)

    sides = {path: (side(before), side(after)) for path, (before, after) in staged.items()}
    return Seen(told(disk), sides, commits, told(head), {i: told(tree) for i, tree in trees.items()}, recovery)


def life(folder: Path, seed: str, tally: Counter[str], more: Any) -> list[str]:
    """Lets one root live for its rounds, or as long as `more` says, with readers beside it; gives what was wrong."""
    root, stop = Root(folder, seed, tally), folder / "stop"
    path = forked.answer(lambda: _made(root.root))
    command = [sys.executable, "-c", READ, path, str(stop)]
    readers = [
        subprocess.Popen([*command, kind], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for kind in ("kept", "opened each time")
    ]
    try:
        for _ in range(ROUNDS):
            if root.problems or not more():
                break
            root.round()
    finally:
        stop.touch()
        root.close()
        for reader in readers:
            said, error = reader.communicate(timeout=60)
            if reader.returncode:
                root.problems.append(f"a reader failed: {error}")
            else:
                tally["reads"] += int(said)
    return root.problems


def _made(root: Path) -> str:
    with Spool.open(root) as spool:
        return str(spool.journal.path)


def soak(folder: Path, seed: int, more: Any) -> tuple[Counter[str], list[str]]:
    """Soaks root after root, until there is enough, and gives the figures and what was wrong."""
    tally, bad, number = Counter[str](), list[str](), 0
    while more(tally):
        place = folder / f"{seed}-{number}"
        problems = life(place, f"{seed}.{number}", tally, lambda: more(tally))
        tally["roots"] += 1
        number += 1
        if problems:
            tally["bad"] += 1
            bad += [f"{place} (seed {seed}, root {number - 1}): {problem}" for problem in problems]
        else:
            shutil.rmtree(place)
    return tally, bad


def main(arguments: list[str]) -> int:
    """Soaks for some minutes; ends with 1 when there was a bad state."""
    parser = argparse.ArgumentParser(prog="dev.py soak", description="kills agents at work, and looks at what is left")
    parser.add_argument("--minutes", type=float, default=5.0, help="how long (5)")
    parser.add_argument("--seed", type=int, default=1, help="what the agents choose by (1)")
    parser.add_argument("--keep", help="the folder to work in; a fresh one in the temp folder otherwise")
    options = parser.parse_args(arguments)
    folder = Path(options.keep or tempfile.mkdtemp(prefix="soak-"))
    until = time.monotonic() + 60 * options.minutes
    os.umask(0o022)
    tally, bad = soak(folder, options.seed, lambda _: time.monotonic() < until)
    print(", ".join(f"{tally[name]} {name}" for name in TOLD), flush=True)
    print(f"{tally['agents'] + tally['recoveries']} kills, {tally['looks']} points, {tally['bad']} bad states")
    for each in bad:
        print(each)
    if bad:
        print(f"Replay the choices by: python3 tools/dev.py soak --seed {options.seed}  (the moments are not the same)")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if bad else 0


TOLD = ("roots", "agents", "recoveries", "judgements", "looks", "acts", "in flight", "refused", "reads")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
