"""Times applying diffs of five hunks to five hundred files, in memory.

Budget: <= 200 ms for all of them when every hunk stands where it says. Beside it the same diffs with wrong numbers, and
with a line of each hunk's context edited in the file, which have no budget. The reference is one process of `git apply`
over files on the disk, then one of GNU patch; where they are not installed there is no ratio.
"""

import random
import shutil
import subprocess
from collections.abc import Callable
from functools import partial

from _bench import Figure, Rounds, conclude, fresh, home, sources, timed
from journal import PatchConflict, apply_patch, create_diff
from journal.records import Tolerance

ROUNDS = 5
FILES = 500
HUNKS = 5
LINES = 400

Given = tuple[bytes, bytes, bytes]
"""a file, a diff for it, and the file afterwards"""


def texts() -> list[list[bytes]]:
    """Takes parts of long files, so many of them."""
    long = [lines for data in sources() if len(lines := data.split(b"\n")) > LINES]
    choose = random.Random(1)
    made = []
    for number in range(FILES):
        lines = long[number % len(long)]
        at = choose.randrange(len(lines) - LINES)
        made.append([b"# part %d" % number, *lines[at : at + LINES]])
    return made


def edited(lines: list[bytes], seed: int) -> list[bytes]:
    """Changes five lines far from each other."""
    choose, made = random.Random(seed), list(lines)
    for number in range(HUNKS):
        place = number * (LINES // HUNKS) + choose.randrange(10, 60)
        made[place] = b"    changed = %d" % place
    return made


def given() -> list[Given]:
    """Makes the files and their diffs."""
    made = []
    for number, lines in enumerate(texts()):
        old, new = (b"\n".join(each) + b"\n" for each in (lines, edited(lines, number)))
        made.append((old, create_diff(f"{number}.py", old, new).diff_bytes, new))
    return made


def misnumbered(each: Given) -> Given:
    """Gives the same with wrong numbers: a file that grew by a few lines at its start."""
    head = b"# grown\n" * 7
    return head + each[0], each[1], head + each[2]


def drifted(each: Given) -> Given:
    """Gives the same with the line above each change edited in the file."""
    old, new = (side.split(b"\n") for side in (each[0], each[2]))
    for at, (a, b) in enumerate(zip(old, new, strict=True)):
        if a != b and old[at - 1].strip():
            old[at - 1] = new[at - 1] = old[at - 1] + b"  # edited"
    return b"\n".join(old), each[1], b"\n".join(new)


def ours(files: list[Given], tolerance: Tolerance) -> int:
    """Applies every diff; tells how many came out right, the others being refused."""
    right = 0
    for before, diff, after in files:
        try:
            made = apply_patch(before, diff, tolerance=tolerance)
        except PatchConflict:
            continue
        right += made == after
    return right


def tool(command: list[str], files: list[Given]) -> Callable[[], object] | None:
    """Lays the files out, and gives what applies all diffs to them by one process."""
    if shutil.which(command[0]) is None:
        return None
    folder = fresh()
    for number, (before, _, _) in enumerate(files):
        (folder / f"{number}.py").write_bytes(before)
    diff = b"".join(diff for _, diff, _ in files)
    return partial(subprocess.run, command, cwd=folder, input=diff, check=True, capture_output=True)


def measured(what: str, files: list[Given], tolerance: Tolerance, most: float | None = None) -> Figure:
    """Times ours, in rounds, and the tools once, on their own copies."""
    rounds = Rounds()
    rounds.begin()
    for _ in range(ROUNDS):
        rounds.ours(timed(lambda: ours(files, tolerance)))
    right = ours(files, tolerance)
    took = rounds.figure("").ours
    other = tool(["git", "apply", "-"], files) if most is not None else None
    return Figure(f"{what} ({right} right)", took, None if other is None else timed(other), most)


def main() -> None:
    """Applies them, and prints what it cost."""
    home()
    files = given()
    patch = tool(["patch", "-p1", "-s"], files)
    figures = [measured("as they say, strict", files, "strict", 200)]
    if patch is not None:
        figures.append(Figure("the same by GNU patch", timed(patch)))
    figures.append(measured("as they say, tolerant", files, "tolerant"))
    figures.append(measured("wrong numbers, tolerant", [misnumbered(each) for each in files], "tolerant"))
    figures.append(measured("edited context, tolerant", [drifted(each) for each in files], "tolerant"))
    conclude(figures)


if __name__ == "__main__":
    main()
