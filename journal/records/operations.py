"""The operations of a batch, as values and as lines of JSON."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from os import PathLike, fspath
from pathlib import Path
from typing import Any, get_args

from journal.errors import UsageError
from journal.records.base import Record, from_plain_text, plain
from journal.records.changes import Tolerance

StrPath = str | PathLike[str]
Content = str | bytes | bytearray | memoryview | Iterable[bytes] | Path

ABSENT = "absent"
"""what `expect` says when nothing shall stand at the path."""
DIGEST = "[0-9a-f]{64}"
TOLERANCES: tuple[str, ...] = get_args(Tolerance)


class Step(Record):
    """The base of the operations: `to_dict` gives a line that `operation` reads back."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Gives the operation as one JSON object, with its name under `op`."""
        data: dict[str, Any] = {"op": type(self).__name__.lower()}
        for each in fields(self):  # type: ignore[arg-type]  # every subclass is a dataclass
            value = getattr(self, each.name)
            if value != each.default:
                data[each.name] = _line(value, each.name)
        return data


@dataclass(frozen=True, slots=True)
class Write(Step):
    """Puts content at a path; see Spool.write."""

    path: StrPath
    content: Content = field(hash=False)
    mode: int | None = None
    expect: str | None = None


@dataclass(frozen=True, slots=True)
class Replace(Step):
    """Replaces text in a file; see Spool.replace."""

    path: StrPath
    match: str | re.Pattern[str]
    replacement: str
    all: bool = False
    required: bool = False
    count: int | None = None
    unique: bool = False
    expect: str | None = None


@dataclass(frozen=True, slots=True)
class Patch(Step):
    """Applies a diff to a file; see Spool.patch."""

    path: StrPath
    diff: str | bytes
    tolerance: Tolerance = "tolerant"
    ignore_conflicts: bool = False
    expect: str | None = None


@dataclass(frozen=True, slots=True)
class Delete(Step):
    """Removes a file or symlink; see Spool.delete."""

    path: StrPath
    expect: str | None = None


@dataclass(frozen=True, slots=True)
class Move(Step):
    """Gives a file another path; see Spool.move."""

    path: StrPath
    to: StrPath
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class Chmod(Step):
    """Sets a file's permission bits; see Spool.chmod."""

    path: StrPath
    mode: int


@dataclass(frozen=True, slots=True)
class Symlink(Step):
    """Puts a symbolic link at a path; see Spool.symlink."""

    path: StrPath
    target: str


Operation = Write | Replace | Patch | Delete | Move | Chmod | Symlink

KINDS: Mapping[str, type[Operation]] = {
    kind.__name__.lower(): kind for kind in (Write, Replace, Patch, Delete, Move, Chmod, Symlink)
}
NAMES = ", ".join(kind.__name__ for kind in KINDS.values())
"""the operations, as a hint lists them."""


def operation(data: Mapping[str, Any]) -> Operation:
    """Makes an operation of its JSON form, such as `{"op": "write", "path": "a.txt", "content": "hi"}`.

    A pattern is `{"pattern": "…", "flags": "im"}`, bytes are `{"base64": "…"}`, a file to copy is `{"file": "…"}`.

    Raises:
        UsageError: names the key that is unknown, missing or of a wrong type.
    """
    given: object = data
    if not isinstance(given, Mapping):
        hint = 'write {"op": "write", "path": …, "content": …}'
        raise UsageError(f"an operation is a JSON object, found {type(given).__name__}", hint=hint)
    kind = KINDS.get(str(data.get("op")))
    if kind is None:
        raise UsageError(f"no operation is called {data.get('op')!r}", hint="op is one of " + ", ".join(KINDS))
    name = kind.__name__.lower()
    known = {each.name: each for each in fields(kind)}
    if unknown := sorted(set(data) - set(known) - {"op"}):
        raise UsageError(f"{name} has no key {unknown[0]!r}", hint="its keys are " + ", ".join(known))
    values = {key: _value(name, key, value) for key, value in data.items() if key != "op"}
    required = [key for key, each in known.items() if each.default is MISSING and key not in values]
    if required:
        raise UsageError(f"{name} lacks its key {required[0]!r}", hint="its keys are " + ", ".join(known))
    return kind(**values)


