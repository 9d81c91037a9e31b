"""Pairs of texts that try a diff, the same on every machine, and what other diffs make of them.

The benchmarks time them, the tests look at what comes out.
"""

import os
import random
import re
import shutil
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

Lines = list[bytes]

WORDS = [
    b"name", b"value", b"path", b"result", b"index", b"node", b"parent", b"child", b"token", b"line", b"found",
    b"config", b"options", b"client", b"request", b"state", b"buffer", b"length", b"offset", b"handler", b"event",
    b"key", b"item",
]  # fmt: skip

COMMON = [
    b"", b"", b"", b"        return None", b"        pass", b"    return result", b"        else:", b"    @property",
    b"        try:", b"            continue", b"        raise ValueError(name)", b'    """', b"        )", b"    }",
]  # fmt: skip

GIT_SAID = re.compile(rb"(\d+)\t(\d+)\t")


class Case(NamedTuple):
    """Two texts by a name."""

    name: str
    make: Callable[[], tuple[Lines, Lines]]

    def texts(self) -> tuple[bytes, bytes]:
        """Gives both sides as contents."""
        before, after = self.make()
        return joined(before), joined(after)


def joined(lines: Lines) -> bytes:
    """Ends every line."""
    return b"\n".join([*lines, b""])


def code(count: int, seed: int = 1) -> Lines:
    """Writes lines that repeat as those of source code do: two in five are seen again and again."""
    choose = random.Random(seed)
    made: Lines = []
    while len(made) < count:
        made += [b"", b"    def %b_%d(self, %b):" % (choose.choice(WORDS), choose.randrange(500), choose.choice(WORDS))]
        for _ in range(choose.randrange(2, 14)):
            if choose.random() < 0.4:
                made.append(choose.choice(COMMON))
            else:
                one, two, three = choose.choice(WORDS), choose.choice(WORDS), choose.choice(WORDS)
                indent = b"    " * choose.randrange(1, 4)
                made.append(b"%bself.%b_%d = %b.%b()" % (indent, one, choose.randrange(40), two, three))
    return made[:count]


def unique(count: int, seed: int = 1) -> Lines:
    """Gives lines of which no two are equal."""
    return [b"line %d of %d" % (at, seed) for at in range(count)]


def over(count: int, kinds: int, seed: int = 1) -> Lines:
    """Gives random lines of a few kinds."""
    choose = random.Random(seed)
    return [b"kind %d" % choose.randrange(kinds) for _ in range(count)]


def changed(lines: Lines, count: int, seed: int = 2, kinds: int = 0) -> Lines:
    """Replaces, deletes or inserts at so many places; by lines never seen, or by some of so many kinds."""
    choose, made = random.Random(seed), list(lines)
    for place in sorted(choose.sample(range(len(lines)), count), reverse=True):
        kind = choose.randrange(3)
        new = b"kind %d" % choose.randrange(kinds) if kinds else b"    edited = %d" % place
        made[place : place + (kind != 2)] = [] if kind == 1 else [new]
    return made


def shuffled(lines: Lines, seed: int = 3) -> Lines:
    """Gives the same lines in another order."""
    return random.Random(seed).sample(lines, len(lines))


def swapped(lines: Lines) -> Lines:
    """Changes the two halves for one another."""
    half = len(lines) // 2
    return lines[half:] + lines[:half]


def moved(lines: Lines) -> Lines:
    """Moves a fifth of the lines from the middle to the front."""
    start, end = len(lines) * 2 // 5, len(lines) * 3 // 5
    return lines[start:end] + lines[:start] + lines[end:]


def periodic(count: int, period: int = 7) -> Lines:
    """Repeats a few lines."""
    return [b"of period %d" % (at % period) for at in range(count)]


def blanks(count: int, seed: int = 4) -> Lines:
    """Gives short pieces of code parted by long runs of empty lines."""
    choose, lines = random.Random(seed), iter(code(count, seed))
    made: Lines = []
    while len(made) < count:
        made += [next(lines) for _ in range(choose.randrange(1, 5))]
        made += [b""] * choose.randrange(1, 60)
    return made[:count]


def fibonacci(count: int) -> Lines:
    """Gives the Fibonacci word, which repeats itself everywhere and never with a period."""
    one, two = b"a", b"ab"
    while len(two) < count:
        one, two = two, two + one
    return [two[at : at + 1] for at in range(count)]


def without(lines: Lines, count: int, seed: int = 5) -> Lines:
    """Deletes so many lines."""
    gone = set(random.Random(seed).sample(range(len(lines)), count))
    return [line for at, line in enumerate(lines) if at not in gone]


