"""Opens a root that a process died in, and says what is wrong with it: nothing, if all is well."""

import hashlib
import os
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from journal import Spool
from tests.crash.place import OUTSIDE, Place
from tests.crash.state import File, State, difference, disk, look, shape
from tests.crash.steps import Steps


class Judgement(NamedTuple):
    """What is wrong, and how many steps recovery took."""

    problems: list[str]
    steps: int


def judge(place: Place, allowed: Sequence[State], kept: Iterable[bytes], stands: dict[str, File]) -> Judgement:
    """Recovers and looks; `allowed` are the states that may be found, any when there is none.

    `kept` are contents that must be on disk or in the journal, `stands` is what must be found at a path.
    """
    steps = Steps().install()
    steps.arm()
    spool = place.open()
    steps.disarm()
    problems = [*_state(spool, allowed), *swept(spool), *sound(spool), *lost(spool, kept), *_standing(spool, stands)]
    before, seen = look(spool), shape(spool.root)
    place.close()
    spool = place.open()
    problems += _again(spool, before, seen)
    problems += [*usable(spool, may_commit=not before.conflicts), *swept(spool)]
    place.close()
    if disk(place.outside).items() < {(name, ("file", 0o644, content)) for name, content in OUTSIDE.items()}:
        problems.append("something outside the root was touched")
    return Judgement(problems, len(steps.labels))


def _state(spool: Spool, allowed: Sequence[State]) -> list[str]:
    found = look(spool)
    if not allowed or found in allowed:
        return []
    nearest = min((difference(found, state) for state in allowed), key=len)
    return [f"neither before nor after: {nearest} (recovery said {spool.recovery.to_dict()})"]


def swept(spool: Spool) -> list[str]:
    """Whether the temp folder is empty."""
    left = sorted(os.listdir(spool.root / ".spool" / "tmp"))
    return [f"left in the temp folder: {left}"] if left else []


def sound(spool: Spool) -> list[str]:
    """Whether no act is left running, and the journal is what it must be."""
    problems = []
    spool.status()  # closes the acts that are done
    running = spool.journal.query("SELECT id, name FROM invocation WHERE state = 'running'")
    if running:
        problems.append(f"acts left running: {running}")
    promised = spool.journal.query("SELECT * FROM intent")
    if promised and not spool.recovery.conflicts:
        problems.append(f"promises left open: {len(promised)}")
    report = spool.journal.verify()
    if not report.ok:
        problems.append(f"not sound: {report.findings}")
    return problems


def lost(spool: Spool, contents: Iterable[bytes]) -> list[str]:
    """Which contents are neither on disk nor in the journal."""
    standing = {content for _, _, content in disk(spool.root).values()}
    rows = spool.journal.query("SELECT lower(hex(sha256)) AS name FROM blob WHERE state = 'whole'")
    known = {row["name"] for row in rows}
    missing = [each for each in contents if each not in standing and hashlib.sha256(each).hexdigest() not in known]
    return [f"lost: {each[:60]!r}" for each in missing]


def _standing(spool: Spool, stands: dict[str, File]) -> list[str]:
    found = disk(spool.root)
    wrong = [path for path, file in stands.items() if found.get(path) != file]
    return [f"{path} is {found.get(path)}, someone else left {stands[path]}" for path in wrong]


def _again(spool: Spool, before: State, seen: dict[str, tuple[int, int]]) -> list[str]:
    """Recovering a second time changes nothing."""
    problems = []
    report = spool.recovery
    if report.finished or report.undone or report.interrupted or report.swept or report.rescued:
        problems.append(f"the second recovery found work: {report.to_dict()}")
    if shape(spool.root) != seen:
        problems.append("the second recovery wrote files again")
    after = look(spool)
    if after != before:
        problems.append(f"the second recovery changed the state: {difference(after, before)}")
    return problems


def usable(spool: Spool, *, may_commit: bool) -> list[str]:
    """Whether the session takes another write, commit and reset; what stood before is as it was in the end."""
    spool.write("afterwards.txt", "afterwards\n")
    if may_commit:
        commit = spool.commit("afterwards")
        if commit is None or commit.id not in {each.id for each in spool.journal.commits()}:
            return ["a commit is not in the journal"]
        spool.write("afterwards.txt", "once more\n")
        wanted = b"afterwards\n"
    else:
        wanted = b""
    spool.reset(["afterwards.txt"])
    found = spool.read("afterwards.txt") or b""
    problems = [] if found == wanted else [f"after a reset there stands {found!r}"]
    return [*problems, *sound(spool)]
