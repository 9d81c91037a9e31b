"""A folder that files are checked out into: found once by its path, and walked by descriptors from then on."""

import contextlib
import os
import stat
from collections.abc import Iterable

from journal.errors import UsageError, WorkspaceChanged
from journal.limits import NAME_BYTES_MAX, PATH_BYTES_MAX
from journal.workspace import calls, look, own, parts, places, renames
from journal.workspace.look import Look
from journal.workspace.parts import Part
from journal.workspace.temp import HOME
from journal.workspace.walk import Root


class Target:
    """A folder to fill, which need not be there yet; no symlink in it is ever followed.

    What a process left in it that died while it filled it counts as not there, and is removed when it is filled again.
    """

    __slots__ = ("_made", "_number", "_part", "path", "root")

    def __init__(self, path: str, root: Root | None) -> None:
        self.path = path
        self.root = root
        self._made: list[str] = []
        self._part: Part | None = None
        self._number = 0

    @classmethod
    def find(cls, path: str) -> "Target":
        """Resolves a path, and opens the folder when it is there.

        Raises:
            UsageError: something else than a folder stands there.
        """
        try:
            real = os.path.realpath(path)
        except ValueError as error:
            raise UsageError(f"{path!r} is no path: {error}", hint="name a folder") from error
        if not path:  # an unset variable of a script must not mean the folder one stands in
            raise UsageError("the folder's name is empty", hint="name a folder, or `.` for this one")
        try:
            if not stat.S_ISDIR(calls.lstat(real).st_mode):
                raise UsageError(f"{path!r} is not a folder", hint="name a folder, or one that is not there yet")
        except FileNotFoundError:
            return cls(real, None)
        return cls(real, Root.open(real))

    @property
    def folder(self) -> Root:
        """Gives the folder, which `find` found or `make` made."""
        assert self.root is not None  # whoever asks has looked or made it
        return self.root

    def close(self) -> None:
        """Closes the folder; twice is fine."""
        self._end_part()
        if self.root is not None:
            self.root.close()

    def make(self) -> None:
        """Makes the folder with those above it, or, when it is there, removes what dead processes left in it."""
        if self.root is not None:
            self.sweep()
            return
        at, missing = self.path, list[str]()
        while not os.path.lexists(at):
            missing.append(os.path.basename(at))
            at = os.path.dirname(at)
        fd = calls.open_dir(at)
        try:
            for name in reversed(missing):
                with contextlib.suppress(FileExistsError):
                    calls.mkdir(name, fd)
                    self._made.append(os.path.join(at, name))
                at, above = os.path.join(at, name), fd
                fd = calls.open_dir(name, above)
                calls.close(above)
        finally:
            calls.close(fd)
        self.root = Root.open(self.path)

    def sweep(self) -> None:
        """Removes what dead processes left in the folder, if it is there."""
        if self.root is not None:
            parts.sweep(self.root)

    def unmake(self) -> None:
        """Removes the folders that `make` made, as far as they are empty."""
        self._end_part()
        for path in reversed(self._made):
            with contextlib.suppress(OSError):
                fd = calls.open_dir(os.path.dirname(path))
                try:
                    calls.rmdir(os.path.basename(path), fd)
                finally:
                    calls.close(fd)

    def names(self) -> list[str]:
        """Lists what lies in the folder; nothing when it is not there yet."""
        if self.root is None:
            return []
        fd = calls.open_read(".", self.root.fd)
        try:
            found = sorted(calls.listdir(fd))
        finally:
            calls.close(fd)
        ours = None if self._part is None else self._part.name
        return [name for name in found if name != ours and not parts.is_left(self.root.fd, name)]

    def room(self) -> tuple[int, int]:
        """Tells how many bytes a part of a path may have there, and a whole path below the folder."""
        at = self.path
        while not os.path.isdir(at):
            at = os.path.dirname(at)
        limits = []
        for name, usual in (("PC_NAME_MAX", NAME_BYTES_MAX), ("PC_PATH_MAX", PATH_BYTES_MAX)):
            try:
                limits.append(os.pathconf(at, name))
            except (OSError, ValueError):
                limits.append(usual)
        return limits[0], limits[1] - len(os.fsencode(self.path)) - 2  # a slash, and the NUL that ends it

    def folds_case(self) -> bool:
        """Tells whether two spellings are one file there, by making an empty file for a moment."""
        name = self._temp("") + "case"
        dir_fd = self.folder.fd
        calls.close(calls.create(name, dir_fd))
        try:
            calls.lstat(name.upper(), dir_fd)
        except FileNotFoundError:
            return False
        finally:
            calls.unlink(name, dir_fd)
        return True

    def seems_to_fold_case(self) -> bool:
        """Tells the same of what is there already, without making anything; the nearest folder stands for others."""
        at = self.path
        while not os.path.isdir(at):
            at = os.path.dirname(at)
        folder, name = os.path.split(at)
        if name.swapcase() == name:
            return False
        try:
            return os.path.samestat(calls.lstat(at), calls.lstat(os.path.join(folder, name.swapcase())))
        except FileNotFoundError:
            return False

    def look(self, path: str) -> Look | None:
        """Tells what stands at a path of the folder; None when nothing does.

        Raises:
            PathRefused: the way leads through a symlink or a file.
        """
        if self.root is None:
            return None
        try:
            return look.look(*self.root.parent(path))
        except FileNotFoundError:
            return None

    def holds(self, path: str, found: Look, sha256: bytes) -> bool:
        """Tells whether what was found at a path has a content; an open journal is not read, and so has not."""
        if found.kind not in ("file", "symlink") or own.is_journal(found.dev, found.inode):
            return False
        return look.digest(*self.folder.parent(path), found, path=path) == sha256

    def lay(self, path: str, pieces: Iterable[bytes], mode: int | None) -> None:
        """Puts a file at a path where nothing stands, whole or not at all; without a mode it is a symlink.

        Raises:
            WorkspaceChanged: something stands there by now.
        """
        root, made = self.folder, list[str]()
        try:
            made = root.make_parents(root.missing_parents(path))
            self._lay(path, pieces, mode)
        except BaseException as error:
            self._end_part()
            for folder in reversed(made):
                with contextlib.suppress(OSError):
                    root.remove_folder(folder)
            if isinstance(error, FileExistsError):
                hint = "look at what came there, then check out into another folder"
                said = f"{path!r} appeared in {self.path!r} meanwhile"
                raise WorkspaceChanged(said, hint=hint, path=path, paths=(path,)) from error
            raise

    def _lay(self, path: str, pieces: Iterable[bytes], mode: int | None) -> None:
        temp = self._temp(path.rpartition("/")[0])
        dir_fd, name = self.folder.parent(path)
        try:
            if mode is None:
                calls.symlink(b"".join(pieces), temp, dir_fd)
            else:
                _write(dir_fd, temp, pieces, mode)
            renames.rename_new(dir_fd, temp, dir_fd, name)
        except BaseException:
            with contextlib.suppress(OSError):
                calls.unlink(temp, dir_fd)
            raise

    def _temp(self, folder: str) -> str:
        """Gives a new name for a file in one of the folders, by which a later process knows it for a leftover."""
        self._number += 1
        if self._part is None:
            try:
                self._part = Part.make(self.folder.fd)
            except PermissionError:  # only folders below can be written: such a leftover is told to nobody
                return f"{HOME}-{os.urandom(6).hex()}-{self._number}"
        self._part.note(folder)
        return f"{self._part.prefix}{self._number}"

    def _end_part(self) -> None:
        part, self._part = self._part, None
        if part is not None:
            part.remove()


