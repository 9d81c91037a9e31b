"""`spool recover` mends what a dead process left, and says so."""

import subprocess
import sys
from pathlib import Path

from tests.cli.running import Runner

DIES = """
import os, sys
from journal import Spool
spool = Spool.open(sys.argv[1])
spool.write("a.txt", "staged")
os._exit(9)
"""


def test_nothing_to_mend(committed: Runner) -> None:
    assert committed("recover").out == "Nothing to mend.\n"
    found = committed("recover", "--json").json
    assert (found["clean"], found["journal"]) == (True, "found")


def test_after_a_process_died(committed: Runner, root: Path) -> None:
    done = subprocess.run([sys.executable, "-c", DIES, str(root)], check=False)
    assert done.returncode == 9
    committed("recover")
    assert committed("recover").out == "Nothing to mend.\n"
    assert (root / "a.txt").read_text() == "staged"
    assert committed("diff", "--name-only").out == "a.txt\n"


def test_a_root_that_was_moved(committed: Runner, root: Path) -> None:
    moved = root.with_name("moved")
    root.rename(moved)
    assert committed.at(moved)("recover").out == "The root was moved, and its journal followed.\n"
    moved.rename(root)
    assert committed("recover", "--json").json["journal"] == "moved"
