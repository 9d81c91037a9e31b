"""Keeping memory bounded while a verb takes many contents in, by storing them ahead of the act that names them.

What is packed is kept by a transaction of its own, and a new content goes into its temp file at once. Should the act
not come, nobody names what was stored, and the temp files are swept; that it counts as bytes of someone else is not
forgotten, so the act is synced all the same.
"""

from collections.abc import Sequence

from journal.content.packing import PackedBlob
from journal.engine import placing, room
from journal.engine.desk import Desk
from journal.engine.slots import Slot, Version
from journal.limits import ROWS_BYTES_PER_TX
from journal.tables import blobs


def weight(version: Version | None) -> int:
    """Tells how many bytes of a content are in memory, plain and packed."""
    if version is None:
        return 0
    packed = 0 if version.packed is None else sum(len(chunk.body) for chunk in version.packed.new)
    return packed + (0 if version.data is None else len(version.data))


def thin(slot: Slot) -> int:
    """Drops the plain bytes of what stands on disk; tells how many its packed form has."""
    if slot.disk is not None and slot.disk.data is not None:
        _stands(slot, slot.disk._replace(data=None))
    return weight(slot.disk)


def forgo(slot: Slot) -> None:
    """Drops all bytes of what stands on disk, where nothing is written over it."""
    if slot.disk is not None and (slot.disk.data is not None or slot.disk.packed is not None):
        _stands(slot, slot.disk._replace(data=None, packed=None))


class Load:
    """The contents that a verb holds in memory: whose paths they are of, how many bytes, and what is to be stored.

    `packed` are the new contents, in the order in which they came: each may be the base of those after it.
    """

    def __init__(self, desk: Desk) -> None:
        self.packed: list[PackedBlob] = []
        self._desk = desk
        self._slots: list[Slot] = []
        self._bytes = 0

    def take(self, slot: Slot, version: Version | None) -> None:
        """Counts a content that a path came to hold."""
        self._slots.append(slot)
        self._bytes += weight(version)

    def ease(self) -> None:
        """Stores what there is when it is much; the paths then hold their temp files and names only."""
        if self._bytes > ROWS_BYTES_PER_TX:
            self.store()

    def store(self) -> None:
        """Stores what there is."""
        store(self._desk, self._slots, self.packed)
        gifts = placing.Gifts()
        for slot in self._slots:
            now = slot.now
            if now is not None and now is not slot.disk:
                slot.now = placing.written(self._desk, slot, now, gifts)._replace(packed=None)
            thin(slot)
        self.packed, self._slots, self._bytes = [], [], 0


def store(desk: Desk, slots: Sequence[Slot], packed: Sequence[PackedBlob] = ()) -> None:
    """Stores what stands on disk at some paths, then new contents; the act that names them syncs them."""
    disks = [slot for slot in slots if slot.disk is not None and slot.disk.packed is not None]
    first = [slot.disk.packed for slot in disks if slot.disk is not None and slot.disk.packed is not None]
    room.for_rows(desk, sum(len(chunk.body) for blob in (*first, *packed) for chunk in blob.new))
    with desk.database.begin() as tx:
        made = blobs.put_many(tx, [*first, *packed])
    for sha, number in made.items():
        desk.numbered(sha, number)
    for slot in disks:
        assert slot.disk is not None  # see above
        slot.captured = True
        _stands(slot, slot.disk._replace(packed=None))
    desk.database.checkpoint_when_large()


def _stands(slot: Slot, disk: Version) -> None:
    """Tells anew what stands on disk; a path that is to stay as it is stays so."""
    if slot.now is slot.disk:
        slot.now = disk
    slot.disk = disk