def _write(dir_fd: int, name: str, pieces: Iterable[bytes], mode: int) -> None:
    """The permission bits come last, so that the content never stands under wider ones."""
    fd = calls.create(name, dir_fd)
    try:
        for piece in pieces:
            calls.write(fd, piece)
        calls.fchmod(fd, mode)
    finally:
        calls.close(fd)


def refuse_own(path: str, journal: str) -> None:
    """Lets a real path pass that is neither a root's `.spool` nor the folder that a journal has for itself.

    Raises:
        UsageError: it is one of them, or lies in it.
    """
    hint = "name a folder that is not the journal's"
    if any(part.casefold() == HOME for part in path.split("/")):
        raise UsageError(f"{path!r} lies in the {HOME} of a root", hint=hint)
    folder = os.path.dirname(os.path.realpath(journal))
    inside = path == folder or (_is_state_folder(folder) and path.startswith(folder.rstrip("/") + "/"))
    if inside:
        raise UsageError(f"{path!r} is where the journal is", hint=hint)


def _is_state_folder(folder: str) -> bool:
    """Tells whether a folder is one of those that hold a journal each and nothing else."""
    try:
        default = places.default_journal(folder)
    except UsageError:
        return False
    return os.path.dirname(folder) == os.path.realpath(default.parent.parent)
