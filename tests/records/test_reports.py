"""Reports: what they say in one word, and what in many."""

from typing import Any

import pytest

from journal.records import (
    BatchResult,
    Finding,
    RecoveryReport,
    ResetReport,
    Status,
    StatusEntry,
    VerifyReport,
    Write,
)
from tests.records.examples import ENTRY, FakeSource, file_patch

NOTHING: dict[str, Any] = {
    "finished": (),
    "undone": (),
    "conflicts": (),
    "interrupted": (),
    "swept": 0,
    "rescued": (),
    "journal": "found",
}


@pytest.mark.parametrize("filled", ["staged", "conflicts", "edits"])
def test_a_status_with_anything_in_it_is_not_clean(filled: str) -> None:
    lists: dict[str, tuple[StatusEntry, ...]] = {"staged": (), "conflicts": (), "edits": ()}
    assert Status("s", "33" * 32, branch="main", digest="", **lists).clean
    assert not Status("s", "33" * 32, branch="main", digest="", **(lists | {filled: (ENTRY,)})).clean


@pytest.mark.parametrize(
    "other",
    [
        {"finished": ("a",)},
        {"undone": ("a",)},
        {"conflicts": ("a",)},
        {"interrupted": (1,)},
        {"swept": 1},
        {"rescued": ("a",)},
        {"journal": "moved"},
        {"journal": "copied"},
        {"journal": "missing"},
    ],
    ids=lambda other: "-".join(map(str, (*other, *other.values()))),
)
def test_a_recovery_that_mended_anything_is_not_clean(other: dict[str, Any]) -> None:
    assert RecoveryReport(**NOTHING).clean and RecoveryReport(**(NOTHING | {"journal": "created"})).clean
    assert RecoveryReport(**(NOTHING | other)).clean is False


def test_a_verification_is_true_when_it_is_ok() -> None:
    warning = Finding("patch_stale", "warning", "patch 3", "it is of another version", "none needed")
    assert VerifyReport(True, {"blob": 1}, (warning,))
    assert not VerifyReport(False, {"blob": 1}, (warning,))


def test_how_much_a_verification_looked_at_is_not_hashed() -> None:
    one, other = VerifyReport(True, {"blob": 1}, ()), VerifyReport(True, {"blob": 2}, ())
    assert one != other and hash(one) == hash(other)


def test_a_result_of_a_batch_names_its_operation(journal: FakeSource) -> None:
    made = BatchResult(file_patch(), True, False, 3, Write("a.txt", "text")).to_dict()
    assert made["operation"] == {"op": "write", "path": "a.txt", "content": "text"}
    assert (made["index"], made["applied"], made["conflicted"]) == (3, True, False)
    assert made["patch"] == file_patch().to_dict(diff=False)
    assert not journal.asked


def test_a_result_of_a_batch_hashes_whatever_its_content() -> None:
    results = {BatchResult(file_patch(), True, False, 0, Write("a", content)) for content in (bytearray(b"x"), [b"x"])}
    assert len(results) == 2


def test_a_reset_tells_its_patches_only_when_it_has_some() -> None:
    assert ResetReport((), 0, (), ()).patches == ()
    assert ResetReport((), 0, (), ()).to_dict() == {
        "restored": [],
        "unchanged": 0,
        "plan": [],
        "conflicts": [],
        "patches": [],
    }
