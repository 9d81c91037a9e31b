"""Which name may have been meant by a mistyped one: of a commit, a branch, an option, a path."""

import itertools
import os
import re
from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from journal.cli import access
from journal.cli.location import Place, located
from journal.errors import JournalError, UnknownName, UsageError

if TYPE_CHECKING:
    from journal import Journal

MOST = 3
"""names that are suggested."""

SPREAD = 0.12
"""how much less alike than the best one a name may be."""

ELSEWHERE = 0.05
"""how much less alike a name counts that lies in another folder."""

POOL_MAX = 20_000
"""names that are compared; more would be waited for."""

COMMITS_MAX = 1_000
"""newest commits whose ids are compared."""

IS_ID = re.compile(r"[0-9a-f]{4,64}").fullmatch
MAGIC = re.compile(r"[*?\[]").search
LISTS = "`spool status` lists what is staged; a glob, such as '**/*.py', has to be quoted"
COMMITS = ("commit", "before", "after", "at", "branch")
"""arguments that name a commit or a branch."""

PATHS = ("path", "paths", "source")
"""arguments that name a file of the root."""


def nearest(name: str, pool: Iterable[str], most: int = MOST) -> list[str]:
    """Gives the names most like one, the nearest first; a name of one part is also compared with the last parts."""
    found = dict.fromkeys(each for each in itertools.islice(pool, POOL_MAX) if each != name)
    scores = _alike(name, {each: [each] for each in found})
    if "/" not in name:
        ends: dict[str, list[str]] = {}
        for each in found:
            if "/" in each:
                ends.setdefault(each.rpartition("/")[2], []).append(each)
        for each, score in _alike(name, ends).items():
            scores[each] = max(score - ELSEWHERE, scores.get(each, 0.0))
    best = max(scores.values(), default=0.0)
    near = sorted((each for each in scores if scores[each] >= best - SPREAD), key=lambda each: -scores[each])
    return near[:most]


def _alike(name: str, meaning: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """Tells of what spellings mean how much these are like a name, from 0 to 1, if they are like it at all."""
    import difflib  # dear, and only needed when something went wrong

    spelled = difflib.get_close_matches(name, meaning, n=MOST)
    ratios = {each: difflib.SequenceMatcher(None, name, each).ratio() for each in spelled}
    return {each: ratios[spelling] for spelling in spelled for each in meaning[spelling]}


def question(names: Sequence[str]) -> str:
    """Asks whether one of some names is meant; several are listed below the question."""
    return f"did you mean {names[0]!r}?" if len(names) == 1 else "did you mean one of these?"


def suggest(error: UnknownName, arguments: Namespace) -> None:
    """Lets an error name what may have been meant, where its name is one that the user gave."""
    given = vars(arguments)
    with suppress(JournalError, OSError), access.reading(place := located(arguments)) as journal:
        if error.name in (given.get(each) for each in COMMITS):
            near = nearest(error.name, error.candidates or journal.branches()) + _ids(journal, error.name)
        elif error.candidates or not _is_path(error.name, arguments, place):
            return
        else:
            near = [place.shown(path) for path in near_paths(journal, place, error.name)]
        if near:
            error.candidates = tuple(near)
            error.hint = question(near)
        elif given.get("commit") == error.name and os.path.lexists(os.path.join(place.start, error.name)):
            error.hint = f"{error.name!r} is a file: name the commit first, as in `spool show main {error.name}`"


def near_paths(journal: "Journal", place: Place, path: str) -> list[str]:
    """Gives the tracked paths, and files on disk beside it, that are most like a path of the root."""
    from journal.engine import known

    folder = path.rpartition("/")[0]
    beside: list[str] = []
    with suppress(OSError, ValueError), os.scandir(os.path.join(place.root, folder)) as entries:
        beside = [f"{folder}/{entry.name}" if folder else entry.name for entry in entries if entry.name != ".spool"]
    return nearest(path, [*beside, *known.tracked(journal, place.root)])


def refuse_mistyped(journal: "Journal", place: Place, given: Sequence[str]) -> None:
    """Refuses a path that cannot be meant: never seen by the journal, not on disk, and no glob.

    Raises:
        UnknownName: names those that may be meant. UsageError: it is the name of a commit.
    """
    from journal.engine import known

    for each in given:
        path = place.inside(each).rstrip("/")
        if path in ("", ".") or path.startswith(("/", "../")) or path == ".." or MAGIC(path):
            continue
        if os.path.lexists(os.path.join(place.root, path)) or known.ever_seen(journal, path):
            continue
        if _is_commit(journal, each):
            hint = f"see `spool show {each}` and `spool diff --from {each}`"
            raise UsageError(f"{each!r} is a commit, and no path", hint=hint)
        near = tuple(place.shown(found) for found in near_paths(journal, place, path))
        message = f"there is no file {each!r}, and there never was"
        raise UnknownName(message, hint=question(near) if near else LISTS, name=path, candidates=near)


def _is_commit(journal: "Journal", name: str) -> bool:
    try:
        journal.commit(name)
    except JournalError:
        return False
    return True


def _is_path(name: str, arguments: Namespace, place: Place) -> bool:
    given = vars(arguments)
    named = [value for each in PATHS for value in _several(given.get(each))]
    if not named:
        return not os.path.isabs(name) and "file" in given  # of a diff, or of lines of JSON
    return any(name in (value, place.inside(value).rstrip("/")) for value in named if value)


def _several(value: object) -> list[str]:
    return [value] if isinstance(value, str) else list(value) if isinstance(value, list) else []


def _ids(journal: "Journal", name: str) -> list[str]:
    if not IS_ID(name):
        return []
    import difflib

    ids = [commit.id[: max(len(name), 12)] for commit in journal.commits(limit=COMMITS_MAX)]
    return difflib.get_close_matches(name, ids, n=MOST, cutoff=0.75)
