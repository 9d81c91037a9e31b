"""Times comparing and rendering 100,000 and 1,000,000 lines, beside libgit2 and beside git as a process; weighs memory.

Budget: 100,000 lines of every kind, also of those made against the search, <= 1 s; 1,000,000 lines with 10 changes
<= 0.5 s; at 100,000 lines memory over that of the texts <= 150 MB, at its peak, in a process of its own.
"""

import functools
import resource
import sys
from collections.abc import Callable
from pathlib import Path

import _cases
from _bench import Figure, child, conclude, fresh, optional, timed
from diff import ours, theirs

LINES = 100_000
WEIGHED = ("code, 50 %", "code, shuffled", "random over 10", "unique, shuffled", "doubled lines")


def least(call: Callable[[], object]) -> float:
    """Gives the better of two times."""
    return min(timed(call) for _ in range(2))


def huge(changes: int) -> tuple[bytes, bytes]:
    """Gives 1,000,000 lines of code, and the same with so many changes."""
    lines = _cases.code(10 * LINES)
    return _cases.joined(lines), _cases.joined(_cases.changed(lines, changes))


def peak() -> float:
    """Gives the most memory that this process has had, in MB."""
    try:
        said = Path("/proc/self/status").read_text()
        return int(said.split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most / (1 << 20) if sys.platform == "darwin" else most / 1024


def weigh(folder: str) -> None:
    """Prints how far the peak rises by a comparison of two files."""
    before, after = (Path(folder, name).read_bytes() for name in ("before", "after"))
    start = peak()
    ours(before, after)
    print(peak() - start)


def main() -> None:
    """Runs every case, and prints what it costs."""
    pygit2 = optional("pygit2")
    folder = fresh()
    timed_cases, weighed, beside_git = [], [], []
    for case in _cases.families(LINES) + _cases.crafted(LINES):
        texts = case.texts()
        reference = least(functools.partial(theirs, pygit2, *texts)) if pygit2 else None
        took = least(functools.partial(ours, *texts))
        timed_cases.append(Figure(case.name, took, reference, 1000))
        if case.name in WEIGHED:
            if _cases.git_lines(folder, *texts) is not None:
                took_git = least(functools.partial(_cases.git_diff, folder))
                beside_git.append(Figure(f"{case.name}, beside a process of git", took, took_git))
            for name, data in zip(("before", "after"), texts, strict=True):
                (folder / name).write_bytes(data)
            rise = float(child(__file__, "weigh", folder)[0])
            weighed.append(Figure(f"{case.name}, memory", rise, most=150, unit="MB"))
    for changes, most in ((10, 500), (10_000, None)):
        texts = huge(changes)
        reference = least(functools.partial(theirs, pygit2, *texts)) if pygit2 else None
        took = least(functools.partial(ours, *texts))
        timed_cases.append(Figure(f"1,000,000 lines, {changes:,} changes", took, reference, most))
    conclude([*timed_cases, *beside_git, *weighed])


if __name__ == "__main__":
    if sys.argv[1:2] == ["weigh"]:
        weigh(sys.argv[2])
    else:
        main()
