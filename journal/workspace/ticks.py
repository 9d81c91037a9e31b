"""Whether a file system's time stamps tell every write, found out by trying it."""

from journal.workspace import calls
from journal.workspace.look import EXACT_DEVICES, signed
from journal.workspace.temp import Temp

ROUNDS = 24
"""rewrites of one byte within some 100 µs: a clock with ticks of milliseconds shows none of them."""


def probe(temp: Temp) -> bool:
    """Tells whether a stat stands for the content from the moment it was taken, and remembers it for the device.

    Linux does so since 6.13 on its own file systems. Stores through a mapping are not tried: they move the stamp late
    everywhere.
    """
    name = f"w-{temp.number()}"
    fd = calls.create(name, temp.fd)
    try:
        calls.unlink(name, temp.fd)
        device = signed(calls.fstat(fd).st_dev)
        if _every_write_shows(fd):
            EXACT_DEVICES.add(device)
        else:
            EXACT_DEVICES.discard(device)
        return device in EXACT_DEVICES
    finally:
        calls.close(fd)


def _every_write_shows(fd: int) -> bool:
    calls.rewrite(fd, b"0")
    before = calls.fstat(fd)
    for _ in range(ROUNDS):
        calls.rewrite(fd, b"1")
        after = calls.fstat(fd)
        if (after.st_mtime_ns, after.st_ctime_ns) == (before.st_mtime_ns, before.st_ctime_ns):
            return False
        before = after
    return True
