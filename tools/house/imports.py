"""Rules on imports: rooms look only downward, and only at what another room shows."""
from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from house.source import Breach, Source, dotted

# A room may import what stands on a line before its own. The words of the first three modules are below the records.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("errors", "ids", "limits"),
    ("records",),
    ("content", "database"),
    ("tables", "workspace"),
    ("engine", "rescue"),
    ("executors",),
    ("cli",),
)
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
WORDS = FLOORS[0]
SIBLINGS = {("engine", "rescue")}  # Journal.verify is rescue's check, called on an open journal
FOR_TYPES_ONLY = {("errors", "records")}  # an error carries records, while records raise errors when they run
DOOR = ""
DOOR_USERS = {"cli"}  # nothing that the door opens imports the command line, so that is no circle


@dataclass(frozen=True, slots=True)
class Import:
    """One name that a file takes from journal."""

    node: ast.Import | ast.ImportFrom
    room: str
    parts: tuple[str, ...]
    bound: str
    for_types_only: bool


def imports(source: Source) -> Iterator[Import]:
    """Every import from journal, also inside functions and for type checking only."""
    typing = _for_types_only(source)
    for node in source.nodes:
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        for name in node.names:
            parts = _parts(source, node, name)
            if parts[0] == "journal":
                bound = name.asname or (parts[0] if isinstance(node, ast.Import) else name.name)
                yield Import(node, _room(node, parts), parts, bound, id(node) in typing)


def _parts(source: Source, node: ast.Import | ast.ImportFrom, name: ast.alias) -> tuple[str, ...]:
    if isinstance(node, ast.Import):
        return tuple(name.name.split("."))
    start = source.package[: len(source.package) - node.level + 1] if node.level else ()
    return (*start, *(node.module.split(".") if node.module else ()), name.name)


def _room(node: ast.Import | ast.ImportFrom, parts: tuple[str, ...]) -> str:
    if len(parts) == 1 or (isinstance(node, ast.ImportFrom) and len(parts) == 2 and parts[1] not in FLOOR):
        return DOOR  # `import journal`, `from journal import Spool`
    return parts[1]


def _for_types_only(source: Source) -> set[int]:
    guarded: set[int] = set()
    for node in source.nodes:
        if isinstance(node, ast.If) and dotted(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            guarded.update(id(inner) for statement in node.body for inner in ast.walk(statement))
    return guarded


def downward(source: Source) -> Iterator[Breach]:
    """Rooms import only from lower floors and from themselves."""
    if not source.room:
        return
    if source.room not in FLOOR:
        yield Breach(source.path, 1, f"the room {source.room} has no floor: give it one in tools/house/imports.py")
        return
    for found in imports(source):
        if found.room == DOOR and source.room not in DOOR_USERS:
            yield source.breach(found.node, f"{source.room} imports from the door, journal/__init__.py")
        elif found.room != DOOR and not _may_import(source.room, found):
            yield source.breach(found.node, f"{source.room} imports {found.room}, which is not on a lower floor")


def _may_import(room: str, found: Import) -> bool:
    if room == found.room or (room, found.room) in SIBLINGS or (room in WORDS and found.room in WORDS):
        return True
    if found.for_types_only and (room, found.room) in FOR_TYPES_ONLY:
        return True
    return FLOOR.get(found.room, len(FLOORS)) < FLOOR[room]


def words_in_no_circle(sources: Iterable[Source]) -> Iterator[Breach]:
    """errors, ids and limits may import one another, but not in a circle."""
    taken: dict[str, list[tuple[Source, Import]]] = {}
    for source in sources:
        if source.room in WORDS:
            inner = [(source, found) for found in imports(source) if found.room in WORDS]
            if PurePosixPath(source.path).stem == "__init__":  # of a room in several files, whose names it gathers
                inner = [(source, found) for source, found in inner if found.room != source.room]
            taken.setdefault(source.room, []).extend(inner)
    for room, found_in in taken.items():
        for source, found in found_in:
            if found.room == room or room in _reached(found.room, taken):
                yield source.breach(found.node, f"{room} imports {found.room}, which imports {room} in a circle")


def _reached(room: str, taken: dict[str, list[tuple[Source, Import]]]) -> set[str]:
    reached: set[str] = set()
    pending = [room]
    while pending:
        for _, found in taken.get(pending.pop(), []):
            if found.room not in reached:
                reached.add(found.room)
                pending.append(found.room)
    return reached


def private_names(source: Source) -> Iterator[Breach]:
    """A name with a leading underscore stays in its room."""
    if source.area == "tests":
        return
    foreign: dict[str, Import] = {}
    for found in imports(source):
        if found.room != source.room or not source.room:
            foreign[found.bound] = found
            private = [part for part in found.parts if _is_private(part)]
            if private:
                yield source.breach(found.node, f"imports the private name {private[0]} of another room")
    for node in source.nodes:
        if not isinstance(node, ast.Attribute) or not _is_private(node.attr):
            continue
        if dotted(node.value).split(".")[0] in foreign:
            yield source.breach(node, f"reaches the private name {dotted(node)} of another room")


def _is_private(name: str) -> bool:
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__"))
