"""A follower that is killed at any moment misses no change, and never sees one out of order."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from journal import Journal, Spool, Write
from tests.crash.conftest import Extent

BEGUN = "begun"
FOLLOW = """
import os, sys
from journal import Journal
out = os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND)
with Journal.open(sys.argv[1], readonly=False) as journal, journal.follower("memory") as follower:
    os.write(out, b"begun\\n")
    while True:
        for change in follower.next(7, wait_s=60):
            os.write(out, b"%d\\n" % change.cursor)  # whole lines: what is handled is on the disk's side of a kill
        follower.ack()
"""


@contextmanager
def following(root: Path, handled: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Follows in another process, which is killed at the end of the block."""
    with subprocess.Popen([sys.executable, "-c", FOLLOW, str(root), str(handled)]) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)


def lives(handled: Path) -> list[list[int]]:
    """What each of the processes handled, in its order."""
    found: list[list[int]] = []
    for line in handled.read_text().split("\n")[:-1]:
        if line == BEGUN:
            found.append([])
        else:
            found[-1].append(int(line))
    return found


def work(spool: Spool, choose: random.Random, until: float) -> None:
    """Commits one to nine changes at a time for a while."""
    while time.monotonic() < until:
        spool.batch([Write(f"{n}", str(choose.random())) for n in range(choose.randint(1, 9))])
        spool.commit()


def test_a_follower_that_is_killed_misses_nothing(root: Path, tmp_path: Path, extent: Extent) -> None:
    kills, choose = (100 if extent.deaths == 0 else 6), random.Random(1)
    handled = tmp_path / "handled"
    handled.touch()
    with Spool.open(root) as spool:
        for number in range(kills):
            begun = len(lives(handled))
            with following(root, handled):
                while len(lives(handled)) == begun and number % 5:  # every fifth dies before, or while, it opens
                    work(spool, choose, time.monotonic() + 0.002)
                work(spool, choose, time.monotonic() + choose.random() * 0.1)
        with following(root, handled):
            while (spool.journal.followers() or {"memory": 1})["memory"] > 0:
                time.sleep(0.002)
        newest = spool.journal.cursor
        assert spool.journal.verify().ok
    told, seen = lives(handled), 0
    assert len(told) > kills // 2
    for life in filter(None, told):
        assert life == list(range(life[0], life[0] + len(life)))
        assert life[0] <= seen + 1, "a change was missed between two lives"
        seen = max(seen, life[-1])
    assert seen == newest
    with Journal.open(root, readonly=False) as journal:
        assert journal.follower("memory").next() == []
