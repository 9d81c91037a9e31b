"""Compares and renders a kept corpus, and prints one SHA-256 of all of it; needs nothing but a Python.

    python digest.py CORPUS
"""

import hashlib
import pickle
import sys
from pathlib import Path
from types import ModuleType


def keep(place: Path, sides: list[tuple[bytes, bytes]]) -> None:
    """Writes pairs of texts."""
    place.write_bytes(pickle.dumps(sides, protocol=4))


def digest(place: Path) -> str:
    """Tells blocks, patches, hunks and previews of all pairs in one."""
    from journal.content import diffing

    told = hashlib.sha256()
    for before, after in pickle.loads(place.read_bytes()):
        blocks = diffing.compare(before, after).blocks
        old, new = (diffing.Side(data, 0o644, "file") for data in (before, after))
        told.update(repr(blocks).encode() + diffing.pack_blocks(blocks))
        told.update(diffing.unified("f", old, new, blocks, 3))
        told.update(repr(diffing.hunks(before, after, blocks, 1)).encode())
        told.update(diffing.preview(before, after, blocks).encode())
    return told.hexdigest()


if __name__ == "__main__":
    # The package's own front imports what another Python may not have installed: a bare one stands in for it.
    checkout = Path(__file__).resolve().parent.parent.parent
    front = ModuleType("journal")
    front.__path__ = [str(checkout / "journal")]
    sys.modules["journal"] = front
    sys.stdout.write(digest(Path(sys.argv[1])))
