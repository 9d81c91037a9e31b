"""Batches: all or none, each path written once, results in the order of the plan."""

import os
from pathlib import Path
from typing import Any

import pytest

from journal import (
    Chmod,
    Delete,
    LimitExceeded,
    Move,
    Operation,
    PathRefused,
    Replace,
    Spool,
    Symlink,
    UnknownName,
    UsageError,
    Write,
    create_diff,
)
from journal.limits import METADATA_MAX
from tests.engine.looking import acts, counts, disk, inode, shape, temp_files, value


def thousand(root: Path) -> list[Operation]:
    """Operations of every kind on files that stand there."""
    listed: list[Operation] = []
    for n in range(125):
        for name in ("w", "r", "d", "m", "c"):
            (root / f"{name}{n}").write_text(f"one {n}\n")
        listed += [Write(f"w{n}", "new"), Write(f"deep/{n}/new", "new"), Replace(f"r{n}", "one", "two")]
        listed += [Delete(f"d{n}"), Move(f"m{n}", f"moved/{n}"), Chmod(f"c{n}", 0o700), Symlink(f"l{n}", "x")]
        listed += [Write(f"w{n}", "newer")]
    return listed


def test_a_thousand_operations_whose_last_is_refused_change_nothing(spool: Spool, root: Path) -> None:
    listed = thousand(root)
    assert len(listed) == 1000
    listed[-1] = Write("../out", "x")
    before, rows = shape(root), counts(spool.journal)
    with pytest.raises(PathRefused) as caught:
        spool.batch(listed)
    assert (caught.value.index, caught.value.path) == (999, "../out")
    assert shape(root) == before
    assert temp_files(root) == []
    after = counts(spool.journal)
    assert {table: after[table] - rows[table] for table in rows if after[table] != rows[table]} == {
        "invocation": 1,
        "audit_link": 2,
    }
    assert acts(spool.journal) == [("batch", "denied")]


def test_a_thousand_operations_are_carried_out_and_taken_back(spool: Spool, root: Path) -> None:
    listed = thousand(root)
    before = disk(root)
    results = spool.batch(listed)
    assert [result.operation for result in results] == listed
    assert [result.index for result in results] == list(range(1000))
    assert sum(result.applied for result in results) == 875
    after = disk(root)
    assert (after["w7"][0], after["deep/7/new"][0], after["r7"][0]) == (b"newer", b"new", b"two 7\n")
    assert (after["moved/7"][0], after["c7"][1], after["l7"]) == (b"one 7\n", 0o700, (b"x", 0o777, "symlink"))
    assert "d7" not in after
    assert "m7" not in after
    assert value(spool.journal, "SELECT count(*) FROM intent") == 0
    spool.reset()
    assert disk(root) == before


def test_a_path_written_twice_is_written_once(spool: Spool, root: Path) -> None:
    spool.write("a", "0")
    results = spool.batch([Write("a", "1"), Write("a", "2"), Replace("a", "2", "3")])
    assert [result.applied for result in results] == [False, False, True]
    assert (root / "a").read_text() == "3"
    first, second, third = (result.patch for result in results)
    assert (first.sha_after, second.sha_after) == (second.sha_before, third.sha_before)
    assert value(spool.journal, "SELECT count(*) FROM file_history WHERE path = 'a'") == 4


def test_operations_that_come_to_nothing_touch_no_file(spool: Spool, root: Path) -> None:
    spool.write("a", "0")
    before = shape(root)
    results = spool.batch([Write("a", "1"), Write("a", "0"), Write("b", "1"), Delete("b"), Delete("none")])
    assert shape(root) == before
    assert [result.applied for result in results] == [False, True, False, True, False]
    assert spool.touched_files() == ["a"]


def test_two_names_are_swapped_in_one_batch(spool: Spool, root: Path) -> None:
    spool.write("a", "1")
    spool.write("b", "2")
    spool.batch([Move("a", "spare"), Move("b", "a"), Move("spare", "b")])
    assert {path: state[0] for path, state in disk(root).items()} == {"a": b"2", "b": b"1"}
    spool.reset()
    assert disk(root) == {}


