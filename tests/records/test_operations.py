"""Operations as lines of JSON: there and back, and mistakes told by the key they are in."""

import json
import os
import re
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.errors import UsageError
from journal.records import Chmod, Delete, Move, Operation, Patch, Replace, Symlink, Write, operation
from journal.records.operations import KINDS, TOLERANCES, octal

paths = st.binary(min_size=1, max_size=6).map(os.fsdecode)
texts = st.text(max_size=6) | paths
modes = st.integers(0, 0o7777)
files = st.text(st.characters(codec="ascii", exclude_characters="\0"), min_size=1, max_size=6).map(Path)
flags = st.sets(st.sampled_from([re.IGNORECASE, re.MULTILINE, re.DOTALL, re.VERBOSE, re.ASCII]))
patterns = st.builds(
    lambda words, chosen: re.compile(re.escape(words) + "(a|[b-d])*", sum(chosen, re.RegexFlag(0))), texts, flags
)
counts = st.none() | st.integers(1, 9)
expects = st.none() | st.just("absent") | st.binary(min_size=32, max_size=32).map(bytes.hex)
flag = st.booleans()
operations = st.one_of(
    st.builds(Write, paths, texts | st.binary(max_size=9) | files, st.none() | modes, expects),
    st.builds(Replace, paths, texts | patterns, texts, flag, flag, counts, flag, expects),
    st.builds(Patch, paths, texts | st.binary(max_size=9), st.sampled_from(TOLERANCES), flag, expects),
    st.builds(Delete, paths, expects),
    st.builds(Move, paths, paths, st.booleans()),
    st.builds(Chmod, paths, modes),
    st.builds(Symlink, paths, paths),
)


def line(value: Operation) -> Any:
    """An operation through its line of JSON."""
    return json.loads(json.dumps(value.to_dict(), ensure_ascii=False, allow_nan=False).encode())


@given(operations)
def test_an_operation_comes_back_from_its_line(value: Operation) -> None:
    assert operation(line(value)) == value
    assert operation(value.to_dict()) == value


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Write("a", "hi"), {"op": "write", "path": "a", "content": "hi"}),
        (Write("a", b"hi", 0o600), {"op": "write", "path": "a", "content": {"base64": "aGk="}, "mode": 384}),
        (Write("a", memoryview(b"hi")), {"op": "write", "path": "a", "content": {"base64": "aGk="}}),
        (Write("a", Path("b")), {"op": "write", "path": "a", "content": {"file": "b"}}),
        (
            Write("a", Path("\udcff")),
            {"op": "write", "path": "a", "content": {"file": {"bytes_base64": "/w=="}}},
        ),
        (Replace("a", "x", "y"), {"op": "replace", "path": "a", "match": "x", "replacement": "y"}),
        (
            Replace("a", re.compile("x", re.I | re.S), "y", all=True, count=2),
            {
                "op": "replace",
                "path": "a",
                "match": {"pattern": "x", "flags": "is"},
                "replacement": "y",
                "all": True,
                "count": 2,
            },
        ),
        (
            Replace("a", "x", "y", unique=True, expect="absent"),
            {"op": "replace", "path": "a", "match": "x", "replacement": "y", "unique": True, "expect": "absent"},
        ),
        (Patch("a", "@@"), {"op": "patch", "path": "a", "diff": "@@"}),
        (
            Patch("a", b"@@", "strict", ignore_conflicts=True),
            {
                "op": "patch",
                "path": "a",
                "diff": {"base64": "QEA="},
                "tolerance": "strict",
                "ignore_conflicts": True,
            },
        ),
        (Delete(PurePosixPath("a/b")), {"op": "delete", "path": "a/b"}),
        (Delete("a", "0" * 64), {"op": "delete", "path": "a", "expect": "0" * 64}),
        (Delete("\udcff"), {"op": "delete", "path": {"bytes_base64": "/w=="}}),
        (Move("a", "b", overwrite=True), {"op": "move", "path": "a", "to": "b", "overwrite": True}),
        (Chmod("a", 0o755), {"op": "chmod", "path": "a", "mode": 493}),
        (Symlink("a", "../b"), {"op": "symlink", "path": "a", "target": "../b"}),
    ],
    ids=lambda value: value["op"] if isinstance(value, dict) else "",
)
def test_a_line_says_what_differs_from_the_defaults(value: Operation, written: dict[str, Any]) -> None:
    assert value.to_dict() == written
    assert line(value) == written


@pytest.mark.parametrize(("mode", "bits"), [("644", 0o644), ("0o755", 0o755), ("0644", 0o644), ("4755", 0o4755)])
def test_a_mode_may_be_written_as_people_write_it(mode: str, bits: int) -> None:
    assert operation({"op": "chmod", "path": "a", "mode": mode}) == Chmod("a", bits)
    assert octal(mode) == bits


def test_a_pattern_needs_no_flags() -> None:
    made = operation({"op": "replace", "path": "a", "match": {"pattern": "x+"}, "replacement": ""})
    assert made == Replace("a", re.compile("x+"), "")


