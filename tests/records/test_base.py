"""Every record: a frozen value that compares, hashes, pickles and becomes JSON."""

import copy
import dataclasses
import json
import pickle
from datetime import UTC, datetime, timedelta, timezone
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.records import Record, base, micros, plain, when
from tests.records.examples import NOON, NOON_AS_JSON, ODD, ODD_AS_JSON, RECORDS, UTC_NOON

each_record = pytest.mark.parametrize("record", RECORDS, ids=[type(record).__name__ for record in RECORDS])


def kinds(kind: type[Record]) -> set[type[Record]]:
    """All records of the package below a class, abstract ones left out."""
    ours = kind.__module__.startswith("journal.records") and "__dataclass_fields__" in vars(kind)
    found: set[type[Record]] = {kind} if ours else set()
    return found.union(*(kinds(child) for child in kind.__subclasses__()))


def json_types(value: Any) -> bool:
    """Whether a value is made of what JSON has, and nothing else."""
    if isinstance(value, dict):
        return all(type(key) is str and json_types(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(json_types, value))
    return value is None or type(value) in (str, int, float, bool)


def test_there_is_an_example_of_every_record() -> None:
    # `slots=True` makes a second class of each, so that a name says more than a class
    assert {kind.__name__ for kind in kinds(Record)} == {type(record).__name__ for record in RECORDS}


@each_record
@pytest.mark.usefixtures("journal")
def test_a_record_becomes_json_types_only(record: Record) -> None:
    made = record.to_dict()
    assert json_types(made)
    assert json.loads(json.dumps(made, ensure_ascii=False, allow_nan=False).encode()) == made
    assert not [name for name in made if name.startswith("_")]


@each_record
@pytest.mark.usefixtures("journal")
def test_the_fields_of_a_record_are_in_its_json(record: Record) -> None:
    fields = dataclasses.fields(record)  # type: ignore[arg-type]  # every record is a dataclass
    shown = {each.name for each in fields if not each.name.startswith("_") and each.default is dataclasses.MISSING}
    assert shown <= set(record.to_dict())


@each_record
def test_a_record_compares_and_hashes_by_value(record: Record) -> None:
    twin = copy.deepcopy(record)
    assert twin == record and twin is not record
    assert hash(twin) == hash(record)
    assert record != object() and len({record, twin}) == 1


@each_record
def test_one_other_field_makes_another_record(record: Record) -> None:
    for each in dataclasses.fields(record):  # type: ignore[arg-type]  # every record is a dataclass
        if each.compare:
            other = copy.copy(record)
            object.__setattr__(other, each.name, "something else")
            assert other != record, f"{each.name} does not count"


@each_record
def test_where_a_record_came_from_does_not_count(record: Record) -> None:
    for each in dataclasses.fields(record):  # type: ignore[arg-type]  # every record is a dataclass
        if each.name.startswith("_"):
            other = copy.copy(record)
            object.__setattr__(other, each.name, "elsewhere")
            assert other == record and hash(other) == hash(record)
            assert "elsewhere" not in repr(other)


@each_record
def test_a_record_pickles(record: Record) -> None:
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        back = pickle.loads(pickle.dumps(record, protocol))
        assert back == record and type(back) is type(record)
        assert getattr(back, "_journal", None) == getattr(record, "_journal", None)


@each_record
def test_a_record_is_frozen_and_slotted(record: Record) -> None:
    for each in dataclasses.fields(record):  # type: ignore[arg-type]  # every record is a dataclass
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(record, each.name, None)
        with pytest.raises(dataclasses.FrozenInstanceError):
            delattr(record, each.name)
    assert not hasattr(record, "__dict__")


def test_plain_knows_these_types() -> None:
    assert plain({"a": (1, 2.5, True, None), 3: [b"\xff", bytearray(b""), memoryview(b"a")]}) == {
        "a": [1, 2.5, True, None],
        "3": [{"base64": "/w=="}, {"base64": ""}, {"base64": "YQ=="}],
    }
    assert plain(PurePosixPath("a/b")) == "a/b"
    assert plain(ODD) == plain(PurePosixPath(ODD)) == ODD_AS_JSON


@pytest.mark.parametrize("value", [{1, 2}, object(), iter([]), 1j])
def test_plain_refuses_what_has_no_json_form(value: object) -> None:
    with pytest.raises(TypeError, match=f"^{type(value).__name__} has no JSON form$"):
        plain([value])


def test_times_end_in_z_whatever_their_zone() -> None:
    assert plain(NOON) == plain(UTC_NOON) == NOON_AS_JSON
    assert plain(datetime(2024, 1, 1, tzinfo=UTC)) == "2024-01-01T00:00:00Z"
    assert plain(datetime(1969, 12, 31, 19, tzinfo=timezone(timedelta(hours=-5)))) == "1970-01-01T00:00:00Z"


@given(st.text() | st.binary().map(lambda data: data.decode("utf-8", "surrogateescape")) | st.binary())
def test_strings_and_bytes_can_be_read_back(value: str | bytes) -> None:
    made = json.loads(json.dumps(plain(value), ensure_ascii=False).encode())
    assert base.from_plain_text(made) == value


def test_other_values_come_through() -> None:
    for value in (None, 3, [1], {"base64": "", "more": 1}, {"file": "a"}):
        assert base.from_plain_text(value) is value


@pytest.mark.parametrize("value", [{"base64": "!"}, {"bytes_base64": "a"}, {"base64": "YQ==\n"}])
def test_what_is_no_base64_is_refused(value: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        base.from_plain_text(value)


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_go_to_microseconds_and_back(time: datetime) -> None:
    assert when(micros(time)) == time
    assert when(micros(time)).tzinfo is UTC


def test_microseconds_are_those_since_the_epoch() -> None:
    assert micros(NOON) == 1_709_208_000_000_005
    assert when(-1) == datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
