"""Writes down what a process asks of the disk, in order, so that a loss of power can be played afterwards.

SQLite is watched by a VFS, the root by the functions of `journal.workspace.calls`, replaced in the child that works:
every call that changes a file goes through there, which a tracer of the system's calls would see too, but only where it
is installed and allowed, and without the names. Inodes get numbers of their own, told to the code by `lstat` and
`fstat`, so that a file keeps its number when it is made again from the record.
"""

import os
from collections.abc import Callable
from typing import Any, NamedTuple

import apsw

from journal.workspace import calls
from tests.crash.steps import WatchedFile, WatchedVFS

OURS = 1 << 40
"""numbers of inodes from here on are those of a record; no file system here has as many files."""


class Bind(NamedTuple):
    """Names come to stand for other inodes, all in one step; None: for nothing."""

    names: dict[str, int | None]
    is_rmdir: bool = False


class Made(NamedTuple):
    """A new inode: kind is file, folder or symlink."""

    inode: int
    kind: str
    data: bytes = b""


class Data(NamedTuple):
    """Bytes were written into an inode."""

    inode: int
    offset: int
    data: bytes
    mtime_ns: int


class Cut(NamedTuple):
    """An inode got another length."""

    inode: int
    size: int


class Mode(NamedTuple):
    """An inode got other permission bits."""

    inode: int
    mode: int


class Synced(NamedTuple):
    """An inode's content is on the disk; of a folder, its names; None: everything is."""

    inode: int | None


class Folder(NamedTuple):
    """The names of a folder are on the disk."""

    path: str


class Theirs(NamedTuple):
    """Somebody has a file there, and it is on the disk."""

    path: str
    data: bytes
    mode: int


class Acknowledged(NamedTuple):
    """So many steps of the program have returned."""

    steps: int


Event = Bind | Made | Data | Cut | Mode | Synced | Folder | Theirs | Acknowledged


