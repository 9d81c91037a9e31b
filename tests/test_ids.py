"""Names by content: worked examples that a stranger can compute again, and nothing that collides."""

import hashlib
import os
import struct
import subprocess
import sys
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal import ids
from journal.errors import UsageError
from journal.ids import ChangeFields

ZEROS, PARENT, BEFORE, AFTER = bytes(32), b"\x11" * 32, b"\x22" * 32, b"\x33" * 32
NOTHING = struct.pack(">Q", 2**64 - 1)

integers = st.integers(-(2**63), 2**63 - 1)
fields = st.lists(st.one_of(st.none(), integers, st.text(max_size=9), st.binary(max_size=9)), max_size=6)
names = st.binary(min_size=1, max_size=4).map(os.fsdecode)
digests = st.none() | st.binary(min_size=32, max_size=32)
changes = st.lists(
    st.builds(
        ChangeFields,
        path=names,
        sha_before=digests,
        mode_before=st.none() | st.integers(0, 0o7777),
        kind_before=st.sampled_from([None, "file", "symlink"]),
        sha_after=digests,
        mode_after=st.none() | st.integers(0, 0o7777),
        kind_after=st.sampled_from([None, "file", "symlink"]),
        renamed_from=st.none() | names,
    ),
    max_size=4,
    unique_by=lambda change: change.path,
)


def data(value: bytes) -> bytes:
    """A field as canonical bytes: its length in 8 bytes, then itself."""
    return struct.pack(">Q", len(value)) + value


def number(value: int) -> bytes:
    """An integer as canonical bytes."""
    return data(struct.pack(">q", value))


def read_back(canonical: bytes) -> list[bytes | None]:
    """The fields that canonical bytes hold."""
    found: list[bytes | None] = []
    at = 0
    while at < len(canonical):
        (length,) = struct.unpack_from(">Q", canonical, at)
        at += 8
        if length == 2**64 - 1:
            found.append(None)
            continue
        assert at + length <= len(canonical)
        found.append(canonical[at : at + length])
        at += length
    return found


def bytes_of(field: ids.Field) -> bytes | None:
    """What a field comes to as bytes, by the rules of the module's docstring."""
    if isinstance(field, int):
        return struct.pack(">q", field)
    return field.encode() if isinstance(field, str) else field


def test_each_type_has_its_canonical_bytes() -> None:
    assert ids.canonical([]) == b""
    assert ids.canonical([1]) == bytes.fromhex("0000000000000008 0000000000000001")
    assert ids.canonical([-2]) == bytes.fromhex("0000000000000008 fffffffffffffffe")
    assert ids.canonical(["é"]) == bytes.fromhex("0000000000000002 c3a9")
    assert ids.canonical([b""]) == bytes.fromhex("0000000000000000")
    assert ids.canonical([None]) == bytes.fromhex("ffffffffffffffff")
    assert ids.canonical(["\udcff"]) == bytes.fromhex("0000000000000001 ff")


@given(fields)
def test_fields_can_be_read_back_from_their_bytes(sequence: list[ids.Field]) -> None:
    assert read_back(ids.canonical(sequence)) == [bytes_of(field) for field in sequence]


@given(fields, fields)
def test_no_two_different_sequences_collide(one: list[ids.Field], other: list[ids.Field]) -> None:
    same = [bytes_of(field) for field in one] == [bytes_of(field) for field in other]
    assert (ids.canonical(one) == ids.canonical(other)) is same


def test_where_a_field_ends_is_part_of_the_bytes() -> None:
    alike: list[list[ids.Field]] = [
        ["ab", "c"],
        ["a", "bc"],
        ["abc"],
        ["abc", ""],
        ["", "abc"],
        ["abc", None],
        [None, "abc"],
    ]
    assert len({ids.canonical(sequence) for sequence in alike}) == len(alike)