def test_every_operation_has_its_name() -> None:
    assert list(KINDS) == ["write", "replace", "patch", "delete", "move", "chmod", "symlink"]


BASE: dict[str, dict[str, Any]] = {
    "write": {"op": "write", "path": "a", "content": "x"},
    "replace": {"op": "replace", "path": "a", "match": "x", "replacement": "y"},
    "patch": {"op": "patch", "path": "a", "diff": "@@"},
    "delete": {"op": "delete", "path": "a"},
    "move": {"op": "move", "path": "a", "to": "b"},
    "chmod": {"op": "chmod", "path": "a", "mode": 420},
    "symlink": {"op": "symlink", "path": "a", "target": "b"},
}
WRONG = [
    ("write", {"content": 3}, "'content' of write is int"),
    ("write", {"content": None}, "'content' of write is NoneType"),
    ("write", {"content": ["a"]}, "'content' of write is list"),
    ("write", {"content": {"base64": "!"}}, "'content' of write cannot be read"),
    ("write", {"content": {"file": 3}}, "'content' of write cannot be read"),
    ("write", {"content": {"text": "a"}}, "'content' of write is dict"),
    ("write", {"path": 3}, "'path' of write is int"),
    ("write", {"path": {"base64": "YQ=="}}, "'path' of write is bytes"),
    ("write", {"path": {"bytes_base64": 3}}, "'path' of write cannot be read"),
    ("write", {"mode": True}, "'mode' of write is bool"),
    ("write", {"mode": 6.5}, "'mode' of write is float"),
    ("write", {"mode": "rwx"}, "the mode 'rwx' is not octal"),
    ("replace", {"match": 3}, "'match' of replace is int"),
    ("replace", {"match": {"pattern": "("}}, "'match' of replace cannot be read"),
    ("replace", {"match": {"pattern": "a", "flags": "q"}}, "'match' of replace cannot be read"),
    ("replace", {"match": {"pattern": "a", "flags": 3}}, "'match' of replace cannot be read"),
    ("replace", {"replacement": None}, "'replacement' of replace is NoneType"),
    ("replace", {"all": 1}, "'all' of replace is int"),
    ("replace", {"required": "yes"}, "'required' of replace is str"),
    ("replace", {"count": True}, "'count' of replace is bool"),
    ("replace", {"unique": 1}, "'unique' of replace is int"),
    ("patch", {"diff": 3}, "'diff' of patch is int"),
    ("patch", {"tolerance": "lenient"}, "tolerance is 'lenient'"),
    ("patch", {"tolerance": None}, "'tolerance' of patch is NoneType"),
    ("patch", {"ignore_conflicts": "no"}, "'ignore_conflicts' of patch is str"),
    ("delete", {"expect": "AB" * 32}, "expect is 'ABAB"),
    ("delete", {"expect": "ab" * 31}, "which is no digest"),
    ("write", {"expect": "Absent"}, "which is no digest"),
    ("write", {"expect": 3}, "'expect' of write is int"),
    ("move", {"to": None}, "'to' of move is NoneType"),
    ("move", {"overwrite": 0}, "'overwrite' of move is int"),
    ("chmod", {"mode": [1]}, "'mode' of chmod is list"),
    ("symlink", {"target": b"b"}, "'target' of symlink is bytes"),
]


@pytest.mark.parametrize(("kind", "change", "said"), WRONG, ids=[said for _, _, said in WRONG])
def test_a_value_of_a_wrong_type_is_named(kind: str, change: dict[str, Any], said: str) -> None:
    operation(BASE[kind])
    with pytest.raises(UsageError, match=re.escape(said)) as caught:
        operation(BASE[kind] | change)
    assert caught.value.hint


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_key_is_named_with_those_there_are(kind: str) -> None:
    with pytest.raises(UsageError, match=f"^{kind} has no key 'colour'$") as caught:
        operation(BASE[kind] | {"colour": "red"})
    assert all(key in caught.value.hint for key in BASE[kind] if key != "op")


@pytest.mark.parametrize(("kind", "key"), [(kind, key) for kind in KINDS for key in BASE[kind] if key != "op"])
def test_a_missing_key_is_named(kind: str, key: str) -> None:
    given = {name: value for name, value in BASE[kind].items() if name != key}
    with pytest.raises(UsageError, match=f"^{kind} lacks its key '{key}'$"):
        operation(given)


@pytest.mark.parametrize("data", [{}, {"op": None}, {"op": "Write"}, {"op": "merge", "path": "a"}, {"op": ["write"]}])
def test_an_unknown_operation_is_told_which_there_are(data: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=f"^no operation is called {re.escape(repr(data.get('op')))}$") as caught:
        operation(data)
    assert caught.value.hint == "op is one of write, replace, patch, delete, move, chmod, symlink"


@pytest.mark.parametrize("data", ["write", None, 3, ["write", "a"]])
def test_what_is_no_object_is_no_operation(data: Any) -> None:
    with pytest.raises(UsageError, match=f"^an operation is a JSON object, found {type(data).__name__}$"):
        operation(data)