class Recording:
    """The record of one child; install it before anything is opened."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.log: list[Event] = []
        self.names: dict[str, int] = {}
        self._numbers: dict[tuple[int, int], int] = {}
        self._folders: set[str] = set()
        self._unsynced_logs: set[int] = set()

    def install(self) -> "Recording":
        """Records what this process does from now on."""
        self._vfs = RecordingVFS(self)
        self._real = {name: getattr(calls, name) for name in (*calls.CHANGING, *OTHERS)}
        for name in self._real:
            setattr(calls, name, getattr(self, name))
        return self

    def made(self, path: str, kind: str, data: bytes = b"") -> int:
        """Notes a new inode under a name."""
        inode = OURS + sum(isinstance(each, Made) for each in self.log)
        self.log += [Made(inode, kind, data), Bind({path: inode})]
        self.names[path] = inode
        if os.path.lexists(path):
            found = os.lstat(path)
            self._numbers[found.st_dev, found.st_ino] = inode
        return inode

    def bind(self, names: dict[str, int | None], *, is_rmdir: bool = False) -> None:
        """Notes that names stand for something else."""
        self.log.append(Bind(names, is_rmdir))
        for name, inode in names.items():
            if inode is None:
                self.names.pop(name, None)
            else:
                self.names[name] = inode

    def theirs(self, path: str, data: bytes, mode: int) -> None:
        """Notes a file of somebody else, which is on the disk."""
        self.log.append(Theirs(path, data, mode))
        inode = OURS + sum(isinstance(each, Made) for each in self.log)
        self.log.append(Made(inode, "file"))
        self.names[path] = inode
        found = os.lstat(path)
        self._numbers[found.st_dev, found.st_ino] = inode
        above = os.path.dirname(path)
        while above not in self.names and len(above) > len(self.folder):
            self.names[above] = 0
            above = os.path.dirname(above)

    def _at(self, dir_fd: int | None, name: Any) -> str:
        name = os.fsdecode(name)
        return os.path.normpath(name if dir_fd is None else os.path.join(_path(dir_fd), name))

    # What follows stands in the place of the functions of the same names.
    def open_lock(self, name: str, dir_fd: int | None) -> int:
        fd: int = self._real["open_lock"](name, dir_fd)
        if self._at(dir_fd, name) not in self.names:
            self.made(self._at(dir_fd, name), "file")
        return fd

    def create(self, name: str, dir_fd: int) -> int:
        fd: int = self._real["create"](name, dir_fd)
        self.made(self._at(dir_fd, name), "file")
        return fd

    def write(self, fd: int, data: "bytes | memoryview") -> None:
        offset = os.lseek(fd, 0, os.SEEK_CUR)
        self._real["write"](fd, data)
        if (path := _path(fd)) in self.names:
            self.log.append(Data(self.names[path], offset, bytes(data), os.fstat(fd).st_mtime_ns))

    def symlink(self, target: bytes, name: str, dir_fd: int) -> None:
        self._real["symlink"](target, name, dir_fd)
        self.made(self._at(dir_fd, name), "symlink", target)

    def mkdir(self, name: str, dir_fd: int, mode: int = 0o777) -> None:
        self._real["mkdir"](name, dir_fd, mode)
        self.made(self._at(dir_fd, name), "folder")

    def rmdir(self, name: str, dir_fd: int) -> None:
        self._real["rmdir"](name, dir_fd)
        self.bind({self._at(dir_fd, name): None}, is_rmdir=True)

    def unlink(self, name: str, dir_fd: int) -> None:
        self._real["unlink"](name, dir_fd)
        self.bind({self._at(dir_fd, name): None})

    def fchmod(self, fd: int, mode: int) -> None:
        self._real["fchmod"](fd, mode)
        self._mode(_path(fd), mode)

    def chmod_fd(self, fd: int, mode: int) -> None:
        self._real["chmod_fd"](fd, mode)
        self._mode(_path(fd), mode)

    def chmod_at(self, name: str, dir_fd: int, mode: int) -> None:
        self._real["chmod_at"](name, dir_fd, mode)
        self._mode(self._at(dir_fd, name), mode)

    def _mode(self, path: str, mode: int) -> None:
        if path in self.names:
            self.log.append(Mode(self.names[path], mode))

    def exchange(self, src_dir: int, src: str, dst_dir: int, dst: str) -> None:
        self._real["exchange"](src_dir, src, dst_dir, dst)
        one, other = self._at(src_dir, src), self._at(dst_dir, dst)
        self.bind({one: self.names[other], other: self.names[one]})

    def rename_new(self, src_dir: int, src: str, dst_dir: int, dst: str) -> None:
        self._real["rename_new"](src_dir, src, dst_dir, dst)
        self._renamed(self._at(src_dir, src), self._at(dst_dir, dst))

    def rename(self, src_dir: int, src: str, dst_dir: int, dst: str) -> None:
        self._real["rename"](src_dir, src, dst_dir, dst)
        self._renamed(self._at(src_dir, src), self._at(dst_dir, dst))

    def _renamed(self, old: str, new: str) -> None:
        self.bind({old: None, new: self.names[old]})

    def link(self, src_dir: int, src: str, dst_dir: int, dst: str) -> None:
        self._real["link"](src_dir, src, dst_dir, dst)
        self.bind({self._at(dst_dir, dst): self.names[self._at(src_dir, src)]})

    def copy_attributes(self, src_fd: int, dst_fd: int) -> None:
        self._real["copy_attributes"](src_fd, dst_fd)

    def inherit(self, given: Any, fd: int) -> None:
        self._real["inherit"](given, fd)

    def fsync(self, fd: int) -> None:
        self._real["fsync"](fd)
        self.log.append(Folder(_path(fd)) if os.path.isdir(_path(fd)) else Synced(self.names.get(_path(fd))))

    def fdatasync(self, fd: int) -> None:
        self._real["fdatasync"](fd)
        self.log.append(Synced(self.names[_path(fd)]))

    def syncfs(self, fd: int) -> None:
        self._real["syncfs"](fd)
        self.log.append(Synced(None))

    def lstat(self, name: str, dir_fd: int | None = None) -> Any:
        return self._told(self._real["lstat"](name, dir_fd))

    def fstat(self, fd: int) -> Any:
        return self._told(self._real["fstat"](fd))

    def _told(self, found: os.stat_result) -> Any:
        number = self._numbers.get((found.st_dev, found.st_ino))
        return found if number is None else Renumbered(found, number)

    # What SQLite does.
    def opened(self, path: str) -> None:
        """SQLite opened a file, perhaps a new one."""
        if path not in self.names:
            inode = self.made(path, "file")
            if not path.endswith(".db"):
                self._unsynced_logs.add(inode)

    def synced(self, path: str) -> None:
        """SQLite synced a file; the first time that of a new log also its folder, by the VFS below."""
        inode = self.names.get(path)
        if inode is None:
            return
        self.log.append(Synced(inode))
        if inode in self._unsynced_logs:
            self._unsynced_logs.discard(inode)
            self.log.append(Folder(os.path.dirname(path)))


OTHERS = ("fsync", "fdatasync", "syncfs", "lstat", "fstat")


class Renumbered:
    """A stat with another inode's number."""

    def __init__(self, found: os.stat_result, number: int) -> None:
        self._found = found
        self.st_ino = number

    def __getattr__(self, name: str) -> Any:
        return getattr(self._found, name)