def test_contents_have_the_names_that_sha256sum_prints() -> None:
    assert ids.sha256(b"abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert ids.sha256(memoryview(b"abc")) == ids.sha256(bytearray(b"abc")) == hashlib.sha256(b"abc").digest()
    assert ids.chunk_digest(b"abc").hex() == "ba7816bf8f01cfea414140de5dae2223"
    assert ids.EMPTY.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_first_commit_has_the_id_worked_out_by_hand() -> None:
    created = ChangeFields("a.txt", None, None, None, AFTER, 0o644, "file", None)
    head = data(b"spool commit 1") + NOTHING + NOTHING + number(1_700_000_000_000_000) + data(b"why") + data(b"{}")
    change = data(b"a.txt") + NOTHING + NOTHING + NOTHING + data(AFTER) + number(420) + data(b"file") + NOTHING
    worked_out = hashlib.sha256(head + number(1) + change).digest()
    assert ids.commit_id(None, None, 1_700_000_000_000_000, "why", "{}", [created]) == worked_out
    assert worked_out.hex() == "f278b20fba49a3973b07ff3c1fac2804ac5e87bd5edaa6f0adbbb4a0e1eb96de"


def test_a_later_commit_has_the_id_worked_out_by_hand() -> None:
    metadata = ids.compact_json({"ticket": 7, "by": "Jörg"})
    renamed = ChangeFields("b/new", BEFORE, 0o644, "file", AFTER, 0o755, "file", "b/old")
    deleted = ChangeFields("a", BEFORE, 0o777, "symlink", None, None, None, None)
    head = data(b"spool commit 1") + data(PARENT) + NOTHING + number(5) + data("grüße".encode())
    head += data('{"by":"Jörg","ticket":7}'.encode()) + number(2)
    first = data(b"a") + data(BEFORE) + number(511) + data(b"symlink") + NOTHING + NOTHING + NOTHING + NOTHING
    second = data(b"b/new") + data(BEFORE) + number(420) + data(b"file") + data(AFTER) + number(493) + data(b"file")
    worked_out = hashlib.sha256(head + first + second + data(b"b/old")).digest()
    assert ids.commit_id(PARENT, None, 5, "grüße", metadata, [renamed, deleted]) == worked_out


@given(changes, st.randoms())
def test_the_order_in_which_changes_come_does_not_matter(listed: list[ChangeFields], random: Any) -> None:
    shuffled = list(listed)
    random.shuffle(shuffled)
    assert ids.commit_id(None, None, 1, "m", "{}", iter(shuffled)) == ids.commit_id(None, None, 1, "m", "{}", listed)


@given(changes, changes)
def test_other_changes_make_another_id(one: list[ChangeFields], other: list[ChangeFields]) -> None:
    same = set(one) == set(other)
    assert (ids.commit_id(None, None, 1, "m", "{}", one) == ids.commit_id(None, None, 1, "m", "{}", other)) is same


def test_everything_that_a_commit_says_is_in_its_id() -> None:
    change = ChangeFields("a", BEFORE, 1, "file", AFTER, 2, "symlink", "b")
    found = {ids.commit_id(None, None, 1, "m", "{}", [change])}
    found |= {ids.commit_id(PARENT, None, 1, "m", "{}", [change]), ids.commit_id(None, PARENT, 1, "m", "{}", [change])}
    found |= {ids.commit_id(None, None, 2, "m", "{}", [change]), ids.commit_id(None, None, 1, "n", "{}", [change])}
    found |= {ids.commit_id(None, None, 1, "m", '{"a":1}', [change]), ids.commit_id(None, None, 1, "m", "{}", [])}
    assert len(found) == 7
    for at in range(len(change)):
        values: list[Any] = list(change)
        values[at] = "c" if at == 0 else None
        found.add(ids.commit_id(None, None, 1, "m", "{}", [ChangeFields(*values)]))
    assert len(found) == 7 + len(ChangeFields._fields)


def test_paths_count_as_their_bytes_also_for_the_order() -> None:
    listed = ["z", "é", "😀", os.fsdecode(b"\xff"), os.fsdecode(b"\x80")]
    made = [ChangeFields(path, None, None, None, AFTER, 1, "file", None) for path in listed]
    rest = NOTHING * 3 + data(AFTER) + number(1) + data(b"file") + NOTHING
    by_bytes = [b"z", b"\x80", b"\xc3\xa9", b"\xf0\x9f\x98\x80", b"\xff"]
    head = data(b"spool commit 1") + NOTHING * 2 + number(0) + data(b"") + data(b"{}") + number(5)
    worked_out = hashlib.sha256(head + b"".join(data(path) + rest for path in by_bytes)).digest()
    assert ids.commit_id(None, None, 0, "", "{}", made) == worked_out


def test_an_id_is_the_same_whatever_the_locale() -> None:
    made = 'commit_id(None, None, 0, "", "{}", [ChangeFields("\\xe9", None, None, None, None, None, None, "\\udcff")])'
    program = f"from journal.ids import *; import sys; sys.stdout.write({made}.hex())"
    plain = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run([sys.executable, "-c", program], env=plain, capture_output=True, text=True, check=True)
    here = [ChangeFields("é", None, None, None, None, None, None, "\udcff")]
    assert done.stdout == ids.commit_id(None, None, 0, "", "{}", here).hex()


def test_the_audit_chain_can_be_worked_out_by_hand() -> None:
    digest = hashlib.sha256(data(b"spool audit 1") + data(b"opened") + number(1) + data(b"write") + NOTHING).digest()
    assert ids.audit_digest("opened", [1, "write", None]) == digest
    first = hashlib.sha256(data(ZEROS) + number(1) + data(b"opened") + number(1) + data(digest)).digest()
    assert ids.audit_link(ids.FIRST_LINK, 1, "opened", 1, digest) == first
    assert first.hex() == "95fece0399d59b3846ee10d20ea3d58df177b032b9456721ccb269f66e8b4c96"
    second = hashlib.sha256(data(first) + number(2) + data(b"closed") + number(1) + data(BEFORE)).digest()
    assert ids.audit_link(first, 2, "closed", 1, BEFORE) == second


def test_what_is_staged_has_the_digest_worked_out_by_hand() -> None:
    created = ChangeFields(os.fsdecode(b"\xff"), None, None, None, AFTER, 0o644, "file", None)
    deleted = ChangeFields("a", BEFORE, 0o777, "symlink", None, None, None, None)
    first = data(b"a") + data(BEFORE) + number(511) + data(b"symlink") + NOTHING * 3
    second = data(b"\xff") + NOTHING * 3 + data(AFTER) + number(420) + data(b"file")
    worked_out = hashlib.sha256(data(b"spool stage 1") + number(2) + first + second).digest()
    assert ids.stage_digest([created, deleted]) == ids.stage_digest(iter([deleted, created])) == worked_out
    assert ids.stage_digest([]) == hashlib.sha256(data(b"spool stage 1") + number(0)).digest()


def test_every_part_of_a_link_counts() -> None:
    links = [
        ids.audit_link(ZEROS, 1, "opened", 1, AFTER),
        ids.audit_link(PARENT, 1, "opened", 1, AFTER),
        ids.audit_link(ZEROS, 2, "opened", 1, AFTER),
        ids.audit_link(ZEROS, 1, "closed", 1, AFTER),
        ids.audit_link(ZEROS, 1, "opened", 2, AFTER),
        ids.audit_link(ZEROS, 1, "opened", 1, BEFORE),
    ]
    assert len(set(links)) == len(links)
    assert ids.audit_digest("opened", [1]) != ids.audit_digest("closed", [1])


def test_compact_json_has_one_form() -> None:
    assert ids.compact_json({"b": [1, None, True], "a": {"é": 1.5}}) == '{"a":{"é":1.5},"b":[1,null,true]}'
    assert ids.compact_json({}) == "{}"


def nested(depth: int) -> dict[str, Any]:
    """Lists in lists, so many deep."""
    inner: list[Any] = []
    for _ in range(depth):
        inner = [inner]
    return {"a": inner}


@pytest.mark.parametrize(
    "value",
    [
        {"a": b"bytes"},
        {"a": {1, 2}},
        {"a": float("nan")},
        {"a": float("inf")},
        {"a": "\udcff"},
        {("a", "b"): 1},
        MappingProxyType({"a": object()}),
        nested(200_000),
    ],
    ids=["bytes", "set", "nan", "inf", "surrogate", "key", "object", "depth"],
)
def test_what_is_no_json_is_refused(value: Any) -> None:
    with pytest.raises(UsageError, match="JSON types only") as caught:
        ids.compact_json(value)
    assert caught.value.hint
