"""Times one staged write of a 4 KB file, on a path already marked and on one touched for the first time.

Budget: marked p50 <= 0.5 ms, p95 <= 1.5 ms, at most 2.5 times the bare parts; first touch, of a new file and of one
that stood there, p50 <= 0.8 ms, p95 <= 2 ms, at most 2 times the bare parts. The bare parts are the same statements
with their values and syncs, recorded from a real run and run by bare SQLite on a second journal that started as a
copy of the first, beside a temporary file renamed to its place.
"""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from _bench import Figure, Rounds, conclude, edited, fresh, text, timed
from _replay import Bare, Recorded, Statement, put_file
from journal import Spool

ROUNDS = 5
CALLS = 150
MARKED = 8


class Work(NamedTuple):
    """One kind of write: what stands on disk before, what is written untimed first, and each timed write."""

    name: str
    standing: list[tuple[str, bytes]]
    first: list[tuple[str, bytes]]
    writes: list[tuple[str, bytes]]


def marked() -> Work:
    """Writes a few files over and over, one line edited each time."""
    names = [f"src/file{n}.py" for n in range(MARKED)]
    first = [(name, text(n)) for n, name in enumerate(names)]
    return Work("marked", [], first, [(names[n % MARKED], edited(text(n % MARKED), n)) for n in range(CALLS)])


def new() -> Work:
    """Writes files where nothing stands, in a folder that is there."""
    return Work("new", [], [("src/first.py", text(0))], [(f"src/new{n}.py", text(n)) for n in range(1, CALLS + 1)])


def existing() -> Work:
    """Edits one line of files that the journal never saw."""
    stood = [(f"src/old{n}.py", text(n)) for n in range(1, CALLS + 1)]
    writes = [(name, edited(data, n)) for n, (name, data) in enumerate(stood)]
    return Work("existing", stood, [("src/first.py", text(0))], writes)


def opened(work: Work) -> Spool:
    """Opens a fresh root in which everything stands that was there before the timed writes."""
    folder = fresh()
    lay_out(folder / "root", work.standing)
    spool = Spool.open(folder / "root", journal=folder / "state" / "journal.db")
    for path, data in work.first:
        spool.write(path, data)
    return spool


def lay_out(root: Path, files: list[tuple[str, bytes]]) -> None:
    """Puts plain files below a root."""
    (root / "src").mkdir(parents=True)
    for path, data in files:
        (root / path).write_bytes(data)


def record(work: Work, copy: Path) -> list[list[Statement]]:
    """Carries the writes out once, untimed, and gives the statements of each."""
    with opened(work) as spool:
        recorded = Recorded(spool, copy)
        return [recorded.take(functools.partial(spool.write, path, data)) for path, data in work.writes]


def parts(folder: Path, bare: Bare, statements: list[Statement], path: str, data: bytes) -> None:
    """Does what a write comes down to: a file put in place, and the statements."""
    put_file(folder / "w-0", folder / "bare" / path, data)
    bare.replay(statements)


def one_round(work: Work, rounds: Rounds) -> None:
    """Times ours and the bare parts in turns."""
    folder = fresh()
    lay_out(folder / "bare", work.standing + work.first)
    tape = record(work, folder / "state" / "bare.db")
    rounds.begin()
    bare = Bare(folder / "state" / "bare.db")
    with opened(work) as spool:
        for number, (path, data) in enumerate(work.writes):
            rounds.ours(timed(functools.partial(spool.write, path, data)))
            rounds.reference(timed(functools.partial(parts, folder, bare, tape[number], path, data)))
    bare.close()


def main() -> None:
    """Runs every kind of write, and prints what it cost."""
    works: list[tuple[Callable[[], Work], float, float, float]] = [
        (marked, 0.5, 1.5, 2.5),
        (new, 0.8, 2.0, 2.0),
        (existing, 0.8, 2.0, 2.0),
    ]
    figures: list[Figure] = []
    measured = [(work(), Rounds(), bounds) for work, *bounds in works]
    for _ in range(ROUNDS):
        for work, rounds, _ in measured:
            one_round(work, rounds)
    for work, rounds, (p50, p95, ratio) in measured:
        figures.append(rounds.figure(f"{work.name}, p50", most=p50, ratio=ratio))
        figures.append(rounds.figure(f"{work.name}, p95", 0.95, most=p95))
    conclude(figures)


if __name__ == "__main__":
    main()
