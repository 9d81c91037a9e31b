"""Files that become folders, and folders that become files, within one verb."""

from collections.abc import Iterable, Mapping

from journal.content.paths import parents
from journal.engine.desk import Desk
from journal.engine.slots import Slot, find
from journal.errors import PathRefused


def find_turned(desk: Desk, path: str, slots: Mapping[str, Slot]) -> Slot:
    """Looks at a path as it will be once the files among `slots` that go are gone.

    Raises:
        PathRefused: a folder that keeps something else, a device, or a way through a symlink or file that stays.
    """
    try:
        return find(desk, path)
    except PathRefused:
        above = [slots[folder] for folder in parents(path) if folder in slots]
        if any(slot.disk is not None and slot.now is None for slot in above):
            return Slot(path, desk.know(path), None, None)  # the file in the way goes first, and nothing lay below it
        below = removed_below(path, slots)
        if not below:
            raise
        slot = find(desk, path, may_be_folder=True)
        if slot.folder and not desk.root.holds_only(path, {*below, *folders_of(below)}):
            reason = "it is a folder, and holds more than this batch removes"
            hint = "remove what else lies in it first, or name another path"
            raise PathRefused(f"{path!r} is refused: {reason}", hint=hint, path=path, reason=reason) from None
        return slot


def removed_below(path: str, slots: Mapping[str, Slot]) -> list[str]:
    """Lists the files below a path that stand on disk and go."""
    begin = path + "/"
    return [each.path for each in slots.values() if is_going(each) and each.path.startswith(begin)]


def is_going(slot: Slot) -> bool:
    """Tells whether a file stands at a path, and shall not."""
    return slot.disk is not None and slot.now is None


def folders_of(paths: Iterable[str]) -> set[str]:
    """Names the folders above some paths."""
    return {folder for path in paths for folder in parents(path)}


def is_filled(slot: Slot, slots: Mapping[str, Slot]) -> bool:
    """Tells whether a folder that was about to become a file is needed as a folder again."""
    begin = slot.path + "/"
    return slot.folder and any(each.now is not None and each.path.startswith(begin) for each in slots.values())


def emptied(slots: Mapping[str, Slot]) -> list[str]:
    """Lists the folders that must go because a file takes the place of one, deepest first."""
    turned = {slot.path for slot in slots.values() if slot.folder and slot.now is not None}
    if not turned:
        return []
    going = folders_of([slot.path for slot in slots.values() if is_going(slot)])
    found = [folder for folder in going if not turned.isdisjoint([folder, *parents(folder)])]
    return sorted(found, key=lambda folder: -folder.count("/"))


def unbind(slots: Mapping[str, Slot]) -> None:
    """Lets a file that moves out of the way be written anew at its new path: its old one must be free before that."""
    moved = [slot for slot in slots.values() if slot.now is not None and slot.now.origin not in ("", slot.path)]
    if not moved:
        return
    below = folders_of([slot.path for slot in slots.values() if slot.now is not None and slot.look is None])
    turned = {slot.path for slot in slots.values() if slot.folder and slot.now is not None}
    for slot in moved:
        assert slot.now is not None  # it has an origin
        if slot.now.origin in below or not turned.isdisjoint(parents(slot.now.origin)):
            slot.now = slot.now._replace(origin="")
