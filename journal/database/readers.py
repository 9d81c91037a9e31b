"""Which processes read a journal at this moment, as far as the system tells."""

import os
from collections.abc import Iterator

LOCKS = "/proc/locks"
FIRST_MARK, LAST_MARK = 123, 127
"""bytes of the shared memory file on one of which whoever is in a read transaction holds a shared lock: SQLite's
WAL_READ_LOCK(0) to (4)."""

OPEN_MARK = 128
"""byte of the same file on which whoever has the journal open holds a shared lock."""


def readers(path: str) -> list[str]:
    """Names the processes that hold a state of a journal, this one included; none where the system does not tell."""
    try:
        pids = set(_holding(path, FIRST_MARK, LAST_MARK))
    except OSError:
        return []
    return [_named(pid) for pid in sorted(pids)]


def is_open(path: str) -> bool:
    """Tells whether some process has a journal open, this one included; where the system does not tell, it may be."""
    if not os.path.exists(path + "-shm"):
        return False
    try:
        return any(True for _ in _holding(path, OPEN_MARK, OPEN_MARK))
    except OSError:
        return True


def _holding(path: str, low: int, high: int) -> Iterator[int]:
    """Yields the processes that hold a shared lock on a byte of the shared memory file."""
    found = os.stat(path + "-shm")  # never opened: closing it would drop the locks of this process
    where = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    with open(LOCKS, encoding="ascii", errors="replace") as file:
        lines = file.read().splitlines()
    for line in lines:
        fields = line.split()  # "5: POSIX  ADVISORY  READ 4353 fe:00:3391599 124 124", with "->" when it waits
        if len(fields) != 8 or [fields[1], fields[3], fields[5]] != ["POSIX", "READ", where]:
            continue
        first, last = fields[6:]
        if last.isdigit() and int(first) <= high and int(last) >= low:
            yield int(fields[4])


def _named(pid: int) -> str:
    if pid == os.getpid():
        return "this process"
    try:
        with open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as file:
            return f"process {pid} ({file.read().strip()})"
    except OSError:
        return f"process {pid}"
