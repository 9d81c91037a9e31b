"""What is wrong with a session that met an error in the middle of a verb: nothing, if all is well."""

import os
from collections.abc import Callable

from journal import JournalError
from tests.crash.judge import lost, sound, swept, usable
from tests.crash.learning import Known, known
from tests.crash.place import Place
from tests.crash.scenarios import SCENARIOS
from tests.crash.state import difference, look


def attempt(place: Place, name: str, meant: Callable[[Exception], bool]) -> tuple[str, list[str]]:
    """Does the act of a scenario; gives what it raised, as text, and what is wrong with that.

    `meant` tells of an error whether it is one that may come.
    """
    try:
        SCENARIOS[name].act(place)
    except Exception as error:
        problems = [] if meant(error) else [f"not the error that was meant: {error!r}"]
        if isinstance(error, JournalError) and not error.hint:
            problems.append(f"an error without a hint: {error!r}")
        return repr(error), problems  # the error itself would keep files open
    return "", []


def examine(place: Place, facts: Known) -> list[str]:
    """What is wrong with the session that met the error."""
    problems, found = list[str](), look(place.spool)
    if found not in facts.allowed:
        nearest = min((difference(found, state) for state in facts.allowed), key=len)
        problems.append(f"neither before nor after: {nearest}")
    problems += [*sound(place.spool), *lost(place.spool, facts.kept), *descriptors()]
    return problems + usable(place.spool, may_commit=not found.conflicts)


def repeated(place: Place, name: str) -> list[str]:
    """Does an act again that was refused, now that nothing stands in its way; says what is wrong with what comes of it.

    One that opens or closes the session is not done again: the session is there.
    """
    facts, problems = known(name), list[str]()
    before = look(place.spool)
    if before not in facts.allowed[:1]:
        return [] if before in facts.allowed else [f"neither before nor after: {difference(before, facts.allowed[0])}"]
    problems += lost(place.spool, facts.kept)
    if SCENARIOS[name].act in (Place.open, Place.close) or name == "close":
        return problems
    raised, _ = attempt(place, name, lambda _error: False)
    problems += [f"refused again: {raised}"] if raised else []
    after = look(place.spool)
    if after not in facts.allowed[1:]:
        problems.append(f"not done: {difference(after, facts.allowed[1])}")
    return problems


def reopened(place: Place) -> list[str]:
    """What is wrong with what another session finds."""
    before = look(place.spool)
    place.close()
    after = look(place.open())
    problems = swept(place.spool)
    if after != before:
        problems.append(f"another session finds another state: {difference(after, before)}")
    place.close()
    return problems


def descriptors() -> list[str]:
    """Whether files of the temp folder are still open."""
    links = [f"/proc/self/fd/{fd}" for fd in os.listdir("/proc/self/fd")]
    targets = [os.readlink(link) for link in links if os.path.lexists(link)]
    return [f"left open: {target}" for target in targets if "/.spool/tmp/" in target]
