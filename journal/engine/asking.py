"""How a verb becomes an audit row, also when it is refused or fails."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from journal.engine.desk import Desk, now_us, took
from journal.errors import Closed, JournalError, PathRefused, UsageError
from journal.ids import compact_json
from journal.limits import REQUEST_TEXT_MAX
from journal.records import plain
from journal.tables.invocations import Asked, Outcome
from journal.workspace.faults import system_errors

NO_ACT = (UsageError, Closed)
"""errors of a call that never became an act; their subclasses are outcomes of one."""

NO_TEXT = re.compile("[\ud800-\udc7f\udd00-\udfff]").search
"""surrogates that stand for no byte of a name; nothing on disk is called so, and it is refused with a row."""


@contextmanager
def asked(desk: Desk, name: str, request: Mapping[str, Any]) -> Iterator[Asked]:
    """Gives the audit row of a verb to its body, and writes it as denied or failed when the body raises."""
    with desk.lock:
        desk.alive()
        if desk.acting:
            hint = "let the content come from something that calls no verb"
            raise UsageError(f"{name} was called from within another verb of this spool", hint=hint)
        what = Asked(desk.place.session_id, "spool", name, compact_json(shortened(request)), now_us())
        try:
            desk.acting = True
            with system_errors(name, None, place=desk.root.fd):
                yield what
        except JournalError as error:
            desk.forget()
            if type(error) not in NO_ACT and error.invocation_id is None:
                _record(desk, what, error)
            raise
        except BaseException as error:
            desk.forget()  # chunks that were offered as bases were not stored
            if isinstance(error, Exception):
                _record(desk, what, error)
            else:
                desk.doubtful = True  # an interrupt may have come between any two lines
            raise
        finally:
            desk.acting = False
            desk.root.forget()
            if desk.doubtful:
                with suppress(JournalError):  # what cannot be mended now is mended before the next verb
                    desk.mend()
            desk.trim()


def shortened(request: Mapping[str, Any]) -> dict[str, Any]:
    """Gives a request as JSON types, long texts cut; the whole of a content is in the journal by its digest."""
    return {key: _short(value) for key, value in request.items() if value is not None}


def _short(value: Any) -> Any:
    if isinstance(value, str):
        text = value[:REQUEST_TEXT_MAX]
        if NO_TEXT(text):
            text = text.encode("utf-8", "backslashreplace").decode()
        return plain(text) if len(value) <= REQUEST_TEXT_MAX else {"text": plain(text), "cut_from": len(value)}
    if isinstance(value, list | tuple):
        return [_short(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _short(item) for key, item in value.items()}
    return plain(value)


def _record(desk: Desk, what: Asked, error: Exception) -> None:
    finished = now_us()
    text = str(error) if isinstance(error, JournalError) else f"{type(error).__name__}: {error}"
    text = text.encode("utf-8", "backslashreplace").decode()
    outcome = Outcome("failed", finished, took(what.started_at, finished), text)
    if isinstance(error, PathRefused):
        what = what._replace(decision="deny", decision_reason=f"path: {error.reason}", rule="path")
        outcome = outcome._replace(state="denied")
    with suppress(JournalError):  # a disk that is full takes no row either: the first error is the one to tell
        opened = desk.record(what, outcome)
        if isinstance(error, JournalError):
            error.invocation_id = opened.id