def doubled(lines: Lines) -> Lines:
    """Gives every line twice."""
    return [line for line in lines for _ in range(2)]


def families(count: int) -> list[Case]:
    """Gives the cases of so many lines."""
    some = count // 100
    made: dict[str, Callable[[], tuple[Lines, Lines]]] = {
        "code, 1 %": lambda: (code(count), changed(code(count), some)),
        "code, 10 %": lambda: (code(count), changed(code(count), count // 10)),
        "code, 50 %": lambda: (code(count), changed(code(count), count // 2)),
        "code, rewritten": lambda: (code(count), code(count, 9)),
        "code, a block moved": lambda: (code(count), moved(code(count))),
        "code, shuffled": lambda: (code(count), shuffled(code(count))),
        "code, reversed": lambda: (code(count), code(count)[::-1]),
        "code, halves swapped": lambda: (code(count), swapped(code(count))),
        "all different": lambda: (unique(count), unique(count, 2)),
        "unique, shuffled": lambda: (unique(count), shuffled(unique(count))),
        "unique, halves swapped": lambda: (unique(count), swapped(unique(count))),
        "random over 10": lambda: (over(count, 10), over(count, 10, 8)),
        "random over 2": lambda: (over(count, 2), over(count, 2, 8)),
        "over 10, 1 %": lambda: (over(count, 10), changed(over(count, 10), some, kinds=10)),
        "periodic, edits": lambda: (periodic(count), changed(periodic(count), min(40, some), kinds=3)),
        "blank runs, 1 %": lambda: (blanks(count), changed(blanks(count), some)),
        "all deleted": lambda: (code(count), []),
        "all created": lambda: ([], code(count)),
    }
    return [Case(name, make) for name, make in made.items()]


def crafted(count: int) -> list[Case]:
    """Gives the cases made against a search that divides and samples: git may find fewer lines."""
    return [
        Case("period 7 beside 5", lambda: (periodic(count), [b"of period %d" % (at % 5) for at in range(count)])),
        Case("Fibonacci word", lambda: (fibonacci(count), without(fibonacci(count), count // 200))),
        Case("doubled lines", lambda: (unique(count // 2) * 2, doubled(unique(count // 2)))),
    ]


def git_lines(folder: Path, before: bytes, after: bytes) -> int | None:
    """Counts the lines of git's own diff by its defaults; None where there is no git."""
    if shutil.which("git") is None:
        return None
    for name, data in (("before", before), ("after", after)):
        (folder / name).write_bytes(data)
    said = GIT_SAID.match(git_diff(folder, "--numstat"))
    return int(said[1]) + int(said[2]) if said else 0


def git_diff(folder: Path, *options: str) -> bytes:
    """Compares the two files of a folder by git."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment = clean | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["git", "diff", "--no-index", "--text", *options, "before", "after"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False).stdout


def pythons() -> dict[str, str]:
    """Finds the CPythons of this machine from 3.8 on, on the PATH and among those that pyenv keeps: version to path."""
    names = [f"python3.{minor}" for minor in range(8, 16)]
    places = [place for name in names if (place := shutil.which(name))]
    kept = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    places += [str(folder / "bin" / "python") for folder in sorted(kept.glob("3.*"))]
    code = "import sys; print(sys.implementation.name, *sys.version_info[:2])"
    found: dict[str, str] = {}
    for place in places:
        try:
            done = subprocess.run([place, "-c", code], capture_output=True, text=True, check=False, timeout=20)
        except OSError:
            continue
        said = done.stdout.split()
        if done.returncode == 0 and said[0] == "cpython" and int(said[2]) >= 8:
            found.setdefault(f"{said[1]}.{said[2]}", place)
    return found


def histories(count: int) -> list[tuple[str, bytes, bytes]]:
    """Samples so many files that two versions of the standard library both have, and differ in."""
    code = "import sysconfig; print(sysconfig.get_path('stdlib'))"
    folders = []
    for _, place in sorted(pythons().items(), key=lambda each: int(each[0].split(".")[1])):
        done = subprocess.run([place, "-c", code], capture_output=True, text=True, check=True)
        folders.append(Path(done.stdout.strip()))
    places = []
    for older, newer in pairwise(folders):
        every = (path.relative_to(older) for path in sorted(older.rglob("*.py")))
        places += [(older / name, newer / name) for name in every if "site-packages" not in name.parts]
    random.Random(6).shuffle(places)
    found: list[tuple[str, bytes, bytes]] = []
    for one, other in places:
        if len(found) == count:
            break
        if other.is_file() and (before := one.read_bytes()) != (after := other.read_bytes()):
            found.append((other.name, before, after))
    return found