def renumber(numbers: dict[tuple[int, int], int]) -> None:
    """Lets this process see the files that were made from a record under their numbers there."""

    def watched(original: Callable[..., os.stat_result]) -> Callable[..., Any]:
        def told(*arguments: Any) -> Any:
            found = original(*arguments)
            number = numbers.get((found.st_dev, found.st_ino))
            return found if number is None else Renumbered(found, number)

        return told

    for name in ("lstat", "fstat"):
        setattr(calls, name, watched(getattr(calls, name)))


class RecordingFile(WatchedFile):
    """A file of SQLite's whose changes are recorded."""

    def __init__(self, recording: Recording, name: "str | apsw.URIFilename | None", flags: list[int]) -> None:
        self._recording = recording
        self._path = name.filename() if isinstance(name, apsw.URIFilename) else name or ""
        apsw.VFSFile.__init__(self, "unix", name, flags)
        if self._path:
            recording.opened(self._path)

    def xWrite(self, data: Any, offset: int) -> None:
        """Writes."""
        apsw.VFSFile.xWrite(self, data, offset)
        if self._path in self._recording.names:
            self._recording.log.append(Data(self._recording.names[self._path], offset, bytes(data), 0))

    def xSync(self, flags: int) -> None:
        """Syncs."""
        apsw.VFSFile.xSync(self, flags)
        self._recording.synced(self._path)

    def xTruncate(self, newsize: int) -> None:
        """Truncates."""
        apsw.VFSFile.xTruncate(self, newsize)
        if self._path in self._recording.names:
            self._recording.log.append(Cut(self._recording.names[self._path], newsize))


class RecordingVFS(WatchedVFS):
    """The file layer of SQLite as it is, but for the record."""

    def __init__(self, recording: Recording) -> None:
        apsw.VFS.__init__(self, "recording", "unix", makedefault=True)
        self._recording = recording

    def xOpen(self, name: "str | apsw.URIFilename | None", flags: list[int]) -> apsw.VFSFile:
        """Opens a file."""
        return RecordingFile(self._recording, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        """Removes a file."""
        apsw.VFS.xDelete(self, filename, syncdir)
        self._recording.bind({filename: None})
        if syncdir:
            self._recording.log.append(Folder(os.path.dirname(filename)))


def _path(fd: int) -> str:
    return os.readlink(f"/proc/self/fd/{fd}")
