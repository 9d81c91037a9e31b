"""Times how long a commit takes to reach a follower in another process, and what a follower costs that waits.

Budget: a commit is in the follower's hands 50 ms after `commit()` returned, p50 and p95. Beside it stands one line
through a pipe to a process that waits for it. Commits come close together, while the follower still expects more, and
far apart, when only the system's word wakes it. A waiting follower's processor time has no budget; beside it stands one
that looks by itself, as where the system does not tell of writes.
"""

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from _bench import Figure, Rounds, child, conclude, edited, fresh, text
from journal import Journal, Spool
from journal.limits import FOLLOW_POLL_S, FOLLOW_SETTLE_S

BUDGET_MS = 50.0
CLOSE, APART = 300, 8
PAUSE_S = 0.04
IDLE_S = 3.0
FOLLOW, PIPE, WAIT, LOOK = "follow", "pipe", "wait", "look"


def follow(path: str) -> None:
    """Follows, and tells of each change when it was there."""
    with Journal.open(path) as journal:
        print("ready", flush=True)
        for change in journal.follow():
            print(change.cursor, time.monotonic_ns(), flush=True)


def pipe() -> None:
    """Waits for lines, and tells of each when it was there."""
    print("ready", flush=True)
    while line := sys.stdin.readline():
        print(line.strip(), time.monotonic_ns(), flush=True)


def look(path: str) -> None:
    """Waits where the system does not tell of writes."""
    wait(path, told=False)


def wait(path: str, *, told: bool = True) -> None:
    """Follows while nothing is committed, and tells the milliseconds of processor time a second of that took."""
    begun = time.monotonic() + 1.5 * FOLLOW_SETTLE_S  # until then it looks often, in case that it came in the middle
    spent: list[tuple[float, float]] = []

    def stop() -> bool:
        if time.monotonic() >= begun:
            spent.append((time.monotonic(), time.process_time()))
        return time.monotonic() >= begun + IDLE_S

    with Journal.open(path) as journal, mock.patch.object(sys, "platform", sys.platform if told else "elsewhere"):
        for _ in journal.follow(journal.cursor, stop=stop):
            pass
    (begun_at, before), (ended_at, after) = spent[0], spent[-1]
    print((after - before) * 1000 / (ended_at - begun_at))


@contextmanager
def other(*arguments: str | Path) -> Iterator["subprocess.Popen[str]"]:
    """Runs this file in another process, until it is ready."""
    command = [sys.executable, __file__, *map(str, arguments)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def arrivals(process: "subprocess.Popen[str]", send: Callable[[int], None], number: int, pause_s: float) -> list[float]:
    """Sends so many things, one after another; gives the milliseconds until each was in the other's hands."""
    assert process.stdout is not None
    found, choose = [], random.Random(number)
    for n in range(number):
        time.sleep(pause_s * (0.5 + choose.random()))
        send(n)
        sent = time.monotonic_ns()
        found.append(max(int(process.stdout.readline().split()[1]) - sent, 0) / 1e6)
    return found


def one_round(close: Rounds, apart: Rounds) -> None:
    """Commits close to one another, then far apart; and sends lines through a pipe in the same way."""
    folder = fresh()
    (folder / "root").mkdir()
    path = folder / "state" / "journal.db"
    with Spool.open(folder / "root", journal=path) as spool, other(FOLLOW, path) as follower, other(PIPE) as reader:
        assert reader.stdin is not None
        pipe_in = reader.stdin

        def commit(number: int) -> None:
            spool.write("src/file.py", edited(text(1), number + spool.journal.cursor))
            spool.commit()

        def line(number: int) -> None:
            pipe_in.write(f"{number}\n")
            pipe_in.flush()

        for rounds, number, pause_s in ((close, CLOSE, PAUSE_S), (apart, APART, 1.5 * FOLLOW_SETTLE_S)):
            rounds.begin()
            for ms in arrivals(follower, commit, number, pause_s):
                rounds.ours(ms)
            for ms in arrivals(reader, line, number, PAUSE_S):
                rounds.reference(ms)


def idle() -> Figure:
    """Tells what a follower costs that has nothing to do, told by the system and looking by itself."""
    folder = fresh()
    (folder / "root").mkdir()
    path = folder / "state" / "journal.db"
    with Spool.open(folder / "root", journal=path) as spool:
        spool.write("file", "x")
        spool.commit()
        found = []
        for how in (WAIT, LOOK):
            found.append(float(child(__file__, how, path)[0]))
    return Figure("processor time a second of waiting", found[0], found[1])


def main() -> None:
    """Runs the rounds, and prints what they cost."""
    if sys.argv[1:]:
        how, *path = sys.argv[1:]
        roles: dict[str, Callable[..., None]] = {FOLLOW: follow, PIPE: pipe, WAIT: wait, LOOK: look}
        roles[how](*path)
        return
    close, apart = Rounds(), Rounds()
    one_round(close, apart)
    print(f"without the system's word a follower looks every {FOLLOW_POLL_S * 1000:.0f} ms")
    conclude(
        [
            close.figure("commits close together, p50", most=BUDGET_MS),
            close.figure("commits close together, p95", 0.95, most=BUDGET_MS),
            apart.figure("commits far apart, p50", most=BUDGET_MS),
            apart.figure("commits far apart, p95", 0.95, most=BUDGET_MS),
            idle(),
        ]
    )


if __name__ == "__main__":
    main()
