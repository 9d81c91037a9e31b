"""Times comparing and rendering 1,000 lines of source, beside the standard library's difflib.

Budget: p50 <= 2.5 ms. Three kinds of change on the same lines: twenty single lines here and there, one in ten of all
lines, and a block that was moved.
"""

import difflib
import functools
import random

from _bench import Rounds, conclude, sources, timed
from journal.content.diffing import Side, compare, unified

ROUNDS = 5
FILES = 20
LINES = 1000


def texts() -> list[list[bytes]]:
    """Takes the first 1,000 lines of long files."""
    long = [lines for data in sources() if len(lines := data.split(b"\n")) >= LINES]
    return [lines[:LINES] for lines in long[:FILES]]


def changed(lines: list[bytes], count: int, seed: int) -> list[bytes]:
    """Replaces, deletes or inserts at so many places."""
    choose, made = random.Random(seed), list(lines)
    for place in sorted(choose.sample(range(len(lines)), count), reverse=True):
        kind = choose.randrange(3)
        made[place : place + (kind != 2)] = [] if kind == 1 else [b"    edited = %d" % place]
    return made


def moved(lines: list[bytes]) -> list[bytes]:
    """Moves two hundred lines from the middle to the front."""
    return lines[400:600] + lines[:400] + lines[600:]


def ours(before: bytes, after: bytes) -> bytes:
    """Compares and renders."""
    found = compare(before, after)
    return unified("file.py", Side(before, 0o644, "file"), Side(after, 0o644, "file"), found.blocks, 3)


def reference(before: list[bytes], after: list[bytes]) -> bytes:
    """Compares and renders by the standard library."""
    return b"\n".join(difflib.diff_bytes(difflib.unified_diff, before, after, b"a/file.py", b"b/file.py", lineterm=b""))


def main() -> None:
    """Runs the rounds, and prints what they cost."""
    few, many, block = Rounds(), Rounds(), Rounds()
    for _ in range(ROUNDS):
        for rounds, change in ((few, 20), (many, 100), (block, 0)):
            rounds.begin()
            for seed, lines in enumerate(texts()):
                after = changed(lines, change, seed) if change else moved(lines)
                old, new = b"\n".join(lines) + b"\n", b"\n".join(after) + b"\n"
                rounds.ours(timed(functools.partial(ours, old, new)))
                rounds.reference(timed(functools.partial(reference, lines, after)))
    conclude(
        [
            few.figure("20 places", most=2.5),
            many.figure("100 places", most=2.5),
            block.figure("200 lines moved", most=2.5),
        ]
    )


if __name__ == "__main__":
    main()
