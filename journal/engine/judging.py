"""Judging what is staged: validators and the gate are asked with nothing locked, and what they said is remembered.

    1  inside the verb: what is staged is listed, with what named validators said of these very changes before
    2  with nothing locked: each validator is asked for the rest, then the gate; their problems are collected
    3  inside the verb again: verdicts are kept, and a disagreement becomes the verb's error and its audit row

What changes between 1 and 3 is found by the digest of all that is staged; `within` refuses what a judge must not call.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from journal.content.paths import key
from journal.content.selection import Selection
from journal.database import Read, Write
from journal.engine import compare, renames, within
from journal.engine.asking import asked
from journal.engine.desk import Desk, now_us, took
from journal.engine.journal import Journal
from journal.engine.reading import Reading
from journal.engine.survey import digest_of
from journal.engine.validators import Answer, Judge, Judges, ValidationContext, ask
from journal.errors import GateRefused, JournalError, UsageError, ValidationFailed
from journal.ids import BranchId, PathId, Sha256, compact_json
from journal.limits import PROBLEM_CHARS_MAX, PROBLEMS_SHOWN
from journal.records import FilePatch, Problem
from journal.tables import commits, paths, sessions, staged, trees, verdicts
from journal.tables.invocations import Asked, Outcome
from journal.tables.staged import Staged
from journal.tables.verdicts import Said, Verdict


class Setting(NamedTuple):
    """Where a session judges and commits: its read sides, its names, and who judges."""

    reading: Reading
    journal: Journal
    branch: str
    session: str
    judges: Judges


class Stage(NamedTuple):
    """All that is staged at one moment, by path bytes; `generation` tells whether it may have changed since."""

    rows: list[Staged]
    generation: int

    def digest(self) -> Sha256:
        """Names it."""
        return digest_of(self.rows)


class Question(NamedTuple):
    """What one judge is asked about, and what it said of some of these paths before.

    A renamed path is one patch where the judge sees both its paths; else it is told as it is by itself. What is said of
    it is not remembered: it depends on another path's content.
    """

    judge: Judge
    rows: list[Staged]
    patches: dict[PathId, FilePatch]
    renamed: frozenset[PathId]
    known: dict[PathId, tuple[Said, ...]]


class Hearing(NamedTuple):
    """All that is judged, and by whom: made under the session's lock, and asked without it."""

    stage: Stage
    patches: list[FilePatch]
    questions: list[Question]
    gate: Question | None
    context: ValidationContext


class Judgement(NamedTuple):
    """What all judges said: verdicts to remember, by validator, and the error that their disagreement is."""

    verdicts: list[tuple[Judge, list[Verdict]]]
    error: JournalError | None

    def keep(self, tx: Write) -> None:
        """Remembers the verdicts, in a transaction of the caller."""
        for judge, found in self.verdicts:
            verdicts.put(tx, judge.name or "", judge.version, found)


def staged_now(tx: Read, branch_id: BranchId) -> Stage:
    """Lists what is staged; the generation comes first, so that a change in between is noticed."""
    generation = sessions.generation(tx, branch_id)
    return Stage(staged.everything(tx, branch_id), generation)


def validate(desk: Desk, setting: Setting) -> list[FilePatch]:
    """Asks every validator about what is staged, and gives the patches that were judged.

    Raises:
        ValidationFailed: with the problems of all of them. UsageError: one gave what is no answer.
    """
    with asked(desk, "validate", {}) as what:
        hearing = prepare(desk, setting, staged_now(desk.database.look(), desk.place.branch_id), "{}")
        hearing = hearing._replace(gate=None)
        titles = [question.judge.title for question in hearing.questions]
        request = {"digest": hearing.context.digest, "files": len(hearing.stage.rows), "validators": titles}
        what = what._replace(request=compact_json(request))
    judgement = hear(desk, hearing)
    with asked(desk, "validate", {}), told(desk, what, judgement):
        with desk.transaction() as (tx, chain):
            judgement.keep(tx)
            finished = now_us()
            chain.record(what, Outcome("ok", finished, took(what.started_at, finished)))
        desk.database.checkpoint_when_large()
    return hearing.patches


def prepare(desk: Desk, setting: Setting, stage: Stage, metadata: str) -> Hearing:
    """Step 1: says what each judge will be asked; `metadata` is the commit's, as compact JSON."""
    look, reading = desk.database.look(), setting.reading
    head = sessions.branch(look, setting.branch)
    above = None if head is None else head.head_id
    context = ValidationContext(
        session_id=setting.session,
        root=Path(desk.root.path),
        journal=setting.journal,
        metadata=MappingProxyType(json.loads(sessions.metadata(look, desk.place.session_id)) | json.loads(metadata)),
        branch=setting.branch,
        head=None if above is None else commits.tip(look, above)[0].hex(),
        digest=stage.digest().hex(),
        _reading=reading,
    )
    origins = renames.of_stage(reading, desk.place.branch_id, stage.rows)
    whole = _Shown(reading.database.path, stage.rows, origins)
    questions = [_question(desk, whole, judge) for judge in setting.judges.validators]
    gate = None if setting.judges.gate is None else _question(desk, whole, setting.judges.gate, remembered=False)
    return Hearing(stage, list(whole.patches.values()), questions, gate, context)


