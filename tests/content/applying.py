"""A folder of files, and the programs that apply patches to it: they must place each hunk where it says, or fail."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from journal.content.diffing import Side, compare, unified

NEEDS_GIT = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
NEEDS_PATCH = pytest.mark.skipif(shutil.which("patch") is None, reason="needs GNU patch")


def put(folder: Path, path: str, side: Side | None) -> None:
    place = folder / path
    if place.is_symlink() or place.exists():
        place.unlink()
    if side is None:
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    if side.kind == "symlink":
        os.symlink(os.fsdecode(side.data), place)
    else:
        place.write_bytes(side.data)
        place.chmod(side.mode)


def look(folder: Path, path: str) -> Side | None:
    place = folder / path
    if place.is_symlink():
        return Side(os.fsencode(os.readlink(place)), 0o777, "symlink")
    if not place.exists():
        return None
    return Side(place.read_bytes(), 0o755 if place.stat().st_mode & 0o100 else 0o644, "file")


def git_environment() -> dict[str, str]:
    """Nothing of the caller's own git: no settings, no repository that it stands in."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return clean | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def git_apply(folder: Path, patch: bytes, *options: str) -> None:
    environment = git_environment()
    if not (folder / ".git").exists():
        subprocess.run(["git", "init", "-q", "."], cwd=folder, env=environment, check=True)
    command = ["git", "apply", "-v", "--whitespace=nowarn", *options, "-"]
    run = subprocess.run(command, cwd=folder, input=patch, capture_output=True, env=environment, check=False)
    assert run.returncode == 0, run.stderr.decode(errors="replace")[-2000:]
    if "--unidiff-zero" not in options:  # without context git speaks of offsets of its own diffs, too
        assert b"(offset" not in run.stderr


def gnu_patch(folder: Path, patch: bytes) -> None:
    command = ["patch", "-p1", "--binary", "-F0", "--no-backup-if-mismatch"]
    run = subprocess.run(command, cwd=folder, input=patch, capture_output=True, check=False)
    assert run.returncode == 0, run.stdout.decode(errors="replace")[-2000:]
    assert b"(offset" not in run.stdout
    assert b"with fuzz" not in run.stdout


def rendered(path: str, before: Side | None, after: Side | None, context: int = 3, old: str | None = None) -> bytes:
    found = compare(before.data if before else b"", after.data if after else b"")
    return unified(path, before, after, found.blocks, context, renamed_from=old)


def plain(data: bytes) -> Side:
    return Side(data, 0o644, "file")


def goes_round(folder: Path, pairs: Iterable[tuple[bytes, bytes]], *, git: bool) -> None:
    """Applies one patch of many files by one process, and looks that each has the bytes of after."""
    changes = [(str(at), before, after) for at, (before, after) in enumerate(pairs)]
    for path, before, _ in changes:
        (folder / path).write_bytes(before)
    patch = b"".join(rendered(path, plain(before), plain(after)) for path, before, after in changes)
    if git:
        git_apply(folder, patch)
    else:
        gnu_patch(folder, patch)
    for path, _, after in changes:
        assert (folder / path).read_bytes() == after, path
