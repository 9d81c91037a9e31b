"""A project's history as changes, replayed by ours and by git."""

import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from _bench import CHECKOUT, sources, timed
from journal import Delete, Operation, Spool, Write

COMMITS = 300
MODULES = 120
LARGE = 100_000

Change = dict[str, bytes | None]
"""what one commit puts at each path; None: nothing."""


def history(clone: Path = CHECKOUT, most: int | None = COMMITS) -> tuple[str, list[Change]]:
    """Gives where the history comes from, and its changes; the first is the whole tree that it begins with."""
    real = list(of_clone(clone, most))
    return (clone.name, real) if len(real) > COMMITS else ("a generated history", list(generated()))


def git(folder: Path, *arguments: str, data: bytes | None = None) -> bytes:
    """Runs git, and gives what it printed."""
    command = ["git", "-c", "core.quotepath=off", *arguments]
    return subprocess.run(command, cwd=folder, input=data, capture_output=True, check=True).stdout


def of_clone(clone: Path, most: int | None) -> Iterator[Change]:
    """Reads the last commits of a clone, or all, along first parents; nothing when it is none, or without git."""
    if shutil.which("git") is None or not ((clone / ".git").exists() or (clone / "HEAD").exists()):
        return
    listed = git(clone, "rev-list", "--first-parent", "HEAD").decode().split()
    names = listed[: None if most is None else most + 1][::-1]
    if len(names) <= COMMITS:
        return
    empty = git(clone, "hash-object", "-t", "tree", "--stdin", data=b"").decode().strip()
    for before, after in zip([empty, *names], names, strict=False):
        yield dict(_changed(clone, before, after))


def _changed(clone: Path, before: str, after: str) -> Iterator[tuple[str, bytes | None]]:
    """Lists what differs between two commits of a clone; links and submodules are left out."""
    listed = git(clone, "diff-tree", "-r", "-z", "--no-renames", before, after).decode("utf-8", "surrogateescape")
    fields = listed.split("\0")[:-1]
    for facts, path in zip(fields[::2], fields[1::2], strict=True):
        _, mode, _, blob, status = facts.split()
        if status == "D":
            yield path, None
        elif mode.startswith("100"):
            yield path, git(clone, "cat-file", "blob", blob)


def generated() -> Iterator[Change]:
    """Makes a history out of the standard library."""
    choose = random.Random(300)
    texts = [data for data in sources() if len(data) < LARGE]
    choose.shuffle(texts)
    tree = {f"lib/part{n % 12}/module{n}.py": texts.pop() for n in range(MODULES)}
    yield dict(tree)
    for number in range(COMMITS):
        change: Change = {}
        for path in choose.sample(sorted(tree), choose.choice((1, 1, 2, 2, 3, 6))):
            change[path] = tree[path] = edited(tree[path], choose)
        if number % 10 == 9:
            path = f"lib/part{choose.randrange(12)}/new{number}.py"
            change[path] = tree[path] = texts.pop()
        if number % 30 == 29:
            path = choose.choice(sorted(tree))
            change[path] = None
            del tree[path]
        yield change


def edited(data: bytes, choose: random.Random) -> bytes:
    """Changes a text in two places, some ten lines in all, by lines of other modules."""
    lines = data.split(b"\n")
    for _ in range(2):
        other = choose.choice(sources()).split(b"\n")
        start, place = choose.randrange(len(other)), choose.randrange(len(lines))
        lines[place : place + choose.randrange(6)] = other[start : start + choose.randrange(1, 8)]
    return b"\n".join(lines)


def operations(change: Change) -> list[Operation]:
    """Gives a change as a batch."""
    return [Delete(path) if data is None else Write(path, data) for path, data in change.items()]


def ours(folder: Path, changes: list[Change]) -> list[float]:
    """Replays a history; gives the milliseconds of each commit but the first."""
    took = list[float]()
    (folder / "root").mkdir()
    with Spool.open(folder / "root", journal=folder / "state" / "journal.db") as spool:
        for number, change in enumerate(changes):
            batch = operations(change)

            def replay(batch: list[Operation] = batch, number: int = number) -> None:
                spool.batch(batch)
                spool.commit(f"commit {number}")

            took.append(timed(replay))
    return took[1:]


def stream(changes: list[Change]) -> bytes:
    """Spells a history for `git fast-import`."""
    told = []
    for number, change in enumerate(changes):
        message = b"commit %d" % number
        told.append(b"commit refs/heads/main\ncommitter a <a@b> %d +0000\n" % (1_700_000_000 + number))
        told.append(b"data %d\n" % len(message) + message + b"\n")
        for path, data in change.items():
            name = b'"' + path.encode("utf-8", "surrogateescape").replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
            told.append(b"D " + name + b"\n" if data is None else b"M 100644 inline " + name + b"\n")
            told.append(b"" if data is None else b"data %d\n" % len(data) + data + b"\n")
    return b"".join(told)


def packed(folder: Path, changes: list[Change]) -> tuple[float, int]:
    """Takes the history into git: milliseconds of the import, and bytes of the pack after `git gc`."""
    folder.mkdir()
    git(folder, "init", "-q", "--bare", ".")
    spelled = stream(changes)
    # As loose objects, which `git gc` then packs as those of a living repository.
    command = ("-c", "fastimport.unpackLimit=1000000", "fast-import", "--quiet")
    took = timed(lambda: git(folder, *command, data=spelled))
    git(folder, "gc", "-q", "--prune=now")
    return took, sum(path.stat().st_size for path in (folder / "objects" / "pack").glob("*.pack"))