TYPES: Mapping[str, tuple[tuple[type, ...], str]] = {
    "path": ((str,), "a string"),
    "to": ((str,), "a string"),
    "content": ((str, bytes, Path), 'a string, {"base64": …} or {"file": …}'),
    "mode": ((int, type(None)), "a number, or a string of octal digits"),
    "match": ((str, re.Pattern), 'a string or {"pattern": …, "flags": …}'),
    "replacement": ((str,), "a string"),
    "all": ((bool,), "true or false"),
    "required": ((bool,), "true or false"),
    "overwrite": ((bool,), "true or false"),
    "count": ((int, type(None)), "a number"),
    "target": ((str,), "a string"),
    "diff": ((str, bytes), 'a string or {"base64": …}'),
    "tolerance": ((str,), "one of " + ", ".join(TOLERANCES)),
    "ignore_conflicts": ((bool,), "true or false"),
    "unique": ((bool,), "true or false"),
    "expect": ((str, type(None)), 'a digest of 64 hex digits, or "absent"'),
}

FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE, "a": re.ASCII}


def _value(operation_name: str, key: str, given: Any) -> Any:
    value = _parsed(operation_name, key, given)
    if key == "mode" and isinstance(value, int) and value > 0o777 and not isinstance(given, str):
        hint = f'write it as a string of octal digits, such as "{given}"'  # 644 is what people mean by 0o644
        raise UsageError(f"the mode {given} of {operation_name} is a decimal number", hint=hint)
    kinds, wanted = TYPES[key]
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise UsageError(f"{key!r} of {operation_name} is {type(value).__name__}", hint=f"it takes {wanted}")
    if key == "expect":
        return checked_expect(value)
    return checked_tolerance(value) if key == "tolerance" else value


def _parsed(operation_name: str, key: str, value: Any) -> Any:
    """Reads the forms that JSON has no type for."""
    if key == "mode" and isinstance(value, str):
        return octal(value)
    try:
        if key == "match" and isinstance(value, Mapping) and "pattern" in value:
            flags = re.RegexFlag(0)
            for letter in value.get("flags", ""):
                flags |= FLAGS[letter]
            return re.compile(from_plain_text(value["pattern"]), flags)
        if key == "content" and isinstance(value, Mapping) and set(value) == {"file"}:
            return Path(from_plain_text(value["file"]))
        return from_plain_text(value)
    except (ValueError, TypeError, KeyError, re.error) as error:
        hint = f"it takes {TYPES[key][1]}"
        raise UsageError(f"{key!r} of {operation_name} cannot be read: {error}", hint=hint) from error


def checked_expect(expect: object) -> str | None:
    """Gives what shall stand at a path: a digest, `absent`, or None for whatever does.

    Raises:
        UsageError: it is something else.
    """
    if expect is None or (isinstance(expect, str) and (expect == ABSENT or re.fullmatch(DIGEST, expect))):
        return expect
    hint = 'pass the SHA-256 as 64 lower-case hex digits, or "absent"'
    raise UsageError(f"expect is {expect!r}, which is no digest", hint=hint)


def checked_tolerance(tolerance: object) -> Tolerance:
    """Gives how far a patch may drift.

    Raises:
        UsageError: it is no such word.
    """
    if not isinstance(tolerance, str) or tolerance not in TOLERANCES:
        raise UsageError(f"tolerance is {tolerance!r}", hint="it is one of " + ", ".join(TOLERANCES))
    return tolerance  # type: ignore[return-value]  # one of the words of the type, see above


def octal(mode: str) -> int:
    """Reads permission bits as people write them.

    Raises:
        UsageError: they are no octal digits.
    """
    try:
        return int(mode.removeprefix("0o"), 8)
    except ValueError as error:
        raise UsageError(f"the mode {mode!r} is not octal", hint="write it as 644 or 0o755") from error


def _line(value: Any, key: str) -> Any:
    if key == "mode" and isinstance(value, int) and value > 0o777:
        return f"{value:o}"
    if isinstance(value, re.Pattern):
        flags = "".join(letter for letter, flag in FLAGS.items() if value.flags & flag)
        return {"pattern": plain(value.pattern), "flags": flags}
    if isinstance(value, Path) and key == "content":
        return {"file": plain(value)}
    if isinstance(value, PathLike):
        return plain(fspath(value))
    if key == "content" and not isinstance(value, str | bytes | bytearray | memoryview):
        return {"stream": type(value).__name__}  # read once, and gone
    return plain(value)
