"""What is known to be too much for a disk is refused before anything of it is written."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from journal import Delete, DiskFull, Journal, Spool, Write, salvage
from journal.database import space
from journal.limits import ROWS_BYTES_PER_TX
from tests.engine.looking import temp_files

LARGE = (2 << 20) + 1000
FREE = 1 << 20
ROUNDS = 12


def noise(size: int, seed: int = 1) -> bytes:
    return b"".join(os.urandom(1 << 16) for _ in range(size >> 16)) + bytes([seed]) * (size & 0xFFFF)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int | str]:
    """Every disk has a megabyte free; the places that were asked about."""
    places: list[int | str] = []

    def free(place: int | str) -> int:
        places.append(place)
        return FREE

    monkeypatch.setattr(space, "free_bytes", free)
    return places


@pytest.fixture
def journal_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """The root has room, the disk of the journal a megabyte."""
    true = space.free_bytes
    monkeypatch.setattr(space, "free_bytes", lambda place: FREE if isinstance(place, str) else true(place))


def refused(spool: Spool, act: Callable[[], object]) -> DiskFull:
    """Does what there is no room for, and looks that nothing came of it."""
    rows = "SELECT (SELECT count(*) FROM blob), (SELECT count(*) FROM chunk)"
    before = spool.journal.query(rows)
    found = sorted(os.listdir(spool.root))
    with pytest.raises(DiskFull) as caught:
        act()
    assert caught.value.free_bytes == FREE
    assert spool.journal.query(rows) == before
    assert sorted(os.listdir(spool.root)) == found and temp_files(spool.root) == []
    return caught.value


def test_a_large_content_is_refused_before_a_byte_of_it_is_written(
    spool: Spool, asked: list[int | str], tmp_path: Path
) -> None:
    data = noise(LARGE)
    (tmp_path / "source").write_bytes(data)
    for content in (data, memoryview(data), tmp_path / "source"):
        assert refused(spool, lambda content=content: spool.write("large", content)).needed_bytes == LARGE  # type: ignore[misc]
    assert spool.status().clean


def test_a_batch_is_refused_by_the_sum_of_what_stands_in_the_end(spool: Spool, asked: list[int | str]) -> None:
    parts = [Write(f"part{n}", noise(LARGE // 4, n)) for n in range(4)]
    error = refused(spool, lambda: spool.batch([*parts, Write("part0", "short"), Write("last", "x" * 100)]))
    assert error.needed_bytes == 3 * (LARGE // 4) + 105
    spool.batch([Write("part", noise(LARGE // 4, n)) for n in range(3)])  # one after the other
    assert len(spool.read("part") or b"") == LARGE // 4


def test_bringing_back_is_refused_before_it_begins(spool: Spool, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool.write("large", noise(LARGE))
    spool.commit("it is there")
    spool.batch([Delete("large")])
    with monkeypatch.context() as patch:
        patch.setattr(space, "free_bytes", lambda _place: FREE)
        assert refused(spool, spool.reset).needed_bytes == LARGE
    assert spool.reset().restored == ("large",)


def test_small_writes_ask_no_disk(spool: Spool, asked: list[int | str]) -> None:
    spool.write("a", "x" * 100_000)
    spool.batch([Write(f"b{n}", str(n)) for n in range(50)])
    spool.commit("all")
    spool.delete("a")
    spool.reset()
    assert asked == []


def streamed(pieces: int) -> Iterator[bytes]:
    for n in range(pieces):
        yield noise(1 << 20, n)


@pytest.mark.usefixtures("journal_full")
def test_a_content_that_only_the_journal_has_no_room_for(spool: Spool) -> None:
    error = refused(spool, lambda: spool.write("large", noise(LARGE)))
    begun = os.path.getsize(f"{spool.journal.path}-wal")
    assert error.needed_bytes + begun >= 2 * LARGE, "in the WAL, as far as that is not there, and then in the file"
    longer = ROWS_BYTES_PER_TX + (4 << 20)
    error = refused(spool, lambda: spool.write("large", noise(longer)))
    assert error.needed_bytes > longer + ROWS_BYTES_PER_TX, "as far as the rest packs as the beginning did"
    error = refused(spool, lambda: spool.write("large", streamed(ROUNDS)))
    assert error.needed_bytes > ROWS_BYTES_PER_TX, "of a stream all is known that came until then"
    text = b"line after line\n" * (LARGE // 16)
    assert spool.write("large", text).size_after == len(text), "which packs to nothing"


@pytest.mark.usefixtures("journal_full")
def test_a_batch_that_only_the_journal_has_no_room_for(spool: Spool) -> None:
    error = refused(spool, lambda: spool.batch([Write(f"part{n}", noise(1 << 20, n)) for n in range(ROUNDS)]))
    assert error.needed_bytes > ROWS_BYTES_PER_TX


def test_what_is_laid_out_elsewhere_is_refused_before_a_file_is_made(
    spool: Spool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool.write("large", noise(LARGE))
    commit = spool.commit("one")
    assert commit is not None
    path, out = spool.journal.path, tmp_path / "out"
    out.mkdir()
    monkeypatch.setattr(space, "free_bytes", lambda _place: 100)
    acts: dict[str, Callable[[], object]] = {
        "checkout": lambda: spool.journal.checkout(commit.id, out / "tree"),
        "replay": lambda: spool.journal.replay(out / "replayed"),
        "backup": lambda: spool.journal.backup(out / "copy.db"),
        "git": lambda: spool.journal.export("git", out / "stream"),
        "jsonl": lambda: spool.journal.export("jsonl", out / "views"),
        "salvage": lambda: salvage(path, out / "salvaged.db"),
    }
    needed = {}
    for name, act in acts.items():
        with pytest.raises(DiskFull) as caught:
            act()
        assert caught.value.free_bytes == 100 and list(out.iterdir()) == [], name
        needed[name] = caught.value.needed_bytes
    assert needed["checkout"] == needed["replay"] == needed["git"] == LARGE
    assert needed["backup"] >= LARGE and needed["salvage"] >= LARGE and 100 < needed["jsonl"] < LARGE
    monkeypatch.undo()
    for name, act in acts.items():
        if name != "salvage":  # the journal is open here
            act()
    spool.journal.checkout(commit.id, tmp_path / "again")
    assert (out / "views").is_dir() and (out / "stream").stat().st_size > LARGE


def test_upkeep_is_refused_before_its_first_row(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Spool.open(root) as spool:
        path = spool.journal.path
        for n in range(3):
            spool.write("a", noise(200_000, n))
            spool.commit(str(n))
    with Journal.open(path, readonly=False) as journal:
        before = journal.query("SELECT count(*) AS n FROM invocation")
        with monkeypatch.context() as patch:
            patch.setattr(space, "free_bytes", lambda _place: 100)
            with pytest.raises(DiskFull, match="cannot optimize the journal: there is no room for it"):
                journal.optimize()
            with pytest.raises(DiskFull, match="cannot prune the journal: there is no room for it"):
                journal.prune(keep_commits=1, dry_run=False)
        assert journal.query("SELECT count(*) AS n FROM invocation") == before
        assert journal.prune(keep_commits=1, dry_run=False)["commits"] == 2
