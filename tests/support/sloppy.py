"""Diffs as people and models send them, with what they must come to: mutations of real texts by fixed seeds."""

import random
import sysconfig
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from journal.content.diffing import Block, Side, compare, unified

CONTEXT = 3


class Case(NamedTuple):
    """A file, a diff for it, and the file afterwards; None: it must be refused, or found there already."""

    before: bytes
    diff: bytes
    after: bytes | None


class Real(NamedTuple):
    """A text, an edit of it, its changed blocks, and its diff."""

    old: list[bytes]
    new: list[bytes]
    blocks: tuple[Block, ...]
    diff: bytes

    @property
    def context(self) -> list[int]:
        """Lists the old lines that the diff shows and does not remove."""
        removed = {at for start, count, _, _ in self.blocks for at in range(start, start + count)}
        shown = set[int]()
        for start, count, _, _ in self.blocks:
            shown |= set(range(max(0, start - CONTEXT), min(len(self.old), start + count + CONTEXT)))
        return sorted(shown - removed)


@cache
def pool() -> list[list[bytes]]:
    """Reads the standard library: texts of 80 to 1,500 lines, in the order of their names."""
    folder = Path(sysconfig.get_path("stdlib"))
    found = []
    for name in ("json", "email", "http", "logging", "importlib", "concurrent", "asyncio", "unittest", "xml", "."):
        for path in sorted((folder / name).glob("*.py")):
            lines = path.read_bytes().split(b"\n")[:-1]
            if 80 <= len(lines) <= 1500 and b"\r" not in path.read_bytes():
                found.append(lines)
    return found


def text(lines: list[bytes]) -> bytes:
    """Joins lines into a file."""
    return b"".join(line + b"\n" for line in lines)


def real(choose: random.Random) -> Real:
    """Edits a text at one to four places: lines replaced, inserted from another text, or deleted."""
    while True:
        old = choose.choice(pool())
        new, other = list(old), choose.choice(pool())
        for place in sorted(choose.sample(range(len(old)), choose.randrange(1, 5)), reverse=True):
            some = borrowed(other, old, place, choose)
            kind = choose.choice(("replace", "replace", "insert", "delete", "word"))
            if kind == "word":
                new[place] = new[place].replace(b"self", b"other").replace(b"name", b"label").replace(b"None", b"False")
            elif kind == "insert":
                new[place:place] = some
            else:
                new[place : place + choose.randrange(1, 4)] = some if kind == "replace" else []
        before, after = text(old), text(new)
        found = compare(before, after)
        if found.blocks and not any(line.startswith(b"```") for line in old + new):
            diff = unified("a.py", Side(before, 0o644, "file"), Side(after, 0o644, "file"), found.blocks, CONTEXT)
            return Real(old, new, found.blocks, diff.split(b"\n", 1)[1])  # without the line `diff --git`


def borrowed(other: list[bytes], lines: list[bytes], place: int, choose: random.Random) -> list[bytes]:
    """Takes one to five lines of another text, indented as those around a place are."""
    at = choose.choice([at for at in range(len(other) - 6) if other[at].strip()])
    some = other[at : at + choose.randrange(1, 6)]
    depths = [len(line) - len(line.lstrip()) for line in some if line.strip()]
    around = next((line for line in lines[place:] + lines[::-1] if line.strip()), b"")
    lead = around[: len(around) - len(around.lstrip())]
    return [lead + line[min(depths) :] if line.strip() else line for line in some]


class Drift(NamedTuple):
    """What happened to the old lines before the diff came: other lines, and lines put before some."""

    changed: dict[int, bytes | None]
    inserted: dict[int, bytes]


def drifted(given: Real, drift: Drift) -> tuple[bytes, bytes]:
    """Gives the file as it has become, and what the edit makes of that."""

    def kept(start: int, end: int) -> Iterator[bytes]:
        for at in range(start, end):
            if at in drift.inserted:
                yield drift.inserted[at]
            line = drift.changed.get(at, given.old[at])
            if line is not None:
                yield line

    after, done = list[bytes](), 0
    for start, count, new, added in given.blocks:
        after += [*kept(done, start), *given.new[new : new + added]]
        done = start + count
    after += kept(done, len(given.old))
    return text(list(kept(0, len(given.old)))), text(after)


def edited(line: bytes, choose: random.Random) -> bytes:
    """Changes a word of a line, or adds one."""
    words = line.split(b" ")
    full = [at for at, word in enumerate(words) if word]
    if not full:
        return b"    # a line that was blank"
    at = choose.choice(full)
    words[at] = choose.choice((words[at] + b"_new", b"renamed", words[at].swapcase() + b"2"))
    return b" ".join(words)


def headers(diff: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Changes the lines of a diff that begin its hunks."""
    return b"\n".join(change(line) if line.startswith(b"@@ ") else line for line in diff.split(b"\n"))


def numbers(line: bytes) -> list[list[int]]:
    """Reads the numbers of a hunk's header."""
    spans = [part[1:].split(b",") for part in line.split(b" ")[1:3]]
    return [[int(span[0]), int(span[1]) if len(span) > 1 else 1] for span in spans]


def spelled(spans: list[list[int]]) -> bytes:
    """Writes a hunk's header."""
    (a, n), (b, m) = spans
    return b"@@ -%d,%d +%d,%d @@" % (a, n, b, m)


def bodies(diff: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Changes the lines of a diff that are lines of its hunks."""
    lines, inside, made = diff.split(b"\n")[:-1], False, list[bytes]()
    for line in lines:
        inside = inside or line.startswith(b"@@ ")
        made.append(change(line) if inside and not line.startswith((b"@@ ", b"\\")) else line)
    return b"\n".join(made) + b"\n"
