"""The verbs that stage changes; each is a batch of operations, most of them of one."""

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from os import fspath
from typing import Any

from journal.engine import compare, room
from journal.engine.act import Plan, carry_out, staged_now
from journal.engine.asking import asked
from journal.engine.desk import Desk
from journal.engine.overlay import Applied, Edit, Overlay
from journal.engine.placing import Folders
from journal.errors import JournalError, LimitExceeded, UsageError
from journal.ids import compact_json
from journal.limits import BATCH_OPERATIONS_MAX, METADATA_MAX
from journal.records import BatchResult, FilePatch, Move, Operation, Patch, Write
from journal.records.operations import NAMES
from journal.tables.invocations import Asked

COLLECTOR_OFF_FROM = 100
"""operations of a batch from which it is worth it."""

SHOWN_OPERATIONS = 50
"""operations of a batch that its audit row names; all of them are in `edit`."""


def one(desk: Desk, name: str, operation: Operation) -> FilePatch:
    """Carries one operation out and gives its patch."""
    with asked(desk, name, _request(operation), touched(desk, [operation])) as what:
        applied, act = _carried(desk, what, [operation])
        return _patch(desk, applied[0], act)


def batch(
    desk: Desk, operations: Iterable[Operation], description: str, metadata: Mapping[str, Any] | None
) -> list[BatchResult]:
    """Carries operations out, all or none, each path written once however often it occurs."""
    listed = _listed(operations)
    text: object = description
    if not isinstance(text, str):
        raise UsageError(f"description is {type(text).__name__}", hint="pass a str")
    request = {
        "description": description or None,
        "metadata": checked_metadata(metadata) if metadata else None,
        "operations": len(listed),
        "first": [_request(each) for each in listed[:SHOWN_OPERATIONS]],
    }
    paths = touched(desk, listed)
    with asked(desk, "batch", request, paths) as what, collector_off(len(listed)):
        room.for_batch(desk, listed)
        desk.expect(paths)
        applied, act = _carried(desk, what, listed)
        return _results(desk, listed, applied, act)


@contextmanager
def collector_off(operations: int) -> Iterator[None]:
    """Keeps the collector from walking a host's objects dozens of times in a large batch: a tenth of its time."""
    off = operations >= COLLECTOR_OFF_FROM and gc.isenabled()
    if off:
        gc.disable()
    try:
        yield
    finally:
        if off:
            gc.enable()


def checked_metadata(metadata: Mapping[str, Any] | None) -> dict[str, Any]:
    """Copies metadata that can be stored.

    Raises:
        UsageError: it is no mapping of JSON types. LimitExceeded: it is too large.
    """
    given: object = metadata or {}
    if not isinstance(given, Mapping) or not all(isinstance(key, str) for key in given):
        raise UsageError("metadata is no mapping of names", hint="pass a dict with str keys")
    size = len(compact_json(given).encode())  # first: it refuses what is in a circle
    if not all(isinstance(key, str) for key in _keys_below(given.values())):
        raise UsageError("metadata holds a mapping whose keys are no names", hint="pass dicts with str keys only")
    if size > METADATA_MAX:
        raise LimitExceeded(
            f"metadata has {size} bytes as JSON, at most {METADATA_MAX} are kept",
            hint="write large things as files",
            limit="METADATA_MAX",
            allowed=METADATA_MAX,
            found=size,
        )
    return dict(given)


def _keys_below(values: Iterable[object]) -> Iterator[object]:
    """Gives the keys of every mapping in some values; JSON would make text of numbers."""
    for value in values:
        if isinstance(value, Mapping):
            yield from value
            yield from _keys_below(value.values())
        elif isinstance(value, list | tuple):
            yield from _keys_below(value)


def _listed(operations: Iterable[Operation]) -> list[Operation]:
    given: object = operations
    if isinstance(given, Operation) or not isinstance(given, Iterable):
        raise UsageError(f"operations is {type(given).__name__}", hint="pass a list of operations")
    listed = list(operations)
    if len(listed) > BATCH_OPERATIONS_MAX:
        raise LimitExceeded(
            f"a batch of {len(listed)} operations",
            hint="split it",
            limit="BATCH_OPERATIONS_MAX",
            allowed=BATCH_OPERATIONS_MAX,
            found=len(listed),
        )
    for index, each in enumerate(listed):
        one_given: object = each
        if not isinstance(one_given, Operation):
            error = UsageError(f"operation {index} is {type(one_given).__name__}", hint=f"use one of {NAMES}")
            error.index = index
            raise error
    return listed


