"""A second folder that follows what is committed by nothing but its diffs, as git applies them."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from journal import FilePatch
from tests.engine.looking import disk
from tests.model.dictionary import Tree, above


class Mirror:
    """Holds the tree at head. What no diff tells of is put there as it is: binary contents, and untracked files."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.parent), "GIT_CONFIG_NOSYSTEM": "1"}

    def follow(self, patches: Iterable[FilePatch], before: Tree, after: Tree) -> None:
        """Applies the diffs of a commit: what goes makes room for what comes.

        `before` is what the patches begin with, `after` is the tree then. Where an untracked file stood in the way of
        what was committed, the tree is put there as a whole.
        """
        listed, inside = list(patches), set(disk(self.folder))
        folders = {folder for path in {*before, *inside} for folder in above(path)}
        if not folders.isdisjoint({*before, *inside}):
            self.become(after)
            return
        for path in before.keys() - inside:
            self.put(path, before[path])
        untold = [patch.path for patch in listed if patch.is_binary or patch.too_large]
        for path in untold:
            self.remove(path)
        self.apply(b"".join(patch.diff_bytes for patch in listed if patch.path not in untold))
        for path in untold:
            if path in after:
                self.put(path, after[path])

    def become(self, tree: Tree) -> None:
        """Holds a tree, whatever it held before."""
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        for path, state in tree.items():
            self.put(path, state)

    def apply(self, text: bytes) -> None:
        """Lets git apply diffs."""
        if text:
            command = ["git", "apply", "--whitespace=nowarn", "-"]
            done = subprocess.run(
                command, cwd=self.folder, env=self.environment, input=text, capture_output=True, check=False
            )
            assert done.returncode == 0, (done.stderr, text)

    def remove(self, path: str) -> None:
        """Removes a file with the folders that it leaves empty, as git does."""
        there = self.folder / path
        if not os.path.lexists(there):
            return
        there.unlink()
        for folder in there.parents:
            if folder == self.folder or any(folder.iterdir()):
                return
            folder.rmdir()

    def put(self, path: str, state: tuple[bytes, int, str]) -> None:
        """Puts a content where a diff cannot."""
        there = self.folder / path
        there.parent.mkdir(parents=True, exist_ok=True)
        if state[2] == "symlink":
            there.symlink_to(os.fsdecode(state[0]))
        else:
            there.write_bytes(state[0])
            there.chmod(state[1])

    def contents(self) -> dict[str, tuple[bytes, bool, str]]:
        """What stands there; of the modes git keeps whether a file can be run."""
        return {path: as_git_keeps(state) for path, state in disk(self.folder).items()}


def as_git_keeps(state: tuple[bytes, int, str]) -> tuple[bytes, bool, str]:
    """A state without the permission bits that no diff tells of."""
    return state[0], bool(state[1] & 0o100), state[2]
