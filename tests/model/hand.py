"""What a person does to a root between two verbs."""

import os
from collections.abc import Callable
from pathlib import Path

from tests.engine.hands import copied_back, removed, touched
from tests.model.dictionary import Model, above

NEEDS_A_FILE = ("append", "chmod", "copy back", "touch")


def by_hand(root: Path, path: str, way: str, content: bytes) -> None:
    """Does it."""
    WAYS[way](root / path, content)


def may_reach(model: Model, path: str, way: str) -> bool:
    """Whether a person may do that there: no folder stands at the path, and the way to it does."""
    if path in model.folders or not model.folders.issuperset(above(path)):
        return False
    there = model.disk.get(path)
    if way in NEEDS_A_FILE:
        return there is not None and there[2] == "file"
    return there is not None or way != "remove"


def _write(path: Path, content: bytes) -> None:
    if path.is_symlink():
        path.unlink()
    path.write_bytes(content)


def _rename(path: Path, content: bytes) -> None:
    new = path.with_name("their~")
    new.write_bytes(content)
    os.replace(new, path)


def _append(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content[:40])


def _link(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to("nowhere")


WAYS: dict[str, Callable[[Path, bytes], None]] = {
    "write": _write,
    "rename": _rename,
    "append": _append,
    "link": _link,
    "remove": lambda path, _: removed(path),
    "chmod": lambda path, content: path.chmod([0o600, 0o755][len(content) % 2]),
    "touch": lambda path, _: touched(path),
    "copy back": lambda path, _: copied_back(path),
}