def touched(desk: Desk, operations: Iterable[Operation]) -> list[str]:
    """Lists the paths that operations touch, in the normal form; one that no verb may take is refused in its turn."""
    found = []
    for each in operations:
        for path in (each.path, each.to) if isinstance(each, Move) else (each.path,):
            with suppress(UsageError):
                found.append(desk.path(path))
    return found


def _carried(desk: Desk, what: Asked, operations: list[Operation]) -> tuple[list[Applied], int]:
    """Carries operations out; what that took is forgotten before their patches are made."""
    overlay = Overlay(desk)
    applied = _apply(overlay, operations)
    return applied, carry_overlay(desk, overlay, what, [edit for each in applied for edit in each.edits])


def _apply(overlay: Overlay, operations: list[Operation]) -> list[Applied]:
    """Applies operations to the overlay; when one is refused, nothing of the others is left behind."""
    applied = list[Applied]()
    try:
        for index, each in enumerate(operations):
            try:
                applied.append(overlay.apply(each))
                overlay.load.ease()
            except JournalError as error:
                error.index = index if len(operations) > 1 else None
                raise
    except BaseException:
        overlay.discard()
        overlay.desk.forget()
        raise
    return applied


def carry_overlay(desk: Desk, overlay: Overlay, what: Asked, edits: list[Edit]) -> int:
    """Carries out what the operations on an overlay came to, whose edits are given; gives the act."""
    edits = [*overlay.taken, *edits]
    folders, changed = Folders(empty=overlay.settle()), {edit.path for edit in edits if edit.before != edit.after}
    slots = [slot for slot in overlay.slots.values() if slot.now is not slot.disk or slot.path in changed]
    return int(carry_out(desk, Plan(what, slots, edits, overlay.load.packed, staged_now, folders)).id)


def _results(desk: Desk, operations: list[Operation], applied: list[Applied], act: int) -> list[BatchResult]:
    """Pairs each operation with its patch; one whose path a later operation wrote again was folded away."""
    last = {edit.path: index for index, each in enumerate(applied) for edit in each.edits if edit.before != edit.after}
    results = []
    for index, (each, operation) in enumerate(zip(applied, operations, strict=True)):
        counted = any(last.get(edit.path) == index for edit in each.edits)
        left_out = any(hunk.status == "refused" for hunk in each.report)
        results.append(BatchResult(_patch(desk, each, act), counted, left_out, index, operation))
    return results


def _patch(desk: Desk, applied: Applied, act: int) -> FilePatch:
    """Makes the patch of one operation; a move is told by the path it went to."""
    edit = applied.edits[-1]
    before = edit.before
    if edit.moved_from:
        before = applied.edits[0].before
    return compare.patch(
        desk.database.path,
        edit.path,
        before,
        edit.after,
        invocation_id=act,
        renamed_from=edit.moved_from or None,
        report=applied.report,
        replacements=applied.replacements,
    )


def _request(operation: Operation) -> dict[str, Any]:
    """Tells an operation without its content."""
    given: dict[str, Any] = {"op": type(operation).__name__.lower(), "path": _text(operation.path)}
    if isinstance(operation, Write):
        given |= {"mode": operation.mode, "expect": operation.expect}
        if isinstance(operation.content, bytes | bytearray) or (
            isinstance(operation.content, str) and operation.content.isascii()
        ):
            given["size"] = len(operation.content)
        return given
    if isinstance(operation, Move):
        return given | {"to": _text(operation.to), "overwrite": operation.overwrite or None}
    if isinstance(operation, Patch):
        given["diff"] = diff_text(operation.diff)
    for name in (
        *("match", "replacement", "all", "count", "required", "unique", "mode", "target"),
        *("tolerance", "ignore_conflicts", "expect"),
    ):
        value = getattr(operation, name, None)
        if value not in (None, False):
            given[name] = value if isinstance(value, str | int) else getattr(value, "pattern", str(value))
    return given


def diff_text(diff: object) -> str | None:
    """Gives a diff as an audit row tells it; it is cut there when it is long."""
    if isinstance(diff, bytes | bytearray):
        return diff.decode("utf-8", "surrogateescape")
    return diff if isinstance(diff, str) else None


def _text(path: object) -> str:
    """Gives a path as it was asked for, also one that no verb will take."""
    try:
        given = fspath(path)  # type: ignore[call-overload]  # what has no path is told by its type
    except TypeError:
        return f"<{type(path).__name__}>"
    return given if isinstance(given, str) else repr(given)
