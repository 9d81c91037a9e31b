"""`spool batch`: carries out many changes, all or none, from lines of JSON."""

import dataclasses
import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Sequence
from pathlib import Path

from journal.cli import access, output, patches
from journal.cli.location import Place, located
from journal.cli.output import Screen
from journal.errors import JournalError, UsageError
from journal.records import BatchResult, Operation, Write, operation

EXAMPLES = """\
one JSON object a line, empty lines are skipped; paths are relative to the root:
  {"op": "write", "path": "app.py", "content": "print('hi')\\n"}
  {"op": "write", "path": "logo.png", "content": {"file": "/tmp/logo.png"}, "mode": "644"}
  {"op": "write", "path": "raw.bin", "content": {"base64": "AAEC"}}
  {"op": "replace", "path": "app.py", "match": "hi", "replacement": "hello", "all": true}
  {"op": "replace", "path": "app.py", "match": {"pattern": "h.", "flags": "i"}, "replacement": ""}
  {"op": "replace", "path": "app.py", "match": "hello", "replacement": "hallo", "unique": true}
  {"op": "patch", "path": "app.py", "diff": "@@ -1 +1 @@\\n-old\\n+new\\n"}
  {"op": "delete", "path": "old.py", "expect": "<SHA-256 of what shall stand there>"}
  {"op": "move", "path": "a.py", "to": "b.py", "overwrite": false}
  {"op": "chmod", "path": "run.sh", "mode": "755"}
  {"op": "symlink", "path": "latest", "target": "v2"}

With --json: a line a result, with `line`, `index`, `applied`, `conflicted` and `patch`.
"""


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool batch`."""
    parser.epilog = EXAMPLES
    parser.add_argument("file", nargs="?", metavar="FILE", help="lines of JSON (default: standard input)")
    access.describe(parser)


def run(arguments: Namespace) -> int:
    """Stages every operation, or none."""
    place = located(arguments)
    lines, operations = _read(arguments.file, place)
    with access.session(arguments, place) as spool:
        try:
            results = spool.batch(operations)
        except JournalError as error:
            if error.index is not None and error.args:
                error.args = (f"line {lines[error.index]}: {error}", *error.args[1:])
            raise
        _tell(arguments, place, lines, results)
    return 0


def _read(file: str | None, place: Place) -> tuple[list[int], list[Operation]]:
    """Reads the operations, each with the number of its line."""
    if file in (None, "-"):
        return _parsed(access.standard_input(), place)
    with access.readable(place.beside(str(file))).open("rb") as stream:
        return _parsed(stream, place)


def _parsed(stream: Iterable[bytes], place: Place) -> tuple[list[int], list[Operation]]:
    lines: list[int] = []
    operations: list[Operation] = []
    for number, line in enumerate(stream, start=1):
        if line.strip():
            lines.append(number)
            operations.append(_operation(line, number, place))
    return lines, operations


def _operation(line: bytes, number: int, place: Place) -> Operation:
    """Makes an operation of a line.

    Raises:
        UsageError: names the line.
    """
    try:
        found = operation(json.loads(line))
    except UsageError as error:
        error.args = (f"line {number}: {error}",)
        raise
    except (ValueError, RecursionError) as error:
        hint = 'Each line is an object such as {"op": "delete", "path": "a.txt"}.'
        raise UsageError(f"line {number} is no JSON: {error}", hint=hint) from error
    if isinstance(found, Write) and isinstance(found.content, Path):
        return dataclasses.replace(found, content=place.beside(str(found.content)))
    return found


def _tell(arguments: Namespace, place: Place, lines: Sequence[int], results: Sequence[BatchResult]) -> None:
    screen = Screen(arguments)
    for result in results:
        if screen.json:
            told = {"line": lines[result.index], "index": result.index, "applied": result.applied}
            screen.record(told | {"conflicted": result.conflicted, "patch": patches.brief(result.patch)})
            continue
        text = patches.line(screen, place, result.patch)
        later = result.patch.changed and not result.applied
        screen.line(text + screen.paint("  (overtaken by a later line)", "dim") if later else text)
    applied = sum(result.applied for result in results)
    if not screen.json:
        screen.advice(f"{output.plural(applied, 'operation')} of {len(results)} applied.")
