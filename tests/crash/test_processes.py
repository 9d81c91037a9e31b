"""Two processes write at one root in turn while others ask by another SQLite: nothing is lost, nothing half seen."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from journal import Journal, Spool, Write
from tests.crash.conftest import Extent
from tests.engine.looking import disk, temp_files

pytestmark = pytest.mark.timeout(600)
FILES = 5
READERS = 10
ENOUGH = 6

WRITE = """
import os, sys, time
from journal import Spool, Write
root, me, files, stop = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
done = 0
while not os.path.exists(stop):
    with Spool.open(root, wait_s=60) as spool:
        assert spool.recovery.clean, spool.recovery
        assert spool.status().clean
        number = int(spool.read("0"))
        if number % 2 == me:  # it is the other one's turn else
            spool.batch([Write(str(n), str(number + 1)) for n in range(1, files)])
            spool.write("0", str(number + 1))
            assert spool.commit(str(number + 1)).files == files
            done += 1
    time.sleep(0.002)
print(done)
"""

READ = """
import os, sqlite3, sys, time
path, files, stop, kept = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4] == "kept"
PARTS = '''
SELECT message FROM history WHERE cursor > (SELECT max(cursor) FROM history) - 40 * ?
GROUP BY commit_id HAVING count(*) <> ? OR count(DISTINCT sha_after) <> 1 OR count(DISTINCT message) <> 1
'''
NEWEST = "SELECT max(CAST(message AS INTEGER)), max(cursor), count(*) FROM history"
LIVING = "SELECT count(*), sum(state = 'running') FROM audit"
asked, newest, connection = 0, 0, None
while not os.path.exists(stop):
    connection = connection or sqlite3.connect(path)
    parts = connection.execute(PARTS, (files, files)).fetchall()
    assert parts == [], parts
    number, cursor, rows = connection.execute(NEWEST).fetchone()
    assert cursor == rows == files * (number + 1), (number, cursor, rows)
    assert number >= newest, (number, newest)
    connection.execute(LIVING).fetchone()
    newest, asked = number, asked + 1
    if not kept:
        connection = connection.close()
    time.sleep(0.005)
print(asked)
"""


@contextmanager
def running(code: str, *arguments: object) -> Iterator["subprocess.Popen[str]"]:
    """Runs Python in another process, which is ended at the latest with the block."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def told(process: "subprocess.Popen[str]") -> int:
    """The number that a process ended with."""
    said, error = process.communicate(timeout=120)
    assert process.returncode == 0, error
    return int(said)


def test_writers_take_turns_and_readers_see_whole_commits(root: Path, tmp_path: Path, extent: Extent) -> None:
    seconds, stop = (60.0 if extent.deaths == 0 else 4.0), tmp_path / "stop"
    with Spool.open(root) as spool:
        spool.batch([Write(str(number), "0") for number in range(FILES)])
        spool.commit("0")
        path = spool.journal.path
    with ExitStack() as stack:
        readers = [
            stack.enter_context(running(READ, path, FILES, stop, "kept" if number % 2 else "opened each time"))
            for number in range(READERS)
        ]
        writers = [stack.enter_context(running(WRITE, root, number, FILES, stop)) for number in range(2)]
        until = time.monotonic() + seconds
        while time.monotonic() < until or int((root / "0").read_text()) < ENOUGH:
            failed = [process for process in [*readers, *writers] if process.poll() is not None]
            assert not failed, told(failed[0])
            time.sleep(0.05)
        stop.touch()
        asked = [told(process) for process in readers]
        commits = [told(process) for process in writers]
    assert min(asked) > 0
    assert abs(commits[0] - commits[1]) <= 1, "they took turns"
    number = sum(commits)
    assert {state[0] for state in disk(root).values()} == {str(number).encode()}
    assert temp_files(root) == []
    with Journal.open(root) as journal:
        assert [commit.message for commit in journal.commits(newest_first=False)] == list(map(str, range(number + 1)))
        assert journal.verify().ok
