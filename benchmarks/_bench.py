"""What the benchmarks share: fresh folders on a disk, real source text, rounds, percentiles and a table.

A run's folder lies in `.bench/` of the checkout, or in $SPOOL_BENCH_DIR, and stays there: on ext4 without a journal a
file is created twenty times slower for minutes after a mass deletion. `rm -r .bench` when no benchmark follows soon.
"""

import functools
import importlib
import itertools
import os
import random
import statistics
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

CHECKOUT = Path(__file__).resolve().parent.parent
IN_MEMORY = ("tmpfs", "ramfs")
SMALL = 4096

_numbers = itertools.count(1)


class Figure(NamedTuple):
    """One line of the table, with the most that ours, and its ratio to the reference, may be."""

    what: str
    ours: float
    reference: float | None = None
    most: float | None = None
    ratio_most: float | None = None
    unit: str = "ms"

    @property
    def ratio(self) -> float | None:
        """Divides ours by the reference."""
        return self.ours / self.reference if self.reference else None

    @property
    def holds(self) -> bool:
        """Tells whether both bounds are kept; a figure without any keeps them."""
        if self.most is not None and self.ours > self.most:
            return False
        return self.ratio_most is None or self.ratio is None or self.ratio <= self.ratio_most


@functools.cache
def home() -> Path:
    """Makes the folder of this run, refuses one in memory, and says on which file system it lies."""
    base = Path(os.environ.get("SPOOL_BENCH_DIR") or CHECKOUT / ".bench").absolute()
    made = base / f"{Path(sys.argv[0]).stem}-{time.strftime('%m%d-%H%M%S')}-{os.getpid()}"
    made.mkdir(parents=True)
    kind = file_system(made)
    if kind.split()[0] in IN_MEMORY:
        made.rmdir()
        sys.exit(f"{base} is on {kind}: name a folder on a disk by SPOOL_BENCH_DIR")
    print(f"in {made.name} on {kind}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return made


def fresh() -> Path:
    """Makes a folder that no earlier round used."""
    made = home() / f"{next(_numbers):03}"
    made.mkdir()
    return made


def file_system(path: Path) -> str:
    """Names the file system that a path lies on, and its device."""
    try:
        mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    except OSError:
        return "a file system without a name"
    real = os.path.realpath(path)
    above = [each for each in mounts if real == each[1] or real.startswith(each[1].rstrip("/") + "/")]
    found = max(above, key=lambda each: len(each[1]), default=None)
    return "a file system without a name" if found is None else f"{found[2]} ({found[0]})"


@functools.cache
def sources() -> tuple[bytes, ...]:
    """Reads the standard library of this Python, file by file: real source text, the same on every run."""
    folder = Path(sysconfig.get_path("stdlib"))
    found = sorted(path for path in folder.rglob("*.py") if "site-packages" not in path.parts)
    return tuple(data for path in found[:1200] if (data := path.read_bytes()))


@functools.cache
def _text() -> bytes:
    return b"".join(sources())


def text(number: int, size: int = SMALL) -> bytes:
    """Cuts the number-th piece of so many bytes out of the standard library; pieces differ while there are enough."""
    whole = _text()
    start = number * size % (len(whole) - size)
    return whole[start : start + size]


def edited(data: bytes, number: int, lines: int = 1) -> bytes:
    """Changes so many lines of a text, others for every number, and keeps its size nearly the same."""
    parts = data.split(b"\n")
    choose = random.Random(number)
    for place in choose.sample(range(len(parts)), min(lines, len(parts))):
        parts[place] = b"    edited = %d  # of %d" % (number, place)
    return b"\n".join(parts)


def optional(name: str) -> ModuleType | None:
    """Imports a reference that may not be installed; without it there is a column less."""
    try:
        return importlib.import_module(name)
    except ImportError:
        print(f"{name} is not installed: nothing is told beside it")
        return None


def timed(call: Callable[[], object]) -> float:
    """Runs a call and gives the milliseconds it took."""
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def percentile(values: Sequence[float], share: float) -> float:
    """Gives the value below which that share of all lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


class Rounds:
    """The times of ours and of the reference, round by round; what is told is the median of the rounds."""

    def __init__(self) -> None:
        self._times: dict[str, list[list[float]]] = {"ours": [], "reference": []}

    def begin(self) -> None:
        """Begins a round."""
        for each in self._times.values():
            each.append([])

    def ours(self, ms: float) -> None:
        """Takes a time of ours."""
        self._times["ours"][-1].append(ms)

    def reference(self, ms: float) -> None:
        """Takes a time of the reference."""
        self._times["reference"][-1].append(ms)

    def figure(self, what: str, share: float = 0.5, *, most: float | None = None, ratio: float | None = None) -> Figure:
        """Tells a percentile: of each round, then the median over the rounds."""
        told = [[percentile(times, share) for times in rounds if times] for rounds in self._times.values()]
        ours, reference = (statistics.median(each) if each else None for each in told)
        return Figure(what, ours or 0.0, reference, most, ratio)


def conclude(figures: Sequence[Figure]) -> None:
    """Prints the figures as a table, then whether the budget holds: a figure is not a test, so nothing is raised."""
    rows = [("", "ours", "reference", "ratio", "budget", "")]
    for each in figures:
        bounds = [] if each.most is None else [f"<= {each.most:g} {each.unit}".rstrip()]
        bounds += [] if each.ratio_most is None else [f"<= {each.ratio_most:g} x"]
        said = "" if not bounds else "holds" if each.holds else "MISSED"
        reference = "" if each.reference is None else _number(each.reference, each.unit)
        ratio = "" if each.ratio is None else f"{each.ratio:.3g}"
        rows.append((each.what, _number(each.ours, each.unit), reference, ratio, ", ".join(bounds), said))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        numbers = (row[n].rjust(widths[n]) for n in (1, 2, 3))
        cells = [row[0].ljust(widths[0]), *numbers, row[4].ljust(widths[4]), row[5]]
        print("  ".join(cells).rstrip())
    if all(each.most is None and each.ratio_most is None for each in figures):
        print("There is no budget to hold.")
        return
    missed = [each.what for each in figures if not each.holds]
    print(f"The budget is missed: {'; '.join(missed)}." if missed else "The budget holds.")


def _number(value: float, unit: str) -> str:
    return f"{value:.0f} {unit}".rstrip() if value >= 1000 or value == int(value) else f"{value:.3g} {unit}".rstrip()


def durable_write(path: Path, data: bytes) -> None:
    """Puts a file in place as careful programs do: a temporary file, fsync, rename."""
    temporary = path.with_name(f"{path.name}.tmp")
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        os.write(fd, data)
        os.fsync(fd)
    finally:
        os.close(fd)
    os.rename(temporary, path)


def child(script: str, *arguments: object) -> list[str]:
    """Runs a benchmark's own file in a new process and gives the lines that it printed.

    Raises:
        SystemExit: it failed.
    """
    done = subprocess.run([sys.executable, script, *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"the process failed:\n{done.stderr}")
    return done.stdout.splitlines()
