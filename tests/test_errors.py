"""The tree of errors: as its docstring draws it, with names, codes and a JSON form that callers can count on."""

import copy
import json
import pickle
import re
from collections.abc import Iterator
from typing import Any

import pytest

from journal import errors
from journal.errors import (
    BusyError,
    Closed,
    ConflictError,
    DigestMismatch,
    JournalError,
    LimitExceeded,
    NoMatch,
    PatchConflict,
    PathRefused,
    UnknownName,
    UsageError,
    WorkspaceChanged,
)
from journal.records import PatchHunkReport, PlanStep

DRAWN = re.compile(r"^( {4,})([A-Z]\w+)(?: +exit +(\d+))?")
STEP = PlanStep("a.txt", "write", "it was edited", 12)
CASES = {
    "JournalError": ("journal_error", 1),
    "UsageError": ("usage_error", 2),
    "Closed": ("closed", 2),
    "PathRefused": ("path_refused", 2),
    "NoMatch": ("no_match", 2),
    "InvalidPatch": ("invalid_patch", 2),
    "UnknownName": ("unknown_name", 2),
    "CursorPruned": ("cursor_pruned", 2),
    "LimitExceeded": ("limit_exceeded", 2),
    "BusyError": ("busy_error", 75),
    "QueueFull": ("queue_full", 75),
    "ConflictError": ("conflict_error", 3),
    "WorkspaceChanged": ("workspace_changed", 3),
    "StageChanged": ("stage_changed", 3),
    "ValidationFailed": ("validation_failed", 1),
    "GateRefused": ("gate_refused", 1),
    "PatchConflict": ("patch_conflict", 3),
    "SchemaError": ("schema_error", 4),
    "SchemaTooNew": ("schema_too_new", 4),
    "MigrationFailed": ("migration_failed", 4),
    "CorruptionError": ("corruption_error", 5),
    "DigestMismatch": ("digest_mismatch", 5),
    "NotAJournal": ("not_a_journal", 5),
    "StorageError": ("storage_error", 6),
    "DiskFull": ("disk_full", 6),
    "ReadOnly": ("read_only", 6),
}


def tree(kind: type[JournalError], depth: int = 0) -> Iterator[tuple[int, type[JournalError]]]:
    """A class of the module and all below it, in the order in which they stand there, each with its depth."""
    yield depth, kind
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from tree(child, depth + 1)


KINDS = [kind for _, kind in tree(JournalError)]
each_kind = pytest.mark.parametrize("kind", KINDS, ids=[kind.__name__ for kind in KINDS])


