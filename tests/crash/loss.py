"""What a disk may hold after a loss of power, made from a record of what was asked of it.

What was synced is there. Of the rest any part may be: of an inode each write may have reached the disk, or half of it,
or nothing; its permission bits likewise. Changes of names reach it in the order of each name, an exchange or a rename
as one; nothing is assumed about the order between names, nor between names and contents. A sync of one of the two
folders of a rename brings it to the disk, as a file system with a log does.
"""

import os
import random
import shutil
from collections.abc import Sequence
from pathlib import Path

from tests.crash.recording import Acknowledged, Bind, Cut, Data, Event, Folder, Made, Mode, Theirs

HOW = ("kept", "lost", "torn")
HALF_OF_A_SECTOR = 256


class Inode:
    """One file as the disk has it, and what has not reached it yet."""

    def __init__(self, kind: str, data: bytes) -> None:
        self.kind = kind
        self.data = bytearray(data)
        self.mode = 0o600
        self.mtime_ns = 0
        self.pending: list[Data | Cut | Mode] = []

    def take(self, change: "Data | Cut | Mode", how: str) -> None:
        """Lets a change reach the disk, or a part of it."""
        if how == "lost":
            return
        if isinstance(change, Mode):
            self.mode = change.mode
        elif isinstance(change, Cut):
            self.data = self.data[: change.size].ljust(change.size, b"\0")
        else:
            data = change.data[: max(len(change.data) // 2, min(HALF_OF_A_SECTOR, len(change.data) - 1))]
            data = data if how == "torn" else change.data
            end = change.offset + len(data)
            self.data = self.data.ljust(max(end, len(self.data)), b"\0")
            self.data[change.offset : end] = data

    def sync(self) -> None:
        """Lets everything reach the disk."""
        for change in self.pending:
            self.take(change, "kept")
        self.pending.clear()


class Disk:
    """The disk after some events: what is certain, and what is not."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.inodes: dict[int, Inode] = {}
        self.names: dict[str, int] = {}
        self.pending: list[Bind] = []
        self.acknowledged = 0
        self._theirs: Theirs | None = None
        for event in events:
            self._take(event)

    def _take(self, event: Event) -> None:
        if isinstance(event, Made):
            inode = self.inodes[event.inode] = Inode(event.kind, event.data)
            if self._theirs is not None:
                inode.data, inode.mode = bytearray(self._theirs.data), self._theirs.mode
                self.names[self._theirs.path] = event.inode
                self._theirs = None
        elif isinstance(event, Theirs):
            self._theirs = event
            self._sync_names("", event.path)
        elif isinstance(event, Bind):
            self.pending.append(event)
        elif isinstance(event, Data | Cut | Mode):
            self.inodes[event.inode].pending.append(event)
            if isinstance(event, Data):
                self.inodes[event.inode].mtime_ns = event.mtime_ns
        elif isinstance(event, Folder):
            self._sync_names(event.path)
        elif isinstance(event, Acknowledged):
            self.acknowledged = event.steps
        elif event.inode is not None:
            self.inodes[event.inode].sync()
        else:
            self._sync_names("", *(name for bind in self.pending for name in bind.names))
            for inode in self.inodes.values():
                inode.sync()

    def _sync_names(self, folder: str, *names: str) -> None:
        """Brings the changes in a folder, or of names, to the disk, and those before them on the same names."""
        certain, left = set(names), set[int]()
        for n, bind in reversed(list(enumerate(self.pending))):
            if any(os.path.dirname(name) == folder or name in certain for name in bind.names):
                certain.update(bind.names)
            else:
                left.add(n)
        for n, bind in enumerate(self.pending):
            if n not in left:
                self._bind(bind)
        self.pending = [self.pending[n] for n in sorted(left)]

    def _bind(self, bind: Bind) -> None:
        for name, inode in bind.names.items():
            if inode is None:
                self.names.pop(name, None)
            else:
                self.names[name] = inode

    def units(self) -> list[tuple[int, int]]:
        """Everything that may be lost: a change of names as (0, n), of an inode as (inode, n)."""
        changes = [(number, n) for number, inode in sorted(self.inodes.items()) for n in range(len(inode.pending))]
        return [(0, n) for n in range(len(self.pending))] + changes

    def lose(self, fate: dict[tuple[int, int], str], otherwise: str) -> None:
        """Decides on all that is not certain."""
        dropped = set[str]()
        for n, bind in enumerate(self.pending):
            missing = any(name in dropped or not dropped.isdisjoint(_above(name)) for name in bind.names)
            filled = bind.is_rmdir and any(each.startswith(f"{name}/") for name in bind.names for each in dropped)
            if missing or filled or fate.get((0, n), otherwise) == "lost":
                dropped.update(bind.names)
            else:
                self._bind(bind)
        for number, inode in self.inodes.items():
            for n, change in enumerate(inode.pending):
                inode.take(change, fate.get((number, n), otherwise))
        self.pending.clear()

    def make(self, folder: Path) -> dict[tuple[int, int], int]:
        """Makes the files below a folder, nothing else stands there then; gives the numbers of their inodes."""
        for place in ("root", "home", "memory"):
            (folder / place).mkdir(exist_ok=True)
            for each in (folder / place).iterdir():
                shutil.rmtree(each) if each.is_dir() and not each.is_symlink() else each.unlink()
        made, numbers = dict[int, str](), dict[tuple[int, int], int]()
        for name, number in sorted(self.names.items()):
            inode = self.inodes[number]
            if number in made:
                os.link(made[number], name, follow_symlinks=False)
                continue
            os.makedirs(os.path.dirname(name), exist_ok=True)
            if inode.kind == "folder":
                os.makedirs(name, exist_ok=True)
                continue
            _file(name, inode)
            made[number] = name
            found = os.lstat(name)
            numbers[found.st_dev, found.st_ino] = number
        return numbers


def _file(name: str, inode: Inode) -> None:
    if inode.kind == "symlink":
        os.symlink(bytes(inode.data), os.fsencode(name))
        return
    Path(name).write_bytes(inode.data)
    os.chmod(name, inode.mode)
    if inode.mtime_ns:
        os.utime(name, ns=(inode.mtime_ns, inode.mtime_ns))


def _above(path: str) -> list[str]:
    return [str(each) for each in Path(path).parents]


def fates(disk: Disk, seed: int, most: int) -> list[tuple[str, dict[tuple[int, int], str], str]]:
    """The ways in which a disk may come out of it, with a name: the extremes, each one alone, and some at random."""
    units, choose = disk.units(), random.Random(seed)
    found: list[tuple[str, dict[tuple[int, int], str], str]] = [("all lost", {}, "lost"), ("all kept", {}, "kept")]
    singles = units if not most else choose.sample(units, min(most, len(units)))
    found += [(f"only {unit} lost", {unit: "lost"}, "kept") for unit in singles]
    last = [unit for unit in units if unit[0]][-1:]
    found += [(f"{unit} torn", {unit: "torn"}, "kept") for unit in last]
    for n in range(most or 6):
        weights = choose.choice(((8, 1, 1), (1, 8, 1), (1, 1, 1)))
        found.append((f"at random {n}", {unit: choose.choices(HOW, weights)[0] for unit in units}, "kept"))
    return found
