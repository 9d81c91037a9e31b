"""The JSON form of an operation as a schema, for servers that offer the operations as a tool."""

from collections.abc import Mapping
from typing import Any

from journal.records.operations import ABSENT, DIGEST, FLAGS, TOLERANCES

_TEXT = {"$ref": "#/$defs/text"}
_FLAG = {"type": "boolean"}
_EXPECT = {"$ref": "#/$defs/expect"}
_MODE = {"$ref": "#/$defs/mode"}


def _wrapped(key: str, inner: Mapping[str, Any], **others: Mapping[str, Any]) -> dict[str, Any]:
    """Describes an object of one needed key and some more, and nothing else."""
    properties = {key: inner, **others}
    return {"type": "object", "properties": properties, "required": [key], "additionalProperties": False}


_BASE64 = {"type": "string", "contentEncoding": "base64"}
_BYTES = _wrapped("base64", _BASE64)

_DEFS: dict[str, Any] = {
    "text": {
        "description": 'Text; with {"bytes_base64": ...} a name or text that is not UTF-8.',
        "anyOf": [{"type": "string"}, _wrapped("bytes_base64", _BASE64)],
    },
    "expect": {
        "description": 'The SHA-256 of what stands at the path now, or "absent"; otherwise nothing is done.',
        "anyOf": [{"type": "string", "pattern": f"^({DIGEST}|{ABSENT})$"}, {"type": "null"}],
    },
    "mode": {
        "description": 'Permission bits: octal digits in a string such as "755", or their value as a number.',
        "anyOf": [{"type": "string", "pattern": "^(0o)?[0-7]+$"}, {"type": "integer", "minimum": 0, "maximum": 0o777}],
    },
}

# Of each operation: its sentence, the keys that it needs, and those that it may have.
_OPERATIONS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "write": (
        "Puts content at a path.",
        {"path": _TEXT, "content": {"anyOf": [_TEXT, _BYTES, _wrapped("file", _TEXT)]}},
        {"mode": {"anyOf": [_MODE, {"type": "null"}]}, "expect": _EXPECT},
    ),
    "replace": (
        "Replaces the first place where `match` stands, every one, or the first `count`.",
        {
            "path": _TEXT,
            "match": {
                "anyOf": [
                    _TEXT,
                    _wrapped("pattern", _TEXT, flags={"type": "string", "pattern": f"^[{''.join(FLAGS)}]*$"}),
                ]
            },
            "replacement": _TEXT,
        },
        {
            "all": _FLAG,
            "required": _FLAG,
            "count": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]},
            "unique": _FLAG,
            "expect": _EXPECT,
        },
    ),
    "patch": (
        "Applies a unified diff to one file, all its hunks or none.",
        {"path": _TEXT, "diff": {"anyOf": [_TEXT, _BYTES]}},
        {"tolerance": {"enum": list(TOLERANCES)}, "ignore_conflicts": _FLAG, "expect": _EXPECT},
    ),
    "delete": ("Removes a file or symlink.", {"path": _TEXT}, {"expect": _EXPECT}),
    "move": ("Gives a file another path.", {"path": _TEXT, "to": _TEXT}, {"overwrite": _FLAG}),
    "chmod": ("Sets a file's permission bits.", {"path": _TEXT, "mode": _MODE}, {}),
    "symlink": ("Puts a symbolic link at a path.", {"path": _TEXT, "target": _TEXT}, {}),
}


def _described(name: str) -> dict[str, Any]:
    sentence, needed, possible = _OPERATIONS[name]
    return {
        "title": name,
        "description": sentence,
        "type": "object",
        "properties": {"op": {"const": name}, **needed, **possible},
        "required": ["op", *needed],
        "additionalProperties": False,
    }


OPERATION_SCHEMA: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "operation",
    "description": "One change of one file; paths are relative to the root.",
    "type": "object",
    "oneOf": [_described(name) for name in _OPERATIONS],
    "$defs": _DEFS,
}
"""What `operation()` takes, as a JSON schema (draft 2020-12)."""
