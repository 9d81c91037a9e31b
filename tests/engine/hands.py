"""What somebody may do to a file by hand, how it stands in the journal before, and whether their bytes are kept."""

import hashlib
import os
import shutil
from pathlib import Path

from journal import Spool, UnknownName
from tests.engine.looking import disk

HEAD, STAGED, THEIRS, NEW = (f"{word} line\n".encode() for word in ("head", "staged", "theirs", "new"))
LINK = b"theirs line"
NOTE = b"a note of somebody\n"


def created(spool: Spool, root: Path) -> None:
    untracked(spool, root)
    spool.write("p", STAGED)


def modified(spool: Spool, root: Path) -> None:
    at_head(spool, root)
    spool.write("p", STAGED)


def deleted(spool: Spool, root: Path) -> None:
    at_head(spool, root)
    spool.delete("p")


def at_head(spool: Spool, root: Path) -> None:
    spool.write("p", HEAD)
    spool.commit("head")


def untracked(spool: Spool, root: Path) -> None:
    spool.write("other", "other")
    spool.commit("head")


def edited(path: Path) -> None:
    path.write_bytes(THEIRS)


def edited_by_rename(path: Path) -> None:
    (path.parent / "their~").write_bytes(THEIRS)
    os.replace(path.parent / "their~", path)


def edited_to_head(path: Path) -> None:
    path.write_bytes(HEAD)


def edited_to_staged(path: Path) -> None:
    path.write_bytes(STAGED)


def removed(path: Path) -> None:
    path.unlink()


def made_executable(path: Path) -> None:
    path.chmod(0o755)


def replaced_by_link(path: Path) -> None:
    path.unlink()
    path.symlink_to(os.fsdecode(LINK))


def replaced_by_folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()
    (path / "note").write_bytes(NOTE)


def touched(path: Path) -> None:
    os.utime(path, ns=(1, 1))


def copied_back(path: Path) -> None:
    shutil.copyfile(path, path.parent / "copy~")
    os.replace(path.parent / "copy~", path)


def is_held(spool: Spool, root: Path, content: bytes) -> bool:
    """Whether a content is on disk, or in the journal under its digest."""
    if any(found == content for found, _, _ in disk(root).values()):
        return True
    try:
        return spool.journal.blob(hashlib.sha256(content).hexdigest()).read() == content
    except UnknownName:
        return False


def standing(root: Path, path: str) -> bytes | None:
    found = disk(root).get(path)
    return None if found is None else found[0]
