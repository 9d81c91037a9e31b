"""What somebody else may do to a root between two steps, and a root for it to be done to."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from journal.workspace import calls
from journal.workspace.look import Look, look
from journal.workspace.temp import Temp
from journal.workspace.walk import Root

Change = Callable[[Path], None]


def never(dir_fd: int, name: str) -> bool:
    """The digest never fits."""
    return False


class Place:
    """A root with its temp folder, and one verb's worth of short cuts."""

    def __init__(self, path: Path) -> None:
        path.mkdir()
        self.root = Root.open(os.path.realpath(path))
        self.temp = Temp.open(self.root)
        self.fd = self.root.fd

    def __getitem__(self, name: str) -> Path:
        return Path(self.root.path, name)

    def look(self, name: str) -> Look:
        """A look that is old enough to stand for the content."""
        found = look(self.fd, name)
        assert found is not None
        return found._replace(taken_ns=found.taken_ns + 10_000_000_000)

    def old(self, name: str, data: bytes = b"old") -> Look:
        self[name].write_bytes(data)
        os.utime(self[name], ns=(1, 1_000_000_001))
        return self.look(name)

    def new(self, data: bytes = b"new") -> tuple[int, Look]:
        n = self.temp.number()
        return n, self.temp.fill(n, [data], 0o644, None)

    def aside(self, n: int) -> Path:
        return self[f".spool/tmp/x-{n}"]


def before(monkeypatch: pytest.MonkeyPatch, name: str, act: Callable[[], object], at: int = 1) -> None:
    """Somebody acts right before the call `name`, the `at`-th time it is made."""
    real = getattr(calls, name)
    count = [0]

    def acting(*arguments: object) -> object:
        count[0] += 1
        if count[0] == at:
            act()
        return real(*arguments)

    monkeypatch.setattr(calls, name, acting)


def save_in_place(path: Path) -> None:
    path.write_bytes(b"theirs")


def save_by_rename(path: Path) -> None:
    (path.parent / "their~").write_bytes(b"theirs")
    os.rename(path.parent / "their~", path)


def same_size_and_time(path: Path) -> None:
    found = path.stat()
    (path.parent / "their~").write_bytes(b"odl")
    os.utime(path.parent / "their~", ns=(1, found.st_mtime_ns))
    os.rename(path.parent / "their~", path)


def to_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "inside").write_bytes(b"theirs")


def to_symlink(path: Path) -> None:
    path.unlink()
    path.symlink_to("theirs")


ALIENS = [save_in_place, save_by_rename, same_size_and_time, to_folder, to_symlink]


def tree(path: Path) -> dict[str, object]:
    """What a user sees of the root, without the temp folder."""
    found: dict[str, object] = {}
    for item in sorted(path.rglob("*")):
        name = str(item.relative_to(path))
        if not name.startswith(".spool"):
            found[name] = os.readlink(item) if item.is_symlink() else "dir" if item.is_dir() else item.read_bytes()
    return found
