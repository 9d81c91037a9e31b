"""Validators and the commit gate: what they are, what they are told, which a session has, and how one is asked."""

import inspect
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from journal.content.selection import Selection, several
from journal.engine.journal import Journal
from journal.engine.reading import Reading
from journal.errors import UsageError
from journal.ids import Sha256
from journal.limits import PROBLEMS_MAX, VALIDATOR_TEXT_MAX
from journal.records import FilePatch, Paths, Problem, StrPath

ASYNC = "pass an ordinary function: a spool awaits nothing"

LINE_END = 1 << 63
"""line numbers end here, as SQLite's integers do."""


@dataclass(frozen=True, slots=True, eq=False)
class ValidationContext:
    """What validators and the gate are told beside the patches; `digest` names all that is judged.

    `metadata` is the session's with the commit's over it. `journal` is there for reading; a verb of the spool that is
    judged is refused.
    """

    session_id: str
    root: Path
    journal: Journal
    metadata: Mapping[str, Any]
    branch: str
    head: str | None
    digest: str
    _reading: Reading = field(repr=False)

    def before(self, patch: FilePatch) -> bytes | None:
        """Gives the content at head, or of the file that stood there first; None when there was none.

        Of a renamed path it is what stood at its old one.
        """
        return self._content(patch, "sha_before")

    def after(self, patch: FilePatch) -> bytes | None:
        """Gives the content that would be published, None when the path would be gone; the disk may hold another."""
        return self._content(patch, "sha_after")

    def _content(self, patch: object, side: str) -> bytes | None:
        if not isinstance(patch, FilePatch):
            raise UsageError(f"{type(patch).__name__} is no FilePatch", hint="pass one of the patches that are judged")
        sha256 = getattr(patch, side)
        return None if sha256 is None else self._reading.read(Sha256(bytes.fromhex(sha256)))


Given = None | Iterable[Problem] | Awaitable[None | Iterable[Problem]]
Validator = Callable[[Sequence[FilePatch], ValidationContext], Given]
"""None or no problem: it agreed. Any other value that is no iterable of Problem is a UsageError."""


@dataclass(frozen=True, slots=True)
class NamedValidator:
    """A validator with a name, unique in its session; with `paths` too, its verdicts are remembered.

    `version` is a part of what they are remembered by: put the digest of the tool's configuration in.
    """

    run: Validator
    name: str
    paths: Paths | None = None
    version: str = "1"

    def __call__(self, patches: Sequence[FilePatch], context: ValidationContext) -> Given:
        return self.run(patches, context)


class Judge(NamedTuple):
    """One validator, or the gate: what it is called in errors, what it sees, what its verdicts are remembered by."""

    run: Validator
    title: str
    name: str | None
    paths: tuple[StrPath, ...] | None
    version: str

    @property
    def remembered(self) -> bool:
        """Tells whether its verdicts on single paths are kept: it has a name, and judges each path by itself."""
        return self.name is not None and self.paths is not None


class Judges:
    """The validators of one session, in the order of registration, and its commit gate."""

    def __init__(self, validators: Iterable[Validator] = (), gate: Validator | None = None) -> None:
        given: object = validators
        if not isinstance(given, Iterable) or isinstance(given, str | bytes | Mapping | NamedValidator):
            raise UsageError(f"validators is {type(given).__name__}", hint="pass a list of validators")
        self.validators: tuple[Judge, ...] = ()
        self.gate = None if gate is None else judge(gate)
        for each in validators:
            self.add(judge(each))

    def __bool__(self) -> bool:
        return bool(self.validators) or self.gate is not None

    def add(self, new: Judge) -> None:
        """Lets one more validator judge, after the others.

        Raises:
            UsageError: another one has its name.
        """
        if new.name is not None and any(each.name == new.name for each in self.validators):
            raise UsageError(f"a validator is called {new.name!r} already", hint="give each validator its own name")
        self.validators = (*self.validators, new)


class Answer(NamedTuple):
    """What one judge said: `whole` unless it raised, or had to be cut off."""

    problems: list[Problem]
    cause: Exception | None = None
    whole: bool = True


