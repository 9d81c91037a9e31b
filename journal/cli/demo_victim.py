"""The process that `spool demo` kills: it stops in the middle of a batch, and waits there for its end."""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from journal import Spool, Write
from journal.workspace import calls

LIVES_S = 30
"""seconds after which it ends by itself, should nobody kill it."""


def main(root: str, journal: str, session: str, line: str, after: str) -> None:
    """Puts a line on top of every Python file in one batch, and stops once `after` of them are in place."""
    signal.alarm(LIVES_S)
    with Spool.open(root, journal=journal, session_id=session) as spool:
        names = sorted(path for path in spool.journal.tree() if path.endswith(".py"))
        batch = [Write(name, line.encode() + b"\n" + (spool.read(name) or b"")) for name in names]
        stop_after(int(after))
        spool.batch([*batch, Write("WATERMARK.txt", line + "\n")], description=line)
    print("done", flush=True)


def stop_after(count: int) -> None:
    """Lets so many files come to their places, then stops the process in the very next moment."""
    placed = 0

    def watched(function: Callable[..., None]) -> Callable[..., None]:
        def call(*names: Any) -> None:
            nonlocal placed
            function(*names)
            placed += not names[-1].startswith(("w-", "x-"))  # those are still in the temp folder
            if placed == count:
                print("stopped", flush=True)
                os.read(sys.stdin.fileno(), 1)
                os._exit(1)  # nobody is left who could kill it

        return call

    for name in ("exchange", "rename_new", "rename", "link"):  # the ways by which a file comes to its place
        setattr(calls, name, watched(getattr(calls, name)))


if __name__ == "__main__":
    main(*sys.argv[1:])
