"""Texts that share lines, renames that are staged and committed, and git to apply diffs with."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

from journal import Delete, FilePatch, Move, Spool, Write

LINES = [f"line {number}\n" for number in range(20)]
TEXT = "".join(LINES)


def edited(*lines: int, text: list[str] = LINES) -> str:
    """The text with some of its lines changed, none longer."""
    return "".join("LINE" + line[4:] if number in lines else line for number, line in enumerate(text))


def told(patches: Iterable[FilePatch]) -> list[tuple[str, str, str | None]]:
    """Path, kind of change and old path of each."""
    return [(patch.path, patch.change_type, patch.renamed_from) for patch in patches]


def committed(spool: Spool, **files: str | bytes) -> None:
    """Commits files; `__` in a name is a slash."""
    spool.batch([Write(path.replace("__", "/"), content) for path, content in files.items()])
    assert spool.commit("head") is not None


def two_commits(spool: Spool) -> Spool:
    """Two commits: the second renames and edits a, and renames a binary file."""
    committed(spool, a=TEXT, bin=b"\0" * 100, stays="x\n")
    spool.batch([Delete("a"), Write("dir/b", edited(1), mode=0o755), Move("bin", "box")])
    assert spool.commit("moved") is not None
    return spool


def git(folder: Path, diff: bytes) -> None:
    """Lets git apply a diff."""
    subprocess.run(["git", "apply", "-"], cwd=folder, input=diff, check=True)


def gnu_patch(folder: Path, diff: bytes) -> None:
    """Lets GNU patch apply a diff."""
    subprocess.run(["patch", "-p1", "-s", "-f"], cwd=folder, input=diff, check=True)
