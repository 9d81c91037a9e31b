"""How a root is asked to be opened, checked before anything is touched."""

import os
from os import PathLike
from typing import Literal

from journal.errors import UsageError
from journal.limits import WORKERS_MAX

Durability = Literal["off", "normal", "full"]


def place(path: str | PathLike[str]) -> str:
    """Gives the text of a path of this machine.

    Raises:
        UsageError: it is no path.
    """
    given: object = path
    if not isinstance(given, str | PathLike) or not isinstance(os.fspath(given), str):
        raise UsageError(f"{path!r} is no path", hint="pass a str or a pathlib.Path")
    return os.fspath(path)


def places(workers: object) -> int:
    """Gives how many verbs may run side by side; `adaptive` is one a processor that this process may use.

    Raises:
        UsageError: it is neither a number from 1 on nor "adaptive".
    """
    if workers == "adaptive":
        usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return min(usable, WORKERS_MAX)
    if not isinstance(workers, int) or isinstance(workers, bool) or not 1 <= workers <= WORKERS_MAX:
        hint = f"pass a number from 1 to {WORKERS_MAX}, or \"adaptive\""
        raise UsageError(f"workers is {workers!r}", hint=hint)
    return workers


def seconds(wait_s: object) -> float:
    """Checks how long to wait for the lease.

    Raises:
        UsageError: it is no number from 0 on.
    """
    if not isinstance(wait_s, int | float) or not wait_s >= 0:
        raise UsageError(f"wait_s is {wait_s!r}", hint="pass seconds from 0 on")
    return wait_s


def session_name(session_id: object) -> str | None:
    """Checks the name of a session, None for a new one.

    Raises:
        UsageError: it is no text, or empty.
    """
    if session_id is not None and not (isinstance(session_id, str) and session_id.strip()):
        raise UsageError(f"session_id is {session_id!r}", hint="pass a name, or leave it out")
    return session_id


def durable(durability: object) -> Durability:
    """Checks a durability.

    Raises:
        UsageError: it is none of the three.
    """
    if durability == "off" or durability == "normal" or durability == "full":
        return durability
    raise UsageError(f"durability is {durability!r}", hint='pass "off", "normal" or "full"')