def test_a_move_of_a_move_keeps_the_inode(spool: Spool, root: Path) -> None:
    spool.write("a", "1")
    before = inode(root / "a")
    results = spool.batch([Move("a", "b"), Move("b", "deep/c")])
    assert inode(root / "deep/c") == before
    assert [result.patch.renamed_from for result in results] == ["a", "b"]


def test_later_operations_see_earlier_ones(spool: Spool, root: Path) -> None:
    spool.batch([Write("a", "one"), Replace("a", "one", "two"), Move("a", "b"), Chmod("b", 0o600)])
    assert disk(root) == {"b": (b"two", 0o600, "file")}
    with pytest.raises(UnknownName) as caught:
        spool.batch([Delete("b"), Replace("b", "two", "three")])
    assert caught.value.index == 1
    assert disk(root) == {"b": (b"two", 0o600, "file")}


@pytest.mark.parametrize(
    ("operations", "index"),
    [
        ([Write("a", "1"), Write("a/b", "2")], 1),
        ([Write("a/b", "1"), Write("a", "2")], 1),
        ([Symlink("a", "x"), Write("b", ""), Move("b", "a/b")], 2),
    ],
)
def test_a_file_cannot_lie_below_a_file_of_the_same_batch(
    spool: Spool, root: Path, operations: list[Operation], index: int
) -> None:
    with pytest.raises(PathRefused) as caught:
        spool.batch(operations)
    assert caught.value.index == index
    assert disk(root) == {}


@pytest.mark.parametrize("operations", [[Write("a", "1"), "x"], ["ab"], [None], [Write("a", "1"), ("delete", "a")]])
def test_what_is_no_operation_is_refused_before_anything_is_asked(
    spool: Spool, root: Path, operations: list[Any]
) -> None:
    with pytest.raises(UsageError) as caught:
        spool.batch(operations)
    assert caught.value.index == len(operations) - 1
    assert (disk(root), acts(spool.journal)) == ({}, [])


def test_an_empty_batch_is_fine(spool: Spool) -> None:
    assert spool.batch([]) == []
    assert acts(spool.journal) == [("batch", "ok")]


def test_operations_may_come_from_a_generator(spool: Spool, root: Path) -> None:
    results = spool.batch(Write(f"{n}", f"{n}") for n in range(3))
    assert [result.patch.path for result in results] == ["0", "1", "2"]
    assert sorted(os.listdir(root)) == [".spool", "0", "1", "2"]


def test_a_batch_says_what_it_was_for(spool: Spool) -> None:
    spool.batch([Write("a", "1")], description="why", metadata={"task": 7})
    request = value(spool.journal, "SELECT request FROM audit")
    assert '"description":"why"' in request
    assert '"metadata":{"task":7}' in request


@pytest.mark.parametrize("metadata", [{"a": object()}, {1: "a"}, [1], {"a": float("nan")}, {"a": "\ud800"}])
def test_metadata_is_json_or_refused(spool: Spool, root: Path, metadata: Any) -> None:
    with pytest.raises(UsageError):
        spool.batch([Write("a", "1")], metadata=metadata)
    assert disk(root) == {}


def test_metadata_has_a_bound(spool: Spool) -> None:
    with pytest.raises(LimitExceeded) as caught:
        spool.batch([], metadata={"a": "x" * METADATA_MAX})
    assert caught.value.allowed == METADATA_MAX


@pytest.mark.parametrize("turned", [False, True])
def test_contents_that_change_places_in_one_act_are_kept(spool: Spool, root: Path, turned: bool) -> None:
    text = [f"line {number} of the text {number**2}\n" for number in range(60)]
    one, other = sorted(("".join(text[4:27]), "".join(text[18:33])), reverse=turned)
    spool.batch([Write("A", one), Write("A", other), Write("A", one)])
    (root / "b").write_text(other)
    (root / "c").write_text(one)
    spool.apply(create_diff("b", other, one).diff + create_diff("c", one, other).diff)
    assert [(root / name).read_text() for name in "Abc"] == [one, one, other]
    assert spool.journal.verify(full=True)