def hear(desk: Desk, hearing: Hearing) -> Judgement:
    """Step 2: asks, with nothing locked; an interrupt passes through and leaves nothing behind."""
    said, problems, first = list[tuple[Judge, list[Verdict]]](), list[Problem](), ""
    cause: Exception | None = None
    with within.judging(desk):
        try:
            for question in hearing.questions:
                answer, found = _heard(question, hearing)
                said.append((question.judge, found))
                first = question.judge.title if answer.problems and not problems else first
                cause = answer.cause if cause is None else cause
                problems += answer.problems
            if problems:
                return Judgement(said, _failed(first, problems, cause))
            if hearing.gate is not None:
                answer, _ = _heard(hearing.gate, hearing)
                if answer.problems:
                    return Judgement(said, _refused(answer))
        except UsageError as error:
            return Judgement(said, error)
    return Judgement(said, None)


@contextmanager
def told(desk: Desk, what: Asked, judgement: Judgement) -> Iterator[None]:
    """Step 3: raises a disagreement in the body's place; whatever is raised, `what` tells of it from its beginning."""
    try:
        if judgement.error is not None:
            raise judgement.error
        yield
    except JournalError as error:
        finished = now_us()
        message = str(error).encode("utf-8", "backslashreplace").decode()
        outcome = Outcome("failed", finished, took(what.started_at, finished), message)
        with suppress(JournalError):  # a disk that is full takes no row either: the first error is the one to tell
            with desk.transaction() as (tx, chain):
                judgement.keep(tx)
                opened = chain.record(what, outcome)
            error.invocation_id = opened.id
        raise


class _Shown:
    """Staged rows as patches, and which of the rows are the two sides of a rename."""

    def __init__(self, journal: str, rows: list[Staged], origins: Mapping[str, Staged]) -> None:
        self.rows = rows
        self.patches = compare.of_rows(journal, rows, origins)
        gone = {row.path_id for row in origins.values()}
        self.renamed = frozenset(gone.union(row.path_id for row in rows if row.path in origins))
        self._journal = journal
        self._origins = origins

    def part(self, rows: list[Staged]) -> "_Shown":
        """Gives the same of some of the rows: a rename of which one side is not among them is two changes."""
        if len(rows) == len(self.rows):
            return self
        names = {row.path for row in rows}
        origins = {new: old for new, old in self._origins.items() if new in names and old.path in names}
        return _Shown(self._journal, rows, origins)


def _question(desk: Desk, whole: _Shown, judge: Judge, *, remembered: bool = True) -> Question:
    look, branch_id = desk.database.look(), desk.place.branch_id
    names = {row.path for row in whole.rows}

    def exists(path: str) -> bool:
        number = None if path in names else paths.find(look, path)
        return path in names or (number is not None and trees.at_head(look, branch_id, number) is not None)

    chosen = Selection.of(judge.paths, exists)
    known = {}
    if remembered and judge.remembered and judge.name is not None:
        known = verdicts.known(look, branch_id, judge.name, judge.version)
    rows = [row for row in whole.rows if chosen.matches(row.path)]
    shown = whole.part(rows)
    known = {path_id: said for path_id, said in known.items() if path_id not in shown.renamed}
    return Question(judge, rows, shown.patches, shown.renamed, known)


def _heard(question: Question, hearing: Hearing) -> tuple[Answer, list[Verdict]]:
    """Asks one judge about the paths of which it said nothing yet; a judge that sees no path is not asked.

    Raises:
        UsageError: it gave what is no answer.
    """
    judge, known = question.judge, question.known
    old = [Problem(row.path, *each) for row in question.rows for each in known.get(row.path_id, ())]
    rows = [row for row in question.rows if row.path_id not in known]
    if not rows:
        return Answer(old), []
    told = tuple(question.patches[row.path_id] for row in rows if row.path_id in question.patches)
    answer = ask(judge, told, hearing.context)
    new = _verdicts(rows, question.renamed, answer) if judge.remembered else []
    if old:
        answer = answer._replace(problems=sorted([*old, *answer.problems], key=lambda each: key(each.path)))
    return answer, new


def _verdicts(rows: list[Staged], renamed: frozenset[PathId], answer: Answer) -> list[Verdict]:
    """Divides an answer by path; one that broke off, or that speaks of other paths, is not remembered."""
    found: dict[str, list[Said]] = {row.path: [] for row in rows}
    if not answer.whole or any(each.path not in found for each in answer.problems):
        return []
    for each in answer.problems:
        found[each.path].append(verdicts.said(each))
    return [
        Verdict(row.path_id, row.before, row.after, tuple(found[row.path]))
        for row in rows
        if row.path_id not in renamed
    ]


def _failed(first: str, problems: list[Problem], cause: Exception | None) -> ValidationFailed:
    hint = "mend what `problems` lists, then repeat; everything is staged as it was"
    error = ValidationFailed(
        f"validator {first!r} disagreed: {_shown(problems)}", hint=hint, validator=first, problems=tuple(problems)
    )
    error.__cause__ = cause
    return error


def _refused(answer: Answer) -> GateRefused:
    hint = "do what the gate asks for, then repeat; everything is staged as it was"
    error = GateRefused(
        f"the commit gate refused: {_shown(answer.problems)}", hint=hint, problems=tuple(answer.problems)
    )
    error.__cause__ = answer.cause
    return error


def _shown(problems: list[Problem]) -> str:
    """Tells the first problems in a line."""
    said = []
    for each in problems[:PROBLEMS_SHOWN]:
        place = each.path + ("" if each.line is None else f":{each.line}")
        said.append((f"{place}: " if place else "") + each.message[:PROBLEM_CHARS_MAX])
    more = len(problems) - len(said)
    return "; ".join(said) + (f"; and {more} more" if more else "")
