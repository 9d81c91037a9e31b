"""What every record has: equality by value, and a form in JSON types."""

import base64
import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import PurePath
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Record:
    """The base of every record: a frozen value that knows its JSON form."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Gives the record as JSON types: times as ISO 8601 with Z, bytes and undecodable names in base64."""
        names = (field.name for field in dataclasses.fields(self))  # type: ignore[arg-type]  # every subclass is one
        return {name: plain(getattr(self, name)) for name in names if not name.startswith("_")}

    def nested(self) -> dict[str, Any]:
        """Gives the record as a part of another one: without what would have to be worked out."""
        return self.to_dict()


def plain(value: Any) -> Any:
    """Turns a field's value into JSON types."""
    if isinstance(value, str):
        return text(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return {"base64": base64.b64encode(value).decode("ascii")}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Record):
        return value.nested()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, PurePath):
        return text(str(value))
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no JSON form")


def text(value: str) -> str | dict[str, str]:
    """Gives a string as it is, or its bytes in base64 when it is a name that is not UTF-8.

    Half a character that stands for no byte, as a message may hold it, becomes its escape.
    """
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        try:
            data = value.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            return value.encode("utf-8", "backslashreplace").decode()
        return {"bytes_base64": base64.b64encode(data).decode("ascii")}
    return value


def from_plain_text(value: Any) -> Any:
    """Reads back what `text` and `plain` made of a string or of bytes; other values come through."""
    if isinstance(value, Mapping) and set(value) == {"bytes_base64"}:
        return base64.b64decode(value["bytes_base64"], validate=True).decode("utf-8", "surrogateescape")
    if isinstance(value, Mapping) and set(value) == {"base64"}:
        return base64.b64decode(value["base64"], validate=True)
    return value


def when(micros: int) -> datetime:
    """Turns microseconds since the epoch into a time in UTC, without the rounding of floats."""
    return EPOCH + timedelta(microseconds=micros)


def micros(time: datetime) -> int:
    """Turns an aware time into microseconds since the epoch."""
    return (time - EPOCH) // timedelta(microseconds=1)