def judge(validator: Validator, name: str | None = None, paths: Paths | None = None, version: str = "1") -> Judge:
    """Checks what was passed as a validator.

    Raises:
        UsageError: it cannot be called, is async, or what names it does not fit. PathRefused: no such path can be.
    """
    if isinstance(validator, NamedValidator):
        if (name, paths, version) != (None, None, "1"):
            hint = "pass its `run` instead, or leave name, paths and version out"
            raise UsageError(f"validator {validator.name!r} has a name of its own", hint=hint)
        name, paths, version = text("name", validator.name), validator.paths, validator.version
        validator = validator.run
    given: object = validator
    if not callable(given):
        hint = "pass a function of (patches, context), or a NamedValidator"
        raise UsageError(f"{type(given).__name__} is no validator", hint=hint)
    title = text("name", name) if name is not None else getattr(given, "__qualname__", type(given).__qualname__)
    if is_async(given):
        raise UsageError(f"validator {title!r} is async", hint=ASYNC)
    listed = None if paths is None else tuple(several(paths))
    Selection.of(listed, lambda _: True)  # which refuses what can be no path of a root
    return Judge(validator, str(title), name, listed, text("version", version))


def text(what: str, given: object) -> str:
    """Checks a name or a version: both are stored with every verdict.

    Raises:
        UsageError
    """
    if not isinstance(given, str) or not given.strip() or len(given) > VALIDATOR_TEXT_MAX:
        hint = f"pass a str of 1 to {VALIDATOR_TEXT_MAX} characters"
        raise UsageError(f"the {what} of a validator is {given!r:.200}", hint=hint)
    if "\0" in given or any("\ud800" <= letter <= "\udfff" for letter in given):
        raise UsageError(f"the {what} of a validator holds a NUL or a lone surrogate", hint="pass plain text")
    return given


def is_async(given: object) -> bool:
    """Tells whether calling something gives what has to be awaited."""
    checks = (inspect.iscoroutinefunction, inspect.isasyncgenfunction)
    return any(check(each) for check in checks for each in (given, inspect.getattr_static(given, "__call__", None)))


def ask(judge: Judge, patches: Sequence[FilePatch], context: ValidationContext) -> Answer:
    """Asks one judge; what it raises is a problem, and an interrupt passes through.

    Raises:
        UsageError: it gave what is no answer.
    """
    problems = list[Problem]()
    try:
        given: object = judge.run(patches, context)
    except Exception as error:  # whatever it raises says that it did not agree
        return Answer([_raised(error)], error, False)
    if given is None:
        return Answer(problems)
    listed, cause = _listed(judge, given), None
    try:
        problems.extend(islice(listed, PROBLEMS_MAX + 1))
    except Exception as error:
        cause = error
    for each in problems:
        _check(judge, each)
    if cause is not None:
        return Answer([*problems, _raised(cause)], cause, False)
    if len(problems) > PROBLEMS_MAX:
        rest = Problem("", f"{judge.title!r} found more than {PROBLEMS_MAX} problems; the rest is left out")
        return Answer([*problems[:PROBLEMS_MAX], rest], None, False)
    return Answer(problems)


def _listed(judge: Judge, given: object) -> Iterable[Problem]:
    """Takes what a judge gave for an iterable, or refuses it."""
    if inspect.isawaitable(given) or isinstance(given, AsyncIterable):
        if inspect.iscoroutine(given):
            given.close()  # or Python warns that nobody awaited it
        raise UsageError(f"validator {judge.title!r} is async", hint=ASYNC)
    if isinstance(given, str | bytes | bytearray | memoryview | Mapping) or not isinstance(given, Iterable):
        raise _no_answer(judge, repr(given) if type(given) is bool else type(given).__name__)
    return given


def _check(judge: Judge, given: object) -> None:
    if not isinstance(given, Problem):
        raise _no_answer(judge, f"{type(given).__name__} among its problems")
    line: object = given.line
    numbered = line is None or (type(line) is int and 0 <= line < LINE_END)
    if not numbered or not all(isinstance(each, str) for each in (given.path, given.message, given.code)):
        hint = "path, message and code are str, line is an int from 1 on, or None"
        raise UsageError(f"validator {judge.title!r} gave a Problem with fields of other types", hint=hint)


def _no_answer(judge: Judge, what: str) -> UsageError:
    hint = "return None or no problem to agree, else a list of Problem"
    return UsageError(f"validator {judge.title!r} gave {what}, which is no answer", hint=hint)


def _raised(error: Exception) -> Problem:
    """Makes a problem of what a validator raised, also of an exception that cannot tell what it is."""
    kind = type(error).__name__
    try:
        message = str(error) or kind
    except Exception:  # its text is the validator's code too
        message = kind
    return Problem("", message, None, kind)
