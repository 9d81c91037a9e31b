"""Times a new process that imports the package, opens a root and writes its first file.

Budget: <= 150 ms over a bare interpreter, with a journal that exists as with one that has to be made. Rounds of the
three take turns, their modules compiled by a run before. Above the table stand the ten dearest modules of the import,
by Python's own clock.
"""

import os
import statistics
import subprocess
import sys
from pathlib import Path

from _bench import Figure, Rounds, conclude, fresh, home, text, timed

ROUNDS = 21
IMPORTS = 7
FIRST = """
import sys
from journal import Spool
with Spool.open(sys.argv[1], journal=sys.argv[2]) as spool:
    spool.write("src/file.py", open(sys.argv[3], "rb").read())
"""


def run(*arguments: str | Path) -> str:
    """Runs a new interpreter, whose modules were compiled by an earlier one; gives what it said on standard error."""
    keep = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = keep | {"PYTHONPYCACHEPREFIX": str(home() / "compiled")}
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stderr


def first_write(folder: Path, source: Path) -> float:
    """Times the whole life of a process that writes one file."""
    return timed(lambda: run("-c", FIRST, folder / "root", folder / "state" / "journal.db", source))


def dearest() -> list[str]:
    """Lists the modules whose own code took longest when the package was imported, each by its median of several."""
    bare = set(own_times("pass"))
    runs = [own_times("from journal import Spool") for _ in range(IMPORTS)]
    medians = {name: statistics.median(each.get(name, 0) for each in runs) for name in runs[0] if name not in bare}
    found = sorted(medians.items(), key=lambda each: -each[1])
    whole = sum(medians.values())
    lines = [f"  {ms:5.1f} ms  {name}" for name, ms in found[:10]]
    return [f"the import takes {whole:.0f} ms in {len(found)} modules; the dearest by themselves:", *lines]


def own_times(code: str) -> dict[str, float]:
    """Gives the milliseconds that each module of an import took, without what it imports."""
    found = {}
    for line in run("-X", "importtime", "-c", code).splitlines():
        parts = line.removeprefix("import time:").split("|")
        if len(parts) == 3 and parts[0].strip().isdigit():
            found[parts[2].strip()] = int(parts[0]) / 1000
    return found


def main() -> None:
    """Runs the rounds, and prints what they cost."""
    home()
    kept = fresh()
    (kept / "root").mkdir()
    source = kept / "source.py"
    source.write_bytes(text(1))
    first_write(kept, source)
    existing, new, bare = Rounds(), Rounds(), Rounds()
    for each in (existing, new, bare):
        each.begin()
    for number in range(ROUNDS):
        source.write_bytes(text(number))
        folder = fresh()
        (folder / "root").mkdir()
        bare.ours(timed(lambda: run("-c", "pass")))
        new.ours(first_write(folder, source))
        existing.ours(first_write(kept, source))
    empty = bare.figure("").ours
    figures = [
        Figure("python -c pass", empty),
        Figure("existing journal, over it", existing.figure("").ours - empty, empty, most=150),
        Figure("new journal, over it", new.figure("").ours - empty, empty, most=150),
    ]
    print("\n".join(dearest()))
    conclude(figures)


if __name__ == "__main__":
    main()
