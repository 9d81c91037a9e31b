"""Many contents in one verb: past a bound they wait in the journal and in temp files, and nothing else changes."""

from pathlib import Path
from typing import Any

import pytest

from journal import Chmod, Delete, Move, NoMatch, Replace, Spool, Symlink, Write
from journal.engine import easing
from journal.engine.slots import Slot, find
from tests.engine.looking import acts, by_path, disk, history, rescued, temp_files, value

BOUND = 64
"""bytes: two contents of a test."""


@pytest.fixture(autouse=True)
def bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets a verb hold next to nothing."""
    for module in (easing, "journal.engine.targets", "journal.engine.adopting"):
        name = module if isinstance(module, str) else module.__name__
        monkeypatch.setattr(f"{name}.ROWS_BYTES_PER_TX", BOUND)


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many contents stood on disk at each storing ahead."""
    found: list[int] = []
    store = easing.store

    def noted(desk: Any, slots: Any, packed: Any = ()) -> None:
        found.append(len(slots))
        store(desk, slots, packed)
        assert all(easing.weight(slot.disk) == 0 or slot.disk.data for slot in slots)

    monkeypatch.setattr(easing, "store", noted)
    return found


def body(name: str, word: str = "new") -> bytes:
    return f"{word} {name} ".encode() * 8


def test_a_batch_is_what_it_would_be_without_a_bound(
    spool: Spool, root: Path, tmp_path: Path, stored: list[int]
) -> None:
    (root / "theirs").write_bytes(body("theirs", "old"))
    source = tmp_path / "source"
    source.write_bytes(body("copied"))
    results = spool.batch(
        [
            Write("a", body("a")),
            Write("b", body("b"), mode=0o600),
            Write("theirs", body("theirs")),
            Write("a", body("a", "newer")),
            Replace("b", "new", "newest"),
            Move("theirs", "moved"),
            Chmod("a", 0o755),
            Symlink("link", "a"),
            Write("gone", body("gone")),
            Write("copied", source),
            Delete("gone"),
            Write("deep/er", body("a", "newer")),
        ]
    )
    assert len(stored) > 2
    assert [result.applied for result in results].count(True) == 7
    expected = {
        "a": (body("a", "newer"), 0o755, "file"),
        "b": (body("b").replace(b"new", b"newest", 1), 0o600, "file"),
        "moved": (body("theirs"), 0o644, "file"),
        "link": (b"a", 0o777, "symlink"),
        "copied": (body("copied"), 0o644, "file"),
        "deep/er": (body("a", "newer"), 0o644, "file"),
    }
    assert disk(root) == expected
    assert temp_files(root) == []
    assert history(spool, "theirs") == [("batch", "old", "new"), ("batch", "new", None)]
    assert [path for path, *_ in by_path(spool.diff())] == sorted([*expected, "theirs"])
    commit = spool.commit("all")
    assert commit is not None
    assert {path: spool.journal.read(path) for path in expected} == {path: each[0] for path, each in expected.items()}
    assert spool.status().clean


def test_a_batch_that_fails_leaves_contents_that_nobody_names(spool: Spool, root: Path, stored: list[int]) -> None:
    (root / "theirs").write_bytes(body("theirs", "old"))
    before = disk(root)
    operations = [Write("theirs", body("theirs")), *(Write(name, body(name)) for name in "abcd")]
    with pytest.raises(NoMatch):
        spool.batch([*operations, Replace("a", "no such text", "", required=True)])
    assert stored
    assert (disk(root), temp_files(root), spool.diff()) == (before, [], [])
    assert acts(spool.journal) == [("batch", "failed")]
    assert all(result.applied for result in spool.batch(operations))  # what was stored serves whoever brings it again
    spool.reset()
    assert disk(root) == before


def test_bytes_of_someone_else_that_were_stored_ahead_are_synced_with_the_act(
    spool: Spool, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool.batch([Write(name, body(name, "old")) for name in "abc"])  # marked from here on
    for name in "abc":
        (root / name).write_bytes(body(name, "theirs"))
    synced: list[bool] = []
    begin = spool._desk.database.begin

    def noted(*, sync: bool = False) -> Any:
        synced.append(sync)
        return begin(sync=sync)

    monkeypatch.setattr(spool._desk.database, "begin", noted)
    spool._desk.on_conflict = "overwrite"
    spool.batch([Write(name, body(name)) for name in "abc"])
    assert False in synced
    assert synced[synced.index(True) :] == [True, False]  # the act, and the transaction that closes it
    assert [path for path, _, _ in rescued(spool)] == ["a", "b", "c"]
    assert [word for _, word, _ in rescued(spool)] == ["theirs"] * 3


@pytest.mark.parametrize("verb", ["reset", "restore"])
def test_what_a_verb_writes_over_by_force_is_stored_on_the_way(
    spool: Spool, root: Path, stored: list[int], verb: str
) -> None:
    names = [f"f{n}" for n in range(9)]
    spool.batch([Write(name, body(name, "old")) for name in names])
    commit = spool.commit("old")
    assert commit is not None
    for name in names:
        (root / name).write_bytes(body(name, "theirs"))
    stored.clear()
    if verb == "reset":
        spool.reset(force=True)
    else:
        spool.restore(commit.id, force=True)
    assert len(stored) > 2
    assert {path: each[0] for path, each in disk(root).items()} == {name: body(name, "old") for name in names}
    assert [(path, word) for path, word, _ in rescued(spool)] == [(name, "theirs") for name in names]


def test_a_plan_of_force_stores_nothing(spool: Spool, root: Path, stored: list[int]) -> None:
    names = [f"f{n}" for n in range(9)]
    spool.batch([Write(name, body(name, "old")) for name in names])
    spool.commit("old")
    for name in names:
        (root / name).write_bytes(body(name, "theirs"))
    stored.clear()
    blobs = value(spool.journal, "SELECT count(*) FROM blob")
    assert len(spool.reset(force=True, dry_run=True).restored) == 9
    assert not stored
    assert value(spool.journal, "SELECT count(*) FROM blob") == blobs


def test_a_slot_that_stays_as_it_is_does_so_when_it_is_thinned(spool: Spool, root: Path) -> None:
    (root / "a").write_bytes(body("a"))
    slot: Slot = find(spool._desk, "a")
    assert slot.now is slot.disk
    assert easing.thin(slot) == easing.weight(slot.disk) > 0
    assert slot.now is slot.disk
    easing.forgo(slot)
    assert slot.now is slot.disk
    assert easing.weight(slot.disk) == 0
