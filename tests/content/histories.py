"""Texts that really followed one another, as far as this machine has any: bounded samples, the same on every run."""

import functools
import random
import shutil
import subprocess
import sysconfig
from pathlib import Path

import _cases
from tests.content.applying import git_environment

CHECKOUT = Path(__file__).resolve().parent.parent.parent

Pairs = list[tuple[bytes, bytes]]


@functools.cache
def versions(count: int) -> Pairs:
    """Files of the standard libraries of two Pythons and more; none where only one is installed."""
    return [(before, after) for _, before, after in _cases.histories(count)]


def packages(count: int) -> Pairs:
    """Installed files, and copies of them with lines changed, moved, and taken from one another."""
    choose = random.Random(2)
    every = sorted(Path(sysconfig.get_path("purelib")).rglob("*.py"))
    made: Pairs = []
    for path in choose.sample(every, min(count, len(every))):
        before = path.read_bytes()
        lines = before.split(b"\n")
        after = _cases.changed(lines, min(len(lines), choose.choice((1, 3, 20))), choose.randrange(99))
        if choose.random() < 0.3:
            after = _cases.moved(after)
        if choose.random() < 0.3:
            after += choose.choice(every).read_bytes().split(b"\n")
        if before != b"\n".join(after):
            made.append((before, b"\n".join(after)))
    return made


def this_checkout(count: int) -> Pairs:
    """Files that commits of this checkout changed; none where it is no clone, or has one commit only."""
    git = shutil.which("git")
    if git is None:
        return []

    def said(*words: str, ask: bytes = b"") -> bytes:
        command = [git, "-C", str(CHECKOUT), *words]
        run = subprocess.run(command, input=ask, env=git_environment(), capture_output=True, check=False)
        return run.stdout if run.returncode == 0 else b""

    changes = said("log", "-n", "300", "--raw", "--no-abbrev", "--no-renames", "--format=", "--diff-filter=M")
    found = sorted({(parts[2], parts[3]) for line in changes.split(b"\n") if len(parts := line.split()) > 4})
    some = random.Random(3).sample(found, min(count, len(found)))
    stream = said("cat-file", "--batch", ask=b"".join(b"%b\n%b\n" % ids for ids in some))
    contents = []
    while stream:
        head, _, rest = stream.partition(b"\n")
        if not head.split()[-1].isdigit():
            return []  # a clone that lacks contents
        size = int(head.split()[-1])
        contents.append(rest[:size])
        stream = rest[size + 1 :]
    return list(zip(contents[::2], contents[1::2], strict=True))