def test_the_docstring_draws_the_tree_of_the_classes() -> None:
    lines = [match for line in (errors.__doc__ or "").splitlines() if (match := DRAWN.match(line))]
    drawn = [((len(match[1]) - 4) // 2, match[2]) for match in lines]
    assert drawn == [(depth, kind.__name__) for depth, kind in tree(JournalError)]
    codes = {match[2]: int(match[3]) for match in lines if match[3]}
    assert codes == {kind.__name__: kind.exit_code for depth, kind in tree(JournalError) if depth == 1}


def test_slugs_and_exit_codes_are_these() -> None:
    assert {kind.__name__: (kind.slug, kind.exit_code) for kind in KINDS} == CASES


def test_a_kind_that_is_added_elsewhere_gets_its_slug() -> None:
    class FetchTimedOut(BusyError):
        """A kind of another module."""

    assert FetchTimedOut.slug == "fetch_timed_out"
    assert FetchTimedOut.exit_code == 75 and FetchTimedOut.retryable


@each_kind
def test_only_what_may_pass_by_itself_is_retryable(kind: type[JournalError]) -> None:
    assert kind.retryable is issubclass(kind, BusyError)
    assert kind("m").to_dict()["retryable"] is kind.retryable


@each_kind
def test_every_kind_says_what_its_fields_are(kind: type[JournalError]) -> None:
    assert kind.__doc__
    assert set(kind.fields) <= set(kind.__annotations__) or not kind.fields
    error = kind("what happened", hint="what to do")
    assert (str(error), error.hint, error.invocation_id, error.index) == ("what happened", "what to do", None, None)
    assert [getattr(error, name) for name in kind.fields] == [None] * len(kind.fields)


@each_kind
def test_a_field_that_is_unknown_is_a_mistake_of_the_caller(kind: type[JournalError]) -> None:
    with pytest.raises(TypeError, match=rf"^{kind.__name__} has no field colour, size$"):
        kind("m", size=1, colour="red")


def test_only_its_own_fields_fit_a_kind() -> None:
    assert NoMatch("m", path="a", found=0, nearest=()).found == 0
    with pytest.raises(TypeError):
        Closed("m", path="a")


def test_the_json_form_has_all_that_is_known() -> None:
    error = WorkspaceChanged("the disk differs", hint="look", path="a", paths=("a", "b"), plan=(STEP,), found="ff")
    error.invocation_id = 7
    error.index = 0
    assert error.to_dict() == {
        "error": "workspace_changed",
        "message": "the disk differs",
        "hint": "look",
        "retryable": False,
        "path": "a",
        "found": "ff",
        "paths": ["a", "b"],
        "plan": [{"path": "a.txt", "action": "write", "reason": "it was edited", "bytes": 12}],
        "invocation_id": 7,
        "index": 0,
    }


@pytest.mark.parametrize(
    "error",
    [
        UsageError("m"),
        PathRefused("the path \udcff", hint="not \udcff", path="a\udcff", reason="is empty"),
        UnknownName("m", name="abc", candidates=("abc\udcfe", "abd")),
        LimitExceeded("m", limit="sqlite", allowed=3, found=None),
        BusyError("m", holder="host:12", waited_s=0.25),
        DigestMismatch("m", expected="00", found="11", paths=["a", "\udcff"]),
        WorkspaceChanged("m", plan=(STEP,)),
        PatchConflict("m", path="a", report=(PatchHunkReport(1, "refused", "exact", 0, "line 3 is '\udcff'"),)),
    ],
    ids=lambda error: error.slug,
)
def test_the_json_form_is_json_in_utf_8(error: JournalError) -> None:
    written = json.dumps(error.to_dict(), ensure_ascii=False, allow_nan=False).encode()
    assert json.loads(written) == error.to_dict()
    assert json.loads(written)["error"] == error.slug


def test_a_name_that_is_not_utf_8_is_shown_by_its_escapes() -> None:
    assert PathRefused("m", path="a\udcff").to_dict()["path"] == "a\\udcff"


def filled(kind: type[JournalError]) -> JournalError:
    """An error of a kind with something in every field."""
    values: dict[str, Any] = {name: f"the {name}" for name in kind.fields}
    error = kind("what happened", hint="what to do", **values)
    error.invocation_id, error.index = 4, 2
    error.add_note("a note")
    return error


@each_kind
def test_pickling_and_copying_keep_everything(kind: type[JournalError]) -> None:
    error = filled(kind)
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        back = pickle.loads(pickle.dumps(error, protocol))
        assert type(back) is kind and str(back) == "what happened"
        assert vars(back) == vars(error)
    assert vars(copy.copy(error)) == vars(error)
    assert copy.deepcopy(error).to_dict() == error.to_dict()


def test_records_in_fields_survive_pickling() -> None:
    back = pickle.loads(pickle.dumps(WorkspaceChanged("m", plan=(STEP,))))
    assert back.plan == (STEP,)


def test_how_long_to_wait_is_not_known_of_a_lock() -> None:
    assert BusyError("m", holder=None, waited_s=5.0).retry_after_s is None


def test_groups_catch_their_kinds() -> None:
    with pytest.raises(ConflictError):
        raise WorkspaceChanged("m")
    with pytest.raises(JournalError):
        raise PathRefused("m")
