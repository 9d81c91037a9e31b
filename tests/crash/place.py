"""A root, a state folder and the folder beside them that nothing may touch, made afresh for each point."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from journal import Spool

OUTSIDE = {"secret.txt": b"outside\n", "deep/inner.txt": b"deeper outside\n"}


class Place:
    """Where one point is played; `spool` is the session that is open there in this process.

    `spoilt` says that something went wrong here, so that it stays to be looked at.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "root"
        self.outside = folder / "outside"
        self.spoilt = False
        self._spool: Spool | None = None

    def make(self) -> "Place":
        """Makes the folders."""
        self.root.mkdir(parents=True)
        for name, content in OUTSIDE.items():
            put(self.outside / name, content)
        return self

    @property
    def spool(self) -> Spool:
        """The open session."""
        assert self._spool is not None
        return self._spool

    @property
    def is_open(self) -> bool:
        """Whether there is an open session."""
        return self._spool is not None and not self._spool.closed

    def open(self) -> Spool:
        """Opens a session in this process."""
        os.environ["SPOOL_HOME"] = str(self.folder / "home")
        self._spool = Spool.open(self.root)
        self._spool._desk.ended = lambda: None  # steps are counted, so none may come by the clock
        return self._spool

    def close(self) -> None:
        """Ends the session, if any."""
        if self._spool is not None:
            self._spool.close()
            self._spool = None


@contextmanager
def fresh(folder: Path) -> Iterator[Place]:
    """A place that is removed when all went well."""
    place = Place(folder).make()
    yield place
    if not place.spoilt:
        shutil.rmtree(folder)


def put(path: Path, content: bytes, mode: int = 0o644) -> Path:
    """Writes a file as an editor would, folders and all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)
    return path


def save(path: Path, content: bytes) -> Path:
    """Saves as careful editors do: a new file, renamed over the old one."""
    os.replace(put(path.with_name(path.name + ".saving"), content), path)
    return path
