"""The schema of an operation: what `operation()` takes satisfies it, and what it refuses by its keys does not."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given

from journal.errors import UsageError
from journal.records import OPERATION_SCHEMA, Operation, operation
from journal.records.operations import KINDS
from tests.records.test_operations import BASE, WRONG, operations

TYPES = {"object": dict, "string": str, "integer": int, "boolean": bool, "null": type(None)}
SAID_BY_OTHERS = {"$schema", "title", "description", "contentEncoding", "$defs"}


def satisfies(schema: Mapping[str, Any], value: Any) -> bool:
    """A validator of as much of draft 2020-12 as the schema uses; a keyword that it does not know is a mistake."""
    unknown = set(schema) - set(CHECKS) - SAID_BY_OTHERS
    assert not unknown, unknown
    return all(CHECKS[keyword](schema, value) for keyword in schema if keyword in CHECKS)


def is_of_type(schema: Mapping[str, Any], value: Any) -> bool:
    return isinstance(value, TYPES[schema["type"]]) and (schema["type"] == "boolean") == isinstance(value, bool)


def has_right_properties(schema: Mapping[str, Any], value: Any) -> bool:
    known = schema["properties"]
    return all(satisfies(known[key], inner) for key, inner in value.items() if key in known)


CHECKS: dict[str, Any] = {
    "type": is_of_type,
    "const": lambda schema, value: value == schema["const"],
    "enum": lambda schema, value: value in schema["enum"],
    "properties": has_right_properties,
    "required": lambda schema, value: set(schema["required"]) <= set(value),
    "additionalProperties": lambda schema, value: set(value) <= set(schema["properties"]),
    "oneOf": lambda schema, value: sum(satisfies(each, value) for each in schema["oneOf"]) == 1,
    "anyOf": lambda schema, value: any(satisfies(each, value) for each in schema["anyOf"]),
    "pattern": lambda schema, value: re.search(schema["pattern"], value) is not None,
    "minimum": lambda schema, value: value >= schema["minimum"],
    "maximum": lambda schema, value: value <= schema["maximum"],
    "$ref": lambda schema, value: satisfies(OPERATION_SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]], value),
}


def test_it_is_json_and_names_every_operation() -> None:
    assert json.loads(json.dumps(OPERATION_SCHEMA)) == OPERATION_SCHEMA
    assert OPERATION_SCHEMA["$schema"].endswith("2020-12/schema")
    assert [each["title"] for each in OPERATION_SCHEMA["oneOf"]] == list(KINDS)


@given(operations)
def test_every_operation_satisfies_it(value: Operation) -> None:
    line = json.loads(json.dumps(value.to_dict()))
    assert satisfies(OPERATION_SCHEMA, line)
    assert operation(line) == value


@pytest.mark.parametrize(("kind", "change", "said"), WRONG, ids=[said for _, _, said in WRONG])
def test_a_wrong_value_satisfies_neither(kind: str, change: dict[str, Any], said: str) -> None:
    syntax_of_others = {"match": {"pattern": "("}, "content": {"base64": "!"}}
    with pytest.raises(UsageError):
        operation(BASE[kind] | change)
    if change not in [{key: value} for key, value in syntax_of_others.items()]:
        assert not satisfies(OPERATION_SCHEMA, BASE[kind] | change), said


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_or_missing_key_satisfies_neither(kind: str) -> None:
    assert satisfies(OPERATION_SCHEMA, BASE[kind])
    wrong = [BASE[kind] | {"colour": "red"}, BASE[kind] | {"op": "merge"}]
    wrong += [{key: value for key, value in BASE[kind].items() if key != left_out} for left_out in BASE[kind]]
    for each in wrong:
        assert not satisfies(OPERATION_SCHEMA, each)
        with pytest.raises(UsageError):
            operation(each)


@pytest.mark.parametrize("mode", ["644", "0o755", "4755", 0o644, 0, None])
def test_a_mode_is_what_operation_takes(mode: Any) -> None:
    line = BASE["write"] | {"mode": mode}
    assert satisfies(OPERATION_SCHEMA, line)
    operation(line)


def test_a_decimal_mode_satisfies_neither() -> None:
    line = BASE["write"] | {"mode": 644}
    assert not satisfies(OPERATION_SCHEMA, line)
    with pytest.raises(UsageError):
        operation(line)
